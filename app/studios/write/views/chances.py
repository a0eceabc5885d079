"""Rest on a word and see what else could stand there: a small list with bars, of which one can be chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.write.chances import Chances, chances_at
from app.studios.write.request import Choice
from app.studios.write.state import WriteState
from app.studios.write.suggestions import Suggestions
from app.studios.write.views.editor import Editor
from app.ui.theme import GRID, current_theme

HOVER_MS = 700
ROW, WIDTH = 3 * GRID, 28 * GRID
_GROUP = "write.chances"
_TAKES = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CHANCE = Qt.ItemDataRole.UserRole


class ChanceBars(QStyledItemDelegate):
    """Paints a token over a bar as long as its chance, and the chance."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(WIDTH - 2 * GRID, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        place, theme = QRect(option.rect), current_theme()  # pyright: ignore[reportAttributeAccessIssue]
        current = bool(option.state & QStyle.StateFlag.State_Selected)  # pyright: ignore[reportAttributeAccessIssue]
        if current:
            painter.fillRect(place, theme.colour("hover"))
        chance, bar = float(index.data(_CHANCE)), theme.accent("write")
        bar.setAlpha(70)
        painter.fillRect(place.adjusted(0, 3, round((chance - 1) * place.width()), -3), bar)
        painter.setPen(theme.colour("text"))
        inner = place.adjusted(GRID, 0, -GRID, 0)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, index.data())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, percent(chance))


class ChancesPopup(QFrame):
    """The likeliest tokens at one place. Up and down walk, Enter or a click chooses, Esc closes."""

    def __init__(
        self, editor: Editor, state: WriteState, suggestions: Suggestions, preferences: dict[str, Any]
    ) -> None:
        super().__init__(editor)
        self.setObjectName("popup")
        self._editor, self._state, self._suggestions, self._preferences = editor, state, suggestions, preferences
        self.chances: Chances | None = None
        self._anchor, self._point, self._keep_focus = 0, QPoint(), False
        self.list = self._make_list()
        title = QLabel(tr("Likeliest here"))
        title.setObjectName("muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addWidget(title)
        column.addWidget(self.list)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(HOVER_MS)
        self._rest.timeout.connect(self._hovered)
        editor.viewport().setMouseTracking(True)
        editor.viewport().installEventFilter(self)
        self.list.installEventFilter(self)
        editor.verticalScrollBar().valueChanged.connect(self.close_list)
        state.documentChanged.connect(self.close_list)
        state.modelChanged.connect(self.close_list)
        self.hide()

    @property
    def on_hover(self) -> bool:
        """Whether resting with the mouse on a word shows the list."""
        return bool(self._preferences.get("hover", True))

    def set_on_hover(self, on: bool) -> None:
        self._preferences["hover"] = on
        self._rest.stop()

    def look(self, at: int, by_key: bool = False) -> None:
        """Find the chances where the character *at* stands and show them; the newest asked for counts."""
        self.close_list()
        if self._state.busy:
            return
        text, model, self._anchor, self._keep_focus = (
            self._state.document.text,
            self._state.settings.model,
            at,
            not by_key,
        )

        def work(progress: Progress) -> Iterator[Chances]:
            yield chances_at(self._state.services.shelf.open(model), text, at, progress)

        self._state.services.jobs.submit(_GROUP, work, Listener(partial=self._show, ended=self._ended))

    def close_list(self) -> None:
        """Show nothing any more, and give up what is on its way."""
        self._rest.stop()
        self._state.services.jobs.drop(_GROUP)
        if not self.isHidden():
            focused = self.list.hasFocus()
            self.hide()
            if focused:
                self._editor.setFocus()

    def choose(self, number: int) -> None:
        """Put one of the tokens in the place of the rest of the word; the machine suggests how to go on from it."""
        if self.chances is None or not 0 <= number < len(self.chances.options):
            return
        found, self.chances = self.chances, None
        new = found.options[number][0]
        self.close_list()
        self._state.choose(found.start, found.end, new, Choice(at=self._anchor, number=number))
        self._editor.mark(found.start + len(new), found.start + len(new))
        self._editor.setFocus()
        self._suggestions.ask()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The mouse over the text and the keys of the list."""
        if watched is self.list:
            return self._of_list(event)
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._mouse_moved(event)
        elif event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            self.close_list()
            if event.modifiers() == Qt.KeyboardModifier.AltModifier:
                self._point = event.position().toPoint()
                self._hovered()
                return True
        elif event.type() == QEvent.Type.Leave:
            self._rest.stop()
        return False

    # --- inside --------------------------------------------------------------------------------------------------

    def _of_list(self, event: QEvent) -> bool:
        """Enter and Esc end here: the list would hand them on to the text it stands in."""
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            self.close_list()
        if not isinstance(event, QKeyEvent) or event.key() not in (*_TAKES, Qt.Key.Key_Escape):
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress and event.key() in _TAKES:
            self.choose(self.list.currentRow())
        elif event.type() == QEvent.Type.KeyPress:
            self.close_list()
        return True

    def _mouse_moved(self, event: QMouseEvent) -> None:
        self._point = event.position().toPoint()
        near = self.geometry().adjusted(-4 * GRID, -4 * GRID, 4 * GRID, 4 * GRID)
        if not self.isHidden() and not self.list.hasFocus():
            if not near.contains(self._editor.viewport().mapTo(self._editor, self._point)):
                self.close_list()
        elif self.on_hover and event.buttons() == Qt.MouseButton.NoButton:
            self._rest.start()

    def _hovered(self) -> None:
        at = self._editor.word_under(self._point) if self._suggestions.ghost is None else None
        if at is not None:
            self.look(at)

    def _show(self, chances: Chances) -> None:
        self.chances = chances
        self.list.clear()
        for text, chance in chances.options:
            item = QListWidgetItem(shown(text))
            item.setData(_CHANCE, chance)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{shown(text)}, {percent(chance)}")
            self.list.addItem(item)
        self.list.setFixedHeight(ROW * self.list.count())
        self.setFixedSize(self.layout().sizeHint())  # pyright: ignore[reportOptionalMemberAccess]
        self._place()
        self.show()
        self.raise_()
        if not self._keep_focus:
            self.list.setCurrentRow(0)
            self.list.setFocus()

    def _ended(self, _: End, error: AtelierError | None) -> None:
        if error is not None:
            self._state.failed.emit(error)

    def _place(self) -> None:
        """Under the word, or above it where there is no room."""
        word = self._editor.rectangle_of(self._anchor)
        room = self._editor.contentsRect()
        below = word.bottom() + GRID // 2
        top = (
            below if below + self.height() <= room.bottom() else max(room.top(), word.top() - GRID // 2 - self.height())
        )
        self.move(min(max(word.left() - 2 * GRID, room.left()), room.right() - self.width()), top)

    def _make_list(self) -> QListWidget:
        found = QListWidget()
        found.setAccessibleName(tr("Likeliest words here"))
        found.setItemDelegate(ChanceBars(found))
        found.setFixedWidth(WIDTH - 2 * GRID)
        found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        found.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        found.setMouseTracking(True)
        found.setCursor(Qt.CursorShape.PointingHandCursor)
        found.itemEntered.connect(found.setCurrentItem)
        found.itemClicked.connect(lambda item: self.choose(found.row(item)))
        return found


def shown(text: str) -> str:
    """A token as it is listed: blanks that are all of it and line breaks as signs; the blank before a word left out."""
    listed = text.removeprefix(" ") if text.strip() else text.replace(" ", "␣")
    return listed.replace("\n", "↵")


def percent(chance: float) -> str:
    """“12 %”, and below one per cent a digit more."""
    return tr("{percent} %", percent=f"{100 * chance:.0f}" if chance >= 0.0095 else f"{100 * chance:.1f}")
