"""The anchor of networks that write: prediction by partial matching, a good compressor of text without a network."""

from __future__ import annotations

import pyppmd

ORDER, LEAST, MOST, EACH = 16, 1 << 24, 3 << 30, 100
"""Contexts of up to so many bytes. Bytes of memory: at least, at most, and for each character, enough that no corpus
here makes the model start afresh."""


def bits_per_char(known: str, text: str) -> float:
    """What PPMd (variant H, Shkarin 2002, as in 7-Zip) takes for each character of *text* when it has read *known*."""
    return 8 * (_packed(known + text) - _packed(known)) / len(text)


def _packed(text: str) -> int:
    encoder = pyppmd.Ppmd7Encoder(ORDER, min(MOST, LEAST + EACH * len(text)))
    return len(encoder.encode(text.encode())) + len(encoder.flush())
