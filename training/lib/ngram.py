"""A smoothed n-gram over tokens, as an anchor: interpolated Kneser-Ney (Kneser & Ney 1995; Chen & Goodman 1999).

An n-gram of tokens below 2¹² is one whole number of 60 bits, so all counts are sorted arrays.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

BITS = 12
MOST = 5
"""The longest n-gram that fits into 64 bits."""


class NGram:
    """Learns from *streams* of tokens (n,), each by itself; *order* is the length of the longest n-gram, at most 5."""

    def __init__(self, streams: Iterable[np.ndarray], vocabulary: int, order: int = MOST) -> None:
        if not (1 <= order <= MOST and vocabulary <= 1 << BITS):
            raise ValueError(f"no {order}-grams of {vocabulary} tokens")
        self._vocabulary, self._order = vocabulary, order
        keys = np.concatenate([_keys(stream, order)[-1] for stream in streams])
        grams, counts = np.unique(keys, return_counts=True)
        self._levels = [_Level(grams, counts)]
        for length in range(order - 1, 0, -1):
            # A shorter n-gram counts the different tokens it was seen behind (continuation counts).
            grams, counts = np.unique(grams & ((1 << BITS * length) - 1), return_counts=True)
            self._levels.insert(0, _Level(grams, counts))

    def nats(self, stream: np.ndarray) -> np.ndarray:
        """The surprise of each token of a stream (n,), float64 (n,)."""
        chances = np.full(len(stream), 1 / self._vocabulary)
        for level, keys in zip(self._levels, _keys(stream, self._order), strict=True):
            chances = level.interpolated(keys, chances)
        return -np.log(chances)


class _Level:
    """The n-grams of one length, sorted, with their counts."""

    def __init__(self, grams: np.ndarray, counts: np.ndarray) -> None:
        self._grams, self._counts = grams, counts
        self._contexts, first = np.unique(grams >> BITS, return_index=True)
        self._sums = np.add.reduceat(counts, first)
        self._kinds = np.diff([*first, len(grams)])
        once, twice = (counts == 1).sum(), (counts == 2).sum()
        self._discount = once / max(1, once + 2 * twice)

    def interpolated(self, keys: np.ndarray, lower: np.ndarray) -> np.ndarray:
        """The chances of n-grams, with those of the shorter ones, *lower*, mixed in; unseen contexts have only them."""
        count = _looked_up(self._grams, self._counts, keys)
        total = _looked_up(self._contexts, self._sums, keys >> BITS)
        kinds = _looked_up(self._contexts, self._kinds, keys >> BITS)
        known = np.maximum(total, 1)
        mixed = (np.maximum(count - self._discount, 0) + self._discount * kinds * lower) / known
        return np.where(total > 0, mixed, lower)


def _looked_up(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    places = np.minimum(keys.searchsorted(wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], 0)


def _keys(stream: np.ndarray, order: int) -> list[np.ndarray]:
    """For each length up to *order* the n-gram that ends at each token, int64 (n,); zeros stand before the first."""
    padded = np.concatenate([np.zeros(order - 1, np.int64), np.asarray(stream, np.int64)])
    keys, found = np.zeros(len(stream), np.int64), []
    for back in range(order):
        keys = keys | padded[order - 1 - back : len(padded) - back] << BITS * back
        found.append(keys)
    return found
