"""How the frames of the filmstrip are painted: preview or first words, star, and where a branch begins."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.jobs.history import Node
from app.ui.icons import icon
from app.ui.theme import GRID, SMALL, Theme, current_theme

WIDTH, HEIGHT = 112, 56
ROLE = Qt.ItemDataRole.UserRole
_MARK = 16
_KEPT = 500


@dataclass(frozen=True)
class Frame:
    """One generation in the strip. ``on_path``: the work in front came of it; ``branches``: it was not the first."""

    node: Node
    current: bool = False
    on_path: bool = False
    branches: bool = False


def frames(nodes: list[Node], current: int | None) -> list[Frame]:
    """The *nodes*, oldest first, with their place in the tree seen from the node *current*."""
    parents = {node.id: node.parent for node in nodes}
    path: set[int] = set()
    step = current
    while step in parents and step not in path:
        path.add(step)
        step = parents[step]
    seen: set[int | None] = set()
    made = []
    for node in nodes:
        branches = node.parent is not None and node.parent in seen  # what began with an empty work is no branch
        made.append(Frame(node, node.id == current, node.id in path, branches))
        seen.add(node.parent)
    return made


class FrameDelegate(QStyledItemDelegate):
    """Paints a :class:`Frame`; pictures are read once and kept."""

    def __init__(self, parent: object = None) -> None:
        super().__init__(parent)  # pyright: ignore[reportArgumentType, reportCallIssue]
        self._pictures: dict[int, QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(WIDTH + GRID, HEIGHT + GRID)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        frame: Frame = index.data(ROLE)
        theme = current_theme()
        place = QRect(0, 0, WIDTH, HEIGHT)
        place.moveCenter(option.rect.center())  # pyright: ignore[reportAttributeAccessIssue]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(place, theme.colour("work"))
        self._paint_preview(painter, place, frame.node, theme)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)  # pyright: ignore[reportAttributeAccessIssue]
        _paint_border(painter, place, frame, focused, theme)
        _paint_marks(painter, place, frame, theme)
        painter.restore()

    def _paint_preview(self, painter: QPainter, place: QRect, node: Node, theme: Theme) -> None:
        picture = self._picture(node)
        if picture.isNull():
            font = QFont(painter.font())
            font.setPixelSize(SMALL)
            painter.setFont(font)
            painter.setPen(theme.colour("text"))
            room = place.adjusted(6, 4, -4, -4)
            line = painter.fontMetrics().lineSpacing()
            room.setHeight(room.height() // line * line)  # no half lines
            painter.drawText(room, Qt.TextFlag.TextWordWrap, node.title)
            return
        fitted = QRect(place.topLeft(), picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio))
        fitted.moveCenter(place.center())
        painter.drawPixmap(fitted, picture)

    def _picture(self, node: Node) -> QPixmap:
        found = self._pictures.get(node.id)
        if found is None:
            found = QPixmap()
            if node.preview:
                found.loadFromData(node.preview)
            if len(self._pictures) >= _KEPT:
                self._pictures.clear()
            self._pictures[node.id] = found
        return found


def _paint_border(painter: QPainter, place: QRect, frame: Frame, focused: bool, theme: Theme) -> None:
    accent = theme.accent(frame.node.studio)
    painter.setPen(QPen(theme.colour("text" if focused else "border"), 1))
    painter.drawRect(place.adjusted(0, 0, -1, -1))
    if frame.current:
        pen = QPen(accent, 3)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(place.adjusted(-1, -1, 0, 0))
    elif frame.on_path:
        painter.fillRect(place.left(), place.bottom() + 1, WIDTH, 3, accent)


def _paint_marks(painter: QPainter, place: QRect, frame: Frame, theme: Theme) -> None:
    """On a ground of their own, so that they are seen on any picture."""
    accent = theme.accent(frame.node.studio)
    marks = (("branch", frame.branches, place.left()), ("star-on", frame.node.star, place.right() - _MARK + 1))
    for name, shown, left in marks:
        if shown:
            painter.fillRect(left, place.top(), _MARK, _MARK, theme.colour("panel"))
            icon(name, accent).paint(painter, left + 2, place.top() + 2, _MARK - 4, _MARK - 4)
