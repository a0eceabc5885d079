"""The lane of velocities under the rows: a stem for each note of the track one writes in."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.base.i18n import tr
from app.studios.compose.edits import Key
from app.studios.compose.views.colours import mixed, voice_colour
from app.studios.compose.views.geometry import KEYS, LANE
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
    geometry = scene.geometry
    column = scene.index.column(scene.voice, *scene.ticks)
    colour = voice_colour(scene.theme, scene.voice)
    quiet = mixed(colour, scene.colour("panel"), 0.55) if scene.selection else colour
    zero = geometry.velocity_y(0)
    stems: dict[bool, list[QLineF]] = {False: [], True: []}
    for start, pitch, velocity in zip(
        *(a.tolist() for a in (column.start, column.pitch, column.velocity)), strict=True
    ):
        chosen = bool(scene.selection) and Key(scene.voice, start, pitch) in scene.selection
        x = round(geometry.x(start)) + 0.5
        stems[chosen].append(QLineF(x, zero, x, geometry.velocity_y(velocity)))
    for chosen, lines in stems.items():
        painter.setPen(QPen(scene.colour("text") if chosen else quiet, 2))
        painter.drawLines(lines)
        if len(lines) < THIN:
            painter.setBrush(scene.colour("text") if chosen else quiet)
            for line in lines:
                painter.drawEllipse(line.p2(), KNOB, KNOB)
