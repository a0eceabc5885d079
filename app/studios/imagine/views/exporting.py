"""How many pictures are written to files: their names, their format, with the recipe or without."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from app.base.i18n import tr
from app.runtime.pictures import FORMATS
from app.studios.imagine.batch import FIELDS, PATTERN
from app.ui.theme import GRID


class ExportForm(QWidget):
    """A row under the search line."""

    folderAsked = Signal()
    sheetAsked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.pattern = QLineEdit(PATTERN)
        fields = " ".join(f"{{{field}}}" for field in FIELDS)
        self.pattern.setToolTip(
            tr("What the files are called; {fields} stand for what each picture has", fields=fields)
        )
        self.pattern.setAccessibleName(tr("Names"))
        self._format = QComboBox()
        self._format.addItems([suffix for suffix in FORMATS if suffix not in (".jpeg", ".tiff")])
        self._format.setToolTip(tr("PNG, WebP and TIFF keep each pixel; JPEG is smaller and keeps them nearly"))
        self._format.setAccessibleName(tr("Format"))
        self.recipe = QCheckBox(tr("Recipe"))
        self.recipe.setChecked(True)
        self.recipe.setToolTip(tr("Write into each file what made it, so that it opens with its settings"))
        self._count = QLabel()
        self._count.setObjectName("muted")
        self._folder = QPushButton(tr("To a folder…"))
        self._folder.setToolTip(tr("Each selected picture as a file of its own; no file is replaced"))
        self._folder.clicked.connect(self.folderAsked.emit)
        self._sheet = QPushButton(tr("Contact sheet…"))
        self._sheet.setToolTip(tr("All selected pictures in one, with seed and number under each"))
        self._sheet.clicked.connect(self.sheetAsked.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self._count)
        row.addWidget(self.pattern, 1)
        for widget in (self._format, self.recipe, self._folder, self._sheet):
            row.addWidget(widget)

    @property
    def suffix(self) -> str:
        return self._format.currentText()

    def choose_format(self, suffix: str) -> None:
        self._format.setCurrentText(suffix)

    def show_count(self, count: int) -> None:
        """How many are selected; with none there is nothing to write."""
        self._count.setText(tr("{count} selected", count=count))
        self._folder.setEnabled(count > 0)
        self._sheet.setEnabled(count > 0)
