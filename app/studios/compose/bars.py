"""Bars and beats of a piece, found without walking through all bars before them."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterator
from typing import NamedTuple

from app.studios.compose.document import Meter, Score


class Bar(NamedTuple):
    """*number* counts from 0; ticks *start* up to *end*; ticks of a *beat*."""

    number: int
    start: int
    end: int
    beat: int


class _Stretch(NamedTuple):
    """Bars of one metre."""

    start: int
    end: int
    beat: int
    bar: int
    number: int

    @property
    def bars(self) -> int:
        return -(-(self.end - self.start) // self.bar)

    def nth(self, place: int) -> Bar:
        start = self.start + place * self.bar
        return Bar(self.number + place, start, min(start + self.bar, self.end), self.beat)


class Bars:
    """The bars up to the end of the piece; a change of metre begins a bar. At least one, be the piece empty."""

    def __init__(self, meters: tuple[Meter, ...], length: int, ticks_per_quarter: int) -> None:
        self._stretches: list[_Stretch] = []
        number = 0
        for meter, after in zip(meters, [*meters[1:], None], strict=True):
            beat = max(1, ticks_per_quarter * 4 // meter.denominator)
            bar = beat * meter.numerator
            end = length if after is None else min(after.tick, length)
            if end > meter.tick or not self._stretches:
                stretch = _Stretch(meter.tick, max(end, meter.tick + 1), beat, bar, number)
                self._stretches.append(stretch)
                number += stretch.bars
        self.count = number

    def at(self, tick: float) -> Bar:
        """The bar a tick lies in; the last one for ticks behind the end."""
        stretch = self._stretches[max(0, bisect.bisect_right(self._stretches, tick, key=lambda s: s.start) - 1)]
        return stretch.nth(min(stretch.bars - 1, max(0, int((tick - stretch.start) // stretch.bar))))

    def nth(self, number: int) -> Bar:
        """The bar of that number, counted from 0; the last one for higher numbers."""
        stretch = self._stretches[max(0, bisect.bisect_right(self._stretches, number, key=lambda s: s.number) - 1)]
        return stretch.nth(min(stretch.bars - 1, number - stretch.number))

    def between(self, start: float, end: float) -> Iterator[Bar]:
        """The bars that lie, at least in part, between two ticks."""
        number = self.at(start).number
        while number < self.count:
            bar = self.nth(number)
            if bar.start >= end:
                return
            yield bar
            number += 1


def bars_of(score: Score) -> Bars:
    """The bars of a score; kept for the scores looked at last."""
    return _bars(score.meters, score.length, score.ticks_per_quarter)


_bars = functools.lru_cache(maxsize=16)(Bars)
