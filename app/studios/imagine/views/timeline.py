"""The key frames of a walk along its time, with its bars."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.studios.imagine.request import Walk
from app.studios.imagine.views.picture import to_image
from app.studios.imagine.views.slots import CANDIDATE_MIME
from app.studios.imagine.walk import key_times
from app.studios.imagine.walker import Walker
from app.ui.theme import GRID, SMALL, current_theme
from app.ui.widgets.filmstrip import NODE_MIME

SIDE = 7 * GRID
SECOND_PIXELS = 6 * GRID


class Timeline(QWidget):
    """Click a key frame to choose it, drag it to change its time, Delete takes it out; drop candidates to add them."""

    selected = Signal(int)
    dropped = Signal(int)
    """The place of a candidate that was dropped here."""
    nodeDropped = Signal(int)
    """A step of the history that was."""

    def __init__(self, walker: Walker) -> None:
        super().__init__()
        self._walker = walker
        self.current = 0
        self.second: float | None = None
        self._pressed: tuple[int, float] | None = None
        self._images: dict[int, QImage] = {}
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Timeline"))
        self.setToolTip(tr("Click a key frame to choose it, drag it in time, Delete takes it out; drop pictures here"))
        self.setFixedHeight(SIDE + 5 * GRID)
        walker.changed.connect(self._follow)
        self._follow()

    def sizeHint(self) -> QSize:
        return QSize(round(self._scale() * (self._times() or [0.0])[-1]) + SIDE + 4 * GRID, SIDE + 5 * GRID)

    def cell(self, place: int) -> QRect:
        """Where a key frame is painted."""
        return QRect(2 * GRID + round(self._times()[place] * self._scale()), GRID, SIDE, SIDE)

    def select(self, place: int) -> None:
        self.current = max(0, min(place, len(self._walker.walk.keys) - 1))
        self.selected.emit(self.current)
        self.update()

    def show_second(self, second: float | None) -> None:
        """Where the preview is."""
        self.second = second
        self.update()

    # --- inside --------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        keys = self._walker.walk.keys
        pictures = {place: self._walker.image_of(key) for place, key in enumerate(keys)}
        self._images = {place: to_image(picture) for place, picture in pictures.items() if picture is not None}
        self.updateGeometry()
        self.setMinimumWidth(self.sizeHint().width())
        self.select(self.current)

    def _times(self) -> list[float]:
        """When each key is; those of a walk that can't be made yet stand side by side."""
        walk = self._walker.walk
        try:
            return key_times(walk)
        except AtelierError:
            return [float(place) for place in range(len(walk.keys) + walk.loop)]

    def _scale(self) -> float:
        """Pixels a second: enough that no key frame covers the next."""
        times = self._times()
        ways = [b - a for a, b in pairwise(times)]
        return max(SECOND_PIXELS, (SIDE + GRID // 2) / max(0.25, min(ways, default=2.0)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, walk = QPainter(self), current_theme(), self._walker.walk
        painter.fillRect(self.rect(), theme.colour("panel"))
        font = painter.font()
        font.setPixelSize(SMALL)
        painter.setFont(font)
        if not walk.keys:
            painter.setPen(theme.colour("muted"))
            words = tr("Drag candidates here, or press W on one: the walk goes from picture to picture.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        self._paint_bars(painter, walk)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        times = self._times()
        for place in range(len(walk.keys)):
            self._paint_key(painter, place, times[place])
        if walk.loop and len(times) > len(walk.keys):
            painter.setOpacity(0.4)
            painter.drawImage(self.cell(len(walk.keys)), self._images.get(0, QImage()))
            painter.setOpacity(1.0)
        if self.second is not None:
            x = 2 * GRID + round(self.second * self._scale())
            painter.setPen(QPen(theme.accent("imagine"), 2))
            painter.drawLine(x, 0, x, self.height())

    def _paint_bars(self, painter: QPainter, walk: Walk) -> None:
        painter.setPen(QPen(current_theme().colour("border"), 1))
        for bar in walk.bars[:2000]:
            x = 2 * GRID + round((bar - walk.bars[0]) * self._scale())
            painter.drawLine(x, 0, x, self.height())

    def _paint_key(self, painter: QPainter, place: int, time: float) -> None:
        theme, rect = current_theme(), self.cell(place)
        painter.fillRect(rect, theme.colour("work"))
        if place in self._images:
            painter.drawImage(rect, self._images[place])
        current = place == self.current
        painter.setPen(QPen(theme.accent("imagine") if current else theme.colour("border"), 3 if current else 1))
        painter.drawRect(rect)
        painter.setPen(theme.colour("muted"))
        painter.drawText(QPoint(rect.left(), rect.bottom() + 2 * GRID), tr("{seconds} s", seconds=f"{time:.1f}"))

    def _at(self, point: QPoint) -> int | None:
        places = range(len(self._walker.walk.keys))
        return next((place for place in reversed(places) if self.cell(place).contains(point)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position().toPoint())
        if place is not None:
            self._pressed = (place, event.position().x())
            self.select(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        walk = self._walker.walk
        if self._pressed is None or walk.bars or self._pressed[0] == 0:
            return
        place, before = self._pressed
        seconds = walk.keys[place - 1].seconds + (event.position().x() - before) / self._scale()
        if abs(event.position().x() - before) >= GRID:
            self._pressed = (place, event.position().x())
            self._walker.change_key(place - 1, seconds=round(min(60.0, max(0.2, seconds)), 1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() == Qt.Key.Key_Delete and self._walker.walk.keys:
            self._walker.remove(self.current)
        elif event.key() in steps:
            self.select(self.current + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(CANDIDATE_MIME) or event.mimeData().hasFormat(NODE_MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for kind, signal in ((CANDIDATE_MIME, self.dropped), (NODE_MIME, self.nodeDropped)):
            if event.mimeData().hasFormat(kind):
                signal.emit(int(bytes(event.mimeData().data(kind).data())))
        event.acceptProposedAction()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.update()
