"""How long the window did not answer, and the limits every studio keeps."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt, QTimer

HEARTBEAT_MS, STALL_MS, STOP_MS = 5, 50, 200


@dataclass(frozen=True)
class Beat:
    """One turn of the event loop: when, how long its thread has waited for a core, and what others have used so far.

    All in seconds. Where the system does not tell, nothing is taken off.
    """

    time: float
    waited: float
    others: float

    @classmethod
    def now(cls) -> Beat:
        return cls(time.perf_counter(), _waited(), _used_by_others())

    def until(self, later: Beat) -> float:
        """Seconds to a *later* beat, without those in which another program, not a thread of ours, had the core."""
        waited, others = later.waited - self.waited, later.others - self.others
        return later.time - self.time - max(0.0, min(waited, others))


def _waited() -> float:
    """How long this thread was ready but had no core."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    return 0.0


def _used_by_others() -> float:
    """The processor time of all programs but this one."""
    with contextlib.suppress(OSError):
        user, nice, system = map(int, Path("/proc/stat").read_text().split()[1:4])
        return (user + nice + system) / os.sysconf("SC_CLK_TCK") - time.process_time()
    return 0.0


@contextlib.contextmanager
def watched_heart() -> Iterator[list[Beat]]:
    """The beats of the event loop while the block runs."""
    beats = [Beat.now()]
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: beats.append(Beat.now()))
    timer.start(HEARTBEAT_MS)
    yield beats
    timer.stop()


def longest_stall(beats: list[Beat]) -> float:
    """The longest time in ms that the event loop did not beat."""
    return 1000 * max(a.until(b) for a, b in pairwise(beats))
