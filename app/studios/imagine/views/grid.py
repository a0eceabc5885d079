"""The candidates, to choose one from."""

from __future__ import annotations

import functools
import math

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.base.i18n import tr
from app.studios.imagine.document import Pictures
from app.studios.imagine.views.picture import to_image
from app.studios.imagine.views.slots import candidate_mime
from app.ui.icons import icon
from app.ui.theme import GRID, current_theme

GAP = GRID // 2
MARK = 2 * GRID
DRAGGED = 8 * GRID


class CandidateGrid(QWidget):
    """All pictures in cells; a click or the arrow keys choose one, and one can be dragged to where styles are mixed."""

    chosen = Signal(int)
    marked = Signal(int)
    """Ctrl+click: the picture is to be a parent, or no longer."""
    menuWanted = Signal(int, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self._pictures = Pictures()
        self._images: list[QImage] = []
        self._pressed: QPoint | None = None
        self.setMinimumWidth(18 * GRID)
        self._keys: list[str] = []
        self._marks: tuple[frozenset[str], ...] = (frozenset(),) * 3
        self._opinions: dict[str, float] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Candidates"))
        self.setToolTip(tr("Choose the picture to go on with: click, or use the arrow keys; drag one to mix it in"))

    def show_pictures(self, pictures: Pictures) -> None:
        """Show them; images of pictures that stayed the same are kept."""
        old = {id(picture): image for picture, image in zip(self._pictures.pictures, self._images, strict=True)}
        keys = {id(picture): key for picture, key in zip(self._pictures.pictures, self._keys, strict=True)}
        self._keys = [keys.get(id(picture)) or picture.key for picture in pictures.pictures]
        self._images = [old.get(id(picture)) or to_image(picture) for picture in pictures.pictures]
        self._pictures = pictures
        self.updateGeometry()
        self.update()

    @property
    def count(self) -> int:
        """How many candidates there are."""
        return len(self._images)

    def show_marks(self, kept: frozenset[str], starred: frozenset[str], parents: frozenset[str]) -> None:
        """Mark the pictures of these keys."""
        self._marks = (kept, starred, parents)
        self.update()

    def show_opinions(self, opinions: dict[str, float]) -> None:
        """Write the discriminator's score on the pictures of these keys, on no others."""
        self._opinions = dict(opinions)
        self.update()

    def cell(self, place: int) -> QRect:
        """Where the picture at *place* is painted."""
        columns, side = self._columns(), self._side()
        return QRect(GAP + place % columns * (side + GAP), GAP + place // columns * (side + GAP), side, side)

    def place_at(self, point: QPoint) -> int | None:
        """The place under a point; None beside the pictures."""
        return next((place for place in range(len(self._images)) if self.cell(place).contains(point)), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("window"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, image in enumerate(self._images):
            painter.drawImage(self.cell(place), image)
            self._paint_marks(painter, place)
            self._paint_opinion(painter, place)
        if self._images:
            painter.setPen(QPen(theme.accent("imagine"), 3))
            painter.drawRect(self.cell(self._pictures.selected).adjusted(-2, -2, 1, 1))

    def _paint_marks(self, painter: QPainter, place: int) -> None:
        """On a ground of their own, so that they are seen on any picture."""
        rect, theme = self.cell(place), current_theme()
        corners = (rect.topLeft(), rect.topRight() - QPoint(MARK - 1, 0), rect.bottomLeft() - QPoint(0, MARK - 1))
        for name, keys, corner in zip(("lock", "star-on", "branch"), self._marks, corners, strict=True):
            if self._keys[place] in keys:
                painter.fillRect(QRect(corner, QSize(MARK, MARK)), theme.colour("panel"))
                icon(name, theme.accent("imagine")).paint(
                    painter, QRect(corner, QSize(MARK, MARK)).adjusted(2, 2, -2, -2)
                )

    def _paint_opinion(self, painter: QPainter, place: int) -> None:
        score = self._opinions.get(self._keys[place])
        if score is None:
            return
        cell, theme, text = self.cell(place), current_theme(), f"{score:+.1f}"
        size = painter.fontMetrics().size(0, text) + QSize(GRID, 0)
        ground = QRect(cell.bottomRight() - QPoint(size.width() - 1, size.height() - 1), size)
        painter.fillRect(ground, theme.colour("panel"))
        painter.setPen(theme.colour("text"))
        painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, text)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        place = self._pictures.selected if by_key else self.place_at(event.pos())
        if place is not None and place < len(self._images):
            self.menuWanted.emit(place, self.mapToGlobal(self.cell(place).center()) if by_key else event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().toPoint())
        if place is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.marked.emit(place)
        elif place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()
            self.chosen.emit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        away = (event.position().toPoint() - self._pressed).manhattanLength()
        place = self.place_at(self._pressed)
        if place is not None and away >= QApplication.startDragDistance():
            self._pressed = None
            self._drag(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns(),
            Qt.Key.Key_Down: self._columns(),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif 0 <= self._pictures.selected + step < len(self._images):
            self.chosen.emit(self._pictures.selected + step)

    def _drag(self, place: int) -> None:
        drag = QDrag(self)
        drag.setMimeData(candidate_mime(place))
        drag.setPixmap(QPixmap.fromImage(self._images[place].scaledToWidth(DRAGGED)))
        drag.exec(Qt.DropAction.CopyAction)

    def _columns(self) -> int:
        return _most_square(max(1, len(self._images)), self.width(), self.height())

    def _side(self) -> int:
        count = max(1, len(self._images))
        return _side_with(self._columns(), count, self.width(), self.height())


@functools.lru_cache(16)
def _most_square(count: int, width: int, height: int) -> int:
    """The number of columns with which the cells become largest; of nearly equal ones, that with fewest gaps.

    Each cell asks for it when it is painted.
    """
    sides = {columns: _side_with(columns, count, width, height) for columns in range(1, count + 1)}
    large = [columns for columns, side in sides.items() if side >= 0.9 * max(sides.values())]
    return min(large, key=lambda columns: (-count % columns, -sides[columns]))


def _side_with(columns: int, count: int, width: int, height: int) -> int:
    rows = math.ceil(count / columns)
    return max(8, min((width - GAP) // columns - GAP, (height - GAP) // rows - GAP))
