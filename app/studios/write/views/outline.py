"""The chapters in the panel: a click goes there, the one with the caret in it is marked."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.studios.write.outline import Heading, heading_at
from app.ui.theme import GRID

ROWS = 12
ROW_HEIGHT = 3 * GRID


class OutlineView(QWidget):
    """Shows the headings it is given, deeper ones further in."""

    chosen = Signal(int)
    """The row of the chapter that was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headings: list[Heading] = []
        self._hint = QLabel(tr("A line such as “# The sea” or “CHAPTER IV” starts a chapter."))
        self._hint.setObjectName("muted")
        self._hint.setWordWrap(True)
        self.list = QListWidget()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(tr("Chapters"))
        self.list.setToolTip(tr("Go to a chapter (Ctrl+Page Up, Ctrl+Page Down for the one before and after)"))
        self.list.itemClicked.connect(lambda item: self.chosen.emit(self.list.row(item)))
        self.list.itemActivated.connect(lambda item: self.chosen.emit(self.list.row(item)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._hint)
        layout.addWidget(self.list)
        self._fit()

    @property
    def headings(self) -> list[Heading]:
        return self._headings

    def show_headings(self, headings: list[Heading]) -> None:
        """Show these; rows whose title stays are left alone."""
        top = min((heading.level for heading in headings), default=1)
        for row, heading in enumerate(headings):
            title = "\u2003" * (heading.level - top) + heading.title
            item = self.list.item(row) or self._new_row()
            if item.text() != title:
                item.setText(title)
                item.setToolTip(heading.title)
        while self.list.count() > len(headings):
            self.list.takeItem(self.list.count() - 1)
        if len(headings) != len(self._headings):
            self._headings = headings
            self._fit()
        self._headings = headings

    def mark(self, place: int) -> None:
        """Mark the chapter in which a place stands, and bring it in view."""
        row = heading_at(self._headings, place)
        if row != self.list.currentRow():
            self.list.setCurrentRow(row)

    def _new_row(self) -> QListWidgetItem:
        item = QListWidgetItem(self.list)
        item.setSizeHint(QSize(0, ROW_HEIGHT))
        return item

    def _fit(self) -> None:
        """As high as it has rows, up to :data:`ROWS`."""
        count = self.list.count()
        self._hint.setVisible(not count)
        self.list.setVisible(bool(count))
        self.list.setFixedHeight(min(count, ROWS) * ROW_HEIGHT + 2)
