"""A list too long to read through: one types a part of the name, and what holds it is offered."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLineEdit, QWidget
from superqt import QSearchableComboBox

MANY = 12
"""From so many entries on a list is one to search in."""
SEEN = 16


class LongList(QSearchableComboBox):
    """A combo box whose text is always that of an entry once it is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxVisibleItems(SEEN)
        line = self.lineEdit()
        assert line is not None  # it is editable
        self.line: QLineEdit = line
        self.line.editingFinished.connect(self._settle)

    def _settle(self) -> None:
        """Take the entry that is typed, or else the first that holds it, or else the one there was."""
        text = self.currentText().strip()
        place = self.findText(text, Qt.MatchFlag.MatchFixedString)
        if place < 0 and text:
            place = self.findText(text, Qt.MatchFlag.MatchContains)
        if place >= 0:
            self.setCurrentIndex(place)
        self.setEditText(self.itemText(self.currentIndex()))
        if self.hasFocus():
            self.line.selectAll()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A click into the text marks all of it, once it has put the caret: typing replaces it."""
        super().focusInEvent(event)
        QTimer.singleShot(0, self.line, self.line.selectAll)
