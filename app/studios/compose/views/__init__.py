"""What the composing studio shows."""
