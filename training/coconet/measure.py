"""What a harmony teacher would count: parallel fifths and octaves, in harmonisations and in Bach's own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.compose.codec import REST, VOICES, codec_of
from app.studios.compose.document import TICKS, Note, Score, blank
from app.studios.compose.engine import ENGINE
from app.studios.compose.grid import voices_grid
from app.studios.compose.leading import PERFECT
from app.studios.compose.request import ComposeRequest, harmonise

STEP = TICKS // 4


@dataclass(frozen=True)
class Harmony:
    """Counts over several pieces."""

    pieces: int
    clean: int
    parallels: int
    quarters: int

    @property
    def share_clean(self) -> float:
        """The share of pieces without any parallel fifth or octave."""
        return self.clean / max(1, self.pieces)

    @property
    def per_hundred(self) -> float:
        """Parallels in a hundred quarters."""
        return 100 * self.parallels / max(1, self.quarters)


def parallels(grid: np.ndarray) -> int:
    """How often two voices move at the same moment, in the same direction, from one perfect interval to the same.

    *grid* is (steps, 4). Both voices must change their pitch between two neighbouring steps; silence ends a line.
    """
    count = 0
    for one, two in itertools.combinations(range(VOICES), 2):
        a, b = grid[:, one], grid[:, two]
        sounding = (a != REST) & (b != REST)
        interval = np.abs(a - b) % 12
        moved_a, moved_b = np.diff(a), np.diff(b)
        together = (np.sign(moved_a) == np.sign(moved_b)) & (moved_a != 0)
        same = (interval[1:] == interval[:-1]) & np.isin(interval[:-1], PERFECT)
        count += int((together & same & sounding[1:] & sounding[:-1]).sum())
    return count


def count_parallels(grids: list[np.ndarray]) -> Harmony:
    """The counts over *grids*, each a piece (steps, 4)."""
    counts = [parallels(grid) for grid in grids]
    return Harmony(len(grids), counts.count(0), sum(counts), sum(len(grid) for grid in grids) // 4)


def harmonisations(model: Model, pieces: list[np.ndarray]) -> Iterator[np.ndarray]:
    """The soprano of each piece harmonised at the model's default settings, seed 0, as a grid of the piece's length."""
    codec = codec_of(model.codec)
    for piece in pieces:
        ask = harmonise(melody_of(piece))
        request = ComposeRequest(
            model=model.manifest.id, controls=model.manifest.defaults(), score=ask.score, marks=ask.marks
        )  # fmt: skip
        *_, last = ENGINE.generate(request, model, Progress())
        yield voices_grid(last, ask.voices, len(piece), codec)


def melody_of(piece: np.ndarray) -> Score:
    """The soprano of a grid as a score."""
    line = piece[:, 0]
    edges = [0, *(np.flatnonzero(np.diff(line)) + 1).tolist(), len(line)]
    notes = [
        Note(a * STEP, int(line[a]), (b - a) * STEP) for a, b in itertools.pairwise(edges) if line[a] != REST
    ]  # fmt: skip
    return blank(0).with_track(0, notes)
