"""What a network expected at each place of a text: chance and rank of what stands there, and what it thought likelier.

The numbers behind the surprise view, the evidence and the score; rank and chance as in GLTR (Gehrmann et al. 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from app.base.progress import Progress
from app.runtime.decoder import Decoder
from app.runtime.engine import by_family
from app.runtime.model import Model
from app.runtime.sampling import check_scores
from app.studios.write.codec import CharCodec
from app.studios.write.document import check_characters
from app.studios.write.network import CHUNK, CharReader
from app.studios.write.subwords import SubwordCodec

TOP = 10
READERS = {
    "char-rnn": "app.studios.write.predictions:read_characters",
    "gpt": "app.studios.write.predictions:read_subwords",
    "gpt-2": "app.studios.write.predictions:read_subwords",
}
"""What reads a text, by the model's family."""


@dataclass(frozen=True)
class Predictions:
    """One row for each token of a text, n of them.

    ``spans`` int64 (n, 2): where it begins and ends, in characters. ``ranks`` int64 (n,): how many tokens were thought
    at least as likely, 1 for the likeliest. ``chances`` float64 (n,): the natural logarithm of its
    chance. ``entropies`` float64 (n,) in nats: how open the place was. ``variances`` float64 (n,) in nats²: how far the
    logarithms of the chances there lie apart, each token counted by its chance. ``top`` int64 and ``top_chances``
    float64 (n, :data:`TOP`): the likeliest tokens and their chances, from 0 to 1, falling.
    """

    tokens: np.ndarray
    spans: np.ndarray
    ranks: np.ndarray
    chances: np.ndarray
    entropies: np.ndarray
    variances: np.ndarray
    top: np.ndarray
    top_chances: np.ndarray

    def __len__(self) -> int:
        return len(self.tokens)

    def part(self, first: int, last: int) -> Predictions:
        """The rows of the tokens from *first* up to *last*."""
        return Predictions(*(getattr(self, field.name)[first:last] for field in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Predictions]) -> Predictions:
        """Parts, at least one, as one."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def moved(self, by: int) -> Predictions:
        """The same with all places moved by so many characters, none before the first."""
        return replace(self, spans=np.maximum(self.spans + by, 0))

    @property
    def nats(self) -> float:
        """The surprise of the whole text."""
        return -float(self.chances.sum())


def predictions(model: Model, text: str, progress: Progress) -> Predictions:
    """Read a text once, from its first token to its last.

    Raises :class:`AtelierError`: ``BAD_MODEL`` for a model of another kind or one that gives no numbers, ``BAD_INPUT``
    for halves of characters.
    """
    check_characters(text)
    tokens, spans, scores = by_family(READERS, model)(model, text, progress)
    parts = [_judged(part, tokens[start : start + len(part)]) for start, part in _placed(scores)]
    if not parts:
        return _nothing()
    return Predictions(tokens, spans, *(np.concatenate(column) for column in zip(*parts, strict=True)))


def decoder_of(model: Model) -> Callable[[int], str]:
    """The text of one token of a model."""
    if model.manifest.family == "char-rnn":
        characters = CharCodec.of_model(model.codec)
        return lambda token: characters.decode([token])
    codec = SubwordCodec.of_model(model)
    return lambda token: codec.decode([token])


def read_characters(model: Model, text: str, progress: Progress) -> tuple[np.ndarray, np.ndarray, Iterator[np.ndarray]]:
    """Tokens (n,), spans (n, 2) and scores, some rows (·, V) at a time, of a character network.

    The first character is read as if it began a line.
    """
    reader = CharReader(model)
    encoded = [reader.codec.encode(character) for character in text]
    tokens = np.concatenate([np.zeros(0, np.int64), *encoded])
    starts = np.repeat(np.arange(len(text)), [len(part) for part in encoded])
    given = np.concatenate([reader.codec.encode("\n")[:1], tokens])[:-1]
    scores = (
        reader.read(given[None, at : at + CHUNK], _told(progress, at, len(given)))[0]
        for at in range(0, len(given), CHUNK)
    )
    return tokens, np.stack([starts, starts + 1], 1), scores


def read_subwords(model: Model, text: str, progress: Progress) -> tuple[np.ndarray, np.ndarray, Iterator[np.ndarray]]:
    """The same of a Transformer: each token is read after at least half a context of those before it."""
    codec, window = SubwordCodec.of_model(model), int(model.codec["context"])
    tokens, spans = codec.encode_with_places(text)
    given = np.concatenate([[int(model.codec["end"])], tokens])
    return tokens, spans, _windows(model, given, len(tokens), window, progress)


def _windows(model: Model, given: np.ndarray, count: int, window: int, progress: Progress) -> Iterator[np.ndarray]:
    """The scores of tokens 1 to *count* of *given*; each window begins half a window after the one before."""
    done = 0
    for start in range(0, max(1, count), window // 2):
        if done >= count:
            return
        decoder, end = Decoder(model), min(start + window, count)
        for at in range(start, end, CHUNK):
            part = given[None, at : min(at + CHUNK, end)]
            scores = decoder.read(part, _told(progress, at, count))[0]
            fresh = max(0, done - at)
            if fresh < len(scores):
                yield scores[fresh:]
        done = end


def _told(progress: Progress, at: int, count: int) -> Progress:
    progress.report(at / max(1, count))
    return progress


def _placed(scores: Iterator[np.ndarray]) -> Iterator[tuple[int, np.ndarray]]:
    at = 0
    for part in scores:
        yield at, part
        at += len(part)


def _judged(scores: np.ndarray, tokens: np.ndarray) -> tuple[np.ndarray, ...]:
    """Ranks, chances, entropies, variances, top and its chances of tokens (n,) under scores (n, V).

    Raises :class:`AtelierError` (``BAD_MODEL``) for scores that are not numbers.
    """
    check_scores(scores)
    shifted = scores.astype(np.float64) - scores.max(axis=-1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    own = np.take_along_axis(logs, tokens[:, None], 1)
    chances = np.exp(logs)
    weighted = chances * np.where(chances > 0, logs, 0.0)
    entropies = -weighted.sum(axis=-1)
    variances = (weighted * np.where(chances > 0, logs, 0.0)).sum(axis=-1) - entropies**2
    count = min(TOP, logs.shape[1])
    top = np.argpartition(-logs, count - 1, axis=-1)[:, :count]
    top = np.take_along_axis(top, np.argsort(-np.take_along_axis(logs, top, 1), axis=-1, kind="stable"), 1)
    return (logs > own).sum(axis=-1) + 1, own[:, 0], entropies, variances, top, np.take_along_axis(chances, top, 1)


def _nothing() -> Predictions:
    none, numbers = np.zeros(0, np.int64), np.zeros(0)
    places, top = np.zeros((0, 2), np.int64), np.zeros((0, TOP), np.int64)
    return Predictions(none, places, none, numbers, numbers, numbers, top, np.zeros((0, TOP)))
