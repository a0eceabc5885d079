"""What a model of events expected at each note of a score: how likely it was, and what would have been likelier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.base.progress import Progress
from app.runtime.decoder import CHUNK, Decoder
from app.runtime.engine import nothing_drawn
from app.runtime.model import Model
from app.runtime.sampling import probabilities
from app.studios.compose.document import Score
from app.studios.compose.edits import Key, key_of
from app.studios.compose.events import (
    BAR,
    DRUM,
    GROUP,
    PITCH,
    POSITION,
    head,
    measures_of,
    places_of,
    to_pitch,
    tokens_of,
)
from app.studios.compose.files import load_midi
from app.studios.compose.instruments import parts_of

TOP = 6
"""So many of the likeliest pitches are kept for each note."""
FLOOR = 1e-12


@dataclass(frozen=True)
class Reading:
    """What was read, n tokens in order; those of the head are not among them.

    ``tokens`` int64 (n,); ``nats`` float64 (n,), the surprise of each; ``ranks`` int64 (n,), 1 for the likeliest of
    all tokens; ``entropies`` float64 (n,) in nats; ``bars`` int64 (n,), the bar each belongs to. ``pitches`` int64 (n,
    :data:`TOP`) and ``chances`` (n, :data:`TOP`): the pitches that were likeliest there, falling; chances are among all
    pitches. ``places`` int64 (n,): how many pitches were at least as likely, 0 where no note is.
    """

    tokens: np.ndarray
    nats: np.ndarray
    ranks: np.ndarray
    entropies: np.ndarray
    bars: np.ndarray
    pitches: np.ndarray
    chances: np.ndarray
    places: np.ndarray

    @property
    def notes(self) -> np.ndarray:
        """Where a note is completed, bool (n,)."""
        return (self.tokens >= PITCH) & (self.tokens < GROUP)

    def between(self, first: int, last: int) -> Reading:
        """The part from bar *first* up to *last*."""
        inside = (self.bars >= first) & (self.bars < last)
        return Reading(*(getattr(self, name)[inside] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Expectation:
    """Of one note: the place of its pitch among all (1: the likeliest), the likeliest and their chances, falling."""

    place: int
    likely: tuple[tuple[int, float], ...]


def read(model: Model, score: Score, progress: Progress, first: int = 0, group: int | None = None) -> Reading:
    """Read a score from bar *first* to its end, as far as a network with a window can: each bar after at least half a
    window of what stands before it."""
    measures = measures_of(score)
    parts = sorted({part for part, track in zip(parts_of(score), score.tracks, strict=True) if track.notes})
    bars = [tokens_of(one, measures[max(0, n - 1)].tempo) for n, one in enumerate(measures)]
    found: list[tuple[np.ndarray, ...]] = []
    for start, new, stop in _windows([len(bar) for bar in bars], first, int(model.codec["context"]) - len(parts) - 4):
        begin = head(group, measures[start].tempo, parts, start == 0)
        tokens = np.array([*begin, *(token for bar in bars[start:stop] for token in bar)], np.int64)
        owner = np.repeat(np.arange(start, stop), [len(bar) for bar in bars[start:stop]])
        judged = list(_judged(model, tokens, progress.part(new / len(bars), stop / len(bars))))
        columns = [np.concatenate(column)[len(begin) - 1 :] for column in zip(*judged, strict=True)]
        kept = owner >= new
        found.append(tuple(column[kept] for column in (tokens[len(begin) :], *columns[:3], owner, *columns[3:])))
    return Reading(*(np.concatenate(column) for column in zip(*found, strict=True)))


def expectations(model: Model, score: Score, progress: Progress) -> dict[Key, Expectation]:
    """What was expected at each note; two that fall on one place of the grid are one."""
    reading, notes = read(model, score, progress), places_of(score)
    measures = measures_of(score)
    found: dict[Key, Expectation] = {}
    told = [(bar, event) for bar, measure in enumerate(measures) for event in measure.events]
    columns = (column[reading.notes].tolist() for column in (reading.places, reading.pitches, reading.chances))
    for (bar, event), place, pitches, chances in zip(told, *columns, strict=True):
        track, note = notes[bar, event]
        found[key_of(track, note)] = Expectation(place, tuple(zip(pitches, chances, strict=True)))
    return found


def likelihood(model: Model, files: list[Path], progress: Progress, every: bool = False) -> dict[str, Any]:
    """Nats per token and per note over MIDI files. Raises ``AtelierError`` (``BAD_FILE``)."""
    nothing_drawn(every)
    readings = [
        read(model, load_midi(path)[0], progress.part(number / len(files), (number + 1) / len(files)))
        for number, path in enumerate(files)
    ]
    nats = float(sum(reading.nats.sum() for reading in readings))
    tokens, notes = sum(len(r.tokens) for r in readings), int(sum(r.notes.sum() for r in readings))
    places = np.concatenate([reading.places[reading.notes] for reading in readings])
    return {
        "pieces": len(files),
        "bars": int(sum(((r.tokens >= BAR) & (r.tokens < POSITION)).sum() for r in readings)),
        "notes": notes,
        "tokens": tokens,
        "nats_per_token": nats / max(1, tokens),
        "nats_per_note": nats / max(1, notes),
        "share_of_likeliest_pitches": float((places == 1).mean()) if notes else 0.0,
    }


def _windows(sizes: list[int], first: int, room: int) -> Iterator[tuple[int, int, int]]:
    """Windows of bars (start, new, stop) of at most *room* tokens: from *new* on they are judged, all are read."""
    ends = np.cumsum([0, *sizes])
    new = first
    while new < len(sizes):
        back = room if new == 0 or ends[-1] <= room else room // 2
        start = int(ends.searchsorted(max(0, ends[new] - back)))
        start = min(start, new)
        stop = max(new + 1, int(ends.searchsorted(ends[start] + room, side="right")) - 1)
        yield start, new, min(stop, len(sizes))
        new = stop


def _judged(model: Model, tokens: np.ndarray, progress: Progress) -> Iterator[tuple[np.ndarray, ...]]:
    """Surprise, rank, entropy, likeliest pitches, their chances, place of the pitch, of tokens (n,) but the first."""
    decoder = Decoder(model)
    for at in range(0, len(tokens) - 1, CHUNK):
        progress.report(at / len(tokens))
        part = tokens[at : min(at + CHUNK, len(tokens) - 1)]
        truth = tokens[at + 1 : at + 1 + len(part)]
        chances = probabilities(decoder.read(part[None], progress)[0])
        mine = chances[np.arange(len(truth)), truth]
        entropies = -(chances * np.log(np.maximum(chances, FLOOR))).sum(axis=1)
        ranks = (chances >= mine[:, None]).sum(axis=1)
        yield (-np.log(np.maximum(mine, FLOOR)), ranks, entropies, *_pitches(chances, truth, mine))


def _pitches(chances: np.ndarray, truth: np.ndarray, mine: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The likeliest pitches (n, TOP), their chances among all of their kind, and the place of the true one (n,)."""
    drums = truth >= DRUM
    kind = np.where(drums[:, None], np.arange(chances.shape[1]) >= DRUM, np.arange(chances.shape[1]) < DRUM)
    kind[:, :PITCH] = kind[:, GROUP:] = False
    among = np.where(kind, chances, 0.0)
    order = np.argsort(-among, axis=1, kind="stable")[:, :TOP]
    share = np.take_along_axis(among, order, 1) / np.maximum(among.sum(axis=1, keepdims=True), FLOOR)
    notes = (truth >= PITCH) & (truth < GROUP)
    return to_pitch(order), share, np.where(notes, (among >= mine[:, None]).sum(axis=1), 0)
