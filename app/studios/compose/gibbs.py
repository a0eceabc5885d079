"""Blocked Gibbs sampling with an annealed mask (Huang et al. 2017, section 4; the schedule is Yao et al. 2014).

Each pass hides a random part of the cells that are to be made, asks the network for all hidden cells at once, and draws
them independently. Early passes hide nearly everything, later ones little, so that cells drawn apart come to agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from app.runtime.sampling import probabilities
from app.studios.compose.codec import Codec

Predict = Callable[[np.ndarray], np.ndarray]
"""Features (batch, channels, steps) to scores (batch, steps, 4, classes)."""
Push = Callable[[np.ndarray], np.ndarray]
"""Classes (steps, 4) to what is added to the scores (steps, 4, classes)."""
HIGHEST, LOWEST, FALL = 0.9, 0.03, 0.85
"""Share of the cells hidden in the first passes and in the last, and after which part of the passes it is lowest."""


@dataclass(frozen=True)
class Task:
    """What to fill in: the score as classes (steps, 4), which cells are to be made, and what may stand in each.

    *marked* is bool (steps, 4); *allowed* bool (steps, 4, classes). Cells not marked are given and never change.
    """

    classes: np.ndarray
    marked: np.ndarray
    allowed: np.ndarray


def hidden_share(number: int, passes: int) -> float:
    """The share of the marked cells that pass *number* (from 0) of *passes* draws again; the first draws them all."""
    if number == 0:
        return 1.0
    return max(LOWEST, HIGHEST - number * (HIGHEST - LOWEST) / (FALL * passes))


def sample(
    task: Task,
    codec: Codec,
    predict: Predict,
    rng: np.random.Generator,
    passes: int,
    temperature: float,
    push: Push | None = None,
    cooled: float = 1.0,
) -> Iterator[np.ndarray]:
    """Yield the completed classes (steps, 4) after each pass; the last is the result. Draws only from *rng*.

    *push* says what is added to the scores in a state, see :mod:`app.studios.compose.wishes`; the first pass, which has
    no state yet, goes without. The temperature falls evenly to *cooled* times what it was.
    """
    classes = task.classes.copy()
    for number in range(passes):
        hidden = task.marked & (rng.random(task.marked.shape) < hidden_share(number, passes))
        scores = predict(features_of(classes, ~hidden, codec))[0]
        if push is not None and number:
            scores = scores + push(classes)
        fallen = (1.0 - cooled) * number / max(1, passes - 1)
        drawn = draw(scores, task.allowed, rng, temperature * (1.0 - fallen))
        classes = np.where(hidden, drawn, classes)
        yield classes


def features_of(classes: np.ndarray, known: np.ndarray, codec: Codec) -> np.ndarray:
    """The features of one whole piece, (1, channels, steps)."""
    start, length = np.zeros(1, np.int64), np.array([len(classes)])
    return codec.features(classes[None], known[None], start, length)


def draw(scores: np.ndarray, allowed: np.ndarray, rng: np.random.Generator, temperature: float) -> np.ndarray:
    """One class for each cell: scores (steps, 4, classes) to int64 (steps, 4). Uses one random number a cell."""
    chances = probabilities(scores / max(temperature, 1e-3)) * allowed
    cumulative = chances.cumsum(axis=-1)
    # Where nothing allowed has any chance left, the best allowed class is taken.
    empty = cumulative[..., -1] <= 0
    picked = (cumulative <= rng.random(empty.shape)[..., None] * cumulative[..., -1:]).sum(axis=-1)
    best = np.where(allowed, scores, -np.inf).argmax(axis=-1)
    return np.where(empty, best, np.minimum(picked, scores.shape[-1] - 1))
