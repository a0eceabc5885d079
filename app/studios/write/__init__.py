"""The writing studio."""
