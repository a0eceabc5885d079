"""What can be counted of a passage: how a model of events was surprised by it, and how its notes hang together."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np

from app.studios.compose.document import Note, Score
from app.studios.compose.events import KINDS, UNITS, Measure, kind_of
from app.studios.compose.expectations import Reading
from app.studios.compose.measure import measured

_HEARD = ("position", "part", "velocity", "duration", "note")
TRAITS = (
    *(f"surprise of a {kind}" for kind in _HEARD),
    *(f"surprise above what the place is open to, {kind}" for kind in ("all", *_HEARD)),
    "spread of the surprise",
    "surprise of the strangest tenth",
    "likeliest tokens",
    "tokens behind the tenth",
    "likeliest notes",
    "notes behind the fourth",
    "notes in a bar",
    "unevenness of the bars",
    "notes a quarter",
    "semitones of a part",
    "consonance",
    "pitch classes",
    "durations",
    "places in a bar",
    "onsets on a quarter",
    "bars of notes heard before",
    "bars of rhythm heard before",
    "steps",
    "leaps",
    "pitch classes shared by neighbouring bars",
)
"""The names of the traits, in their order."""


def traits(reading: Reading, score: Score, measures: list[Measure]) -> np.ndarray:
    """The traits of a passage, float32 (len(TRAITS),).

    *reading* is what was read of its bars, *measures* are those bars, *score* holds the notes of the passage alone.
    """
    found = [*_surprises(reading), *_ranks(reading), *_bars(measures), *_sounds(score), *_shapes(score, measures)]
    return np.array(found, np.float32)


def _surprises(reading: Reading) -> list[float]:
    kinds = np.array([KINDS.index(kind_of(token)) for token in reading.tokens.tolist()], int)
    above = reading.nats - reading.entropies
    masks = [kinds == KINDS.index(kind) for kind in _HEARD]
    return [
        *(_mean(reading.nats[mask]) for mask in masks),
        _mean(above),
        *(_mean(above[mask]) for mask in masks),
        float(reading.nats.std()) if len(reading.nats) else 0.0,
        float(np.quantile(reading.nats, 0.9)) if len(reading.nats) else 0.0,
    ]


def _ranks(reading: Reading) -> list[float]:
    places = reading.places[reading.notes]
    return [_mean(reading.ranks == 1), _mean(reading.ranks > 10), _mean(places == 1), _mean(places > 4)]


def _bars(measures: list[Measure]) -> list[float]:
    counts = np.array([len(measure.events) for measure in measures], float)
    return [_mean(counts), float(counts.std() / max(1.0, counts.mean())) if len(counts) else 0.0]


def _sounds(score: Score) -> list[float]:
    found = measured(score, range(len(score.tracks)))
    return [found.density, found.spread, found.consonance]


def _shapes(score: Score, measures: list[Measure]) -> list[float]:
    """How varied pitches, lengths and places are, how much comes again, how melodies move."""
    events = [event for measure in measures for event in measure.events]
    moves = np.array([move for track in score.tracks for move in _moves(track.notes)], int)
    return [
        _variety([event.pitch % 12 for event in events]),
        _variety([event.duration for event in events]),
        _mean(np.array([len({event.position for event in measure.events}) for measure in measures])),
        _mean(np.array([event.position % UNITS == 0 for event in events])),
        _again([frozenset((e.position, e.part, e.pitch) for e in measure.events) for measure in measures]),
        _again([frozenset((e.position, e.part, e.duration) for e in measure.events) for measure in measures]),
        _mean((moves > 0) & (moves <= 2)),
        _mean(moves > 7),
        _mean(np.array([_shared(one, other) for one, other in pairwise(measures)])),
    ]


def _moves(notes: tuple[Note, ...]) -> list[int]:
    """Semitones from one to the next of the highest notes of a track."""
    tops: dict[int, int] = {}
    for note in notes:
        tops[note.start] = max(tops.get(note.start, 0), note.pitch)
    return [abs(after - before) for before, after in pairwise(tops[start] for start in sorted(tops))]


def _variety(values: list[int]) -> float:
    """The entropy of what occurs, in nats."""
    counts = np.array(list(Counter(values).values()), float)
    shares = counts / max(1.0, counts.sum())
    return float(-(shares * np.log(shares)).sum())


def _again(bars: list[frozenset[tuple[int, int, int]]]) -> float:
    """The share of the bars with notes that are as one before them."""
    full = [bar for bar in bars if bar]
    return 1 - len(set(full)) / len(full) if full else 0.0


def _shared(one: Measure, other: Measure) -> float:
    mine, theirs = ({event.pitch % 12 for event in measure.events} for measure in (one, other))
    return len(mine & theirs) / max(1, len(mine | theirs))


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0
