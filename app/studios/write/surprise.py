"""How surprising each place of a long text is to a network, read part by part.

The view is that of GLTR (Gehrmann, Strobelt, Rush 2019): each token by the rank the network gave it. A part is read
with some of the text before it, so that what it looks like depends on nothing further away: after a change only the
parts near it are read again, and of a novel only what is looked at.
"""

from __future__ import annotations

import re
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.write.document import Change
from app.studios.write.predictions import Predictions, predictions

PART, LONGEST = 2000, 4000
"""A part ends at a line break between these lengths, where there is none at a blank, at last anywhere."""
HASHED = 40
BEFORE = 1200
"""So many characters before a part are read with it, to know what it is about."""
KEPT = 400
"""Parts remembered."""
SUBWORD_BANDS, CHARACTER_BANDS = (10, 100, 1000), (1, 3, 10)
MANY = 1000
"""A vocabulary that is smaller is one of characters."""
CHANCE_STEPS = (0.5, 0.2, 0.05, 0.01, 0.001)
"""Where the bars of the chances end, from the likeliest down."""
BITS = 8
"""The last bar of the entropies holds all from so many bits on."""

Span = tuple[int, int]
Key = tuple[str, str, str]
_LINE_END = re.compile(r"\n+(?=[^\n])")


@dataclass(frozen=True)
class Histograms:
    """Shares of the tokens, 0..1: by band of rank, by :data:`CHANCE_STEPS`, by whole bits of entropy."""

    ranks: np.ndarray
    chances: np.ndarray
    entropies: np.ndarray
    count: int


class PartReader:
    """Reads parts of texts and remembers what it has read; the same part after the same text is read once."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, Predictions] = OrderedDict()

    def known(self, digest: str, text: str, span: Span) -> Predictions | None:
        """What the model of that digest found in a part, if it was read. Places count from the start of the part."""
        return self._known.get(_key(digest, text, span))

    def read(
        self, model: Model, text: str, spans: Sequence[Span], progress: Progress
    ) -> Iterator[tuple[Span, Predictions]]:
        """Each part with what was found in it; those that are not known are read. Raises :class:`AtelierError`."""
        for number, span in enumerate(spans):
            found = self.known(model.digest, text, span)
            if found is None:
                share = progress.part(number / len(spans), (number + 1) / len(spans))
                found = read_part(model, text, span, share)
                self._keep(_key(model.digest, text, span), found)
            yield span, found

    def _keep(self, key: Key, found: Predictions) -> None:
        self._known[key] = found
        while len(self._known) > KEPT:
            self._known.popitem(last=False)


def read_part(model: Model, text: str, span: Span, progress: Progress) -> Predictions:
    """The predictions for one part of a text. Places count from the start of the part."""
    start, end = span
    lead = _lead(text, start)
    found = predictions(model, lead + text[start:end], progress)
    first = int(np.searchsorted(found.spans[:, 1], len(lead), "right"))
    part = found.part(first, len(found))
    return part.moved(-len(lead))


def parts_of(text: str) -> list[Span]:
    """The parts of a text, one after the other. A change moves the borders of the parts near it, seldom of others."""
    parts, start = [], 0
    while start < len(text):
        end = _end(text, start)
        parts.append((start, end))
        start = end
    return parts


def around(parts: Sequence[Span], seen: Span, most: int) -> list[Span]:
    """The parts in view, then their neighbours on both sides, as long as they hold at most *most* characters."""
    near = sorted(parts, key=lambda part: max(part[0] - seen[1], seen[0] - part[1], 0))
    chosen, count = [], 0
    for start, end in near:
        if chosen and count + end - start > most:
            break
        chosen.append((start, end))
        count += end - start
    return chosen


def band_limits(model: Model) -> tuple[int, ...]:
    """The last rank of each band but the last one, which holds all that follow."""
    count = model.codec["vocabulary"]
    size = len(count) if isinstance(count, str) else int(count)
    return SUBWORD_BANDS if size > MANY else CHARACTER_BANDS


def bands(ranks: np.ndarray, limits: Sequence[int]) -> np.ndarray:
    """The band of each rank (n,), 0 for the least surprising."""
    return np.searchsorted(np.asarray(limits), ranks)


def histograms(parts: Sequence[Predictions], limits: Sequence[int]) -> Histograms:
    """What is in the bars, over all parts."""
    ranks = np.concatenate([np.zeros(0, np.int64), *(part.ranks for part in parts)])
    chances = np.exp(np.concatenate([np.zeros(0), *(part.chances for part in parts)]))
    bits = np.concatenate([np.zeros(0), *(part.entropies for part in parts)]) / np.log(2)
    steps = np.searchsorted(-np.asarray(CHANCE_STEPS), -chances)
    return Histograms(
        _shares(bands(ranks, limits), len(limits) + 1),
        _shares(steps, len(CHANCE_STEPS) + 1),
        _shares(np.clip(bits, 0, BITS).astype(np.int64), BITS + 1),
        len(ranks),
    )


class Placed(NamedTuple):
    """What was found in a part, and where the part starts; places in *found* count from there."""

    start: int
    found: Predictions

    @property
    def end(self) -> int:
        """Where its last token ends."""
        return self.start + int(self.found.spans[-1, 1])

    def tokens_in(self, start: int, end: int) -> tuple[int, int]:
        """The first and last + 1 of the tokens that lie, at least in part, in a span of the text."""
        first = np.searchsorted(self.found.spans[:, 1], start - self.start, "right")
        last = np.searchsorted(self.found.spans[:, 0], end - self.start, "left")
        return int(first), max(int(first), int(last))


def follow(placed: Sequence[Placed], change: Change) -> list[Placed]:
    """The same after a change of the text; what it touches is not known any more."""
    kept: list[Placed] = []
    moved = len(change.new) - (change.end - change.start)
    for part in placed:
        if part.end <= change.start:
            kept.append(part)
        elif part.start >= change.end:
            kept.append(Placed(part.start + moved, part.found))
        else:
            first, last = part.tokens_in(change.start, max(change.end, change.start + 1))
            rest = part.found.part(last, len(part.found))
            kept += [Placed(part.start, part.found.part(0, first)), Placed(part.start + moved, rest)]
    return [part for part in kept if len(part.found)]


def runs(part: Placed, start: int, end: int, limits: Sequence[int]) -> np.ndarray:
    """Neighbours of one band that lie in a span of the text, as one: first character, last + 1, band, int64 (n, 3)."""
    first, last = part.tokens_in(start, end)
    found = bands(part.found.ranks[first:last], limits)
    places = part.found.spans[first:last] + part.start
    borders = np.flatnonzero((found[1:] != found[:-1]) | (places[1:, 0] > places[:-1, 1])) + 1
    begins = np.concatenate([np.zeros(min(1, last - first), np.int64), borders])
    ends = np.concatenate([borders, np.full(min(1, last - first), last - first)])
    return np.stack([places[begins, 0], places[ends - 1, 1], found[begins]], 1)


def _shares(numbers: np.ndarray, count: int) -> np.ndarray:
    return np.bincount(numbers, minlength=count) / max(1, len(numbers))


def _lead(text: str, start: int) -> str:
    """Some of the text before a place, begun after a blank."""
    at = max(0, start - BEFORE)
    if at:
        at = max(at, text.find(" ", at, start) + 1)
    return text[at:start]


def _key(digest: str, text: str, span: Span) -> Key:
    return digest, _lead(text, span[0]), text[span[0] : span[1]]


def _end(text: str, start: int) -> int:
    if len(text) - start <= LONGEST:
        return len(text)
    first, last = start + PART, start + LONGEST
    lines = [first + found.end() for found in _LINE_END.finditer(text[first:last])]
    if lines:
        # Not the first of them, but the one before the text of the least hash: so most borders outlive a change.
        return min(lines, key=lambda at: zlib.crc32(text[at : at + HASHED].encode(errors="surrogatepass")))
    blank = text.rfind(" ", first, last)
    return blank if blank > 0 else last
