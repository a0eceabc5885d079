"""The coordinate network that renders abstract pictures at any size (Imagine)."""
