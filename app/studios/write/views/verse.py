"""The section “Verse” of the panel: the rules, and a button that writes by them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QPushButton, QSpinBox, QWidget

from app.base.i18n import tr
from app.studios.write.request import LEAST, MOST, Verse
from app.ui.form import inset
from app.ui.theme import GRID

SCHEMES = ("ABAB", "AABB", "ABBA", "ABCB", "free")


class VerseForm(QWidget):
    """Writes nothing by itself."""

    asked = Signal(object)
    """A :class:`Verse` that is to be written at the caret."""

    def __init__(self) -> None:
        super().__init__()
        self.scheme = QComboBox()
        self.scheme.setEditable(True)
        self.scheme.addItems(SCHEMES)
        self.scheme.setToolTip(tr("Lines with the same letter rhyme; - is a line without a rhyme, “free” has none"))
        self.syllables = QSpinBox()
        inset(self.syllables)
        self.syllables.setRange(LEAST, MOST)
        self.syllables.setValue(8)
        self.syllables.setToolTip(tr("Each line has exactly so many syllables"))
        self.acrostic = QLineEdit()
        self.acrostic.setToolTip(
            tr("The lines begin with these letters, one each; as many lines as letters are written")
        )
        self.write = QPushButton(tr("Write verse"))
        self.write.setToolTip(tr("Write lines by these rules at the caret, in English; banned words are kept out too"))
        self.write.clicked.connect(lambda: self.asked.emit(self.verse()))
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(GRID)
        for title, field in (
            (tr("Rhymes"), self.scheme),
            (tr("Syllables"), self.syllables),
            (tr("Acrostic"), self.acrostic),
        ):
            field.setAccessibleName(title)
            form.addRow(title, field)
        form.addRow(self.write)

    def verse(self) -> Verse:
        """The rules as they are set."""
        return Verse(
            scheme=self.scheme.currentText().strip(),
            syllables=self.syllables.value(),
            acrostic=self.acrostic.text().strip(),
        )
