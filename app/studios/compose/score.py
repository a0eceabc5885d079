"""How well a model of the family ``coconet`` knows a piece: nats per note and nats per frame.

*Per note* (the orderless loss of Huang et al. 2017, section 3): of a crop, a random number of random cells is hidden
and each is asked for, given what is shown. *Per frame*: see :mod:`.frames`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.files import read_bytes
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import probabilities, rng
from app.studios.compose.cast import with_choir
from app.studios.compose.coconet import predictor
from app.studios.compose.codec import REST, VOICES, Codec, codec_of, in_range
from app.studios.compose.files import load_midi
from app.studios.compose.frames import FLOOR, ORDERINGS, FrameMeasure
from app.studios.compose.gibbs import Predict
from app.studios.compose.grid import MAX_STEPS, Ruler, voices_grid

CROP = 128
BATCH = 8
DRAWS = 4
"""Crops of each piece."""
FRAMES, OF_EACH = 560, 20
"""Frames asked for at most, and of each piece: ten minutes of one core of a server, in both kinds of ordering."""


@dataclass(frozen=True)
class Crop:
    """A part of a piece: classes (steps, 4), its first step, the steps of the whole piece."""

    classes: np.ndarray
    first: int
    length: int


def likelihood(model: Model, files: list[Path], progress: Progress, every: bool = False) -> dict[str, Any]:
    """Figures over all pieces in *files* (MIDI, or an ``.npz`` of chorales: its valid part, else its test part).

    Some frames are drawn, or with *every* all are asked for, which takes hours for the chorales of a test part.
    Raises ``AtelierError`` (``BAD_FILE``).
    """
    measure = measure_of(model, files, progress)
    grids = measure.grids
    notes = measure.per_note(progress.part(0.0, 0.1))
    frames = measure.frames(None if every else min(FRAMES, OF_EACH * measure.pieces))
    random_order = frames.nats(False, progress.part(0.1, 0.6))
    chronological = frames.nats(True, progress.part(0.6, 1.0))
    return {
        "pieces": measure.pieces,
        "steps": len(grids),
        "frames": random_order.frames,
        "orderings": ORDERINGS,
        "nats_per_note": notes,
        "chance_in_range": float(np.mean(measure.in_range)),
        "nats_per_frame_random_order": random_order.nats,
        "nats_per_frame_random_order_error": random_order.error,
        "nats_per_frame_chronological": chronological.nats,
        "nats_per_frame_chronological_error": chronological.error,
        "share_in_range": float(in_range(grids, codec_of(model.codec)).mean()),
    }


def measure_of(model: Model, files: list[Path], progress: Progress, draws: int = DRAWS) -> Measure:
    """What measures the model on the pieces of *files*, see :func:`likelihood`; *draws* crops of each."""
    codec = codec_of(model.codec)
    pieces = [piece for path in files for piece in _pieces(path, codec)]
    return Measure(codec, predictor(model, progress), pieces, draws)


class Measure:
    """The same crops and masks each time."""

    def __init__(self, codec: Codec, predict: Predict, pieces: list[np.ndarray], draws: int) -> None:
        self._codec, self._predict = codec, predict
        self.grids = np.concatenate(pieces)
        self._pieces, self._draws = [codec.encode(piece) for piece in pieces], draws
        self._allowed = codec.allowed()
        self._allowed[:, codec.pitches] = True
        self.in_range: list[float] = []
        """For each batch, the chance the network gives to pitches within the ranges, or to silence."""

    @property
    def pieces(self) -> int:
        return len(self._pieces)

    def per_note(self, progress: Progress) -> float:
        """The mean over crops of the mean loss of the hidden cells."""
        random = rng(0, 1)
        losses = []
        for crops in self._batches(random, progress):
            known = np.stack([_orderless(len(crop.classes), random) for crop in crops])
            classes = np.stack([crop.classes for crop in crops])
            found = -self._logs(crops, classes, known)
            truth = np.take_along_axis(found, classes[..., None], -1)[..., 0]
            losses += [loss[~k].mean() for loss, k in zip(truth, known, strict=True)]
        return float(np.mean(losses))

    def frames(self, frames: int | None) -> FrameMeasure:
        """What measures so many frames of these pieces, or every one for None."""
        return FrameMeasure(self._codec, self._predict, self._pieces, frames)

    def _logs(self, crops: list[Crop], classes: np.ndarray, known: np.ndarray) -> np.ndarray:
        """The logarithm of the chance of each class in each cell, (batch, steps, 4, classes), given the known cells."""
        first, length = np.array([crop.first for crop in crops]), np.array([crop.length for crop in crops])
        chances = probabilities(self._predict(self._codec.features(classes, known, first, length)))
        self.in_range.append(float((chances * self._allowed).sum(axis=-1).mean()))
        return np.log(np.maximum(chances, FLOOR))

    def _batches(self, random: np.random.Generator, progress: Progress) -> Iterator[list[Crop]]:
        """Batches of crops of equal length."""
        crops = [self._crop(piece, random) for _ in range(self._draws) for piece in self._pieces]
        crops.sort(key=lambda crop: len(crop.classes))
        done = 0
        while done < len(crops):
            size = len(crops[done].classes)
            batch = [crop for crop in crops[done : done + BATCH] if len(crop.classes) == size]
            yield batch
            done += len(batch)
            progress.report(done / len(crops))

    def _crop(self, piece: np.ndarray, random: np.random.Generator) -> Crop:
        quarter = self._codec.steps_per_quarter
        first = int(random.integers(0, max(0, len(piece) - CROP) // quarter + 1)) * quarter
        return Crop(piece[first : first + CROP], first, len(piece))


def _orderless(steps: int, random: np.random.Generator) -> np.ndarray:
    cells = steps * VOICES
    ranks = random.permutation(cells)
    return (ranks < random.integers(0, cells)).reshape(steps, VOICES)


def _pieces(path: Path, codec: Codec) -> list[np.ndarray]:
    if path.suffix.lower() == ".npz":
        return _from_npz(path, codec)
    score, voices = with_choir(load_midi(path)[0])
    steps = Ruler(score.ticks_per_quarter, codec).step(score.end)
    if steps > MAX_STEPS:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("“{name}” is too long to be measured.", name=path.name))
    quarter = codec.steps_per_quarter
    return [voices_grid(score, voices, -(-steps // quarter) * quarter, codec)]


def _from_npz(path: Path, codec: Codec) -> list[np.ndarray]:
    """The layout of the shared data: ``<split>_pitch`` (steps, 4) and ``<split>_start``."""
    read_bytes(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            split = "valid" if "valid_pitch" in file.files else "test"
            pitch, start = file[f"{split}_pitch"].astype(np.int64), file[f"{split}_start"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise _bad_npz(path) from error
    pieces = [pitch[a:b] for a, b in itertools.pairwise(start)]
    quarter = codec.steps_per_quarter
    whole = [np.pad(p, ((0, -len(p) % quarter), (0, 0)), constant_values=REST) for p in pieces if len(p)]
    if pitch.ndim != 2 or pitch.shape[1] != VOICES or not whole:
        raise _bad_npz(path)
    return whole


def _bad_npz(path: Path) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_FILE,
        tr("“{name}” holds no chorales on a grid.", name=path.name),
        tr("Expected are valid_pitch (steps, 4) and valid_start."),
    )
