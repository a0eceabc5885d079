"""Thumbnails of any number of pictures: only those in sight are read, in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.base.i18n import tr
from app.studios.imagine.archive import Archive
from app.studios.imagine.gallery import Item
from app.ui.icons import icon
from app.ui.theme import GRID, current_theme

SIDE = 12 * GRID
ROLE = Qt.ItemDataRole.UserRole
_KEPT = 3000
_WAIT_MS = 15
_MARK = 16

Index = QModelIndex | QPersistentModelIndex


class ThumbModel(QAbstractListModel):
    """The found pictures; a thumbnail that is asked for and not there yet is read with the others in sight."""

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self.items: list[Item] = []
        self._archive = archive
        self._pixmaps: dict[int, QPixmap] = {}
        self._wanted: dict[int, int] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._read)

    def show_items(self, items: list[Item]) -> None:
        self.beginResetModel()
        self.items = items
        self._wanted.clear()
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self.items[index.row()]
        if role == ROLE:
            return item
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return told(item)
        return None

    def pixmap(self, row: int) -> QPixmap | None:
        """The thumbnail, or None while it is being read."""
        item = self.items[row]
        found = self._pixmaps.get(item.id)
        if found is None:
            self._wanted[item.id] = row
            if not self._timer.isActive():
                self._timer.start()
        return found

    def stop(self) -> None:
        self._timer.stop()

    def _read(self) -> None:
        ids, self._wanted = dict(self._wanted), {}
        if ids:
            self._archive.read("thumbnails", lambda: self._images(list(ids)), lambda found: self._show(found, ids))

    def _images(self, ids: Sequence[int]) -> dict[int, QImage]:
        """Called in the gallery's thread."""
        found = self._archive.gallery.thumbnails(ids)
        return {number: QImage.fromData(content) for number, content in found.items()}

    def _show(self, found: dict[int, QImage], rows: dict[int, int]) -> None:
        if len(self._pixmaps) + len(found) > _KEPT:
            self._pixmaps.clear()
        for number, image in found.items():
            self._pixmaps[number] = QPixmap.fromImage(image)
            row = rows[number]
            if row < len(self.items) and self.items[row].id == number:
                self.dataChanged.emit(self.index(row), self.index(row))


class ThumbView(QListView):
    """Cells of one size; Return or a double click opens a picture."""

    opened = Signal(object)

    def __init__(self, model: ThumbModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(_Delegate(self, model.pixmap))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setUniformItemSizes(True)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tr("Gallery"))
        self.doubleClicked.connect(lambda index: self.opened.emit(index.data(ROLE)))

    def chosen(self) -> list[Item]:
        """The selected pictures, in the order they are shown."""
        return [index.data(ROLE) for index in sorted(self.selectedIndexes(), key=lambda index: index.row())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(index.data(ROLE))
        else:
            super().keyPressEvent(event)


class _Delegate(QStyledItemDelegate):
    def __init__(self, parent: QListView, pixmap: Callable[[int], QPixmap | None]) -> None:
        super().__init__(parent)
        self._pixmap = pixmap

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(SIDE + GRID, SIDE + GRID)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, item = current_theme(), index.data(ROLE)
        place = QRect(0, 0, SIDE, SIDE)
        place.moveCenter(option.rect.center())  # pyright: ignore[reportAttributeAccessIssue]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(place, theme.colour("work"))
        pixmap = self._pixmap(index.row())
        if pixmap is not None:
            size = pixmap.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            inner = QRect(place.topLeft(), size)
            inner.moveCenter(place.center())
            painter.drawPixmap(inner, pixmap)
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(theme.accent("imagine"), 3))
            painter.drawRect(place.adjusted(-1, -1, 0, 0))
        elif state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.colour("text"))
            painter.drawRect(place.adjusted(0, 0, -1, -1))
        if item.star:
            painter.fillRect(place.right() - _MARK + 1, place.top(), _MARK, _MARK, theme.colour("panel"))
            icon("star-on", theme.accent("imagine")).paint(painter, place.right() - _MARK + 3, place.top() + 2, 12, 12)
        painter.restore()


def told(item: Item) -> str:
    """What is said of a picture: kind, seed, model, day."""
    seed = tr("seed {seed}", seed=item.seed)
    return "\n".join(line for line in (item.kind, f"{item.model} · {seed}" if item.model else "", item.day) if line)
