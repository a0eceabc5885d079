"""How the machine is asked: what it shall do, how much may change, how many answers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.runtime.manifest import Control
from app.studios.compose.alternatives import MOST
from app.ui.form import ControlForm
from app.ui.theme import GRID

CONTROLS = [
    Control(
        id="answers",
        label="Answers",
        kind="int",
        default=1,
        minimum=1,
        maximum=MOST,
        hint="1: the answer is written at once. More: they are shown side by side, and you take the one you like",
    ),
    Control(
        id="change",
        label="How much may change",
        kind="int",
        default=100,
        minimum=5,
        maximum=100,
        step=5,
        unit="%",
        hint="Of what Refill may change, only this share of the notes is written anew; the others stay as they are",
    ),
]


class Asking(QWidget):
    """Two buttons and two sliders."""

    harmoniseAsked = Signal()
    refillAsked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.form = ControlForm(CONTROLS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for title, hint, signal in (
            (tr("Harmonise the soprano"), tr("Keep the soprano, write the other three (Ctrl+H)"), self.harmoniseAsked),
            (
                tr("Refill what is marked"),
                tr("Drag on the ruler to mark bars, or select notes; only they change (Ctrl+R)"),
                self.refillAsked,
            ),
        ):
            button = QPushButton(title)
            button.setToolTip(hint)
            button.clicked.connect(signal.emit)
            layout.addWidget(button)
        layout.addWidget(self.form)

    @property
    def answers(self) -> int:
        return int(self.form.fields["answers"].value())

    @property
    def change(self) -> float:
        return float(self.form.fields["change"].value()) / 100
