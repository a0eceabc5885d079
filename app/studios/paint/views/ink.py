"""Strokes to the screen: the same shapes as in the saved picture, by Qt."""

from __future__ import annotations

import math
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPolygonF

from app.studios.paint.document import Point, Stroke


def paint_stroke(painter: QPainter, stroke: Stroke, colour: QColor | None = None) -> None:
    """Paint a whole stroke; *colour* overrides its own (the tint)."""
    _prepare(painter, colour or QColor(stroke.colour))
    for point in stroke.points[:1]:
        _round(painter, stroke, point)
    for first, second in pairwise(stroke.points):
        _piece(painter, stroke, first, second)


def _piece(painter: QPainter, stroke: Stroke, first: Point, second: Point) -> None:
    """Paint what lies between two points, with the second's round end."""
    length = math.hypot(second[0] - first[0], second[1] - first[1])
    if length > 0:
        across = ((first[1] - second[1]) / length, (second[0] - first[0]) / length)
        corners = [
            QPointF(x + sign * across[0] * width_at(stroke, p) / 2, y + sign * across[1] * width_at(stroke, p) / 2)
            for (x, y, p), sign in ((first, 1), (second, 1), (second, -1), (first, -1))
        ]
        painter.drawConvexPolygon(QPolygonF(corners))
    _round(painter, stroke, second)


def piece_rect(stroke: Stroke, points: tuple[Point, ...]) -> QRectF:
    """What painting a piece through these points can touch."""
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    margin = stroke.size / 2 + 2
    return QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)).adjusted(-margin, -margin, margin, margin)


def _prepare(painter: QPainter, colour: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(colour))


def _round(painter: QPainter, stroke: Stroke, point: Point) -> None:
    radius = width_at(stroke, point[2]) / 2
    painter.drawEllipse(QPointF(point[0], point[1]), radius, radius)


def width_at(stroke: Stroke, pressure: float) -> float:
    """The width in pixels at a pressure."""
    return stroke.size * (0.15 + 0.85 * pressure)
