"""The model shelf: what there is, what was measured, and why something can't be used."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.base.files import read_bytes
from app.base.i18n import tr
from app.runtime.catalog import Catalog, Entry
from app.ui.dialogs import close_buttons
from app.ui.theme import GRID

CARD = "CARD.md"


class ModelsDialog(QDialog):
    """A list of the models; beside it the card of the chosen one."""

    def __init__(self, catalog: Catalog, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Models"))
        self.list = QListWidget()
        self.list.setObjectName("rows")
        self.list.setFixedWidth(220)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(tr("Models"))
        self.card = QTextBrowser()
        self.card.setAccessibleName(tr("Model card"))
        self.card.setOpenLinks(False)
        for entry in catalog.entries():
            item = QListWidgetItem(entry.manifest.name if entry.manifest else entry.id)
            item.setData(Qt.ItemDataRole.UserRole, entry)
            item.setToolTip(entry.id)
            item.setSizeHint(QSize(0, 4 * GRID))
            self.list.addItem(item)
        self.list.currentItemChanged.connect(self._show)
        middle = QHBoxLayout()
        middle.addWidget(self.list)
        middle.addWidget(self.card, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.addLayout(middle, 1)
        layout.addWidget(close_buttons(self))
        self.resize(900, 600)
        self.list.setCurrentRow(0)

    def _show(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.card.setMarkdown(_text(item.data(Qt.ItemDataRole.UserRole)))


def _text(entry: Entry) -> str:
    problem = tr("**It can't be used.** {why}", why=entry.problem) + "\n\n" if entry.problem else ""
    path = entry.folder / CARD
    if path.exists():
        return problem + read_bytes(path, 1_000_000).decode("utf8", "replace")
    return problem + (entry.manifest.summary if entry.manifest else "")
