"""Goes on with a score, or fills what is marked in it, event by event: what the family ``musenet`` does with a request.

The bars around what is marked are read first. Then the marked bars are written a few at a time, by one row or, where
the user has wishes, by several side by side of which the one that meets them best is kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec
import numpy as np

from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.decoder import Decoder, read_context
from app.runtime.model import Model
from app.runtime.sampling import Sampling, rng, sample_token
from app.studios.compose.document import Note, Score
from app.studios.compose.events import END, POSITION
from app.studios.compose.grammar import Row
from app.studios.compose.plan import Plan, completed
from app.studios.compose.request import ComposeRequest
from app.studios.compose.wishes import best_of, wishes_of

SEGMENT = 8
"""Bars that are written between two looks at what stands around them."""
ROOM = 1536
"""At least so many tokens are kept free for a segment, or half of what the network reads."""
TRIES = 8
"""Rows that are written side by side where the user has wishes."""
SNAPSHOT_SECONDS = 0.1
ANYBODY = "anybody"
"""The composer of a request that names none."""
Made = list[tuple[int, Note]]


def fill(request: ComposeRequest, model: Model, progress: Progress) -> Iterator[Score]:
    """Yield the score with more and more notes in what is marked; every note of the request's score is in all of them.

    See :class:`ComposeRequest`. Raises :class:`AtelierError` (``BAD_INPUT``) where nothing is marked.
    """
    plan = Plan(request, group_of(request, model))
    made: Made = []
    for first in range(plan.first, plan.last, SEGMENT):
        last = min(plan.last, first + SEGMENT)
        words = tr("bar {number} of {all}", number=first - plan.first + 1, all=plan.last - plan.first)
        progress.report((first - plan.first) / (plan.last - plan.first), words)
        segment = Segment(request, model, plan, first, last, made)
        shown = time.monotonic()
        for _ in segment.write(progress):
            if time.monotonic() - shown >= SNAPSHOT_SECONDS:
                shown = time.monotonic()
                yield _shown(request, plan, made + segment.made, segment.bar)
        made = made + segment.best()
        yield _shown(request, plan, made, last - 1)


def group_of(request: ComposeRequest, model: Model) -> int | None:
    """The number of the composer or style that a request names; None for anybody."""
    groups = list(model.codec["groups"])
    name = request.controls.get("composer", ANYBODY)
    return groups.index(name) if name in groups else None


class Segment:
    """Some bars of a plan, written by rows that begin alike."""

    def __init__(self, request: ComposeRequest, model: Model, plan: Plan, first: int, last: int, made: Made) -> None:
        self._request, self._model, self._plan = request, model, plan
        self._first, self._last, self._before = first, last, made
        controls = request.controls
        self._wishes = wishes_of(controls)
        self._sampling = Sampling(
            temperature=float(controls.get("temperature", 0.95)), top_p=float(controls.get("top_p", 0.97))
        )
        count = TRIES if self._wishes else 1
        self._random = [rng(request.seed, first, number) for number in range(count)]
        bars, vocabulary = plan.bars(first, last), int(model.codec["vocabulary"])
        self._rows = [Row(bars, plan.tempo_before(first), vocabulary) for _ in range(count)]

    @property
    def bar(self) -> int:
        """The bar that the first row is at."""
        return min(self._first + self._rows[0].bar, self._last - 1)

    @property
    def made(self) -> Made:
        """What the first row has made so far."""
        return self._notes(self._rows[0])

    def write(self, progress: Progress) -> Iterator[None]:
        """Write a token in each row at a time; what must follow it is read with it where there is one row."""
        window = min(int(self._model.codec["context"]), int(self._request.controls.get("memory", 2048)))
        tokens = self._plan.context(self._first, self._last, window - min(ROOM, window // 2), self._before)
        decoder, scores = read_context(self._model, np.array(tokens, np.int64), progress.part(0.0, 0.0))
        decoder = decoder.picked([0] * len(self._rows))
        given = np.repeat(scores[None], len(self._rows), axis=0)
        while decoder.length < window:
            drawn = [[self._next(*each)] for each in zip(self._rows, given, self._random, strict=True)]
            if all(row.done for row in self._rows):
                return
            if len(drawn) == 1:
                drawn[0] += self._rows[0].all_forced(window - decoder.length - 1)
            self._hurry(decoder, window)
            given = decoder.read(np.array(drawn, np.int64), progress)[:, -1]
            yield

    def best(self) -> Made:
        """What was written; of several rows, what meets the wishes best."""
        found = [self._notes(row) for row in self._rows]
        if len(found) == 1:
            return found[0]
        return found[best_of([_alone(self._request.score, notes) for notes in found], self._wishes)]

    def _next(self, row: Row, scores: np.ndarray, random: np.random.Generator) -> int:
        """The next token of a row; a bar that ends begins the next one, and a row that is done says the end."""
        while not row.done:
            forced = row.forced()
            if forced is not None:
                return forced
            tokens = row.allowed().nonzero()[0]
            token = int(tokens[sample_token(scores[tokens] + row.push[tokens], random, self._sampling)])
            row.take(token)
            if token >= POSITION:
                return token
        return END

    def _hurry(self, decoder: Decoder, window: int) -> None:
        """Let the rows come to their ends when little room is left."""
        for row in self._rows:
            row.hurried = window - decoder.length < ROOM // 8

    def _notes(self, row: Row) -> Made:
        return [self._plan.note(event, self._first + bar) for bar, event in row.made]


def _alone(score: Score, notes: Made) -> Score:
    """A score of these notes only."""
    bare = msgspec.structs.replace(score, tracks=tuple(msgspec.structs.replace(t, notes=()) for t in score.tracks))
    return completed(bare, notes)


def _shown(request: ComposeRequest, plan: Plan, made: Made, bar: int) -> Score:
    """The request's score with what was made; one without end is as long as what is written of it."""
    score = completed(request.score, made)
    if not request.endless:
        return score
    return msgspec.structs.replace(score, length=max(plan.end_of(bar), score.end))
