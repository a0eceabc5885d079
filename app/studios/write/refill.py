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
    """A passage up to a place where it may end, with the network's state there (layers, 1, width)."""

    text: str
    h: np.ndarray
    c: np.ndarray


def refill_text(request: WriteRequest, model: Model, progress: Progress) -> Iterator[Text]:
    """The text with the span written anew, in one piece: until it is whole, the old one stays."""
    after = request.document.text[request.end :]
    cuts = _cuts(request, model, progress.part(0.0, 0.95))
    best = cuts[0] if not after else _likeliest(cuts, after, model, progress.part(0.95, 1.0))
    progress.report(1.0)
    yield request.document.replaced(request.start, request.end, best.text, "machine")


def _cuts(request: WriteRequest, model: Model, progress: Progress) -> list[_Cut]:
    reader = CharReader(model)
    tokens = context_tokens(reader, request.document.text[: request.start])
    scores = np.repeat(reader.read_all(tokens, progress.part(0.0, 0.2)), CANDIDATES, axis=0)
    reader = reader.picked([0] * CANDIDATES)
    sampling = sampling_of(request.controls)
    generators = [rng(request.seed, row) for row in range(CANDIDATES)]
    wanted = request.end - request.start
    longest = round(wanted * (1 + SLACK)) + EXTRA
    passages = [""] * CANDIDATES
    found: list[list[_Cut]] = [[] for _ in range(CANDIDATES)]
    written = progress.part(0.2, 1.0)
    for number in range(longest):
        chosen = [sample_token(scores[row], generators[row], sampling) for row in range(CANDIDATES)]
        passages = [passage + reader.codec.decode([token]) for passage, token in zip(passages, chosen, strict=True)]
        scores = reader.read(np.array(chosen)[:, None], progress)[:, -1]
        if number + 1 >= wanted * (1 - SLACK) - EXTRA:
            _note_ends(request, passages, reader, found)
        written.report((number + 1) / longest)
    return [cut for row in found for cut in _nearest(row, wanted)] or [_cut(passages[0][:wanted], reader, 0)]


def _note_ends(request: WriteRequest, passages: list[str], reader: CharReader, found: list[list[_Cut]]) -> None:
    text = request.document.text
    old, after = text[request.start : request.end], text[request.end :]
    for row, passage in enumerate(passages):
        if _may_end(passage, old, after):
            found[row].append(_cut(passage, reader, row))


def _cut(passage: str, reader: CharReader, row: int) -> _Cut:
    return _Cut(passage, reader.h[:, [row]].copy(), reader.c[:, [row]].copy())


def _may_end(passage: str, old: str, after: str) -> bool:
    """Whether a passage ends as the old one did: in a blank, in a mark, or in a letter that no letter follows."""
    kinds = _kind(passage[-1]), _kind(old[-1])
    return kinds[0] == kinds[1] or (kinds[0] != "blank" and after[:1].isspace() and kinds[1] != "blank")


def _kind(character: str) -> str:
    if character.isspace():
        return "blank"
    return "letter" if character.isalnum() else "mark"


def _nearest(cuts: list[_Cut], wanted: int) -> list[_Cut]:
    return sorted(cuts, key=lambda cut: abs(len(cut.text) - wanted))[:ENDS]


def _likeliest(cuts: list[_Cut], after: str, model: Model, progress: Progress) -> _Cut:
    reader = CharReader(model, len(cuts))
    tokens = reader.codec.encode(after[:LOOK_AHEAD])
    if not len(tokens):
        return cuts[0]
    reader.h = np.concatenate([cut.h for cut in cuts], axis=1)
    reader.c = np.concatenate([cut.c for cut in cuts], axis=1)
    return cuts[0]
