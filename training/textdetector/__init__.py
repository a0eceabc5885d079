"""The detector of machine-written text (Write): a small network over what a reader found surprising."""
