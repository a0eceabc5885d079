"""What the writing studio shows."""
