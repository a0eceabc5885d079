"""Fills a marked span anew, so that it fits what stands before it and what follows.

A recurrent network reads only forwards. So several passages are written side by side, each is cut where a word ends
near the length of the span, and the one after which the network finds the following text likeliest is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import rng, sample_token
from app.studios.write.document import Text
from app.studios.write.generator import context_tokens, sampling_of
from app.studios.write.network import CharReader
from app.studios.write.request import WriteRequest
from app.studios.write.score import log_chances

CANDIDATES = 6
SLACK = 0.25
"""A passage may be longer or shorter than the span by this part of it, and by :data:`EXTRA` characters."""
EXTRA = 16
LOOK_AHEAD = 48
"""So many characters of the following text are tried after each passage."""
ENDS = 3
"""So many places to end are tried in each passage."""


@dataclass(frozen=True)
class _Cut:
    """A passage up to a place where it may end, with the scores (V,) and state (layers, 1, width) after it."""

    text: str
    scores: np.ndarray
    h: np.ndarray
    c: np.ndarray


def refill_text(request: WriteRequest, model: Model, progress: Progress) -> Iterator[Text]:
    """The text with the span written anew, in one piece: until it is whole, the old one stays."""
    after = request.document.text[request.end :]
    cuts = _Passages(request, model).cuts(progress.part(0.0, 0.95))
    best = _likeliest(cuts, after, model, progress.part(0.95, 1.0))
    progress.report(1.0)
    yield request.document.replaced(request.start, request.end, best.text, "machine")


class _Passages:
    """The passages written side by side."""

    def __init__(self, request: WriteRequest, model: Model) -> None:
        text = request.document.text
        self._request = request
        self._old, self._after = text[request.start : request.end], text[request.end :]
        self._reader = CharReader(model)
        self._texts = [""] * CANDIDATES
        self._spellers = [self._reader.codec.speller() for _ in range(CANDIDATES)]
        self._found: list[list[_Cut]] = [[] for _ in range(CANDIDATES)]

    def cuts(self, progress: Progress) -> list[_Cut]:
        """Write until longer than the span, noting where to end; the nearest few ends of each passage."""
        wanted = len(self._old)
        longest = round(wanted * (1 + SLACK)) + EXTRA
        scores = self._read_before(progress.part(0.0, 0.2))
        sampling = sampling_of(self._request.controls)
        generators = [rng(self._request.seed, row) for row in range(CANDIDATES)]
        written = progress.part(0.2, 1.0)
        for number in range(longest):
            chosen = [sample_token(scores[row], generators[row], sampling) for row in range(CANDIDATES)]
            if number >= max(1, wanted * (1 - SLACK) - EXTRA):
                self._note_ends(scores, chosen)
            for row, token in enumerate(chosen):
                self._texts[row] += self._spellers[row].add(token)
            scores = self._reader.read(np.array(chosen)[:, None], progress)[:, -1]
            written.report((number + 1) / longest)
        return [cut for row in self._found for cut in _nearest(row, wanted)] or [self._cut(scores, 0)]

    def _read_before(self, progress: Progress) -> np.ndarray:
        tokens = context_tokens(self._reader, self._request.document.text[: self._request.start])
        scores = self._reader.read_all(tokens, progress)
        self._reader = self._reader.picked([0] * CANDIDATES)
        return np.repeat(scores, CANDIDATES, axis=0)

    def _note_ends(self, scores: np.ndarray, chosen: list[int]) -> None:
        for row, token in enumerate(chosen):
            if not self._texts[row] or self._spellers[row].inside:
                continue
            if _may_end(self._texts[row], self._reader.codec.decode([token]), self._old, self._after):
                self._found[row].append(self._cut(scores, row))

    def _cut(self, scores: np.ndarray, row: int) -> _Cut:
        return _Cut(self._texts[row], scores[row], self._reader.h[:, [row]], self._reader.c[:, [row]])


def _may_end(passage: str, coming: str, old: str, after: str) -> bool:
    """Whether a passage may end before the character *coming*: as the old span ended, and with a whole word."""
    ours, theirs = _kind(passage[-1]), _kind(old[-1])
    if "blank" in (ours, theirs):
        return ours == theirs
    if after[:1].isalnum():
        return ours == theirs
    return not (ours == "letter" and _kind(coming) == "letter")


def _kind(character: str) -> str:
    if character.isspace():
        return "blank"
    return "letter" if character.isalnum() or character == "'" else "mark"


def _nearest(cuts: list[_Cut], wanted: int) -> list[_Cut]:
    return sorted(cuts, key=lambda cut: abs(len(cut.text) - wanted))[:ENDS]


def _likeliest(cuts: list[_Cut], after: str, model: Model, progress: Progress) -> _Cut:
    """The cut after which the start of *after* has the highest chance; the first where nothing follows."""
    reader = CharReader(model, len(cuts))
    tokens = reader.codec.encode(after[:LOOK_AHEAD])
    if not len(tokens):
        return cuts[0]
    reader.h = np.concatenate([cut.h for cut in cuts], axis=1)
    reader.c = np.concatenate([cut.c for cut in cuts], axis=1)
    rows = np.tile(tokens, (len(cuts), 1))
    scores = np.concatenate([np.stack([cut.scores for cut in cuts])[:, None], reader.read(rows, progress)[:, :-1]], 1)
    chances = log_chances(scores.astype(np.float64), rows).sum(axis=1)
    return cuts[int(chances.argmax())]
