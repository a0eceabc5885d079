"""The tools beside the roll: pen or arrow, snap, what is shown, quantising."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QFormLayout, QPushButton, QWidget

from app.base.i18n import tr
from app.runtime.manifest import Control
from app.studios.compose.views.scene import Others
from app.ui.form import ControlForm
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button

SNAPS = (
    (1, "1/1"),
    (2, "1/2"),
    (4, "1/4"),
    (6, "1/4 triplets"),
    (8, "1/8"),
    (12, "1/8 triplets"),
    (16, "1/16"),
    (24, "1/16 triplets"),
    (32, "1/32"),
    (64, "1/64"),
    (0, "off"),
)
OTHERS = ((Others.COLOUR, "in colour"), (Others.GHOSTS, "as ghosts"), (Others.HIDDEN, "hidden"))
QUANTISE = [
    Control(
        id="strength",
        label="Strength",
        kind="int",
        default=100,
        maximum=100,
        step=5,
        unit="%",
        hint="How far notes are moved towards the grid: 100 all the way, 50 half of it",
    ),
    Control(
        id="swing",
        label="Swing",
        kind="int",
        default=50,
        minimum=50,
        maximum=75,
        unit="%",
        hint="50: even. 67: every second note comes late, as triplets have it",
    ),
]


class Tools(QWidget):
    """Says what was chosen. Arrow and pen are for the page to place."""

    penChosen = Signal(bool)
    snapChosen = Signal(int)
    othersChosen = Signal(object)
    scaleChosen = Signal(bool)
    surpriseChosen = Signal(bool)
    quantiseAsked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.arrow = tool_button("select", tr("Arrow: select, move and stretch notes (S)"), None, checkable=True)
        self.pen = tool_button("pen", tr("Pen: draw notes (D)"), None, checkable=True)
        group = QButtonGroup(self)
        for button in (self.arrow, self.pen):
            group.addButton(button)
        self.arrow.setChecked(True)
        self.pen.toggled.connect(self.penChosen.emit)
        self.snap = self._choice(SNAPS, tr("Notes begin and end on this part of a whole note"))
        self.snap.setCurrentIndex(self.snap.findData(8))
        self.snap.currentIndexChanged.connect(lambda _: self.snapChosen.emit(self.snap.currentData()))
        self.others = self._choice(OTHERS, tr("How the other tracks are shown; only in colour can they be touched"))
        self.others.currentIndexChanged.connect(lambda _: self.othersChosen.emit(Others(self.others.currentData())))
        self.scale = QCheckBox(tr("Tint the scale"))
        self.scale.setToolTip(tr("Tint the rows of the key, its first degree most (the key is set under Piece)"))
        self.scale.toggled.connect(self.scaleChosen.emit)
        self.surprise = QCheckBox(tr("Surprise map"))
        self.surprise.setToolTip(
            tr("Colour notes from blue (what the model expected) to red (what it did not); click one to see what was "
               "likelier (F5)")
        )  # fmt: skip
        self.surprise.toggled.connect(self.surpriseChosen.emit)
        self.quantise = ControlForm(QUANTISE)
        self._lay_out()

    @property
    def strength(self) -> float:
        return float(self.quantise.fields["strength"].value()) / 100

    @property
    def swing(self) -> float:
        return float(self.quantise.fields["swing"].value()) / 100

    def _choice(self, choices: tuple[tuple[object, str], ...], hint: str) -> QComboBox:
        box = QComboBox()
        for value, title in choices:
            box.addItem(tr(title), value)
        box.setToolTip(hint)
        box.setAccessibleName(hint)
        return box

    def _lay_out(self) -> None:
        button = QPushButton(tr("Quantise"))
        button.setToolTip(
            tr("Move the beginnings of the selected notes to the grid, of the whole track if none are (Q)")
        )
        button.clicked.connect(self.quantiseAsked.emit)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(GRID)
        form.addRow(tr("Snap"), self.snap)
        form.addRow(tr("Others"), self.others)
        form.addRow(self.scale)
        form.addRow(self.surprise)
        form.addRow(self.quantise)
        form.addRow(button)
