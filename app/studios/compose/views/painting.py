"""Draws the piano roll: rows, lines, notes, marks, ruler, keyboard. Only what can be seen is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen, QPolygonF

from app.studios.compose.bars import bars_of
from app.studios.compose.document import MAX_PITCH, Note, Score
from app.studios.compose.edits import Key, Selection
from app.studios.compose.views.colours import mixed, voice_colour
from app.studios.compose.views.geometry import KEYS, RULER, Geometry
from app.studios.compose.views.index import NoteIndex
from app.studios.compose.views.preview import dust
from app.studios.compose.words import pitch_name
from app.ui.theme import SMALL, Theme

BLACK = {1, 3, 6, 8, 10}
MANY = 2500
"""From so many visible notes on, they are drawn as a picture."""
CLOSEST = 5.0
"""Lines nearer than this many pixels are left out."""


@dataclass
class Scene:
    """All that a painting of the roll depends on."""

    score: Score
    index: NoteIndex
    geometry: Geometry
    theme: Theme
    width: int
    height: int
    selection: Selection
    voice: int
    voice_range: tuple[int, int]
    grid: int
    marked: tuple[int, int] | None
    marked_voices: frozenset[int]
    caret: tuple[int, int] | None
    band: QRectF | None
    playhead: float

    @property
    def ticks(self) -> tuple[float, float]:
        """What can be seen, from tick to tick."""
        return max(0.0, self.geometry.tick(KEYS)), self.geometry.tick(self.width)

    def colour(self, name: str) -> QColor:
        return self.theme.colour(name)


def paint(painter: QPainter, scene: Scene) -> None:
    """The whole viewport."""
    painter.fillRect(0, 0, scene.width, scene.height, scene.colour("work"))
    painter.save()
    painter.setClipRect(KEYS, RULER, scene.width - KEYS, scene.height - RULER)
    _rows(painter, scene)
    _lines(painter, scene)
    _beyond(painter, scene)
    _mark(painter, scene)
    _notes(painter, scene)
    _caret(painter, scene)
    painter.restore()
    _ruler(painter, scene)
    _keyboard(painter, scene)
    _playhead(painter, scene)


def _rows(painter: QPainter, scene: Scene) -> None:
    """Black keys a little darker, an octave apart a line, and outside the voice's range darker still."""
    geometry = scene.geometry
    black = mixed(scene.colour("hover"), scene.colour("work"), 0.4)
    outside = mixed(scene.colour("hover"), scene.colour("work"), 0.85)
    low, high = scene.voice_range
    painter.setPen(QPen(scene.colour("border"), 1))
    for pitch in range(geometry.pitch(scene.height), geometry.pitch(RULER) + 1):
        y = geometry.y(pitch)
        ground = outside if not low <= pitch <= high else black if pitch % 12 in BLACK else None
        if ground is not None:
            painter.fillRect(QRectF(KEYS, y, scene.width, geometry.row), ground)
        if pitch % 12 == 0:
            painter.drawLine(QLineF(KEYS, y + geometry.row, scene.width, y + geometry.row))


def _lines(painter: QPainter, scene: Scene) -> None:
    """Bars, beats and the grid, as far as they are not too close."""
    geometry = scene.geometry
    start, end = scene.ticks
    thin = QPen(mixed(scene.colour("border"), scene.colour("work"), 0.4), 1)
    middle = QPen(mixed(scene.colour("border"), scene.colour("work"), 0.9), 1)
    strong = QPen(mixed(scene.colour("muted"), scene.colour("work"), 0.6), 1)
    for _, tick, bar_end, beat in bars_of(scene.score).between(start, end):
        if scene.grid < beat:
            _verticals(painter, scene, thin, range(tick, bar_end, scene.grid))
        _verticals(painter, scene, middle, range(tick, bar_end, beat))
        # Far out, bars thin out too: every fourth, every sixteenth…
        if (bar_end - tick) * geometry.per_tick >= CLOSEST:
            _verticals(painter, scene, strong, range(tick, tick + 1))


def _verticals(painter: QPainter, scene: Scene, pen: QPen, ticks: range) -> None:
    if ticks.step * scene.geometry.per_tick < CLOSEST and len(ticks) > 1:
        return
    painter.setPen(pen)
    xs = [round(scene.geometry.x(tick)) + 0.5 for tick in ticks]
    painter.drawLines([QLineF(x, RULER, x, scene.height) for x in xs])


def _beyond(painter: QPainter, scene: Scene) -> None:
    """Behind the end of the piece."""
    x = scene.geometry.x(scene.score.length)
    if x < scene.width:
        painter.fillRect(QRectF(max(KEYS, x), RULER, scene.width, scene.height), scene.colour("window"))
        painter.setPen(QPen(scene.colour("muted"), 1))
        painter.drawLine(QLineF(x, RULER, x, scene.height))


def _mark(painter: QPainter, scene: Scene) -> None:
    """The bars that may change."""
    if scene.marked is None:
        return
    left, right = (scene.geometry.x(tick) for tick in scene.marked)
    area = QRectF(left, RULER, right - left, scene.height - RULER)
    painter.fillRect(area, _faint(scene.theme.accent("compose"), 0.12))
    painter.setPen(QPen(scene.theme.accent("compose"), 1))
    painter.drawLine(area.topLeft(), area.bottomLeft())
    painter.drawLine(area.topRight(), area.bottomRight())


# --- notes ------------------------------------------------------------------------------------------------------------


def _notes(painter: QPainter, scene: Scene) -> None:
    """The voice one writes in lies on top."""
    start, end = scene.ticks
    order = sorted(range(len(scene.score.tracks)), key=lambda track: (track == scene.voice, -track))
    low, high = scene.geometry.pitch(scene.height), scene.geometry.pitch(RULER)
    found = [(track, scene.index.notes(track, start, end, low, high)) for track in order]
    if sum(len(notes) for _, notes in found) > MANY:
        _as_dust(painter, scene, order)
        return
    for track, notes in found:
        for note in notes:
            _note(painter, scene, track, note)


def _note(painter: QPainter, scene: Scene, track: int, note: Note) -> None:
    colour = voice_colour(scene.theme, track)
    selected = Key(track, note.start, note.pitch) in scene.selection
    body = scene.geometry.note_rect(note).adjusted(0.5, 0.5, -0.5, -0.5)
    if _will_go(scene, track, note):
        colour = mixed(colour, scene.colour("work"), 0.35)
    fill = colour if note.maker == "user" else mixed(colour, scene.colour("work"), 0.3)
    painter.setPen(QPen(scene.colour("text") if selected else colour, 2 if selected else 1))
    painter.setBrush(fill)
    painter.drawRoundedRect(body, 2, 2)
    if note.maker == "edited":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
        painter.drawRect(body)


def _will_go(scene: Scene, track: int, note: Note) -> bool:
    """Whether Refill would replace the note."""
    if scene.marked is None or track not in scene.marked_voices:
        return False
    return scene.marked[0] <= note.start < scene.marked[1]


def _as_dust(painter: QPainter, scene: Scene, order: list[int]) -> None:
    start, end = scene.ticks
    geometry = scene.geometry
    colours = [voice_colour(scene.theme, track) for track in order]
    image = dust(scene.index, order, start, end, max(1, scene.width - KEYS), colours)
    painter.drawImage(QRectF(KEYS, geometry.y(MAX_PITCH), scene.width - KEYS, geometry.height), image)


def _caret(painter: QPainter, scene: Scene) -> None:
    """Where the keyboard writes, and the rubber band."""
    if scene.caret is not None:
        tick, pitch = scene.caret
        box = scene.geometry.note_rect(Note(tick, pitch, max(1, scene.grid)))
        painter.setPen(QPen(scene.colour("text"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
    if scene.band is not None:
        painter.setPen(QPen(scene.colour("focus"), 1))
        painter.setBrush(_faint(scene.colour("focus"), 0.15))
        painter.drawRect(scene.band)


# --- around the notes -------------------------------------------------------------------------------------------------


def _ruler(painter: QPainter, scene: Scene) -> None:
    painter.fillRect(0, 0, scene.width, RULER, scene.colour("panel"))
    painter.save()
    painter.setClipRect(KEYS, 0, scene.width - KEYS, RULER)
    if scene.marked is not None:
        left, right = (scene.geometry.x(tick) for tick in scene.marked)
        painter.fillRect(QRectF(left, 0, right - left, RULER), _faint(scene.theme.accent("compose"), 0.35))
    painter.setFont(_small(painter.font()))
    shown = -1e9
    for number, tick, end, beat in bars_of(scene.score).between(*scene.ticks):
        x = scene.geometry.x(tick)
        painter.setPen(QPen(scene.colour("border"), 1))
        for at in range(tick + beat, end, beat) if beat * scene.geometry.per_tick >= CLOSEST else ():
            painter.drawLine(QLineF(scene.geometry.x(at), RULER - 5, scene.geometry.x(at), RULER))
        if x - shown >= 4 * SMALL:
            painter.drawLine(QLineF(x, RULER - 12, x, RULER))
            painter.setPen(scene.colour("muted"))
            painter.drawText(QPointF(x + 4, RULER - 8), str(number + 1))
            shown = x
    painter.restore()
    painter.setPen(QPen(scene.colour("border"), 1))
    painter.drawLine(QLineF(0, RULER - 0.5, scene.width, RULER - 0.5))


def _keyboard(painter: QPainter, scene: Scene) -> None:
    geometry = scene.geometry
    painter.save()
    painter.setClipRect(0, RULER, KEYS, scene.height - RULER)
    painter.fillRect(0, RULER, KEYS, scene.height, mixed(scene.colour("text"), scene.colour("work"), 0.02))
    painter.setFont(_small(painter.font()))
    dark = mixed(scene.colour("muted"), scene.colour("work"), 0.75)
    for pitch in range(geometry.pitch(scene.height), geometry.pitch(RULER) + 1):
        y = geometry.y(pitch)
        if pitch % 12 in BLACK:
            painter.fillRect(QRectF(0, y, KEYS * 0.6, geometry.row), dark)
        if pitch % 12 in (0, 5):
            painter.setPen(QPen(scene.colour("border"), 1))
            painter.drawLine(QLineF(0, y + geometry.row, KEYS, y + geometry.row))
        if pitch % 12 == 0:
            painter.setPen(scene.colour("muted"))
            box = QRectF(0, y + geometry.row / 2 - 8, KEYS - 6, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, pitch_name(pitch))
    painter.restore()
    painter.setPen(QPen(scene.colour("border"), 1))
    painter.drawLine(QLineF(KEYS - 0.5, RULER, KEYS - 0.5, scene.height))


def _playhead(painter: QPainter, scene: Scene) -> None:
    x = scene.geometry.x(scene.playhead)
    if not KEYS <= x <= scene.width:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(scene.colour("error"), 1))
    painter.drawLine(QLineF(x, RULER, x, scene.height))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(scene.colour("error"))
    painter.drawPolygon(QPolygonF([QPointF(x - 5, RULER - 8), QPointF(x + 5, RULER - 8), QPointF(x, RULER)]))


def _faint(colour: QColor, opacity: float) -> QColor:
    faint = QColor(colour)
    faint.setAlphaF(opacity)
    return faint


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(SMALL - 1)
    return small
