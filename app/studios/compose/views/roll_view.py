"""Scrolling and zooming of the piano roll."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.studios.compose.document import MAX_PITCH, Score, blank
from app.studios.compose.views.geometry import KEYS, LANE, RULER, Geometry

MARGIN_QUARTERS = 16
"""So far behind the end one can scroll, and write."""
WHEEL = 1.0015
"""The factor of zoom for one unit of the wheel, of which a notch has 120."""


class RollView(QAbstractScrollArea):
    """Knows where things are; what is drawn is the business of :class:`PianoRoll`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.score: Score = blank()
        self.geometry_ = Geometry()
        self._fitting = True
        self._fitted = range(0)
        """The pitches that were brought into view; what goes beyond them is brought into view too."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.verticalScrollBar().setValue(int((MAX_PITCH - 84) * self.geometry_.row))

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Make time wider; *at* is the pixel that stays, the middle if none is given."""
        self._fitting = False
        self.geometry_.zoom(factor, (self.viewport().width() + KEYS) / 2 if at is None else at)
        self._apply_geometry()

    def zoom_rows(self, factor: float, at: float | None = None) -> None:
        """Make the rows higher."""
        self._fitting = False
        self.geometry_.zoom_rows(factor, (self.geometry_.bottom + RULER) / 2 if at is None else at)
        self._apply_geometry()

    def fit(self) -> None:
        """Show the whole piece, and all its notes; also when they or the window grow, until one zooms or scrolls."""
        self._fitting = True
        geometry, score = self.geometry_, self.score
        width, height = self.viewport().width() - KEYS - 8, geometry.bottom - RULER
        quarters = max(1.0, score.length / score.ticks_per_quarter)
        geometry.quarter = min(120.0, max(0.5, width / quarters))
        low, high = _span(score)
        self._fitted = range(low, high + 1)
        geometry.row = min(18.0, max(6.0, height / max(24, high - low + 1)))
        geometry.left = 0.0
        geometry.top = max(0.0, (MAX_PITCH - (low + high) / 2 + 0.5) * geometry.row - height / 2)
        self._apply_geometry()

    def _fit_grown(self, before: Score) -> None:
        """Fit again if the piece became longer or shorter, or its notes go beyond those that were fitted."""
        if self._fitting:
            low, high = _span(self.score)
            if before.length != self.score.length or low < self._fitted.start or high >= self._fitted.stop:
                self.fit()

    def reveal(self, tick: float, pitch: int) -> None:
        """Scroll as far as needed to see a place."""
        geometry = self.geometry_
        x, y = geometry.x(tick), geometry.y(pitch)
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + int(min(0, x - KEYS) + max(0, x + 24 - self.viewport().width())))
        down.setValue(down.value() + int(min(0, y - RULER) + max(0, y + geometry.row - geometry.bottom)))

    def _apply_geometry(self) -> None:
        left, top, fitting = self.geometry_.left, self.geometry_.top, self._fitting
        self._scroll_limits()
        self.horizontalScrollBar().setValue(round(left))
        self.verticalScrollBar().setValue(round(top))
        self._fitting = fitting
        self.viewport().update()

    def _scroll_limits(self) -> None:
        geometry, width, fitting = self.geometry_, self.viewport().width() - KEYS, self._fitting
        height = geometry.bottom - RULER
        quarters = self.score.length / self.score.ticks_per_quarter + MARGIN_QUARTERS
        self.horizontalScrollBar().setRange(0, max(0, round(quarters * geometry.quarter) - width))
        self.verticalScrollBar().setRange(0, max(0, round(geometry.height - height)))
        self.horizontalScrollBar().setPageStep(max(1, width))
        self.verticalScrollBar().setPageStep(max(1, round(height)))
        self.horizontalScrollBar().setSingleStep(max(1, round(geometry.quarter)))
        self.verticalScrollBar().setSingleStep(max(1, round(3 * geometry.row)))
        self._fitting = fitting  # to be moved by new limits is not to be scrolled by hand

    # --- Qt ------------------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Control zooms, with Shift the rows; Shift alone scrolls sideways."""
        modifiers, delta = event.modifiers(), event.angleDelta()
        turn = delta.y() or delta.x()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            if modifiers & Qt.KeyboardModifier.ShiftModifier:
                self.zoom_rows(WHEEL**turn, event.position().y())
            else:
                self.zoom(WHEEL**turn, event.position().x())
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - turn)
        else:
            super().wheelEvent(event)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.geometry_.bottom = float(max(RULER, self.viewport().height() - LANE))
        if self._fitting:
            self.fit()
        else:
            self._scroll_limits()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._fitting = False
        self.geometry_.left = float(self.horizontalScrollBar().value())
        self.geometry_.top = float(self.verticalScrollBar().value())
        self.viewport().update()


def _span(score: Score) -> tuple[int, int]:
    """The pitches that a fitted view shows at least, from the lowest to the highest."""
    pitches = [note.pitch for track in score.tracks for note in track.notes] or [36, 81]
    return min(pitches) - 3, max(pitches) + 3
