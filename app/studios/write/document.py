"""The text, and for each character who wrote it. Immutable; editing returns a new one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr

Maker = Literal["user", "machine"]

_PLAIN_BREAKS = {0x2028: "\n", 0x2029: "\n", 0xFDD0: None, 0xFDD1: None, 0: None}
"""What a text view would turn into line breaks by itself, and what it keeps for its own use."""


class Run(msgspec.Struct, frozen=True, array_like=True):
    """So many characters in a row, by one maker."""

    length: int
    maker: Maker


class Text(msgspec.Struct, frozen=True):
    """A text of Unicode characters with ``\\n`` between lines.

    The lengths of ``runs`` add up to the length of the text; neighbours differ in their maker; none is empty.
    """

    text: str = ""
    runs: tuple[Run, ...] = ()

    @classmethod
    def by(cls, maker: Maker, text: str) -> Text:
        """A text all by one maker. Raises :class:`AtelierError` (``BAD_INPUT``), see :func:`cleaned`."""
        text = cleaned(text)
        return cls(text, (Run(len(text), maker),) if text else ())

    def __len__(self) -> int:
        return len(self.text)

    def check(self) -> Text:
        """Itself. Raises :class:`AtelierError` (``BAD_INPUT``) if text and runs do not belong together."""
        if any(run.length < 1 for run in self.runs) or sum(run.length for run in self.runs) != len(self.text):
            raise AtelierError(ErrorKind.BAD_INPUT, tr("It is not known who wrote which part of this text."))
        return self

    def replaced(self, start: int, end: int, new: str, maker: Maker) -> Text:
        """The text with the characters from *start* up to *end* replaced by *new*, which is *maker*'s.

        What is the same at both ends of *new* and of what it replaces keeps its maker.
        """
        old = self.text[start:end]
        first = common_prefix(old, new)
        last = common_suffix(old[first:], new[first:])
        start, end, new = start + first, end - last, new[first : len(new) - last]
        runs = [*self._runs_in(0, start), Run(len(new), maker), *self._runs_in(end, len(self.text))]
        return Text(self.text[:start] + new + self.text[end:], tuple(_joined(runs)))

    def spans(self, maker: Maker, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """Where *maker* wrote, as (start, end) clipped to the part asked for."""
        at = start
        for run in self._runs_in(start, len(self.text) if end is None else end):
            if run.maker == maker:
                yield at, at + run.length
            at += run.length

    def share(self, maker: Maker) -> float:
        """The part of the characters that *maker* wrote, 0..1; 0 for an empty text."""
        return sum(run.length for run in self.runs if run.maker == maker) / max(1, len(self.text))

    def _runs_in(self, start: int, end: int) -> Iterator[Run]:
        at = 0
        for run in self.runs:
            length = min(end, at + run.length) - max(start, at)
            at += run.length
            if length > 0:
                yield Run(length, run.maker)
            if at >= end:
                return


def cleaned(text: str) -> str:
    """The text with ``\\n`` as its only line break and without NUL.

    Raises :class:`AtelierError` (``BAD_INPUT``) for halves of characters (lone surrogates), which no file can hold.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The text holds half a character at position {at}.", at=error.start + 1),
            tr("It was damaged by another program; take it out and try again."),
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN_BREAKS)


def count_words(text: str) -> int:
    """How many words, as a writer counts them: what stands between blanks and has a letter or digit in it."""
    return sum(1 for word in text.split() if any(map(str.isalnum, word)))


def common_prefix(one: str, other: str) -> int:
    """How many characters are the same from the start; compares halves, so that a megabyte takes no time."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def common_suffix(one: str, other: str) -> int:
    """How many characters are the same from the end."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def difference(old: str, new: str, caret: int) -> tuple[int, int, str]:
    """What to put in place of old[start:end] to get *new*: start, end, text.

    Where the same letters stand on both sides, more than one place is possible; then it is the caret.
    """
    first = common_prefix(old, new)
    if caret <= first and common_suffix(old[caret:], new[caret:]) == len(old) - caret:
        first = caret
    last = common_suffix(old[first:], new[first:])
    return first, len(old) - last, new[first : len(new) - last]


def _joined(runs: Iterable[Run]) -> Iterator[Run]:
    for _, group in itertools.groupby((run for run in runs if run.length), key=lambda run: run.maker):
        same = list(group)
        yield Run(sum(run.length for run in same), same[0].maker)
