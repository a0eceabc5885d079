"""Draws the piano roll, back to front. Only what can be seen is looked at."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.studios.compose.views.frame import paint_caret, paint_keyboard, paint_playhead, paint_ruler
from app.studios.compose.views.geometry import KEYS, RULER
from app.studios.compose.views.ground import paint_ground
from app.studios.compose.views.lane import paint_lane
from app.studios.compose.views.notes import paint_notes
from app.studios.compose.views.scene import Scene


def paint(painter: QPainter, scene: Scene) -> None:
    """The whole viewport."""
    painter.fillRect(0, 0, scene.width, scene.height, scene.colour("work"))
    painter.save()
    painter.setClipRect(QRectF(KEYS, RULER, scene.width - KEYS, scene.bottom - RULER))
    paint_ground(painter, scene)
    paint_notes(painter, scene)
    paint_caret(painter, scene)
    painter.restore()
    paint_lane(painter, scene)
    paint_ruler(painter, scene)
    paint_keyboard(painter, scene)
    paint_playhead(painter, scene)
