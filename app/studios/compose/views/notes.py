"""The notes of the roll. Notes of one look are drawn in one call, and where there are too many, as a picture."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from app.studios.compose.document import MAX_PITCH
from app.studios.compose.edits import Key
from app.studios.compose.views.colours import heat_colour, heat_of, mixed
from app.studios.compose.views.geometry import KEYS, RULER
from app.studios.compose.views.index import MAKERS, Column
from app.studios.compose.views.preview import dust
from app.studios.compose.views.scene import Others, Scene, faint

MANY = 1500
"""From so many visible notes on, they are drawn as a picture."""
FEW = 300
"""Up to so many have rounded corners."""
GHOST = 0.3
MADE = 0.3
"""How much of its colour a note has that the machine made."""
GOING = 0.35
"""And one that Refill will take away; its edge stays."""


class _Look(NamedTuple):
    maker: str
    going: bool
    selected: bool
    heat: int
    """Of the surprise map, 1 for what was most expected; 0 where it is not shown."""


def paint_notes(painter: QPainter, scene: Scene) -> None:
    """The voice one writes in lies on top."""
    start, end = scene.ticks
    low, high = scene.geometry.pitch(scene.bottom), scene.geometry.pitch(RULER)
    shown = [t for t in range(len(scene.score.tracks)) if scene.others is not Others.HIDDEN or t == scene.voice]
    shown.sort(key=lambda track: (track == scene.voice, -track))
    found = {track: scene.index.column(track, start, end, low, high) for track in shown}
    count = sum(len(column.start) for column in found.values())
    if count > MANY:
        _as_dust(painter, scene, shown)
        return
    for track, column in found.items():
        ghost = scene.others is Others.GHOSTS and track != scene.voice
        draw = _draw_ghosts if ghost else _draw_track
        draw(painter, scene, track, column, count <= FEW)


def bodies(scene: Scene, column: Column) -> list[QRectF]:
    """The notes as they are drawn; see :meth:`Geometry.note_rect`."""
    geometry = scene.geometry
    left = geometry.xs(column.start)
    top = RULER + (MAX_PITCH - column.pitch) * geometry.row - geometry.top
    wide = np.maximum(2.0, (column.end - column.start) * geometry.per_tick)
    rows = zip((left + 0.5).tolist(), (top + 0.5).tolist(), np.maximum(1.0, wide - 1).tolist(), strict=True)
    return [QRectF(x, y, width, geometry.row - 1) for x, y, width in rows]


def _draw_ghosts(painter: QPainter, scene: Scene, track: int, column: Column, rounded: bool) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faint(scene.track_colour(track), GHOST))
    _draw(painter, bodies(scene, column), rounded)


def _draw_track(painter: QPainter, scene: Scene, track: int, column: Column, rounded: bool) -> None:
    looks: dict[_Look, list[QRectF]] = defaultdict(list)
    for look, body in zip(_looks(scene, track, column), bodies(scene, column), strict=True):
        looks[look].append(body)
    for look, rects in sorted(looks.items(), key=lambda item: item[0].selected):
        colour = scene.track_colour(track)
        fill = colour if look.maker == "user" else mixed(colour, scene.colour("work"), MADE)
        if look.going:
            fill = mixed(fill, scene.colour("work"), GOING)
        if look.heat:
            fill = scene.sounding(track, heat_colour(look.heat))
        painter.setPen(QPen(scene.colour("text") if look.selected else colour, 2 if look.selected else 1))
        painter.setBrush(fill)
        _draw(painter, rects, rounded)
        if look.maker == "edited":
            _hatch(painter, rects, colour)


def _looks(scene: Scene, track: int, column: Column) -> list[_Look]:
    going = np.zeros(len(column.start), bool)
    if scene.marked is not None and track in scene.marked_voices:
        going = (column.start >= scene.marked[0]) & (column.start < scene.marked[1])
    makers = [MAKERS[code] for code in column.maker.tolist()]
    selected = [False] * len(makers)
    if scene.selection:
        places = zip(column.start.tolist(), column.pitch.tolist(), strict=True)
        selected = [Key(track, start, pitch) in scene.selection for start, pitch in places]
    heats = [0] * len(makers)
    if scene.expected:
        places = zip(column.start.tolist(), column.pitch.tolist(), strict=True)
        found = (scene.expected.get(Key(track, start, pitch)) for start, pitch in places)
        heats = [heat_of(one.place) if one else 0 for one in found]
    return [_Look(*look) for look in zip(makers, going.tolist(), selected, heats, strict=True)]


def _draw(painter: QPainter, rects: list[QRectF], rounded: bool) -> None:
    if not rounded:
        painter.drawRects(rects)
        return
    for rect in rects:
        painter.drawRoundedRect(rect, 2, 2)


def _hatch(painter: QPainter, rects: list[QRectF], colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
    painter.drawRects(rects)


def _as_dust(painter: QPainter, scene: Scene, order: list[int]) -> None:
    geometry = scene.geometry
    ghosts = scene.others is Others.GHOSTS
    colours = [
        mixed(scene.track_colour(track), scene.colour("work"), GHOST if ghosts and track != scene.voice else 1)
        for track in order
    ]
    image = dust(scene.index, order, *scene.ticks, max(1, scene.width - KEYS), colours)
    painter.drawImage(QRectF(KEYS, geometry.y(MAX_PITCH), scene.width - KEYS, geometry.height), image)
