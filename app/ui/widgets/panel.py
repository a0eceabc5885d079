"""The panel at the right of a studio: titled sections that fold, in a column that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.ui.icons import set_icon
from app.ui.theme import GRID

WIDTH = 280


class Section(QWidget):
    """A title that folds and unfolds what is under it."""

    def __init__(self, title: str, body: QWidget, is_open: bool = True) -> None:
        super().__init__()
        self._body = body
        self._title = QToolButton()
        self._title.setText(title)
        self._title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._title.setCheckable(True)
        self._title.setObjectName("fold")
        self._title.toggled.connect(self._fold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self._title)
        layout.addWidget(body)
        self._title.setChecked(is_open)
        self._fold(is_open)

    def set_open(self, on: bool) -> None:
        """Fold or unfold it."""
        self._title.setChecked(on)

    def _fold(self, is_open: bool) -> None:
        set_icon(self._title, "chevron-down" if is_open else "chevron-right")
        self._title.setToolTip(tr("Fold these away") if is_open else tr("Unfold"))
        self._body.setVisible(is_open)


class Panel(QScrollArea):
    """The column of sections."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QWidget()
        column.setObjectName("panel")
        self._layout = QVBoxLayout(column)
        self._layout.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        self._layout.setSpacing(2 * GRID)
        self._layout.addStretch(1)
        self.setWidget(column)

    def add(self, section: Section, at: int | None = None) -> None:
        """Append a section, or put it at a place counted from the top."""
        self._layout.insertWidget(self._layout.count() - 1 if at is None else at, section)

    def remove(self, section: Section) -> None:
        self._layout.removeWidget(section)
        section.hide()
        section.deleteLater()
