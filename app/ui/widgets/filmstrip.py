"""The history as a strip of previews at the bottom of a studio."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QMenu, QWidget

from app.base.i18n import tr
from app.jobs.history import Node
from app.ui.icons import icon
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button
from app.ui.widgets.frames import HEIGHT, ROLE, Frame, FrameDelegate, frames

NODE_MIME = "application/x-atelie-node"
"""What is dragged out of the strip: the number of a node of the history."""


class Filmstrip(QWidget):
    """One frame a generation, oldest at the left; a click brings it back, a right click or F4 stars it.

    Under the frames that the work in front came of runs a line; a fork marks one that began a branch of its own.
    """

    chosen = Signal(int)
    starred = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("film")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._nodes: list[Node] = []
        self._current: int | None = None
        self._strip = _Strip()
        self._strip.chosen.connect(self.chosen.emit)
        self._strip.menuWanted.connect(self._menu)
        self._only_starred = tool_button("star", tr("Show only what has a star"), None, checkable=True)
        self._only_starred.toggled.connect(lambda _: self._refill())
        self._hint = QLabel()
        self._hint.setObjectName("muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID, GRID // 2, GRID, 0)
        layout.addWidget(self._only_starred, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._hint, 1)
        layout.addWidget(self._strip, 1)
        self.setFixedHeight(HEIGHT + 4 * GRID)

    def show_nodes(self, nodes: list[Node], current: int | None) -> None:
        """Show *nodes*; the one with the id *current* is marked, and what it came of."""
        self._nodes, self._current = nodes, current
        self._refill()

    def count(self) -> int:
        """How many generations are shown."""
        return self._strip.count()

    def toggle_star(self) -> None:
        """Star the generation in front, or take its star away."""
        for node in self._nodes:
            if node.id == self._current:
                self.starred.emit(node.id, not node.star)

    def _refill(self) -> None:
        shown = [f for f in frames(self._nodes, self._current) if f.node.star or not self._only_starred.isChecked()]
        nothing = tr("Nothing has a star yet: right click a result, or press F4.") if self._nodes else ""
        self._hint.setText(nothing or tr("Everything you generate is kept here; click one to go back to it."))
        self._hint.setVisible(not shown)
        self._only_starred.setVisible(bool(self._nodes))
        self._strip.setVisible(bool(shown))
        self._strip.show_frames(shown)

    def _menu(self, frame: Frame, where: QPoint) -> None:
        node = frame.node
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        back = menu.addAction(tr("Go back to this"))
        back.triggered.connect(lambda: self.chosen.emit(node.id))
        star = menu.addAction(icon("star"), tr("Remove the star") if node.star else tr("Star"))
        star.triggered.connect(lambda: self.starred.emit(node.id, not node.star))
        menu.popup(where)


class _Strip(QListWidget):
    """The frames in a row. Arrow keys move, Return or Space goes back to the frame, the menu key opens its menu."""

    chosen = Signal(int)
    menuWanted = Signal(object, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(FrameDelegate(self))
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setUniformItemSizes(True)
        self.setDragDropMode(QListWidget.DragDropMode.DragOnly)
        self.setFixedHeight(HEIGHT + 3 * GRID)
        self.setMouseTracking(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tr("History"))
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(ROLE).node.id))

    def show_frames(self, shown: list[Frame]) -> None:
        self.clear()
        for frame in shown:
            item = QListWidgetItem()
            item.setData(ROLE, frame)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, frame.node.title)
            item.setToolTip(_told(frame))
            self.addItem(item)
            if frame.current:
                self.setCurrentItem(item)
                self.scrollToItem(item)

    def mimeTypes(self) -> list[str]:
        return [NODE_MIME]

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        data = QMimeData()
        for item in items[:1]:
            data.setData(NODE_MIME, str(item.data(ROLE).node.id).encode())
        return data

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(item.data(ROLE).node.id)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(event.pos())
        if item is not None:
            where = self.viewport().mapToGlobal(self.visualItemRect(item).center()) if by_key else event.globalPos()
            self.menuWanted.emit(item.data(ROLE), where)


def _told(frame: Frame) -> str:
    node = frame.node
    when = datetime.fromtimestamp(node.created).strftime("%Y-%m-%d %H:%M") if node.created else ""
    branch = tr("Another way on from the same place") if frame.branches else ""
    return "\n".join(line for line in (node.title, when, branch) if line)
