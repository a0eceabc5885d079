"""The score's tracks as a table model."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap

from app.base.i18n import tr
from app.studios.compose.cast import cast_of
from app.studios.compose.document import Score, audible, blank
from app.studios.compose.views.colours import voice_colour
from app.ui.theme import current_theme

Index = QModelIndex | QPersistentModelIndex
NAME, REFILL, MUTED, SOLO = range(4)
HEADS = ("Track", "↻", "M", "S")
HINTS = (
    "The track new notes are written in; a double click renames it",
    "Whether this track may be written: by Refill in the marked bars, or where the piece is gone on with",
    "Muted: the track is not heard",
    "Solo: only the tracks marked so are heard",
)
DOT = 12
Role = Qt.ItemDataRole


class TracksModel(QAbstractTableModel):
    """Shows the tracks it is told and says what was asked; it changes nothing but which voices may be refilled."""

    renamed = Signal(int, str)
    muted = Signal(int, bool)
    solo = Signal(int, bool)
    refillChosen = Signal(object)
    """The frozenset of tracks that may change."""

    def __init__(self) -> None:
        super().__init__()
        self.score = blank()
        self._plays_all = False
        self._voices = self._able()
        self._kept: set[str] = set()
        """The names of voices that may not change."""

    def show_score(self, score: Score) -> None:
        """Show another score; rows are only made anew when tracks came or went."""
        before, self.score = self.score, score
        self._voices = self._able()
        if len(before.tracks) != len(score.tracks):
            self.beginResetModel()
            self.endResetModel()
        self.dataChanged.emit(self.index(0, 0), self.index(len(score.tracks) - 1, SOLO))

    def set_plays_all(self, on: bool) -> None:
        """Say whether the model writes for any track, or for the four voices alone."""
        if on != self._plays_all:
            self._plays_all = on
            self.show_score(self.score)
            self.refillChosen.emit(self.refilled())

    def refilled(self) -> frozenset[int]:
        """The tracks that may change: voices that are not kept."""
        return frozenset(t for t in self._voices if self.score.tracks[t].name not in self._kept)

    def keep(self, track: int, on: bool) -> None:
        """Say that a voice may not change, or that it may."""
        (self._kept.add if on else self._kept.discard)(self.score.tracks[track].name)
        self.dataChanged.emit(self.index(track, REFILL), self.index(track, REFILL))
        self.refillChosen.emit(self.refilled())

    # --- Qt ------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self.score.tracks)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return tr(HEADS[section])
        if orientation is Qt.Orientation.Horizontal and role == Role.ToolTipRole:
            return tr(HINTS[section])
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft if section == NAME else Qt.AlignmentFlag.AlignCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == NAME:
            return base | Qt.ItemFlag.ItemIsEditable
        return base | Qt.ItemFlag.ItemIsUserCheckable if self._checkable(index) else base

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        track, column = self.score.tracks[index.row()], index.column()
        if column == NAME:
            return self._name(index.row(), role)
        if role == Role.ToolTipRole:
            return tr(HINTS[column])
        if role != Role.CheckStateRole or not self._checkable(index):
            return None
        on = {REFILL: track.name not in self._kept, MUTED: track.muted, SOLO: track.solo}[column]
        return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        row, column = index.row(), index.column()
        if column == NAME and role == Role.EditRole:
            if value.strip() and value.strip() != self.score.tracks[row].name:
                self.renamed.emit(row, value.strip())
            return True
        if column == NAME or role != Role.CheckStateRole:
            return False
        on = Qt.CheckState(value) is Qt.CheckState.Checked
        if column == REFILL:
            self.keep(row, not on)
        else:
            (self.muted if column == MUTED else self.solo).emit(row, on)
        return True

    def _able(self) -> frozenset[int]:
        """The tracks that the model can write for."""
        return frozenset(range(len(self.score.tracks)) if self._plays_all else cast_of(self.score).values())

    def _checkable(self, index: Index) -> bool:
        return index.column() != REFILL or index.row() in self._voices

    def _name(self, row: int, role: int) -> Any:
        name = self.score.tracks[row].name
        if role in (Role.DisplayRole, Role.EditRole):
            return name
        if role == Role.DecorationRole:
            return _dot(voice_colour(current_theme(), row))
        if role == Role.ForegroundRole:
            return None if row in audible(self.score) else current_theme().colour("muted")
        return f"{name}: {tr(HINTS[NAME])}" if role == Role.ToolTipRole else None


def _dot(colour: QColor) -> QIcon:
    pixmap = QPixmap(DOT, DOT)
    pixmap.fill(colour)
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
