"""Seeded sampling of sequences.

One NumPy generator (PCG64) on the processor draws every random number, so that a seed gives the same result on each
device whose arithmetic agrees.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr


def rng(seed: int, *stream: int) -> np.random.Generator:
    """The generator of a seed; *stream* numbers give independent ones (one per alternative, per voice…)."""
    if seed < 0:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("The seed {seed} is negative.", seed=seed))
    return np.random.Generator(np.random.PCG64((seed, *stream)))


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How the next token is picked from the network's scores.

    ``temperature`` 0 takes the likeliest. ``top_k`` 0, ``top_p`` 1, ``min_p`` 0 and ``repetition_penalty`` 1 switch
    their filter off. Top-p: Holtzman et al. 2020; min-p: Nguyen et al. 2024; penalty: Keskar et al. 2019 (CTRL).
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Softmax over the last axis, in float64. Raises ``AtelierError`` (``BAD_MODEL``) if the scores are not finite."""
    scores = np.asarray(logits, np.float64)
    check_scores(scores)
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return scores / scores.sum(axis=-1, keepdims=True)


def check_scores(scores: np.ndarray) -> None:
    """Raises ``AtelierError`` (``BAD_MODEL``) for scores of which one is not a number, or boundless."""
    if np.isnan(scores).any() or np.isposinf(scores).any():
        raise AtelierError(
            ErrorKind.BAD_MODEL,
            tr("The network gave scores that are not numbers."),
            tr("The model file may be broken, or the input outside what it was made for."),
        )


def filtered_probabilities(
    logits: np.ndarray, sampling: Sampling, recent: Sequence[int] = (), banned: Sequence[int] = ()
) -> np.ndarray:
    """The distribution the next token is drawn from: scores of shape (V,) to probabilities of shape (V,)."""
    scores = np.array(logits, np.float64)
    if len(recent) and sampling.repetition_penalty != 1.0:
        seen = np.unique(np.asarray(recent))
        scores[seen] = np.where(
            scores[seen] > 0, scores[seen] / sampling.repetition_penalty, scores[seen] * sampling.repetition_penalty
        )
    if len(banned):
        scores[np.asarray(banned)] = -np.inf
    if sampling.temperature <= 0:
        return np.eye(1, scores.size, int(probabilities(scores).argmax()))[0]
    return _truncate(probabilities(scores / sampling.temperature), sampling)


def sample_token(
    logits: np.ndarray,
    generator: np.random.Generator,
    sampling: Sampling,
    recent: Sequence[int] = (),
    banned: Sequence[int] = (),
) -> int:
    """Draw one token from scores of shape (V,). Uses exactly one random number, whatever the filters."""
    chances = filtered_probabilities(logits, sampling, recent, banned)
    cumulative = np.cumsum(chances)
    return int(np.searchsorted(cumulative, generator.random() * cumulative[-1], side="right"))


def _truncate(chances: np.ndarray, sampling: Sampling) -> np.ndarray:
    keep = chances >= sampling.min_p * chances.max()
    if sampling.top_k > 0 or sampling.top_p < 1.0:
        keep[_outside(chances, sampling)] = False
    keep[chances.argmax()] = True
    kept = np.where(keep, chances, 0.0)
    return kept / kept.sum()


def _outside(chances: np.ndarray, sampling: Sampling) -> np.ndarray:
    """What top-k and top-p leave out, as a mask. Only what may stay is sorted, since a vocabulary is large."""
    # All below this together are too little to be reached by top-p.
    possible = chances >= (1 - sampling.top_p) / chances.size
    if 0 < sampling.top_k < chances.size:
        possible &= chances >= np.partition(chances, -sampling.top_k)[-sampling.top_k]
    order = np.flatnonzero(possible)
    order = order[np.argsort(-chances[order], kind="stable")][: sampling.top_k or None]
    if sampling.top_p < 1.0:
        before = np.cumsum(chances[order]) - chances[order]
        order = order[before < sampling.top_p]
    outside = np.ones(chances.size, bool)
    outside[order] = False
    return outside
