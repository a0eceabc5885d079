"""Places in a text: Qt counts UTF-16 units, Python characters. They differ after an emoji or rare ideograph."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from PySide6.QtGui import QTextCursor


class Places:
    """Turns places of one text from characters to units and back, and follows its changes.

    Keeps only where the characters of two units stand, so that both ways take a search in them, not a walk through the
    text.
    """

    def __init__(self, text: str = "") -> None:
        self._wide = _wide_places(text)

    def replaced(self, start: int, end: int, new: str) -> None:
        """The characters from *start* up to *end* were replaced by *new*."""
        if new.isascii() and not len(self._wide):
            return
        first, last = np.searchsorted(self._wide, (start, end))
        moved = self._wide[last:] + (len(new) - (end - start))
        self._wide = np.concatenate([self._wide[:first], _wide_places(new) + start, moved])

    def to_units(self, index: int) -> int:
        """The number of units before the character at *index*."""
        return index + int(np.searchsorted(self._wide, index))

    def all_to_units(self, indices: np.ndarray) -> np.ndarray:
        """The same for many, int64 of any shape."""
        return indices + np.searchsorted(self._wide, indices)

    def to_index(self, units: int) -> int:
        """The number of whole characters in the first *units* units."""
        return units - bisect_left(range(len(self._wide)), units, key=lambda nth: int(self._wide[nth]) + nth)


def unit_length(text: str) -> int:
    """How many UTF-16 units a text has."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def selected(cursor: QTextCursor) -> str:
    """What is marked, as :func:`from_view` gives it.

    Half a character, which a damaged clipboard or an input method may bring, is lost on the way to Python's text; it is
    looked for unit by unit then.
    """
    text, units = cursor.selectedText(), cursor.selectionEnd() - cursor.selectionStart()
    if len(text.encode("utf-16-le", "surrogatepass")) < 2 * units:
        document, start = cursor.document(), cursor.selectionStart()
        text = "".join(document.characterAt(at) for at in range(start, start + units))
    return from_view(text)


def from_view(text: str) -> str:
    """A text as Qt's views give it, with ``\\n`` for their paragraph signs; half a character becomes ``�``.

    As many UTF-16 units as before, so that places stay where they are.
    """
    text = text.replace("\u2029", "\n").replace("\u2028", "\n").replace("\x00", " ")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _wide_places(text: str) -> np.ndarray:
    """Where the characters of two units stand, int64, rising."""
    if text.isascii():
        return np.empty(0, np.int64)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return np.flatnonzero(points > 0xFFFF)
