"""The panel “How it works”: the picture as it grows from resolution to resolution, and the discriminator's opinion."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.imagine.insight import Insight, look_inside
from app.studios.imagine.state import ImagineState
from app.ui.theme import GRID

GROUP = "imagine.insight"
SHOWN = 9 * GRID
COLUMNS = 3


class InsightPanel(QWidget):
    """Looks into the model that made the chosen picture, when it is asked to."""

    failed = Signal(object)

    def __init__(self, state: ImagineState) -> None:
        super().__init__()
        self._state = state
        self.found: Insight | None = None
        self._labels: list[QLabel] = []
        self.look = QPushButton(tr("Look inside"))
        self.look.setToolTip(tr("Make the chosen picture once more and show what the network holds at each resolution"))
        self.look.clicked.connect(self.look_at_chosen)
        self.opinion = QLabel(tr("A picture grows from 4 × 4 fields to its full size; bright is where much goes on."))
        self.opinion.setObjectName("muted")
        self.opinion.setWordWrap(True)
        self._maps = QGridLayout()
        self._maps.setSpacing(GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.look)
        column.addWidget(self.opinion)
        column.addLayout(self._maps)

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
        for label in self._labels:
            label.deleteLater()
        self._labels = [QLabel() for _ in found.maps]
        for place, (label, (side, values)) in enumerate(zip(self._labels, found.maps.items(), strict=True)):
            label.setPixmap(_pixmap(values))
            label.setToolTip(tr("How strongly the features of {side} × {side} answer at each place", side=side))
            label.setAccessibleName(tr("Features of {side} × {side}", side=side))
            self._maps.addWidget(label, place // COLUMNS, place % COLUMNS, Qt.AlignmentFlag.AlignLeft)

    def _ended(self, _: End, error: AtelierError | None) -> None:
        if error is not None:
            self.failed.emit(error)


def _pixmap(values: np.ndarray) -> QPixmap:
    """A map as squares, all of one size on the screen."""
    side = values.shape[0]
    image = QImage(np.ascontiguousarray(values).tobytes(), side, side, side, QImage.Format.Format_Grayscale8).copy()
    return QPixmap.fromImage(image.scaled(SHOWN, SHOWN))
