"""Where a Transformer keeps the keys and values of what it has read: handed on from run to run, or written in place."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.session import Arrays, Held, Session

PAST = "past_key_values."
PRESENT = "present."
LEAST_ROOM = 256
_HALF = "tensor(float16)"


class Cache(Protocol):
    """Keys and values of what was read; a value that never changes for those who hold it."""

    def read(self, feeds: Arrays, length: int, time: int, progress: Progress) -> tuple[np.ndarray, Cache]:
        """Read *time* tokens after the first *length* of what is kept; the scores, and the cache of all that."""
        ...

    def rows(self, rows: list[int], length: int) -> Cache:
        """The first *length* tokens of these rows, one may be named more than once."""
        ...

    def arrays(self, length: int) -> Arrays:
        """The first *length* tokens, each (rows, heads, length, size), by the names of the graph's inputs."""
        ...


def empty_cache(session: Session, model: Model, rows: int) -> Cache:
    """The cache of a graph that has read nothing; in place where the graph is told how many tokens are kept."""
    size = (rows, int(model.codec["heads"]), 0, int(model.codec["size"]))
    arrays = {
        name: np.empty(size, np.float16 if type_ == _HALF else np.float32)
        for name, type_ in session.input_types.items()
        if name.startswith(PAST)
    }
    told = {"seqlens_k", "total_sequence_length"} <= session.input_types.keys()
    return InPlace(session, arrays, 0, 0) if told and session.on_processor else Growing(session, dict(arrays))


class Growing:
    """Arrays that the graph gives back, longer by what was read: each run copies all that was read before."""

    def __init__(self, session: Session, past: dict[str, Held]) -> None:
        self._session, self._past = session, past

    def read(self, feeds: Arrays, length: int, time: int, progress: Progress) -> tuple[np.ndarray, Cache]:
        found = self._session.run_held(feeds | self._past, progress)
        return found["logits"].numpy(), Growing(self._session, {name: found[present_of(name)] for name in self._past})

    def rows(self, rows: list[int], length: int) -> Cache:
        return Growing(self._session, {name: value[rows] for name, value in self.arrays(length).items()})

    def arrays(self, length: int) -> Arrays:
        arrays = {name: past if isinstance(past, np.ndarray) else past.numpy() for name, past in self._past.items()}
        return {name: np.ascontiguousarray(value[:, :, :length]) for name, value in arrays.items()}


class InPlace:
    """Arrays with room to spare, into which the graph writes what it reads (a buffer shared by past and present, as
    ONNX Runtime's GroupQueryAttention offers it), so that nothing is copied from token to token.

    Several may hold the same arrays, each its own first tokens of them. Whoever reads on behind the last token
    written goes on in place; whoever would write over another's tokens takes a copy first.
    """

    def __init__(self, session: Session, kept: Arrays, length: int, room: int) -> None:
        self._session, self._filled, self._room = session, length, room
        self._arrays = {name: _with_room(value[:, :, :length], room) for name, value in kept.items()}
        self._bound = session.bound({name: (present_of(name), value) for name, value in self._arrays.items()})

    def read(self, feeds: Arrays, length: int, time: int, progress: Progress) -> tuple[np.ndarray, Cache]:
        total = length + time
        free = length == self._filled and total <= self._room
        own = self if free else InPlace(self._session, self._arrays, length, _room_for(total))
        own._filled = total
        return own._bound.run(feeds, progress)["logits"], own

    def rows(self, rows: list[int], length: int) -> Cache:
        chosen = {name: value[rows, :, :length] for name, value in self._arrays.items()}
        return InPlace(self._session, chosen, length, _room_for(length + 1))

    def arrays(self, length: int) -> Arrays:
        return {name: np.ascontiguousarray(value[:, :, :length]) for name, value in self._arrays.items()}


def present_of(name: str) -> str:
    """The output that belongs to an input."""
    return PRESENT + name.removeprefix(PAST)


def _room_for(tokens: int) -> int:
    """Twice as much each time it is full, so that a long text is copied a few times only."""
    return max(LEAST_ROOM, 1 << (tokens - 1).bit_length())


def _with_room(kept: np.ndarray, room: int) -> np.ndarray:
    rows, heads, length, size = kept.shape
    array = np.empty((rows, heads, room, size), kept.dtype)
    array[:, :, :length] = kept
    return array
