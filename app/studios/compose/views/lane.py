"""The lane of velocities under the rows: a stem for each note of the track one writes in."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.base.i18n import tr
from app.studios.compose.edits import Key
from app.studios.compose.views.colours import mixed
from app.studios.compose.views.geometry import KEYS, LANE
from app.studios.compose.views.index import Column
from app.studios.compose.views.scene import Scene, small

KNOB = 2.5
THIN = 800
"""From so many stems on, they have no knobs."""


def paint_lane(painter: QPainter, scene: Scene) -> None:
    geometry = scene.geometry
    painter.fillRect(QRectF(0, scene.bottom, scene.width, LANE), scene.colour("panel"))
    painter.setPen(QPen(scene.colour("border"), 1))
    for velocity in (0, 64, 127):
        y = round(geometry.velocity_y(velocity)) + 0.5
        painter.drawLine(QLineF(KEYS, y, scene.width, y))
    painter.drawLine(QLineF(0, scene.bottom + 0.5, scene.width, scene.bottom + 0.5))
    painter.save()
    painter.setClipRect(QRectF(KEYS, scene.bottom, scene.width - KEYS, LANE))
    _stems(painter, scene)
    painter.restore()
    painter.setFont(small(painter.font()))
    painter.setPen(scene.colour("muted"))
    box = QRectF(0, scene.bottom, KEYS - 6, LANE)
    painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tr("velocity"))


def _stems(painter: QPainter, scene: Scene) -> None:
    if scene.voice >= len(scene.score.tracks):
        return
    column = scene.index.column(scene.voice, *scene.ticks)
    chosen = _chosen(scene, column)
    colour = scene.track_colour(scene.voice)
    quiet = mixed(colour, scene.colour("panel"), 0.55) if scene.selection else colour
    for rows, shade in ((~chosen, quiet), (chosen, scene.colour("text"))):
        lines = _lines(scene, column.take(rows))
        painter.setPen(QPen(shade, 2))
        painter.drawLines(lines)
        if len(lines) < THIN:
            painter.setBrush(shade)
            for line in lines:
                painter.drawEllipse(line.p2(), KNOB, KNOB)


def _chosen(scene: Scene, column: Column) -> np.ndarray:
    """Which of the notes are selected, bool (notes,)."""
    if not scene.selection:
        return np.zeros(len(column.start), bool)
    places = zip(column.start.tolist(), column.pitch.tolist(), strict=True)
    return np.array([Key(scene.voice, *place) in scene.selection for place in places], bool)


def _lines(scene: Scene, column: Column) -> list[QLineF]:
    """The stems; of those on one pixel the tallest, which hides the others."""
    if not len(column.start):
        return []
    xs, zero = np.round(scene.geometry.xs(column.start)), scene.geometry.velocity_y(0)
    order = np.lexsort((column.velocity, xs))
    tallest = order[np.append(np.diff(xs[order]) > 0, True)]
    places = zip(
        (xs[tallest] + 0.5).tolist(), scene.geometry.velocity_ys(column.velocity[tallest]).tolist(), strict=True
    )
    return [QLineF(x, zero, x, y) for x, y in places]
