"""Passages of pieces, and what the reader wrote in their place: eight bars after the first eight of each piece."""

from __future__ import annotations

import functools
import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import platformdirs

from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.model import Model, ModelShelf
from app.studios.compose.bars import bars_of
from app.studios.compose.critic import passage_traits
from app.studios.compose.document import Score
from app.studios.compose.traits import TRAITS
from training.musenet.corpus import Piece, chosen, scores
from training.musenet.measure import BARS, continued, opening

log = logging.getLogger(__name__)
NAME, READER = "music-critic", "musenet-mini"
PARTS = ("train", "tune", "test")
SHORTEST = 150
"""Notes of a piece that is taken."""


@dataclass(frozen=True)
class Passages:
    """One row for each passage: traits float32 (n, traits); whether it is *real*, its piece, and the part ("train",
    "tune", "test"), each (n,). All passages of a piece are in one part, and those of test are of the valid pieces."""

    traits: np.ndarray
    real: np.ndarray
    piece: np.ndarray
    part: np.ndarray

    def of(self, part: str) -> Passages:
        mask = self.part == part
        return Passages(*(getattr(self, field.name)[mask] for field in fields(self)))


@functools.cache
def shelf() -> ModelShelf:
    """The shipped models."""
    return ModelShelf(Catalog(bundled_models_dir()))


def prepared_folder() -> Path:
    return platformdirs.user_cache_path("atelie") / "training" / NAME


def prepared(data: Path, reader: Model, amounts: tuple[int, int, int]) -> Passages:
    """Passages of so many pieces for train, tune and test; each part is made once for a reader, and kept."""
    found = [_kept(data, reader, part, count) for part, count in zip(PARTS, amounts, strict=True)]
    return Passages(*(np.concatenate([getattr(one, field.name) for one in found]) for field in fields(Passages)))


def _kept(data: Path, reader: Model, part: str, count: int) -> Passages:
    known = json.dumps([reader.digest, [*TRAITS], part, count])
    path = prepared_folder() / f"{part}-{hashlib.sha256(known.encode()).hexdigest()[:16]}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        rows, real, piece = zip(*_passages(data, reader, part, count), strict=True)
        named = np.array([part] * len(rows))
        np.savez_compressed(path, traits=np.stack(rows), real=np.array(real), piece=np.array(piece), part=named)
    with np.load(path, allow_pickle=False) as found:
        return Passages(**{name: found[name] for name in found.files})


def _passages(data: Path, reader: Model, part: str, count: int) -> Iterator[tuple[np.ndarray, bool, str]]:
    for number, (piece, score) in enumerate(scores(data, _chosen(chosen(data), part, count))):
        if number % 10 == 0:
            log.info("%s: %d of %d pieces", part, number, count)
        if bars_of(score).count < 2 * BARS:
            continue
        begun = opening(score, 2 * BARS)
        written, _ = continued(reader, begun, seed=number)
        for real, music in ((True, begun), (False, written)):
            yield _traits(reader, music), real, piece.file


def _traits(reader: Model, score: Score) -> np.ndarray:
    """Of the bars after the first eight; what comes behind them is not heard."""
    return passage_traits(reader, score, BARS, 2 * BARS, Progress())


def _chosen(pieces: list[Piece], part: str, count: int) -> list[Piece]:
    """Which pieces a part has: tune and test are different works the reader has not learnt from."""
    mine = [piece for piece in pieces if piece.train is (part == "train") and piece.notes >= SHORTEST]
    order = np.random.default_rng(3).permutation(len(mine)).tolist()
    order = order[::-1] if part == "tune" else order
    half = len(mine) // 3 if part == "tune" else len(mine) - len(mine) // 3
    return [mine[place] for place in order[: min(count, half)]]
