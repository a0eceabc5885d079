"""What the studio shows: the canvas."""
