"""The chorales on a grid of sixteenths, random crops of them in random keys, and the masks the network learns from."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.studios.compose.codec import REST, VOICES, Codec, in_range

FILE = Path("music") / "jsb-chorales-16th.npz"
TEST = Path("music") / "jsb-chorales-16th-official-test.npz"
"""Of the same layout; only measured on, once the network is finished."""
SHIFTS = range(-5, 7)
"""Transpositions tried for augmentation; those that leave a voice's range in the corpus are not used."""


def load_pieces(data: Path, split: str) -> list[np.ndarray]:
    """The pieces of ``"train"`` or ``"valid"``: int64 arrays (steps, 4) of MIDI pitch, -1 for silence."""
    with np.load(data / FILE, allow_pickle=False) as file:
        pitch, start = file[f"{split}_pitch"].astype(np.int64), file[f"{split}_start"]
    return [pitch[a:b] for a, b in itertools.pairwise(start)]


@dataclass
class Batch:
    """Crops: classes (batch, steps, 4), first step and length of the piece each comes from (batch,)."""

    classes: np.ndarray
    first: np.ndarray
    length: np.ndarray


def crops(pieces: list[np.ndarray], codec: Codec, size: int, steps: int, rng: np.random.Generator) -> Batch:
    """Draw *size* crops of *steps* steps, each piece as likely as it is long, each in a random possible key.

    Crops begin on a quarter. Every third begins or ends where its piece does, so that openings and cadences are seen
    often enough.
    """
    fitting = [piece for piece in pieces if len(piece) >= steps]
    lengths = np.array([len(piece) for piece in fitting])
    chosen = rng.choice(len(fitting), size, p=lengths / lengths.sum())
    quarter = codec.steps_per_quarter
    room = (lengths[chosen] - steps) // quarter
    edge = rng.random(size)
    first = np.where(edge < 1 / 6, 0, np.where(edge > 5 / 6, room, rng.integers(0, room + 1))) * quarter
    grids = [_transposed(fitting[i][f : f + steps], codec, rng) for i, f in zip(chosen, first, strict=True)]
    return Batch(codec.encode(np.stack(grids)), first, lengths[chosen])


def _transposed(grid: np.ndarray, codec: Codec, rng: np.random.Generator) -> np.ndarray:
    moved = [np.where(grid == REST, REST, grid + shift) for shift in SHIFTS]
    inside = [candidate for candidate in moved if in_range(candidate, codec).all()]
    return inside[rng.integers(len(inside))] if inside else grid


def orderless_known(size: int, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Which cells are shown, bool (size, steps, 4): their number is uniform, then which ones (Uria et al. 2014)."""
    cells = steps * VOICES
    shown = rng.integers(0, cells, size)
    ranks = rng.random((size, cells)).argsort(axis=1)
    return (ranks < shown[:, None]).reshape(size, steps, VOICES)


KINDS = (0.45, 0.65, 0.8)
"""Up to these shares masks are orderless, hide a region, hide whole steps; the rest hide all from a step on."""


def training_known(size: int, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Masks for training, bool (size, steps, 4): nearly half orderless, the rest as the studio will ask.

    The paper trains on orderless masks alone and finds some conditionals poorly modelled. A fifth of ours hides cells
    of some voices in some span only (harmonise, refill), others hide whole steps, or all that follows a step, as the
    evaluation in chronological order does.
    """
    known = orderless_known(size, steps, rng)
    for row, kind in enumerate(np.searchsorted(KINDS, rng.random(size))):
        if kind:
            known[row] = (_region, _whole_steps, _ahead)[kind - 1](steps, rng)
    return known


def asked(known: np.ndarray, quarter: int) -> np.ndarray:
    """The hidden cells that the loss is about, bool like *known* (batch, steps, 4).

    What lies more than a quarter behind the last known step can't be foreseen, so where anything is known it is not
    asked for; else it would drown the little that is near.
    """
    steps = np.arange(known.shape[1])
    last = np.where(known.any(axis=2), steps, -1).max(axis=1)
    last = np.where(last < 0, len(steps), last)
    return ~known & (steps <= last[:, None] + quarter)[..., None]


def _region(steps: int, rng: np.random.Generator) -> np.ndarray:
    voices = rng.permutation(VOICES)[: rng.integers(1, VOICES + 1)]
    start, end = (0, steps) if rng.random() < 0.5 else np.sort(rng.choice(steps + 1, 2, replace=False))
    known = np.ones((steps, VOICES), bool)
    known[start:end, voices] = rng.random((end - start, len(voices))) < rng.random()
    return _something_hidden(known, rng)


def _whole_steps(steps: int, rng: np.random.Generator) -> np.ndarray:
    hidden = rng.permutation(steps)[: rng.integers(1, steps + 1)]
    known = np.ones((steps, VOICES), bool)
    known[hidden] = False
    known[hidden[0], rng.permutation(VOICES)[: rng.integers(VOICES)]] = True
    return known


def _ahead(steps: int, rng: np.random.Generator) -> np.ndarray:
    """All steps before one are known, and perhaps some of its voices."""
    first = rng.integers(1, steps)
    known = np.zeros((steps, VOICES), bool)
    known[:first] = True
    known[first, rng.permutation(VOICES)[: rng.integers(VOICES)]] = True
    return known


def _something_hidden(known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if known.all():
        known[rng.integers(len(known)), rng.integers(VOICES)] = False
    return known
