"""The picture studio."""
