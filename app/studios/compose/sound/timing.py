"""Ticks <-> seconds through all changes of tempo."""

from __future__ import annotations

import numpy as np

from app.studios.compose.document import Score, Tempo


class Timing:
    """The tempo map as two broken lines, so that arrays of ticks can be asked at once."""

    def __init__(self, tempos: tuple[Tempo, ...], ticks_per_quarter: int) -> None:
        self._tick = np.array([tempo.tick for tempo in tempos], np.float64)
        self._each = np.array([tempo.microseconds for tempo in tempos], np.float64) / (1e6 * ticks_per_quarter)
        lengths = np.diff(self._tick) * self._each[:-1]
        self._second = np.concatenate([[0.0], np.cumsum(lengths)])

    def seconds(self, ticks: np.ndarray) -> np.ndarray:
        """When ticks are heard, in seconds from the start; any shape."""
        ticks = np.asarray(ticks, np.float64)
        part = np.maximum(0, np.searchsorted(self._tick, ticks, side="right") - 1)
        return self._second[part] + (ticks - self._tick[part]) * self._each[part]

    def second(self, tick: float) -> float:
        return float(self.seconds(np.array(tick)))

    def tick(self, second: float) -> float:
        """The inverse; a fraction of a tick where the time falls between two."""
        part = max(0, int(np.searchsorted(self._second, second, side="right")) - 1)
        return float(self._tick[part] + (second - self._second[part]) / self._each[part])


def timing_of(score: Score) -> Timing:
    return Timing(score.tempos, score.ticks_per_quarter)
