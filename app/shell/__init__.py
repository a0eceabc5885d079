"""The only layer that sees all studios: application, window, preferences, model shelf, crash recovery, smoke test."""
