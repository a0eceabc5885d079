"""How the machine is asked: what it shall do, how much may change, how many answers."""

from __future__ import annotations

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.runtime.manifest import Control
from app.studios.compose.alternatives import MOST
from app.studios.compose.document import Score
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
GOING_ON = [
    Control(
        id="bars",
        label="Bars",
        kind="int",
        default=8,
        minimum=1,
        maximum=64,
        hint="So many bars are written from the bar of the cursor on, in the tracks that are ticked",
    ),
    Control(
        id="endless",
        label="Until Stop",
        kind="bool",
        default=False,
        hint="It goes on writing until you press Stop, and the piece grows; one answer at a time",
    ),
    Control(
        id="instruments",
        label="Instruments",
        kind="text",
        default="",
        hint="As “piano, violin”: these play what is written, and those the piece has not get a track. Empty: the "
        "tracks that are ticked",
    ),
]


class Asking(QWidget):
    """Buttons and sliders; what a model can't do is not shown."""

    goOnAsked = Signal()
    harmoniseAsked = Signal()
    refillAsked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.going_on, self.form = ControlForm(GOING_ON), ControlForm(CONTROLS)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID)
        self.go_on = self._button(
            tr("Go on from the cursor"), tr("Write bars from the bar of the cursor on (Ctrl+G)"), self.goOnAsked
        )
        self._layout.addWidget(self.going_on)
        self.of_drums = QLabel(tr("It learnt drums only by themselves: beside other instruments they are a guess."))
        self.of_drums.setObjectName("muted")
        self.of_drums.setWordWrap(True)
        self._layout.addWidget(self.of_drums)
        self._plays_all = self._has_drums = False
        self.going_on.changed.connect(lambda *_: self._tell_of_drums())
        self.harmonise = self._button(
            tr("Harmonise the soprano"), tr("Keep the soprano, write the other three (Ctrl+H)"), self.harmoniseAsked
        )
        self._button(
            tr("Refill what is marked"),
            tr("Drag on the ruler to mark bars, or select notes; only they change (Ctrl+R)"),
            self.refillAsked,
        )
        self._layout.addWidget(self.form)
        self.show_for(plays_all=False)

    def show_for(self, plays_all: bool) -> None:
        """Show what can be asked of a model that plays all instruments, or of one for four voices."""
        self.go_on.setVisible(plays_all)
        self.going_on.setVisible(plays_all)
        self.harmonise.setVisible(not plays_all)
        self._plays_all = plays_all
        self._tell_of_drums()

    def show_piece(self, score: Score) -> None:
        """What is asked will be written in this piece."""
        self._has_drums = any(track.drums for track in score.tracks)
        self._tell_of_drums()

    @property
    def answers(self) -> int:
        return int(self.form.fields["answers"].value())

    @property
    def change(self) -> float:
        return float(self.form.fields["change"].value()) / 100

    @property
    def bars(self) -> int:
        return int(self.going_on.fields["bars"].value())

    @property
    def endless(self) -> bool:
        return bool(self.going_on.fields["endless"].value())

    @property
    def instruments(self) -> str:
        return str(self.going_on.fields["instruments"].value())

    def _tell_of_drums(self) -> None:
        named = [name.strip().casefold() for name in self.instruments.split(",")]
        drums = self._has_drums or any(name.startswith("drum") for name in named)
        self.of_drums.setVisible(self._plays_all and drums)

    def _button(self, title: str, hint: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(title)
        button.setToolTip(hint)
        button.clicked.connect(signal.emit)
        self._layout.addWidget(button)
        return button
