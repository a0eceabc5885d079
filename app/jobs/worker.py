"""Runs generators in long-lived threads and brings what they yield to the window's thread.

A *lane* is one thread that does its jobs one after the other: one lane for each device, one for the disk. A *group* is
a series of requests of which only the newest counts. Results wait in a mailbox of one place a job: a window slow to
draw sees fewer partial results, never a queue of old ones. A job in the background gives way to those the user waits
for: it is ended, and begins anew after them.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from app.base.errors import AtelierError, Cancelled, ErrorKind
from app.base.i18n import tr
from app.base.progress import CancelToken, Progress

log = logging.getLogger(__name__)

Work = Callable[[Progress], Iterator[Any]]
MODELS, DISK = "models", "disk"
_LAST = 2
FRAME_MS = 15
"""Deliveries to the window are at least this far apart, so that a fast generator can't fill the event loop."""


class End(Enum):
    """How a job ended."""

    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


def _ignore(*_: Any) -> None:
    pass


@dataclass
class Listener:
    """What the window wants to hear, always called in its thread.

    ``ended`` comes exactly once unless the job was superseded or dropped, and after the last ``partial``.
    """

    partial: Callable[[Any], None] = _ignore
    progress: Callable[[float, str], None] = _ignore
    ended: Callable[[End, AtelierError | None], None] = _ignore


@dataclass(eq=False)
class Job:
    """One running or waiting piece of work; a plain object, so that thousands cost nothing."""

    group: str
    lane: str
    work: Work
    listener: Listener
    background: bool = False
    token: CancelToken = field(default_factory=CancelToken)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _partial: list[Any] = field(default_factory=list)
    _progress: tuple[float, str] | None = None
    _end: tuple[End, AtelierError | None] | None = None
    _unwanted: bool = False

    def cancel(self) -> None:
        """End it for good."""
        with self._lock:
            self._unwanted = True
        self.token.cancel()

    def begins_anew(self) -> bool:
        """Whether it was ended only to give way; then it is ready to run again."""
        with self._lock:
            if self._unwanted or not self.token.cancelled:
                return False
            self.token = CancelToken()
            return True

    def put_partial(self, value: Any) -> None:
        with self._lock:
            self._partial = [value]

    def put_progress(self, fraction: float, note: str) -> None:
        with self._lock:
            self._progress = (fraction, note)

    def put_end(self, end: End, error: AtelierError | None = None) -> None:
        with self._lock:
            self._end = (end, error)

    def take_partial(self) -> list[Any]:
        """The newest partial result not yet delivered, as a list of one or none."""
        with self._lock:
            partial, self._partial = self._partial, []
            return partial

    @property
    def over(self) -> bool:
        return self._end is not None

    def deliver(self) -> bool:
        """Hand the listener what is new; True once the job has ended."""
        with self._lock:
            partial, self._partial = self._partial, []
            progress, self._progress = self._progress, None
            end = self._end
        if progress is not None:
            self.listener.progress(*progress)
        for value in partial:
            self.listener.partial(value)
        if end is not None:
            self.listener.ended(*end)
        return end is not None


class _Lane(threading.Thread):
    """One thread; takes jobs from its queue, those of the background last, until it meets ``None``."""

    def __init__(self, name: str, wake: Callable[[], None]) -> None:
        super().__init__(name=f"atelie-{name}", daemon=True)
        self._jobs: queue.PriorityQueue[tuple[int, int, Job | None]] = queue.PriorityQueue()
        self._serials = itertools.count()
        self.current: Job | None = None
        self._wake = wake
        self.start()

    def put(self, job: Job | None) -> None:
        """Queue a job; one that is not in the background ends one that is. None ends the thread when all is done."""
        rank = _LAST if job is None else int(job.background)
        current = self.current
        if rank == 0 and current is not None and current.background:
            current.token.cancel()
        self._jobs.put((rank, next(self._serials), job))

    def run(self) -> None:
        while (job := self._jobs.get()[-1]) is not None:
            self.current = job
            if job.background and self._is_awaited():
                self.put(job)
                continue
            end = self._run(job)
            self.current = None
            if end[0] is End.STOPPED and job.begins_anew():
                self.put(job)
                continue
            job.put_end(*end)
            self._wake()

    def _is_awaited(self) -> bool:
        """Whether a job was queued that did not see the one in the background begin."""
        with self._jobs.mutex:
            return bool(self._jobs.queue) and self._jobs.queue[0][0] == 0

    def _run(self, job: Job) -> tuple[End, AtelierError | None]:
        def sink(fraction: float, note: str) -> None:
            job.put_progress(fraction, note)
            self._wake()

        try:
            progress = Progress(job.token, sink)
            progress.check()
            for value in job.work(progress):
                job.put_partial(value)
                self._wake()
                progress.check()
        except Cancelled:
            return End.STOPPED, None
        except AtelierError as error:
            return End.FAILED, error
        except Exception as error:  # the thread must live on; the user sees it, the log has the rest
            log.exception("a job of the group %s failed", job.group)
            return End.FAILED, AtelierError(
                ErrorKind.INTERNAL,
                tr("Something went wrong inside Ateliê: {error}.", error=error or type(error).__name__),
            )
        return End.DONE, None


class Jobs(QObject):
    """The only maker of threads. Create, use and close it in the window's thread."""

    idle = Signal()
    """Nothing runs and nothing waits any more, in any lane."""
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, _Lane] = {}
        self._active: dict[str, Job] = {}
        self._leaving: list[Job] = []
        self._wake_pending = threading.Event()
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._drain)
        self._woken.connect(self._wake_up, Qt.ConnectionType.QueuedConnection)

    def submit(self, group: str, work: Work, listener: Listener, lane: str = MODELS, background: bool = False) -> Job:
        """Run *work* in *lane* as soon as it is free. An older job of the group is stopped and heard no more.

        In the *background* it waits for all others, and begins anew when one of them comes while it runs; so it
        should remember what it has done.
        """
        self.drop(group)
        job = Job(group, lane, work, listener, background)
        self._active[group] = job
        if lane not in self._lanes:
            self._lanes[lane] = _Lane(lane, self._wake)
        self._lanes[lane].put(job)
        return job

    def stop(self, group: str) -> None:
        """Ask the job of the group to end; its listener still gets the last partial result and the end."""
        job = self._active.get(group)
        if job is not None:
            job.cancel()

    def drop(self, group: str) -> list[Any]:
        """End the job of the group; its listener hears nothing more.

        Returns the partial result that was still on its way, as a list of one or none.
        """
        job = self._active.pop(group, None)
        if job is None:
            return []
        self._leaving.append(job)
        job.cancel()
        return job.take_partial()

    def busy(self, group: str | None = None) -> bool:
        """Whether the group has a job that was not dropped; without a group, whether any thread still works."""
        if group is not None:
            return group in self._active
        return bool(self._active or self._leaving)

    def close(self) -> None:
        """Stop everything but the jobs of the disk, which are finished, and join the threads."""
        for job in self._active.values():
            if job.lane != DISK:
                job.cancel()
        for lane in self._lanes.values():
            lane.put(None)
        for lane in self._lanes.values():
            lane.join()
        self._lanes.clear()
        self._drain()
        self._timer.stop()

    def _wake(self) -> None:
        """Called in a lane's thread."""
        if not self._wake_pending.is_set():
            self._wake_pending.set()
            self._woken.emit()

    @Slot()
    def _wake_up(self) -> None:
        # A wake-up that was on its way when everything was closed must not start the timer again.
        if self._timer.isActive() or not self._lanes:
            return
        wait = FRAME_MS - self._clock.elapsed() if self._clock.isValid() else 0
        if wait > 0:
            self._timer.start(int(wait))
        else:
            self._drain()

    @Slot()
    def _drain(self) -> None:
        self._wake_pending.clear()
        self._clock.start()
        for group, job in list(self._active.items()):
            if self._active.get(group) is job and job.deliver() and self._active.get(group) is job:
                del self._active[group]
        self._leaving = [job for job in self._leaving if not job.over]
        if not self.busy():
            self.idle.emit()
