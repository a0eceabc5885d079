"""The text, and for each character who wrote it. Immutable; editing returns a new one."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Literal, NamedTuple

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.write.words import count_words

Maker = Literal["user", "machine", "edited"]
"""Typed by hand; written by the machine; put by hand in the place or into the midst of what the machine wrote."""

_PLAIN_BREAKS = {0x2028: "\n", 0x2029: "\n", 0xFDD0: None, 0xFDD1: None, 0: None}
"""What a text view would turn into line breaks by itself, and what it keeps for its own use."""


LONGEST_LINE = 10_000
"""A text view lays out a whole line for each key in it, and the time grows with the square of a word's length."""
_SERIALS = itertools.count(1)


class Change(NamedTuple):
    """Put *new* in the place of the characters from *start* up to *end*."""

    start: int
    end: int
    new: str


class Folded(NamedTuple):
    """A text as its difference from another one: what to change there, and which of the runs there to replace."""

    change: Change
    first: int
    last: int
    runs: tuple[Run, ...]


class Run(msgspec.Struct, frozen=True, array_like=True):
    """So many characters in a row, by one maker."""

    length: int
    maker: Maker


class Text(msgspec.Struct, frozen=True, dict=True):
    """A text of Unicode characters with ``\\n`` between lines.

    The lengths of ``runs`` add up to the length of the text; neighbours differ in their maker; none is empty.
    A change copies the text and the tuple of runs, and looks at no run but those it touches: in a novel of two
    megabytes a keystroke costs some tenths of a millisecond.
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
        start, end, new = self._trimmed(start, end, new)
        added = (Run(len(new), maker),) if new else ()
        runs = _joined(_joined(self._runs_in(0, start), added), self._runs_in(end, len(self.text)))
        return self._followed("".join((self.text[:start], new, self.text[end:])), runs, Change(start, end, new))

    def typed(self, start: int, end: int, new: str) -> Text:
        """The same, with *new* put there by hand.

        It is ``edited`` where it replaces what the machine wrote or stands inside a line of it, else ``user``.
        """
        start, end, new = self._trimmed(start, end, new)
        return self.replaced(start, end, new, "edited" if self._is_machines(start, end, new) else "user")

    def with_changes(self, changes: Sequence[tuple[int, int, str]]) -> Text:
        """Many changes by hand at once: (start, end, new) in rising order, none overlapping; see :meth:`typed`."""
        pieces: list[str] = []
        runs: list[Run] = []
        at = 0
        for start, end, new in changes:
            start, end, new = self._trimmed(start, end, new)
            pieces += (self.text[at:start], new)
            _extend(runs, self._runs_in(at, start))
            if new:
                _extend(runs, (Run(len(new), "edited" if self._is_machines(start, end, new) else "user"),))
            at = end
        _extend(runs, self._runs_in(at, len(self.text)))
        return Text("".join((*pieces, self.text[at:])), tuple(runs))

    def change_since(self, other: Text, caret: int | None = None) -> Change:
        """What to change in the text of *other* to get this one's; costs nothing if it was made by one change of it.

        *caret* as for :func:`difference`.
        """
        if other is self:
            return Change(0, 0, "")
        serial, change = vars(self).get("_origin", (0, None))
        return change if change and serial == other.serial else difference(other.text, self.text, caret)

    def folded(self, near: Text) -> Folded:
        """What makes this text of *near*."""
        first = _same_runs(self.runs, near.runs)
        after = _same_runs(self.runs[first:][::-1], near.runs[first:][::-1])
        runs = self.runs[first : len(self.runs) - after]
        return Folded(self.change_since(near), first, len(near.runs) - after, runs)

    def unfolded(self, kept: Folded) -> Text:
        """The text that was :meth:`folded` near this one."""
        (start, end, new), first, last, runs = kept
        text = "".join((self.text[:start], new, self.text[end:]))
        return self._followed(text, self.runs[:first] + runs + self.runs[last:], kept.change)

    @cached_property
    def words(self) -> int:
        """How many words it has."""
        return count_words(self.text)

    def counted(self) -> Text:
        """Itself, with its words counted: done by the thread that made a large text, so that the window need not."""
        _ = self.words
        return self

    @cached_property
    def serial(self) -> int:
        """A number no other text of this process has."""
        return next(_SERIALS)

    def _followed(self, text: str, runs: tuple[Run, ...], change: Change) -> Text:
        made = Text(text, runs)
        vars(made)["_origin"] = (self.serial, change)
        return made

    def spans(self, maker: Maker, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """Where *maker* wrote, as (start, end) clipped to the part asked for."""
        at = start
        for run in self._runs_in(start, len(self.text) if end is None else end):
            if run.maker == maker:
                yield at, at + run.length
            at += run.length

    def share(self, maker: Maker) -> float:
        """The part of the characters that *maker* wrote, 0..1; 0 for an empty text."""
        return self._lengths.get(maker, 0) / max(1, len(self.text))

    @cached_property
    def _lengths(self) -> dict[Maker, int]:
        """How many characters each maker wrote."""
        lengths: dict[Maker, int] = {}
        for run in self.runs:
            lengths[run.maker] = lengths.get(run.maker, 0) + run.length
        return lengths

    @cached_property
    def _ends(self) -> list[int]:
        """Where each run ends, in characters."""
        return list(itertools.accumulate(map(attrgetter("length"), self.runs)))

    def _runs_in(self, start: int, end: int) -> tuple[Run, ...]:
        """The runs of a part, the first and the last cut to it."""
        if start >= end:
            return ()
        first, last = bisect_right(self._ends, start), bisect_left(self._ends, end)
        if first == last:
            return (Run(end - start, self.runs[first].maker),)
        head = Run(self._ends[first] - start, self.runs[first].maker)
        tail = Run(end - self._ends[last - 1], self.runs[last].maker)
        return (head, *self.runs[first + 1 : last], tail)

    def _trimmed(self, start: int, end: int, new: str) -> tuple[int, int, str]:
        """A change without what is the same at both its ends."""
        old = self.text[start:end]
        first = common_prefix(old, new)
        last = common_suffix(old[first:], new[first:])
        return start + first, end - last, new[first : len(new) - last]

    def _is_machines(self, start: int, end: int, new: str) -> bool:
        """Whether a change by hand is one of the machine's text."""
        if any(run.maker != "user" for run in self._runs_in(start, end)):
            return True
        around = self.text[max(0, start - 1) : start] + new + self.text[end : end + 1]
        if not 0 < start <= end < len(self.text) or "\n" in around:
            return False
        return all(self._runs_in(at, at + 1)[0].maker != "user" for at in (start - 1, end))


def cleaned(text: str) -> str:
    """The text with ``\\n`` as its only line break and without NUL.

    Raises :class:`AtelierError` (``BAD_INPUT``), see :func:`check_characters`.
    """
    check_characters(text)
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN_BREAKS)


def check_characters(text: str) -> None:
    """Raises :class:`AtelierError` (``BAD_INPUT``) for half a character (a lone surrogate); no file can hold it."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The text holds half a character at position {at}.", at=error.start + 1),
            tr("It was damaged by another program; take it out and try again."),
        ) from error


def breaks_in(text: str) -> list[tuple[int, int, str]]:
    """The line breaks to put into lines longer than :data:`LONGEST_LINE`, as :meth:`Text.with_changes` takes them.

    After the last blank that fits; where there is none for that long, anywhere.
    """
    changes, start, length = [], 0, len(text)
    while length - start > LONGEST_LINE:
        end = text.rfind("\n", start, start + LONGEST_LINE + 1)
        if end < 0:
            end = text.rfind(" ", start + 1, start + LONGEST_LINE)
            end = end if end > start else start + LONGEST_LINE - 1
            changes.append((end + 1, end + 1, "\n"))
        start = end + 1
    return changes


def common_prefix(one: str, other: str) -> int:
    """How many characters are the same from the start; compares halves, so that a megabyte takes no time."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(other[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def common_suffix(one: str, other: str) -> int:
    """How many characters are the same from the end."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.endswith(other[len(other) - middle : len(other) - low], 0, len(one) - low):
            low = middle
        else:
            high = middle - 1
    return low


def difference(old: str, new: str, caret: int | None = None) -> Change:
    """What to change in *old* to get *new*.

    Where the same letters stand on both sides, more than one place is possible; then it is the caret.
    """
    first = common_prefix(old, new)
    if caret is not None and caret <= first and common_suffix(old[caret:], new[caret:]) == len(old) - caret:
        first = caret
    last = common_suffix(old[first:], new[first:])
    return Change(first, len(old) - last, new[first : len(new) - last])


def _joined(one: tuple[Run, ...], other: tuple[Run, ...]) -> tuple[Run, ...]:
    if one and other and one[-1].maker == other[0].maker:
        return (*one[:-1], Run(one[-1].length + other[0].length, other[0].maker), *other[1:])
    return one + other


def _extend(runs: list[Run], more: tuple[Run, ...]) -> None:
    if runs and more and runs[-1].maker == more[0].maker:
        runs[-1] = Run(runs[-1].length + more[0].length, more[0].maker)
        more = more[1:]
    runs.extend(more)


def _same_runs(one: tuple[Run, ...], other: tuple[Run, ...]) -> int:
    """How many are the same from the start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (run, its) in pairs if run != its), min(len(one), len(other)))
