"""The path language of SVG 1.1 (section 8.3) to polylines."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

_TOKEN = re.compile(r"([MmLlHhVvCcSsQqTtZzAa])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_WANTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
SEGMENTS = 12
"""A curve becomes so many straight pieces."""


def sample_path(text: str) -> list[np.ndarray]:
    """The sub-paths of a ``d`` attribute as arrays (n, 2). Raises ValueError for what is not understood."""
    reader = _Reader()
    command, numbers = "", []
    for letter, number in _TOKEN.findall(text):
        if letter:
            reader.finish(command, numbers)
            command, numbers = letter, []
        else:
            numbers.append(float(number))
    reader.finish(command, numbers)
    return [np.array(line) for line in reader.lines if line]


class _Reader:
    """Where the pen is, and the lines so far."""

    def __init__(self) -> None:
        self.lines: list[list[tuple[float, float]]] = []
        self._here = np.zeros(2)
        self._start = np.zeros(2)
        self._handle = np.zeros(2)

    def finish(self, command: str, numbers: list[float]) -> None:
        """Do a command for each group of its numbers."""
        if not command:
            if numbers:
                raise ValueError("a path begins with a command")
            return
        kind, wants = command.upper(), _WANTS[command.upper()]
        if wants == 0:
            if (self._here != self._start).any():
                self._to(self._start)
            return
        if not numbers or len(numbers) % wants:
            raise ValueError(f"{command} wants groups of {wants} numbers")
        for at in range(0, len(numbers), wants):
            self._do(kind, np.array(numbers[at : at + wants]), relative=command.islower())
            kind = "L" if kind == "M" else kind  # what follows a move is a line

    def _do(self, kind: str, numbers: np.ndarray, relative: bool) -> None:
        if kind in "HV":
            axis = "HV".index(kind)
            target = self._here.copy()
            target[axis] = numbers[0] + (target[axis] if relative else 0)
            self._to(target)
            return
        if kind == "A":
            self._arc(numbers, numbers[5:] + (self._here if relative else 0))
            return
        points = numbers.reshape(-1, 2) + (self._here if relative else 0)
        if kind == "M":
            self._here = self._start = points[0]
            self.lines.append([])
            self._add(points[0])
        elif kind == "L":
            self._to(points[0])
        else:
            self._curve(kind, points)
            return
        self._handle = self._here

    def _curve(self, kind: str, points: np.ndarray) -> None:
        """Cubic and quadratic Béziers; the smooth kinds mirror the last handle."""
        mirrored = 2 * self._here - self._handle
        controls = {
            "C": lambda: [self._here, *points],
            "S": lambda: [self._here, mirrored, *points],
            "Q": lambda: [self._here, *points],
            "T": lambda: [self._here, mirrored, *points],
        }[kind]()
        for share in np.linspace(0, 1, SEGMENTS + 1)[1:]:
            self._add(_casteljau(controls, float(share)))
        self._handle, self._here = controls[-2], controls[-1]

    def _arc(self, numbers: np.ndarray, target: np.ndarray) -> None:
        """An elliptical arc by its ends (SVG 1.1, appendix F.6.5)."""
        rx, ry, turn, large, sweep = (*np.abs(numbers[:2]), np.radians(numbers[2]), numbers[3] != 0, numbers[4] != 0)
        half = (self._here - target) / 2
        if not (rx and ry) or not half.any():
            self._to(target)
            return
        frame = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        x, y = frame @ half / [rx, ry]
        grown = max(1.0, float(np.hypot(x, y)))
        rx, ry, x, y = rx * grown, ry * grown, x / grown, y / grown
        away = np.sqrt(max(0.0, 1 / max(x * x + y * y, 1e-12) - 1)) * (-1 if large == sweep else 1)
        middle = away * np.array([y, -x])
        start, end = np.arctan2(y - middle[1], x - middle[0]), np.arctan2(-y - middle[1], -x - middle[0])
        way = (end - start) % (2 * np.pi) - (0 if sweep else 2 * np.pi)
        angles = start + way * np.linspace(0, 1, 2 * SEGMENTS + 1)[1:-1]
        circle = np.column_stack([np.cos(angles), np.sin(angles)]) + middle
        for point in circle * [rx, ry] @ frame + (self._here + target) / 2:
            self._add(point)
        self._to(target)

    def _to(self, target: np.ndarray) -> None:
        self._here = self._handle = target
        self._add(target)

    def _add(self, point: np.ndarray) -> None:
        if not self.lines:
            self.lines.append([])
        self.lines[-1].append((float(point[0]), float(point[1])))


def _casteljau(points: list[np.ndarray], share: float) -> np.ndarray:
    while len(points) > 1:
        points = [a + share * (b - a) for a, b in pairwise(points)]
    return points[0]
