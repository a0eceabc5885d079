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
from training.musenet.measure import BARS, continued

log = logging.getLogger(__name__)
NAME, READER = "music-critic", "musenet-mini"
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
    """Passages of so many pieces for train, tune and test; written and read once for each reader, and kept."""
    known = json.dumps([reader.digest, [*TRAITS], amounts])
    path = prepared_folder() / f"{hashlib.sha256(known.encode()).hexdigest()[:16]}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        rows, about = zip(*_passages(data, reader, amounts), strict=True)
        real, piece, part = (np.array(column) for column in zip(*about, strict=True))
        np.savez_compressed(path, traits=np.stack(rows), real=real, piece=piece, part=part)
    with np.load(path, allow_pickle=False) as found:
        return Passages(**{name: found[name] for name in found.files})


def _passages(
    data: Path, reader: Model, amounts: tuple[int, int, int]
) -> Iterator[tuple[np.ndarray, tuple[bool, str, str]]]:
    parts = _parts(chosen(data), amounts)
    for number, (piece, score) in enumerate(scores(data, list(parts))):
        if number % 20 == 0:
            log.info("%s: %d of %d pieces", NAME, number, len(parts))
        if bars_of(score).count < 2 * BARS:
            continue
        written, _ = continued(reader, score, seed=number)
        for real, music in ((True, score), (False, written)):
            yield _traits(reader, music), (real, piece.file, parts[piece])


def _traits(reader: Model, score: Score) -> np.ndarray:
    """Of the bars after the first eight; what comes behind them is not heard."""
    return passage_traits(reader, score, BARS, 2 * BARS, Progress())


def _parts(pieces: list[Piece], amounts: tuple[int, int, int]) -> dict[Piece, str]:
    """Which pieces are taken, and for what: tune and test are works the reader has not learnt from."""
    rng = np.random.default_rng(3)
    train, valid = (
        [piece for piece in pieces if piece.train is side and piece.notes >= SHORTEST] for side in (True, False)
    )
    valid = [valid[place] for place in rng.permutation(len(valid))]
    kinds = {"tune": valid[: amounts[1]], "test": valid[amounts[1] : amounts[1] + amounts[2]]}
    kinds["train"] = [train[place] for place in rng.permutation(len(train))[: amounts[0]]]
    return {piece: part for part, found in kinds.items() for piece in found}
