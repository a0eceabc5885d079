"""What the machine may not write: words that are banned, and all that does not go on with a half-written word."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Sequence

import numpy as np

from app.studios.write.subwords import SubwordCodec

MAX_BANNED = 200
"""So many words can be banned at once."""


def parse_banned(words: str) -> tuple[str, ...]:
    """The banned words or phrases in a list with commas, in small letters, each once."""
    parts = (" ".join(part.split()).lower() for part in words.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))[:MAX_BANNED]


class BannedWords:
    """Keeps whole words or phrases from being written, in whatever tokens they may come, large or small letters.

    A word longer than a banned one stays possible where the tokens allow it in one; a token that makes a banned word
    whole is never drawn.
    """

    def __init__(self, words: Sequence[str], codec: SubwordCodec) -> None:
        self.words = words
        texts = [piece.decode(errors="replace").lower() for piece in codec.pieces] if words else []
        self._sorted = sorted((text, token) for token, text in enumerate(texts) if text)
        self._longest = max(map(len, words), default=0) + 1

    def forbidden(self, text: str) -> list[int]:
        """The tokens that may not come after *text* (only its end matters)."""
        end = text[-self._longest :].lower()
        return [token for word in self.words for rest in _rests(word, end) for token in self._making(rest)]

    def _making(self, rest: str) -> list[int]:
        """The tokens that begin with *rest* and there end or go on with no letter."""
        first = bisect.bisect_left(self._sorted, (rest, -1))
        found = []
        for text, token in self._sorted[first:]:
            if not text.startswith(rest):
                break
            if not text[len(rest) : len(rest) + 1].isalnum():
                found.append(token)
        return found


def _rests(word: str, end: str) -> list[str]:
    """What would make *word* whole after *end*, a word of its own each time."""
    begun = (size for size in range(1, len(word)) if end.endswith(word[:size]))
    rests = [word[size:] for size in begun if not end[-size - 1 : -size].isalnum()]
    if not end[-1:].isalnum():
        rests.append(word)
    return [*rests, " " + word]


def beginning_with(given: bytes, codec: SubwordCodec) -> np.ndarray:
    """The tokens (n,), rising, that begin with the bytes *given*, or are the beginning of them."""
    sorted_pieces = codec.sorted_pieces
    first = bisect.bisect_left(sorted_pieces, (given, -1))
    after = bisect.bisect_left(sorted_pieces, (given + b"\xff" * codec.longest, -1))
    found = [token for _, token in sorted_pieces[first:after]]
    for size in range(1, len(given)):
        at = bisect.bisect_left(sorted_pieces, (given[:size], -1))
        same = itertools.takewhile(lambda entry, size=size: entry[0] == given[:size], sorted_pieces[at:])
        found += [token for _, token in same]
    return np.array(sorted(found), np.int64)


def has_word(text: str, word: str) -> bool:
    """Whether a banned word stands in a text as a word."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text.lower()) is not None
