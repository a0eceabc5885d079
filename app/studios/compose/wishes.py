"""What the user wishes of the music, as a push on what the network thinks: more notes, a wider range, more consonance.

Each wish is -1..1, and 0 pushes nothing. A model that writes note by note is asked several times, and what has most of
what is wished for is kept (:func:`best_of`). For one that fills in by passes, a push is added to the scores before a
class is drawn; it looks at the state the sampler is in, so that over the passes the whole piece follows. Whether it did
is measured on the result, see :mod:`app.studios.compose.measure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.runtime.manifest import ControlValue
from app.studios.compose.codec import VOICES, Codec
from app.studios.compose.document import Score
from app.studios.compose.measure import CONSONANT, measured

HOLD, REACH, ACCORD = 3.0, 2.0, 2.0
"""Nats at a full wish: for holding the note before, for an octave from the middle of the voice, for each consonance."""


@dataclass(frozen=True)
class Wishes:
    """More or fewer notes, wider or narrower voices, more or less consonance."""

    density: float = 0.0
    spread: float = 0.0
    consonance: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.density or self.spread or self.consonance)

    def push(self, classes: np.ndarray, codec: Codec) -> np.ndarray:
        """What is added to the scores of each class, (steps, 4, classes), in the state *classes* (steps, 4)."""
        push = np.zeros((*classes.shape, codec.classes))
        if self.density:
            push -= self.density * HOLD * _held(classes, codec)
        if self.spread:
            push += self.spread * REACH * _reach(codec)
        if self.consonance:
            push += self.consonance * ACCORD * _accord(classes, codec)
        return push


def wishes_of(controls: dict[str, ControlValue]) -> Wishes:
    """The wishes among the controls of a request."""
    return Wishes(*(float(controls.get(name, 0.0)) for name in ("density", "spread", "consonance")))


def best_of(scores: Sequence[Score], wishes: Wishes) -> int:
    """Which of several answers, alike but for chance, has most of what is wished for, as measured on each.

    Each measure counts in standard deviations of the answers, so that no wish weighs more than another.
    """
    found = [measured(score, range(len(score.tracks))) for score in scores]
    rows = np.array([[one.density, one.spread, one.consonance] for one in found])
    steps = (rows - rows.mean(axis=0)) / np.maximum(rows.std(axis=0), 1e-9)
    return int((steps @ [wishes.density, wishes.spread, wishes.consonance]).argmax())


def _held(classes: np.ndarray, codec: Codec) -> np.ndarray:
    """1 for the class a voice has one step earlier, and one step later: drawing it makes one note of two."""
    one_hot = np.eye(codec.classes)[classes]
    held = np.zeros_like(one_hot)
    held[1:] += one_hot[:-1]
    held[:-1] += one_hot[1:]
    return held


def _reach(codec: Codec) -> np.ndarray:
    """How many octaves a pitch is from the middle of the voice's range, (4, classes); 0 for silence."""
    pitch = np.arange(codec.classes) + codec.low
    middle = np.asarray(codec.ranges, float).mean(axis=1)
    reach = np.abs(pitch - middle[:, None]) / 12
    reach[:, codec.pitches] = 0
    return reach


def _accord(classes: np.ndarray, codec: Codec) -> np.ndarray:
    """With how many of the other voices a class would be consonant, as a share, (steps, 4, classes)."""
    pitches = np.arange(codec.pitches)
    fits = np.zeros((codec.classes, codec.classes))
    distance = np.abs(pitches[:, None] - pitches) % 12
    fits[: codec.pitches, : codec.pitches] = np.isin(distance, list(CONSONANT))
    each = fits[classes]
    return (each.sum(axis=1, keepdims=True) - each) / (VOICES - 1)
