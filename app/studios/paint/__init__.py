"""The painting studio."""
