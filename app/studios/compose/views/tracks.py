"""The tracks of the score as a list: which one is written in, which may change, which are muted or solo."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QSize, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.studios.compose.document import Score
from app.studios.compose.views.tracks_model import DOT, MUTED, NAME, REFILL, SOLO, TracksModel
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button

ROW = 26
SHOWN = 8
"""At most so many rows are shown without scrolling."""


class TrackList(QWidget):
    """The table with its buttons."""

    chosen = Signal(int)
    added = Signal()
    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.model = TracksModel()
        self.table = QTableView()
        self.table.setModel(self.model)
        self._set_up()
        self.add = tool_button("plus", tr("Add a track"), self.added.emit)
        self.remove = tool_button("trash", tr("Take the track away, with its notes"), self.removed.emit)
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        row.addStretch(1)
        row.addWidget(self.add)
        row.addWidget(self.remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self.table)
        layout.addLayout(row)
        self.model.modelReset.connect(self._fit_height)
        self._fit_height()

    def show_score(self, score: Score) -> None:
        self.model.show_score(score)
        self.remove.setEnabled(len(score.tracks) > 1)

    def show_voice(self, voice: int) -> None:
        """Show in which track one writes, without telling anyone."""
        if self.table.currentIndex().row() != voice:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            selection = self.table.selectionModel()
            blocked = selection.blockSignals(True)
            selection.setCurrentIndex(self.model.index(voice, NAME), flags)
            selection.blockSignals(blocked)
            self.table.viewport().update()

    def tint(self) -> None:
        """Colour the dots as the theme has it."""
        self.model.show_score(self.model.score)

    def _set_up(self) -> None:
        table = self.table
        table.setAccessibleName(tr("Tracks"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setIconSize(QSize(DOT, DOT))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW)
        heads = table.horizontalHeader()
        heads.setHighlightSections(False)
        heads.setFixedHeight(ROW)  # its hint is another once the theme is applied, and the last row was cut
        heads.setMinimumSectionSize(GRID)
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (REFILL, MUTED, SOLO):
            table.setColumnWidth(column, 4 * GRID)
        table.selectionModel().currentRowChanged.connect(lambda now, _: self.chosen.emit(now.row()))

    def _fit_height(self) -> None:
        rows = min(SHOWN, max(2, self.model.rowCount()))
        self.table.setFixedHeight((rows + 1) * ROW + 2 * self.table.frameWidth() + 2)
