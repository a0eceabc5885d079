"""What a passage looks like to a network that reads it, in two dozen numbers: what a detector decides by.

The one place where they are computed: the detector is trained on them, the window and the command line judge by them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from app.studios.write.predictions import Predictions

PASSAGE = 500
"""Characters of a passage, more or less."""
TAIL = np.log(0.02)
"""A token less likely than this part of the likeliest one is what careful sampling leaves out (min-p)."""
NUCLEUS = 0.9

TRAITS = (
    "mean log chance",
    "spread of log chances",
    "log chance, lowest tenth",
    "log chance, upper quarter",
    "mean log chance a character",
    "mean log rank",
    "spread of log ranks",
    "share of the likeliest",
    "share of the ten likeliest",
    "share of the hundred likeliest",
    "share in the tail",
    "share outside the nucleus",
    "mean entropy",
    "spread of entropies",
    "log chance above expectation",
    "curvature",
    "log likelihood to log rank",
    "mean log chance of the likeliest",
    "evenness from token to token",
    "different tokens",
    "characters a token",
    "log length",
)
"""The numbers, in their order. Curvature: Bao et al. 2024 (Fast-DetectGPT); likelihood to rank: Su et al. 2023."""


def traits(passage: Predictions) -> np.ndarray:
    """The :data:`TRAITS` of a passage of at least one token, float32 (22,); logarithms are natural."""
    chances, ranks, entropies = passage.chances, np.log(passage.ranks), passage.entropies
    count, characters = len(passage), max(1, int(passage.spans[-1, 1] - passage.spans[0, 0]))
    best = np.log(np.maximum(passage.top_chances[:, 0], 1e-12))
    above = chances + entropies
    numbers = [
        chances.mean(),
        chances.std(),
        np.quantile(chances, 0.1),
        np.quantile(chances, 0.75),
        chances.sum() / characters,
        ranks.mean(),
        ranks.std(),
        (passage.ranks == 1).mean(),
        (passage.ranks <= 10).mean(),
        (passage.ranks <= 100).mean(),
        (chances < best + TAIL).mean(),
        _outside_nucleus(passage).mean(),
        entropies.mean(),
        entropies.std(),
        above.mean(),
        above.sum() / np.sqrt(max(passage.variances.sum(), 1e-6)),
        -chances.sum() / max(ranks.sum(), 1.0),
        best.mean(),
        _evenness(chances),
        len(np.unique(passage.tokens)) / count,
        characters / count,
        np.log(characters),
    ]
    return np.array(numbers, np.float32)


def cut(found: Predictions, length: int = PASSAGE) -> list[Predictions]:
    """Passages of about *length* characters, all as long as the others; fewer tokens than one passage are one."""
    if not len(found):
        return []
    start, end = int(found.spans[0, 0]), int(found.spans[-1, 1])
    count = max(1, round((end - start) / length))
    borders = np.searchsorted(found.spans[:, 0], np.linspace(start, end, count + 1)[1:-1])
    edges = [0, *borders.tolist(), len(found)]
    return [found.part(first, last) for first, last in itertools.pairwise(edges) if first < last]


def unbroken(found: Predictions) -> list[Predictions]:
    """What was read, divided where text was left out."""
    gaps = np.flatnonzero(found.spans[1:, 0] - found.spans[:-1, 1] > PASSAGE) + 1
    edges = [0, *gaps.tolist(), len(found)]
    return [found.part(first, last) for first, last in itertools.pairwise(edges)]


def joined(parts: Sequence[Predictions], starts: Sequence[int]) -> Predictions | None:
    """Parts of one text, each with the place where it starts, as one; none where there is nothing."""
    moved = [part.moved(start) for part, start in zip(parts, starts, strict=True) if len(part)]
    return Predictions.joined(moved) if moved else None


def _outside_nucleus(passage: Predictions) -> np.ndarray:
    """Whether each token lies outside the likeliest ones that have nine tenths of the chance together.

    Known where the ten likeliest have so much; else whether it is none of the ten.
    """
    before = np.cumsum(passage.top_chances, axis=1) - passage.top_chances
    inside = (before < NUCLEUS).sum(axis=1)
    return passage.ranks > inside


def _evenness(chances: np.ndarray) -> float:
    """How alike neighbours are in their chance, -1 to 1; people's surprises come in bursts."""
    first, second = chances[:-1] - chances.mean(), chances[1:] - chances.mean()
    return float((first * second).sum() / max(((chances - chances.mean()) ** 2).sum(), 1e-6))
