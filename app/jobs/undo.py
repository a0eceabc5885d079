"""Undo over immutable values: a step keeps the value before and the value after, nothing is ever computed backwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
MERGE_SECONDS = 1.0


@dataclass
class _Step(Generic[T]):
    title: str
    before: T
    after: T
    merge: str
    time: float


class UndoStack(Generic[T]):
    """A bounded list of steps and a place in it."""

    def __init__(self, limit: int = 200, clock: Callable[[], float] = time.monotonic) -> None:
        self._steps: list[_Step[T]] = []
        self._done = 0
        self._limit = limit
        self._clock = clock

    def push(self, title: str, before: T, after: T, merge: str = "") -> None:
        """Add a step and forget the undone ones. Steps of one non-empty *merge* key in quick succession become one."""
        now = self._clock()
        last = self._steps[self._done - 1] if self._done else None
        del self._steps[self._done :]
        if last and merge and last.merge == merge and now - last.time < MERGE_SECONDS:
            last.after, last.time = after, now
            return
        self._steps.append(_Step(title, before, after, merge, now))
        del self._steps[: -self._limit]
        self._done = len(self._steps)

    def undo(self) -> T | None:
        """The value before the last step, or None when there is no step left."""
        if not self._done:
            return None
        self._done -= 1
        return self._steps[self._done].before

    def redo(self) -> T | None:
        """The value after the step undone last, or None."""
        if self._done == len(self._steps):
            return None
        self._done += 1
        return self._steps[self._done - 1].after

    @property
    def undo_title(self) -> str:
        """What undo would take back; empty if nothing."""
        return self._steps[self._done - 1].title if self._done else ""

    @property
    def redo_title(self) -> str:
        return self._steps[self._done].title if self._done < len(self._steps) else ""
