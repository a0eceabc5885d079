"""Decoder-only Transformers over subwords (Write)."""
