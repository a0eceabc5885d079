"""The model of multi-instrument music (Compose): a Transformer over the events of bars."""
