"""Undo over immutable values: a step keeps the value before and the value after.

Nothing is computed backwards, but a value that is large may be kept as its difference from its neighbour.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
MERGE_SECONDS = 1.0


@dataclass
class _Step(Generic[T]):
    title: str
    before: T
    after: T
    merge: str
    time: float
    folded: bool = False


def _whole(value: Any, _near: Any) -> Any:
    return value


class UndoStack(Generic[T]):
    """A bounded list of steps and a place in it.

    All steps but the newest are folded: ``fold(value, near)`` gives what is kept of a value beside its neighbour
    *near*, and ``unfold(kept, near)`` the value again. By default each value is kept whole.
    """

    def __init__(
        self,
        limit: int = 200,
        clock: Callable[[], float] = time.monotonic,
        fold: Callable[[T, T], T] = _whole,
        unfold: Callable[[T, T], T] = _whole,
    ) -> None:
        self._steps: list[_Step[T]] = []
        self._done = 0
        self._limit = limit
        self._clock = clock
        self._fold, self._unfold = fold, unfold

    def push(self, title: str, before: T, after: T, merge: str = "") -> None:
        """Add a step and forget the undone ones. Steps of one non-empty *merge* key in quick succession become one."""
        now = self._clock()
        last = self._steps[self._done - 1] if self._done else None
        del self._steps[self._done :]
        if last and merge and last.merge == merge and now - last.time < MERGE_SECONDS:
            last.after, last.time = after, now
            return
        if last and not last.folded:
            last.before, last.after = self._fold(last.before, last.after), self._fold(last.after, last.before)
            last.folded = True
        self._steps.append(_Step(title, before, after, merge, now))
        del self._steps[: -self._limit]
        self._done = len(self._steps)

    def undo(self, now: T) -> T | None:
        """The value before the last step, or None when there is no step left; *now* is the value after it."""
        if not self._done:
            return None
        self._done -= 1
        step = self._steps[self._done]
        return self._unfold(step.before, now) if step.folded else step.before

    def redo(self, now: T) -> T | None:
        """The value after the step undone last, or None; *now* is the value before it."""
        if self._done == len(self._steps):
            return None
        self._done += 1
        step = self._steps[self._done - 1]
        return self._unfold(step.after, now) if step.folded else step.after

    @property
    def undo_title(self) -> str:
        """What undo would take back; empty if nothing."""
        return self._steps[self._done - 1].title if self._done else ""

    @property
    def redo_title(self) -> str:
        return self._steps[self._done].title if self._done < len(self._steps) else ""
