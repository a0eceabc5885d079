"""The critic: how much a passage is like the music that was learnt from, and which of several answers is best.

It judges by what a model of events, its *reader*, expected, and by counts of the notes (:mod:`.traits`). Several small
networks in one were each trained on another draw of real passages and of the reader's own; their mean counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model, ModelShelf
from app.studios.compose.document import Score
from app.studios.compose.events import measures_of
from app.studios.compose.expectations import read
from app.studios.compose.measure import Measures, measured
from app.studios.compose.request import ComposeRequest
from app.studios.compose.traits import TRAITS, traits

CRITIC = "music-critic"
GRAPH = "critic"
READ_BEFORE = 16
"""Bars before a passage that are read with it."""


@dataclass(frozen=True)
class Verdict:
    """Of one answer: its place among all (1 is best), the chance that it is like the data (None without a critic), and
    what was measured of what was written."""

    place: int
    likeness: float | None
    measures: Measures


def judge(critic: Model, rows: Sequence[np.ndarray]) -> np.ndarray:
    """The chance, float64 (n,), that passages are music of the data and not made, from traits (n, len(TRAITS))."""
    odds = critic.run(GRAPH, {"traits": np.stack(rows)})["odds"].astype(np.float64)
    return 1 / (1 + np.exp(-odds.mean(axis=1)))


def reader_of(critic: Model, shelf: ModelShelf) -> Model:
    """The network by whose expectations the critic judges. Raises :class:`AtelierError` (``BAD_MODEL``) for another."""
    reader = shelf.open(str(critic.codec["reader"]))
    if reader.digest != critic.codec["reader_sha256"] or tuple(critic.codec["traits"]) != TRAITS:
        raise AtelierError(
            ErrorKind.BAD_MODEL,
            tr("The critic was made for another version of “{id}”.", id=reader.manifest.id),
            tr("Make it anew with `python -m training {critic}`.", critic=CRITIC),
        )
    return reader


def passage_traits(reader: Model, score: Score, first: int, last: int, progress: Progress) -> np.ndarray:
    """The traits of the bars from *first* up to *last* of a score (bars on the grid), read after what stands before."""
    measures = measures_of(score)
    start, end = measures[first].start, measures[last].start if last < len(measures) else score.end + 1
    near = measures[max(0, first - READ_BEFORE)].start
    heard = score.map_notes(lambda _, note: note if near <= note.start < end else None)
    alone = score.map_notes(lambda _, note: note if start <= note.start < end else None)
    reading = read(reader, heard, progress, max(0, first - READ_BEFORE)).between(first, last)
    return traits(reading, alone, measures[first:last])


def ranked(
    requests: Sequence[ComposeRequest], answers: Sequence[Score], shelf: ModelShelf, progress: Progress
) -> list[Verdict]:
    """A verdict on each answer; without a critic for their model the answers stay in their order."""
    likeness = [None] * len(answers) if len(answers) < 2 else _likeness(requests, answers, shelf, progress)
    order = sorted(range(len(answers)), key=lambda number: -(likeness[number] or 0.0))
    places = {number: place for place, number in enumerate(order, 1)}
    return [
        Verdict(places[number], likeness[number], _measured(request, answer))
        for number, (request, answer) in enumerate(zip(requests, answers, strict=True))
    ]


def _likeness(
    requests: Sequence[ComposeRequest], answers: Sequence[Score], shelf: ModelShelf, progress: Progress
) -> list[float | None]:
    critic = _critic_for(requests[0].model, shelf)
    if critic is None:
        return [None] * len(answers)
    reader, rows = reader_of(critic, shelf), []
    for number, (request, answer) in enumerate(zip(requests, answers, strict=True)):
        part = progress.part(number / len(answers), (number + 1) / len(answers))
        rows.append(passage_traits(reader, answer, *_written(request, answer), part))
    return [float(chance) for chance in judge(critic, rows)]


def _critic_for(model: str, shelf: ModelShelf) -> Model | None:
    """The critic, if there is one that judges this model's music."""
    if not any(entry.id == CRITIC and entry.usable for entry in shelf.catalog.entries()):
        return None
    critic = shelf.open(CRITIC)
    return critic if critic.codec["reader"] == model else None


def _written(request: ComposeRequest, answer: Score) -> tuple[int, int]:
    """The bars on the grid in which something was written."""
    starts = np.array([measure.start for measure in measures_of(answer)])
    first = int(starts.searchsorted(min(mark.start for mark in request.marks), side="right")) - 1
    last = int(starts.searchsorted(max(mark.end for mark in request.marks)))
    return max(0, first), max(first + 1, min(last, len(starts)))


def _measured(request: ComposeRequest, answer: Score) -> Measures:
    """Density, range and consonance of the bars in which something was written, in the tracks that were."""
    start, end = min(mark.start for mark in request.marks), max(mark.end for mark in request.marks)
    within = answer.map_notes(lambda _, note: note if start <= note.start < end else None)
    return measured(within, sorted({request.voices[mark.voice] for mark in request.marks}))


Ranker = Callable[[Sequence[ComposeRequest], Sequence[Score], ModelShelf, Progress], list[tuple[int, str]]]


def ranker_of(model: Model) -> Ranker | None:
    """What puts the answers of a model in order, for the command line; None for a family that has no critic."""
    return _placed if model.manifest.family == "musenet" else None


def _placed(
    requests: Sequence[ComposeRequest], answers: Sequence[Score], shelf: ModelShelf, progress: Progress
) -> list[tuple[int, str]]:
    return [(verdict.place, spoken(verdict)) for verdict in ranked(requests, answers, shelf, progress)]


def spoken(verdict: Verdict) -> str:
    """A verdict in words."""
    found = verdict.measures
    words = tr(
        "{density} notes a quarter, {spread} semitones, {consonance} % consonant",
        density=f"{found.density:.1f}",
        spread=round(found.spread),
        consonance=round(100 * found.consonance),
    )
    if verdict.likeness is None:
        return words
    return tr("critic {percent} %", percent=round(100 * verdict.likeness)) + ", " + words
