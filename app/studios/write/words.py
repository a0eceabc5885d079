"""Counting words, in a line or in a novel."""

from __future__ import annotations

from functools import cache

import numpy as np

LONG = 4_000
"""From so many characters on, arrays are quicker than a loop over words."""
_BASIC = 0x10000


def count_words(text: str) -> int:
    """How many words, as a writer counts them: what stands between blanks and has a letter or digit in it."""
    if len(text) < LONG:
        return sum(1 for word in text.split() if any(map(str.isalnum, word)))
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    blanks, letters = (table[np.minimum(points, _BASIC)] for table in _tables())
    wide = points >= _BASIC
    if wide.any():
        letters[wide] = [chr(point).isalnum() for point in points[wide]]
    starts = ~blanks
    starts[1:] &= blanks[:-1]
    words = np.cumsum(starts, dtype=np.int32)[letters]
    return int(np.count_nonzero(np.diff(words, prepend=0)))


@cache
def _tables() -> tuple[np.ndarray, np.ndarray]:
    """Whether each character of the basic plane is a blank, and whether it is a letter or digit; bool of (65537,)."""
    characters = [chr(point) for point in range(_BASIC)] + [""]
    return np.array([one.isspace() for one in characters]), np.array([one.isalnum() for one in characters])
