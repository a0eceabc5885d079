"""The critic of music (Compose): a small network over what a model of events expected of a passage."""
