"""How it works: the critic's score as the painting grows, as a curve."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.paint.growth import Growth, growth
from app.studios.paint.state import PaintState
from app.ui.theme import GRID, current_theme

GROUP = "paint.growth"
HEIGHT = 10 * GRID


class GrowthView(QWidget):
    """A switch, the curve, and a line of words under it."""

    def __init__(self, state: PaintState) -> None:
        super().__init__()
        self._state = state
        self.switch = QCheckBox(tr("What the critic thinks of it"))
        self.switch.setToolTip(
            tr("How it works: the score of the network that learnt to tell painted faces from real ones")
        )
        self.curve, self.words = _Curve(), QLabel()
        self.words.setObjectName("muted")
        self.words.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for widget in (self.switch, self.curve, self.words):
            layout.addWidget(widget)
        self._show(())
        self.switch.toggled.connect(lambda _: self._ask())
        state.documentChanged.connect(self._ask)
        state.busyChanged.connect(lambda _: self._ask())

    def _ask(self) -> None:
        """Work the curve out for the drawing as it is, once nothing is painted any more."""
        state, drawing = self._state, self._state.document
        if not (self.switch.isChecked() and state.paints and drawing.strokes):
            self._show(())
            return
        if state.busy:
            return
        model = state.settings.model

        def work(progress: Progress) -> Iterator[Growth]:
            yield growth(drawing, state.services.shelf.open(model), progress)

        def ended(_: End, error: AtelierError | None) -> None:
            if error is not None:
                state.failed.emit(error)

        state.services.jobs.submit(GROUP, work, Listener(partial=self._show, ended=ended))

    def _show(self, found: Growth) -> None:
        self.curve.show_growth(found)
        self.words.setVisible(bool(found))
        if found:
            text = tr("From {first} on the bare sheet to {last} after {count} strokes; higher is more like a face.")
            first, (count, last) = found[0][1], found[-1]
            self.words.setText(text.format(first=f"{first:+.1f}", last=f"{last:+.1f}", count=count))


class _Curve(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.growth: Growth = ()
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(tr("The critic's score as the painting grows"))
        self.setToolTip(tr("From left to right the strokes, upwards the score"))

    def show_growth(self, found: Growth) -> None:
        self.growth = found
        self.setVisible(len(found) > 1)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(theme.colours.work))
        if len(self.growth) < 2:
            return
        area = QRectF(self.rect()).adjusted(GRID, GRID, -GRID, -GRID)
        low, high = min(score for _, score in self.growth), max(score for _, score in self.growth)
        most, extent = self.growth[-1][0], max(high - low, 1e-6)
        points = [
            QPointF(area.left() + area.width() * count / most, area.bottom() - area.height() * (score - low) / extent)
            for count, score in self.growth
        ]
        painter.setPen(QPen(theme.accent("paint"), 2))
        painter.drawPolyline(QPolygonF(points))
