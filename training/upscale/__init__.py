"""The network that enlarges pictures four times (Imagine)."""
