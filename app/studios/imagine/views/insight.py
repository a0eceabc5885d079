"""The panel “How it works”: the picture as it grows from resolution to resolution, feature by feature, and what the
discriminator thinks of it and of the other candidates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.imagine.insight import Insight, look_inside
from app.studios.imagine.state import ImagineState
from app.studios.imagine.views.features import FeatureSheet
from app.studios.imagine.views.grid import CandidateGrid
from app.studios.imagine.views.opinions import OpinionBox
from app.ui.theme import GRID

GROUP = "imagine.insight"
SHOWN = 6 * GRID + 4
COLUMNS = 3


class InsightPanel(QWidget):
    """Looks into the model that made the chosen picture, when it is asked to."""

    failed = Signal(object)

    def __init__(self, state: ImagineState, grid: CandidateGrid) -> None:
        super().__init__()
        self._state = state
        self.found: Insight | None = None
        self.opinions = OpinionBox(state, grid)
        self.opinions.failed.connect(self.failed.emit)
        self.look = QPushButton(tr("Look inside"))
        self.look.setToolTip(tr("Make the chosen picture once more and show what the network holds at each resolution"))
        self.look.clicked.connect(self.look_at_chosen)
        self.opinion = QLabel(tr("A picture grows from 4 × 4 fields to its full size; bright is where much goes on."))
        self.opinion.setObjectName("muted")
        self.opinion.setWordWrap(True)
        self.maps = QButtonGroup(self)
        self.maps.idClicked.connect(self._show_features)
        self._grid = QGridLayout()
        self._grid.setSpacing(GRID // 2)
        self.features = FeatureSheet()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for widget in (self.opinions, self.look, self.opinion):
            column.addWidget(widget)
        column.addLayout(self._grid)
        column.addWidget(self.features)

    def look_at_chosen(self) -> None:
        """Show what was inside when the chosen picture was made."""
        chosen, shelf = self._state.document.chosen, self._state.services.shelf
        request = chosen.request if chosen else None
        if request is None:
            return
        wanted = request.origin or request

        def work(progress: Progress) -> Iterator[Insight]:
            yield look_inside(wanted, shelf.open(wanted.model), progress)

        self.failed.emit(None)
        self._state.services.jobs.submit(GROUP, work, Listener(self._show, ended=self._ended), background=True)

    def _show(self, found: Insight) -> None:
        self.found = found
        score = "–" if found.opinion is None else f"{found.opinion:+.1f}"
        self.opinion.setText(tr("The discriminator: {opinion} (higher looks more real to it)", opinion=score))
        before = self.maps.checkedId()
        for button in self.maps.buttons():
            self.maps.removeButton(button)
            button.deleteLater()
        for place, (side, values) in enumerate(found.maps.items()):
            button = _map_button(side, values)
            self.maps.addButton(button, side)
            self._grid.addWidget(button, place // COLUMNS, place % COLUMNS, Qt.AlignmentFlag.AlignLeft)
        shown = before if before in found.maps else list(found.maps)[len(found.maps) // 2]
        self.maps.button(shown).setChecked(True)
        self._show_features(shown)

    def _show_features(self, side: int) -> None:
        if self.found is not None:
            self.features.show_features(self.found.channels[side], self.found.numbers[side])

    def _ended(self, _: End, error: AtelierError | None) -> None:
        if error is not None:
            self.failed.emit(error)


def _map_button(side: int, values: np.ndarray) -> QToolButton:
    """A map as squares, all of one size on the screen; pressed, it shows its features below."""
    image = QImage(values.tobytes(), side, side, side, QImage.Format.Format_Grayscale8).copy()
    button = QToolButton()
    button.setCheckable(True)
    button.setAutoExclusive(True)
    button.setIcon(QIcon(QPixmap.fromImage(image.scaled(SHOWN, SHOWN))))
    button.setIconSize(QSize(SHOWN, SHOWN))
    button.setToolTip(
        tr("How strongly the features of {side} × {side} answer at each place; click to see each alone", side=side)
    )
    button.setAccessibleName(tr("Features of {side} × {side}", side=side))
    return button
