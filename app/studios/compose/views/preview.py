"""A small picture of a score: for the history, and for a roll so far zoomed out that notes are dust."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.studios.compose.document import Score
from app.studios.compose.views.colours import voice_colour
from app.studios.compose.views.index import NoteIndex
from app.ui.theme import current_theme

WIDTH, HEIGHT = 160, 96
MARGIN = 3


def dust(index: NoteIndex, tracks: list[int], start: float, end: float, width: int, colours: list[QColor]) -> QImage:
    """The notes between two ticks as an image of *width* columns and 128 rows (high notes on top), transparent else."""
    image = np.zeros((128, width), np.uint32)
    for track, colour in zip(tracks, colours, strict=True):
        column = index.column(track, start, end)
        first, last, pitch = column.start, column.end, column.pitch
        scale = width / (end - start)
        left = np.clip(((first - start) * scale).astype(int), 0, width - 1)
        right = np.clip(np.maximum(left + 1, np.ceil((last - start) * scale).astype(int)), 1, width)
        if len(pitch):
            top, bottom = 127 - int(pitch.max()), 128 - int(pitch.min())
            rows, size = (127 - top - pitch) * (width + 1), (bottom - top) * (width + 1)
            edges = np.bincount(rows + left, minlength=size) - np.bincount(rows + right, minlength=size)
            covered = edges.cumsum().reshape(-1, width + 1)[:, :width] > 0
            image[top:bottom][covered] = colour.rgba()
    return QImage(image.data, width, 128, 4 * width, QImage.Format.Format_ARGB32).copy()


def preview_png(score: Score) -> bytes:
    """The whole score, at most 160 × 96 pixels, as PNG; nothing for an empty one. May be called in any thread."""
    if not score.end:
        return b""
    theme, index = current_theme(), NoteIndex()
    index.read(score)
    tracks = list(range(len(score.tracks)))
    small = dust(index, tracks, 0, score.end, WIDTH - 2 * MARGIN, [voice_colour(theme, track) for track in tracks])
    pitches = [note.pitch for track in score.tracks for note in track.notes]
    top, rows = 127 - max(pitches), max(pitches) - min(pitches) + 1
    size = (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
    notes = small.copy(0, top, size[0], rows).scaled(*size, mode=Qt.TransformationMode.FastTransformation)
    return _png(_on_ground(notes, theme.colour("work")))


def _on_ground(notes: QImage, ground: QColor) -> QImage:
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(ground)
    painter = QPainter(image)
    painter.drawImage(MARGIN, MARGIN, notes)
    painter.end()
    return image


def _png(image: QImage) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
    return bytes(content.data())
