"""Cuts large contents into pieces where their bytes say so, so that what two of them have in common is the same pieces.

A change in the middle of a novel changes the piece it is in; those after it begin and end at the same bytes as before
(content-defined chunking, Muthitacharoen et al., “A Low-bandwidth Network File System”, 2001).
"""

from __future__ import annotations

import hashlib

import numpy as np

LEAST, MOST = 4 << 10, 64 << 10
"""Bytes of a piece; the last one may be shorter."""
BITS = 14
"""A piece ends on average so many powers of two behind the least."""
WINDOW = 8
"""Bytes that say whether a piece ends behind them, read as one number."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
NAME = 16
"""Bytes of a piece's name."""


def cut(content: bytes) -> list[bytes]:
    """The pieces of *content*, in order; joined they are it again."""
    pieces, start = [], 0
    ends = _possible_ends(content)
    while start < len(content):
        number = int(np.searchsorted(ends, start + LEAST))
        end = min(int(ends[number]) if number < len(ends) else len(content), start + MOST)
        pieces.append(content[start:end])
        start = end
    return pieces


def name_of(piece: bytes) -> bytes:
    """A name that no other piece has."""
    return hashlib.blake2b(piece, digest_size=NAME).digest()


def _possible_ends(content: bytes) -> np.ndarray:
    """Where a piece may end, int64, rising: behind each window whose number, multiplied, begins with zeros."""
    found = [np.empty(0, np.int64)]
    for offset in range(min(WINDOW, len(content) - WINDOW + 1)):
        windows = np.frombuffer(content, "<u8", (len(content) - offset) // WINDOW, offset)
        found.append(np.flatnonzero(windows * _FACTOR >> np.uint64(64 - BITS) == 0) * WINDOW + offset + WINDOW)
    return np.sort(np.concatenate(found))
