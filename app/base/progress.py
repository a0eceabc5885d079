"""Progress of a long computation, and the way to end it from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.base.errors import Cancelled

Sink = Callable[[float, str], None]


class CancelToken:
    """A flag that one thread sets and another obeys; callbacks end what cannot look at a flag (a running ONNX call)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._callbacks: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Set the flag and run the watchers' callbacks in the calling thread. A second call does nothing."""
        with self._lock:
            if self._cancelled:
                return
            self._cancelled = True
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    @contextmanager
    def watch(self, callback: Callable[[], None]) -> Iterator[None]:
        """Run *callback* (from the cancelling thread, or at once if already cancelled) while the block is active."""
        with self._lock:
            already = self._cancelled
            self._callbacks.append(callback)
        if already:
            callback()
        try:
            yield
        finally:
            with self._lock:
                self._callbacks.remove(callback)


class Progress:
    """Where a computation stands, as a fraction from 0 to 1, and whether it should go on.

    A computation with parts hands each a :meth:`part`, which maps its own 0..1 onto its share of the whole.
    """

    def __init__(self, token: CancelToken | None = None, sink: Sink | None = None) -> None:
        self.token = token or CancelToken()
        self._sink = sink
        self._start, self._span = 0.0, 1.0

    def report(self, fraction: float, note: str = "") -> None:
        """Tell the listener how far this part is (0..1), and look whether to stop. Raises :class:`Cancelled`."""
        self.check()
        if self._sink is not None:
            self._sink(self._start + self._span * min(1.0, max(0.0, fraction)), note)

    def check(self) -> None:
        """Raise :class:`Cancelled` once the token is set."""
        if self.token.cancelled:
            raise Cancelled

    def part(self, start: float, end: float) -> Progress:
        """A progress whose 0..1 is *start*..*end* of this one."""
        part = Progress(self.token, self._sink)
        part._start = self._start + self._span * start
        part._span = self._span * (end - start)
        return part
