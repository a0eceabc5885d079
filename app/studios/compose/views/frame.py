"""Around the notes: the ruler with bars and changes, the keyboard, the caret, the line of playback."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app.studios.compose.bars import bars_of
from app.studios.compose.document import Note
from app.studios.compose.views.colours import mixed
from app.studios.compose.views.geometry import KEYS, RULER
from app.studios.compose.views.ground import BLACK, pitches_seen
from app.studios.compose.views.scene import CLOSEST, Scene, faint, small
from app.studios.compose.words import key_name, pitch_name
from app.ui.theme import SMALL

NUMBERS = 15
"""The line of the ruler on which the bars' numbers stand; under it stand tempo, metre and key."""
HEAD = 5
"""Half the width of the playhead; words begin beside it."""


def paint_caret(painter: QPainter, scene: Scene) -> None:
    """Where the keyboard writes, and the rubber band."""
    if scene.caret is not None:
        tick, pitch = scene.caret
        box = scene.geometry.note_rect(Note(tick, pitch, max(1, scene.grid)))
        painter.setPen(QPen(scene.colour("text"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
    if scene.band is not None:
        painter.setPen(QPen(scene.colour("focus"), 1))
        painter.setBrush(faint(scene.colour("focus"), 0.15))
        painter.drawRect(scene.band)


def paint_ruler(painter: QPainter, scene: Scene) -> None:
    painter.fillRect(0, 0, scene.width, RULER, scene.colour("panel"))
    painter.save()
    painter.setClipRect(KEYS, 0, scene.width - KEYS, RULER)
    if scene.marked is not None:
        left, right = (scene.geometry.x(tick) for tick in scene.marked)
        painter.fillRect(QRectF(left, 0, right - left, RULER), faint(scene.theme.accent("compose"), 0.35))
    painter.setFont(small(painter.font()))
    _bars(painter, scene)
    _changes(painter, scene)
    painter.restore()
    painter.setPen(QPen(scene.colour("border"), 1))
    painter.drawLine(QLineF(0, RULER - 0.5, scene.width, RULER - 0.5))


def _bars(painter: QPainter, scene: Scene) -> None:
    geometry = scene.geometry
    lines: list[QLineF] = []
    numbers: list[tuple[float, int]] = []
    for bar in bars_of(scene.score).between(*scene.ticks):
        x = geometry.x(bar.start)
        beats = range(bar.start + bar.beat, bar.end, bar.beat) if bar.beat * geometry.per_tick >= CLOSEST else ()
        lines += [QLineF(geometry.x(at), RULER - 4, geometry.x(at), RULER) for at in beats]
        if not numbers or x - numbers[-1][0] >= 4 * SMALL:
            lines.append(QLineF(x, 4, x, RULER))
            numbers.append((x, bar.number + 1))
    painter.setPen(QPen(scene.colour("border"), 1))
    painter.drawLines(lines)
    painter.setPen(scene.colour("muted"))
    for x, number in numbers:
        painter.drawText(QPointF(x + 4, NUMBERS), str(number))


def _changes(painter: QPainter, scene: Scene) -> None:
    """Tempo, metre and key where they change; what would not fit before the next is left out."""
    painter.setPen(scene.colour("text"))
    places = sorted(_words(scene).items())
    ends = [*(scene.geometry.x(tick) for tick, _ in places[1:]), scene.width]
    for (tick, words), end in zip(places, ends, strict=True):
        x = scene.geometry.x(tick)
        if x < scene.width and end > KEYS:
            room = QRectF(x + HEAD + 2, NUMBERS + 2, max(0.0, end - x - HEAD - 4), RULER - NUMBERS - 4)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "  ".join(words))


def _words(scene: Scene) -> dict[int, list[str]]:
    """What begins at each tick, in signs."""
    score = scene.score
    words: dict[int, list[str]] = {}
    for tempo in score.tempos:
        words.setdefault(tempo.tick, []).append(f"♩={tempo.bpm:.0f}")
    for meter in score.meters:
        words.setdefault(meter.tick, []).append(f"{meter.numerator}/{meter.denominator}")
    for key in score.keys:
        words.setdefault(key.tick, []).append(key_name(key))
    return words


def paint_keyboard(painter: QPainter, scene: Scene) -> None:
    geometry = scene.geometry
    painter.save()
    painter.setClipRect(QRectF(0, RULER, KEYS, scene.bottom - RULER))
    painter.fillRect(0, RULER, KEYS, scene.height, mixed(scene.colour("text"), scene.colour("work"), 0.02))
    painter.setFont(small(painter.font()))
    dark = mixed(scene.colour("muted"), scene.colour("work"), 0.75)
    for pitch in pitches_seen(scene):
        y = geometry.y(pitch)
        if pitch % 12 in BLACK:
            painter.fillRect(QRectF(0, y, KEYS * 0.6, geometry.row), dark)
        if pitch % 12 in (0, 5):
            painter.setPen(QPen(scene.colour("border"), 1))
            painter.drawLine(QLineF(0, y + geometry.row, KEYS, y + geometry.row))
        if pitch % 12 == 0 and y + geometry.row / 2 - 6 >= RULER and y + geometry.row / 2 + 6 <= scene.bottom:
            painter.setPen(scene.colour("muted"))
            box = QRectF(0, y + geometry.row / 2 - 8, KEYS - 6, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, pitch_name(pitch))
    painter.restore()
    painter.setPen(QPen(scene.colour("border"), 1))
    painter.drawLine(QLineF(KEYS - 0.5, RULER, KEYS - 0.5, scene.height))


def paint_playhead(painter: QPainter, scene: Scene) -> None:
    x = scene.geometry.x(scene.playhead)
    if not KEYS <= x <= scene.width:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(scene.colour("error"), 1))
    painter.drawLine(QLineF(x, RULER, x, scene.height))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(scene.colour("error"))
    painter.drawPolygon(QPolygonF([QPointF(x - HEAD, RULER - 8), QPointF(x + HEAD, RULER - 8), QPointF(x, RULER)]))
