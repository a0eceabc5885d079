"""What lies under the notes: rows, the scale, lines of time, the end of the piece, the marked bars."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter, QPen

from app.studios.compose.bars import bars_of
from app.studios.compose.views.colours import mixed
from app.studios.compose.views.geometry import KEYS, RULER
from app.studios.compose.views.scene import CLOSEST, Scene, faint

BLACK = {1, 3, 6, 8, 10}


def paint_ground(painter: QPainter, scene: Scene) -> None:
    _rows(painter, scene)
    if scene.scale:
        _scale(painter, scene)
    _lines(painter, scene)
    _beyond(painter, scene)
    _mark(painter, scene)


def pitches_seen(scene: Scene) -> range:
    return range(scene.geometry.pitch(scene.bottom), scene.geometry.pitch(RULER) + 1)


def _rows(painter: QPainter, scene: Scene) -> None:
    """Black keys a little darker, an octave apart a line, and outside the voice's range darker still."""
    geometry = scene.geometry
    black = mixed(scene.colour("hover"), scene.colour("work"), 0.4)
    outside = mixed(scene.colour("hover"), scene.colour("work"), 0.85)
    low, high = scene.voice_range
    painter.setPen(QPen(scene.colour("border"), 1))
    for pitch in pitches_seen(scene):
        y = geometry.y(pitch)
        inner = black if pitch % 12 in BLACK and not scene.scale else None
        ground = inner if low <= pitch <= high else outside
        if ground is not None:
            painter.fillRect(QRectF(KEYS, y, scene.width, geometry.row), ground)
        if pitch % 12 == 0:
            painter.drawLine(QLineF(KEYS, y + geometry.row, scene.width, y + geometry.row))


def _scale(painter: QPainter, scene: Scene) -> None:
    """The rows of the key that is in force there: tinted, the first degree more."""
    geometry = scene.geometry
    tint = scene.theme.accent("compose")
    degree, tonic = faint(tint, 0.07), faint(tint, 0.22)
    for start, end, key in scene.key_stretches():
        left, right = geometry.x(start), min(geometry.x(end), scene.width)
        for pitch in pitches_seen(scene):
            if pitch % 12 in key.scale:
                row = QRectF(left, geometry.y(pitch), right - left, geometry.row)
                painter.fillRect(row, tonic if pitch % 12 == key.tonic else degree)


def _lines(painter: QPainter, scene: Scene) -> None:
    """Bars, beats and the grid, as far as they are not too close."""
    geometry = scene.geometry
    thin = QPen(mixed(scene.colour("border"), scene.colour("work"), 0.4), 1)
    middle = QPen(mixed(scene.colour("border"), scene.colour("work"), 0.9), 1)
    strong = QPen(mixed(scene.colour("muted"), scene.colour("work"), 0.6), 1)
    finest, beats, firsts = [], [], []
    for bar in bars_of(scene.score).between(*scene.ticks):
        if scene.grid < bar.beat and scene.grid * geometry.per_tick >= CLOSEST:
            finest += range(bar.start, bar.end, scene.grid)
        if bar.beat * geometry.per_tick >= CLOSEST:
            beats += range(bar.start, bar.end, bar.beat)
        # Far out, bars thin out too.
        if (bar.end - bar.start) * geometry.per_tick >= CLOSEST:
            firsts.append(bar.start)
    for pen, ticks in ((thin, finest), (middle, beats), (strong, firsts)):
        painter.setPen(pen)
        xs = (np.round(geometry.xs(np.array(ticks))) + 0.5).tolist()
        painter.drawLines([QLineF(x, RULER, x, scene.height) for x in xs])


def _beyond(painter: QPainter, scene: Scene) -> None:
    """Behind the end of the piece."""
    x = scene.geometry.x(scene.score.length)
    if x < scene.width:
        painter.fillRect(QRectF(max(KEYS, x), RULER, scene.width, scene.height), scene.colour("window"))
        painter.setPen(QPen(scene.colour("muted"), 1))
        painter.drawLine(QLineF(x, RULER, x, scene.height))


def _mark(painter: QPainter, scene: Scene) -> None:
    """The bars that may change and that are played in a loop."""
    if scene.marked is None:
        return
    left, right = (scene.geometry.x(tick) for tick in scene.marked)
    area = QRectF(left, RULER, right - left, scene.height - RULER)
    painter.fillRect(area, faint(scene.theme.accent("compose"), 0.12))
    painter.setPen(QPen(scene.theme.accent("compose"), 1))
    painter.drawLine(area.topLeft(), area.bottomLeft())
    painter.drawLine(area.topRight(), area.bottomRight())
