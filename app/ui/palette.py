"""The command palette: every command by its name, from the same list as menus and shortcuts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.ui.theme import GRID

WIDTH, HEIGHT = 480, 400


class CommandPalette(QFrame):
    """A field and a list; Return runs the marked command, Esc closes."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self._window = window
        self._actions: list[QAction] = []
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Find a command"))
        self.field.setAccessibleName(tr("Find a command"))
        self.field.setToolTip(tr("Type words of its name; arrow keys and Return choose"))
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list = _make_list()
        self.list.itemClicked.connect(lambda _: self.run())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.resize(WIDTH, HEIGHT)

    def open_with(self, actions: list[QAction]) -> None:
        """Show the palette over the window with these commands."""
        self._actions = [action for action in actions if action.isEnabled()]
        self.field.clear()
        self._filter("")
        left = (self._window.width() - self.width()) // 2
        self.move(self._window.mapToGlobal(QPoint(left, 8 * GRID)))
        self.show()
        self.field.setFocus()

    def run(self) -> None:
        """Run the marked command."""
        item = self.list.currentItem()
        self.hide()
        if item is not None:
            item.data(0, Qt.ItemDataRole.UserRole).trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move in the list while the field keeps the focus."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._move(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.run()
                return True
        return super().eventFilter(watched, event)

    def _move(self, step: int) -> None:
        row = self.list.currentIndex().row() + step
        self._mark(max(0, min(self.list.topLevelItemCount() - 1, row)))

    def _mark(self, row: int) -> None:
        item = self.list.topLevelItem(row)
        if item is not None:
            self.list.setCurrentItem(item)

    def _filter(self, text: str) -> None:
        """Keep the commands in which every typed word occurs."""
        words = text.lower().split()
        self.list.clear()
        for action in self._actions:
            title = action.text()
            if all(word in f"{title} {action.toolTip()}".lower() for word in words):
                shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                item = QTreeWidgetItem([title, shortcut])
                item.setData(0, Qt.ItemDataRole.UserRole, action)
                item.setToolTip(0, action.toolTip())
                item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.list.addTopLevelItem(item)
        self._mark(0)


def _make_list() -> QTreeWidget:
    """Names at the left, shortcuts at the right."""
    made = QTreeWidget()
    made.setObjectName("rows")
    made.setColumnCount(2)
    made.setHeaderHidden(True)
    made.setRootIsDecorated(False)
    made.setUniformRowHeights(True)
    made.header().setStretchLastSection(False)
    made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    made.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setAccessibleName(tr("Commands"))
    return made
