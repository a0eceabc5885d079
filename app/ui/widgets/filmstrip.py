"""The history as a strip of previews at the bottom of a studio."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QMenu, QWidget

from app.base.i18n import tr
from app.jobs.history import Node
from app.ui.icons import icon
from app.ui.theme import GRID, SMALL, current_theme

WIDTH, HEIGHT = 120, 72


class Filmstrip(QWidget):
    """One picture a generation, oldest at the left; a click brings it back, a right click stars it."""

    chosen = Signal(int)
    starred = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("film")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._nodes: list[Node] = []
        self._current: int | None = None
        self._list = _make_list()
        self._list.itemActivated.connect(lambda item: self.chosen.emit(_node_of(item).id))
        self._list.itemClicked.connect(lambda item: self.chosen.emit(_node_of(item).id))
        self._list.customContextMenuRequested.connect(self._menu)
        self._hint = QLabel(tr("Everything you generate is kept here; click one to go back to it."))
        self._hint.setObjectName("muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        layout.addWidget(self._hint)
        layout.addWidget(self._list)
        self.setFixedHeight(HEIGHT + 4 * GRID)

    def show_nodes(self, nodes: list[Node], current: int | None) -> None:
        """Show *nodes*; the one with the id *current* is marked."""
        self._nodes, self._current = nodes, current
        self._hint.setVisible(not nodes)
        self._list.setVisible(bool(nodes))
        self._list.clear()
        for node in nodes:
            item = QListWidgetItem(_icon(node), "")
            item.setData(Qt.ItemDataRole.UserRole, node)
            item.setToolTip(node.title)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, node.title)
            self._list.addItem(item)
            if node.id == current:
                self._list.setCurrentItem(item)
        if current is None:
            self._list.setCurrentRow(-1)
        elif self._list.currentItem() is not None:
            self._list.scrollToItem(self._list.currentItem())

    def repaint_nodes(self) -> None:
        """Paint the same nodes again, after the theme has changed."""
        self.show_nodes(self._nodes, self._current)

    def count(self) -> int:
        """How many generations are shown."""
        return self._list.count()

    def _menu(self, where: QPoint) -> None:
        item = self._list.itemAt(where)
        if item is None:
            return
        node = _node_of(item)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        star = menu.addAction(icon("star"), tr("Remove the star") if node.star else tr("Star"))
        star.triggered.connect(lambda: self.starred.emit(node.id, not node.star))
        menu.popup(self._list.mapToGlobal(where))


def _make_list() -> QListWidget:
    strip = QListWidget()
    strip.setObjectName("nodes")
    strip.setViewMode(QListWidget.ViewMode.IconMode)
    strip.setFlow(QListWidget.Flow.LeftToRight)
    strip.setWrapping(False)
    strip.setMovement(QListWidget.Movement.Static)
    strip.setIconSize(QSize(WIDTH, HEIGHT))
    strip.setGridSize(QSize(WIDTH + GRID, HEIGHT + GRID))
    strip.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    strip.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
    strip.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    strip.setAccessibleName(tr("History"))
    return strip


def _node_of(item: QListWidgetItem) -> Node:
    return item.data(Qt.ItemDataRole.UserRole)


def _icon(node: Node) -> QIcon:
    """The same picture selected or not; the list marks the selected one by its ground."""
    picture = _picture(node)
    made = QIcon(picture)
    made.addPixmap(picture, QIcon.Mode.Selected)
    return made


def _picture(node: Node) -> QPixmap:
    """The preview in a frame; without one, the first words of the title."""
    theme = current_theme()
    pixmap = QPixmap(QSize(WIDTH, HEIGHT) * 2)
    pixmap.fill(theme.colour("work"))
    pixmap.setDevicePixelRatio(2)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    preview = QPixmap()
    if node.preview and preview.loadFromData(node.preview):
        scaled = preview.size().scaled(WIDTH, HEIGHT, Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (WIDTH - scaled.width()) // 2, (HEIGHT - scaled.height()) // 2
        painter.drawPixmap(left, top, scaled.width(), scaled.height(), preview)
    else:
        _write_title(painter, node.title, theme.colour("text"))
    painter.setPen(theme.colour("border"))
    painter.drawRect(0, 0, WIDTH - 1, HEIGHT - 1)
    if node.star:
        icon("star-on", theme.accent(node.studio)).paint(painter, WIDTH - 20, 4, 16, 16)
    painter.end()
    return pixmap


def _write_title(painter: QPainter, title: str, colour: QColor) -> None:
    font = QFont(painter.font())
    font.setPixelSize(SMALL - 1)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(6, 5, WIDTH - 12, HEIGHT - 10, Qt.TextFlag.TextWordWrap, title)
