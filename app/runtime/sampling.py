"""Seeded sampling of sequences.

One NumPy generator (PCG64) on the processor draws every random number, so that a seed gives the same result on each
device whose arithmetic agrees.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr

Tokens = Sequence[int] | np.ndarray


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
    logits: np.ndarray, sampling: Sampling, recent: Tokens = (), banned: Tokens = ()
) -> np.ndarray:
    """The distribution the next token is drawn from: scores of shape (V,) to probabilities of shape (V,)."""
    tokens, weights = _candidates(logits, sampling, recent, banned)
    chances = np.zeros(len(logits))
    chances[tokens] = weights / weights.sum()
    return chances


def sample_token(
    logits: np.ndarray,
    generator: np.random.Generator,
    sampling: Sampling,
    recent: Tokens = (),
    banned: Tokens = (),
) -> int:
    """Draw one token from scores of shape (V,). Uses exactly one random number, whatever the filters."""
    tokens, weights = _candidates(logits, sampling, recent, banned)
    cumulative = weights.cumsum()
    drawn = cumulative.searchsorted(generator.random() * cumulative[-1], side="right")
    return int(tokens[min(drawn, len(tokens) - 1)])


def _candidates(
    logits: np.ndarray, sampling: Sampling, recent: Tokens, banned: Tokens
) -> tuple[np.ndarray, np.ndarray]:
    """The tokens that may be drawn, rising, and their weights, the likeliest's 1.

    A vocabulary is large and few of it come into question, so all is done with those few as far as can be.
    """
    scores = _adjusted(logits, sampling, recent, banned)
    best = int(scores.argmax())
    if not math.isfinite(scores[best]):  # the likeliest of scores with NaN is NaN
        raise _senseless(scores)
    if sampling.temperature <= 0:
        return np.array([best]), np.ones(1)
    scores -= scores[best]
    scores /= sampling.temperature
    tokens = (scores >= np.log(sampling.min_p)).nonzero()[0] if sampling.min_p > 0 else np.arange(scores.size)
    weights = np.exp(scores[tokens], dtype=np.float64)
    if sampling.top_k > 0 or sampling.top_p < 1.0:
        kept = _likeliest(weights, scores, sampling)
        return tokens[kept], weights[kept]
    return tokens, weights


def _adjusted(logits: np.ndarray, sampling: Sampling, recent: Tokens, banned: Tokens) -> np.ndarray:
    scores = np.array(logits, np.promote_types(logits.dtype, np.float32))
    if len(recent) and sampling.repetition_penalty != 1.0:
        again = np.asarray(recent)
        seen = scores[again]
        scores[again] = np.where(seen > 0, seen / sampling.repetition_penalty, seen * sampling.repetition_penalty)
    if len(banned):
        scores[banned] = -np.inf
    return scores


def _senseless(scores: np.ndarray) -> AtelierError:
    check_scores(scores)
    return AtelierError(ErrorKind.BAD_INPUT, tr("All that could come next is banned."), tr("Ban fewer words."))


def _likeliest(weights: np.ndarray, scores: np.ndarray, sampling: Sampling) -> np.ndarray:
    """Which of *weights* (n,) top-k and top-p leave, rising. Only what may stay is sorted.

    *scores* (V,) are those of all tokens, at most 0; they are not needed any more and become weights in their place.
    """
    total = np.exp(scores, out=scores).sum(dtype=np.float64)
    # All below this together are too little to be reached by top-p.
    possible = (weights >= total * (1 - sampling.top_p) / scores.size).nonzero()[0]
    if 0 < sampling.top_k < len(possible):
        possible = possible[np.argpartition(-weights[possible], sampling.top_k - 1)[: sampling.top_k]]
        possible.sort()
    order = possible[(-weights[possible]).argsort(kind="stable")]
    if sampling.top_p < 1.0:
        chances = weights[order] / total
        order = order[: max(1, int((chances.cumsum() - chances).searchsorted(sampling.top_p)))]
    order.sort()
    return order
