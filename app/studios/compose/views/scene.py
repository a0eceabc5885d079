"""All that a painting of the roll depends on, and the pens its parts share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont

from app.studios.compose.document import KeySignature, Score
from app.studios.compose.edits import Key, Selection
from app.studios.compose.expectations import Expectation
from app.studios.compose.views.colours import mixed, voice_colour
from app.studios.compose.views.geometry import KEYS, Geometry
from app.studios.compose.views.index import NoteIndex
from app.ui.theme import SMALL, Theme

CLOSEST = 5.0
"""Lines nearer than this many pixels are left out."""
SILENT = 0.4
"""How much of its colour a track keeps that is not heard."""


class Others(StrEnum):
    """How the tracks beside the one that is written in are shown."""

    COLOUR = "colour"
    GHOSTS = "ghosts"
    HIDDEN = "hidden"


@dataclass
class Scene:
    """What is painted: *score* and *selection* may be those of a gesture that is not over yet."""

    score: Score
    index: NoteIndex
    geometry: Geometry
    theme: Theme
    width: int
    height: int
    selection: Selection
    voice: int
    heard: frozenset[int]
    """The tracks that are neither muted nor beside a solo one."""
    voice_range: tuple[int, int]
    others: Others
    scale: bool
    grid: int
    marked: tuple[int, int] | None
    marked_voices: frozenset[int]
    caret: tuple[int, int] | None
    band: QRectF | None
    playhead: float
    expected: Mapping[Key, Expectation]
    """How expected notes are, where that is shown."""

    @property
    def ticks(self) -> tuple[float, float]:
        """What can be seen, from tick to tick."""
        return max(0.0, self.geometry.tick(KEYS)), self.geometry.tick(self.width)

    @property
    def bottom(self) -> float:
        """Where the rows end."""
        return self.geometry.bottom

    def key_stretches(self) -> list[tuple[float, float, KeySignature]]:
        """The keys that can be seen, from tick to tick."""
        start, end = self.ticks
        changes = self.score.keys
        ends = [*(key.tick for key in changes[1:]), end][: len(changes)]
        return [(max(k.tick, start), e, k) for k, e in zip(changes, ends, strict=True) if k.tick < end and e > start]

    def colour(self, name: str) -> QColor:
        return self.theme.colour(name)

    def track_colour(self, track: int) -> QColor:
        """The colour of a track's notes, pale where it is not heard."""
        return self.sounding(track, voice_colour(self.theme, track))

    def sounding(self, track: int, colour: QColor) -> QColor:
        """*colour*, pale for a track that is not heard."""
        return colour if track in self.heard else mixed(colour, self.colour("work"), SILENT)


def faint(colour: QColor, opacity: float) -> QColor:
    found = QColor(colour)
    found.setAlphaF(opacity)
    return found


def small(font: QFont) -> QFont:
    found = QFont(font)
    found.setPixelSize(SMALL - 1)
    return found
