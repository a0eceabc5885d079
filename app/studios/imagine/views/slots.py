"""Places for pictures that styles are taken from: drop one on a slot, or choose one by its menu."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QIcon,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)  # fmt: skip
from PySide6.QtWidgets import QMenu, QWidget

from app.base.i18n import tr
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.steering import Source
from app.studios.imagine.views.picture import to_image
from app.ui.theme import GRID, SMALL, current_theme
from app.ui.widgets.filmstrip import NODE_MIME

CANDIDATE_MIME = "application/x-atelie-candidate"
SIDE = 8 * GRID


def candidate_mime(place: int) -> QMimeData:
    """What is dragged for the candidate at *place*."""
    data = QMimeData()
    data.setData(CANDIDATE_MIME, str(place).encode())
    return data


def dragged(data: QMimeData, pictures: Pictures) -> Source | None:
    """What is dragged: a candidate, a frame of the history, or a picture file; None for anything else."""
    if data.hasFormat(CANDIDATE_MIME):
        place = int(bytes(data.data(CANDIDATE_MIME).data()))
        return pictures.pictures[place] if place < len(pictures.pictures) else None
    if data.hasFormat(NODE_MIME):
        return int(bytes(data.data(NODE_MIME).data()))
    urls = data.urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


class PictureSlot(QWidget):
    """Shows what was put in, under its *title*; Enter opens a menu of the candidates, Delete empties it."""

    filled = Signal(object)
    """The source that was dropped or chosen."""
    emptied = Signal()

    def __init__(self, title: str, hint: str, pictures: Callable[[], Pictures]) -> None:
        super().__init__()
        self._title, self._pictures = title, pictures
        self._image: QImage | None = None
        self._full = self._hovered = False
        self.setFixedSize(QSize(SIDE + GRID, SIDE + 3 * GRID))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setAccessibleName(title)
        self.setToolTip(hint + "\n" + tr("Drop a candidate, a frame of the history or a file here; Delete empties it"))

    def show_image(self, full: bool, pixels: np.ndarray | None = None) -> None:
        """Show that something is in the slot, and what it looks like once that is known."""
        self._full = full
        self._image = to_image(Picture.of_array(pixels)) if full and pixels is not None else None
        self.update()

    def open_menu(self, where: QPoint) -> None:
        """The candidates, to take one by keyboard or mouse."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for place, picture in enumerate(self._pictures().pictures):
            action = menu.addAction(tr("Candidate {number}", number=place + 1))
            action.setIcon(QIcon(QPixmap.fromImage(to_image(picture))))
            action.triggered.connect(lambda _=False, picture=picture: self.filled.emit(picture))
        empty = menu.addAction(tr("Empty"))
        empty.setEnabled(self._full)
        empty.triggered.connect(self.emptied.emit)
        menu.popup(where)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, place = current_theme(), QRect(GRID // 2, GRID // 2, SIDE, SIDE)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(place, theme.colour("work"))
        if self._image is not None:
            painter.drawImage(place, self._image)
        marked = self._hovered or self.hasFocus()
        style = Qt.PenStyle.SolidLine if self._full else Qt.PenStyle.DashLine
        painter.setPen(QPen(theme.accent("imagine") if marked else theme.colour("muted"), 2 if marked else 1, style))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        font = painter.font()
        font.setPixelSize(SMALL)
        painter.setFont(font)
        painter.setPen(theme.colour("text" if self.isEnabled() else "muted"))
        below = QRect(0, place.bottom() + 2, self.width(), 2 * GRID)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._title)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.open_menu(event.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open_menu(self.mapToGlobal(self.rect().center()))
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.emptied.emit()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dragged(event.mimeData(), self._pictures()) is not None:
            self._hover(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: object) -> None:
        self._hover(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._hover(False)
        source = dragged(event.mimeData(), self._pictures())
        if source is not None:
            event.acceptProposedAction()
            self.filled.emit(source)

    def _hover(self, on: bool) -> None:
        self._hovered = on
        self.update()
