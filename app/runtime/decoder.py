"""A Transformer with its cache: reads tokens, keeps their keys and values, and says what may come next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.cache import Cache, empty_cache
from app.runtime.model import Model
from app.runtime.session import SessionOptions

CHUNK = 128
"""Tokens read in one call of the network; the user's Stop is looked at between two."""
PLACES: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "input_ids": lambda tokens, _: tokens,
    "seqlens_k": lambda tokens, past: np.full(len(tokens), past + tokens.shape[1] - 1, np.int32),
    "total_sequence_length": lambda tokens, past: np.array(past + tokens.shape[1], np.int32),
    "attention_mask": lambda tokens, past: np.ones((len(tokens), past + tokens.shape[1]), np.int64),
    "position_ids": lambda tokens, past: np.tile(np.arange(past, past + tokens.shape[1]), (len(tokens), 1)),
    "use_cache_branch": lambda _, past: np.array([past > 0]),
}
"""What a graph may want to know, of tokens (rows, time) behind *past* others."""


class Decoder:
    """Reads *rows* texts side by side, each after what it has read before.

    The graph is laid out as Hugging Face Optimum exports decoders: ``input_ids`` (rows, time) int64 and
    ``past_key_values.N.key|value`` (rows, heads, past, size) float32 give ``logits`` (rows, time, vocabulary) and
    ``present.N.key|value``. Of the inputs that say where in the text the tokens stand, it is given those it has.
    """

    def __init__(self, model: Model, rows: int = 1) -> None:
        self._model, self.rows, self.length = model, rows, 0
        # Steps of a small network are too short to be shared out; its manifest says so.
        options = SessionOptions(threads=int(model.codec.get("threads", 0)))
        self._session = model.session(str(model.codec.get("graph", "decoder")), options)
        self.width = 0
        """How many scores the network gave for a token, which may be more than there are tokens."""
        self._places = {name: PLACES[name] for name in self._session.input_names if name in PLACES}
        self._cache = empty_cache(self._session, model, rows)
        self.whole = "use_cache_branch" in self._session.input_types
        """Whether the graph has one branch that reads a text from its start and another that goes on from a past by a
        single token; it can't read several behind a past."""

    def read(self, tokens: np.ndarray, progress: Progress) -> np.ndarray:
        """Read tokens (rows, time) and move on; returns the scores of what comes after each, (rows, time, V).

        Raises :class:`AtelierError`: ``BAD_INPUT`` when the text grows longer than the network can read, ``BAD_MODEL``
        when its scores are no numbers.
        """
        if self.whole and self.length and tokens.shape[1] > 1:
            return np.concatenate([self._read(part, progress) for part in np.split(tokens, tokens.shape[1], 1)], 1)
        return self._read(tokens, progress)

    def _read(self, tokens: np.ndarray, progress: Progress) -> np.ndarray:
        time = tokens.shape[1]
        self._check_room(time)
        tokens = np.ascontiguousarray(tokens, np.int64)
        feeds = {name: place(tokens, self.length) for name, place in self._places.items()}
        found, self._cache = self._cache.read(feeds, self.length, time, progress)
        self.length += time
        scores = found.astype(np.float32, copy=False)
        self.width = scores.shape[-1]
        if np.isnan(scores.max()):
            raise self._no_numbers()
        return scores[..., : int(self._model.codec["vocabulary"])]

    def _check_room(self, time: int) -> None:
        positions = int(self._model.codec.get("positions", 0))
        if positions and self.length + time > positions:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("That is longer than this network can read: {count} tokens.", count=f"{positions:,}"),
                tr("Ask for less at a time."),
            )

    def _no_numbers(self) -> AtelierError:
        return AtelierError(
            ErrorKind.BAD_MODEL,
            tr("The network of “{id}” gives scores that are no numbers (NaN).", id=self._model.manifest.id),
            tr("Its weights are damaged, or do not fit into 16 bits: export it again in 32."),
        )

    def read_all(self, tokens: np.ndarray, progress: Progress) -> np.ndarray:
        """Read tokens (rows, time), at least one, in chunks; returns the scores after the last, (rows, V)."""
        scores = np.zeros((self.rows, 1, 0), np.float32)
        for part in [slice(None)] if self.whole else _chunks(tokens):
            progress.report((part.start or 0) / tokens.shape[1])
            scores = self.read(tokens[:, part], progress)
        return scores[:, -1]

    @property
    def past(self) -> dict[str, np.ndarray]:
        """Keys and values of what was read, each (rows, heads, length, size), by the names of the graph's inputs."""
        return self._cache.arrays(self.length)

    def picked(self, rows: list[int]) -> Self:
        """A decoder that goes on from these rows, one may be named more than once."""
        same = rows == list(range(self.rows))  # what was read is never written over
        return self._with(self._cache if same else self._cache.rows(rows, self.length), len(rows), self.length)

    def cut(self, length: int) -> Self:
        """A decoder that has read the first *length* tokens only."""
        return self._with(self._cache.rows(list(range(self.rows)), length), self.rows, length)

    def _with(self, cache: Cache, rows: int, length: int) -> Self:
        other = type(self)(self._model, rows)
        other._cache, other.length = cache, length
        return other


@dataclass(frozen=True)
class Remembered:
    """A decoder and the tokens (n,) it has read."""

    tokens: np.ndarray
    decoder: Decoder


def read_context(
    model: Model, tokens: np.ndarray, progress: Progress, place: str = "context"
) -> tuple[Decoder, np.ndarray]:
    """A decoder that has read tokens (n,), at least two, and the scores (V,) of what comes next.

    What the last call read and this one begins with is not read again. The result is the same to the bit as if it
    were: a graph computes each of several tokens alike however they are divided, but a single one in another way, so
    at least two are left to read. *place* names what is remembered, so that looking somewhere else forgets nothing.
    """
    known: Remembered | None = model.memory.get(place)
    same = common_tokens(known.tokens, tokens) if known else 0
    same = 0 if known and known.decoder.whole else min(same, len(tokens) - 2)
    decoder = known.decoder.cut(same) if known and same > 0 else Decoder(model)
    scores = decoder.read_all(tokens[None, decoder.length :], progress)[0]
    model.memory[place] = Remembered(tokens, decoder.picked([0]))
    return decoder, scores


def common_tokens(one: np.ndarray, other: np.ndarray) -> int:
    """How many tokens two texts (n,) and (m,) begin with in common."""
    shorter = min(len(one), len(other))
    different = np.flatnonzero(one[:shorter] != other[:shorter])
    return int(different[0]) if len(different) else shorter


def _chunks(tokens: np.ndarray) -> list[slice]:
    """Parts of at most :data:`CHUNK` tokens, none of a single one where there are more."""
    count = tokens.shape[1]
    starts = list(range(0, count, CHUNK))
    if count > CHUNK and count % CHUNK == 1:
        starts[-1] -= 1
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], count], strict=True)]
