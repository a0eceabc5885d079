"""What the studio shows: the chosen picture, the grid of candidates."""
