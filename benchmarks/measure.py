"""How a figure is taken: several runs, median first, spread beside it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np


def seconds(action: Callable[[], object], runs: int = 5) -> np.ndarray:
    """Wall seconds of each run, sorted, shape (runs,); one run before them is not counted."""
    action()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return np.sort(times)


def spread(values: np.ndarray, unit: str, digits: int = 2) -> str:
    """“median unit (least – most)”."""
    return f"{np.median(values):.{digits}f} {unit} ({values.min():.{digits}f} – {values.max():.{digits}f})"


def clock() -> float:
    """Milliseconds of a clock that only goes forward."""
    return 1000 * time.perf_counter()
