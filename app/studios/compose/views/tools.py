"""The tools beside the roll: pen or arrow, voice, snap, tempo, length."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import tr
from app.studios.compose.document import VOICE_NAMES
from app.studios.compose.views.colours import voice_colour
from app.ui.theme import GRID, current_theme
from app.ui.widgets.bar import tool_button

SNAPS = ((4, "1/4"), (8, "1/8"), (16, "1/16"), (32, "1/32"), (0, "off"))
DOT = 12


class Tools(QWidget):
    """Says what was chosen; shows what it is told."""

    penChosen = Signal(bool)
    snapChosen = Signal(int)
    tempoChosen = Signal(float)
    barsChosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.arrow = tool_button("select", tr("Arrow: select, move and stretch notes (S)"), None, checkable=True)
        self.pen = tool_button("pen", tr("Pen: draw notes (D)"), None, checkable=True)
        group = QButtonGroup(self)
        for button in (self.arrow, self.pen):
            group.addButton(button)
        self.arrow.setChecked(True)
        self.pen.toggled.connect(self.penChosen.emit)
        self.snap = QComboBox()
        for division, title in SNAPS:
            self.snap.addItem(tr(title), division)
        self.snap.setCurrentIndex(1)
        self.snap.setToolTip(tr("Notes begin and end on this part of a whole note"))
        self.snap.currentIndexChanged.connect(lambda _: self.snapChosen.emit(self.snap.currentData()))
        self.tempo = _number(20, 300, tr("Quarters a minute"))
        self.tempo.valueChanged.connect(lambda value: self.tempoChosen.emit(float(value)))
        self.bars = _number(1, 1000, tr("How long the piece is; never shorter than its last note"))
        self.bars.valueChanged.connect(self.barsChosen.emit)
        row = QHBoxLayout()
        row.addWidget(self.arrow)
        row.addWidget(self.pen)
        row.addStretch(1)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(GRID)
        form.addRow(row)
        form.addRow(tr("Snap"), self.snap)
        form.addRow(tr("Tempo"), self.tempo)
        form.addRow(tr("Bars"), self.bars)

    def show_piece(self, tempo: float, bars: int) -> None:
        """Show tempo and length without telling anyone."""
        for box, value in ((self.tempo, round(tempo)), (self.bars, bars)):
            blocked = box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(blocked)


class Voices(QWidget):
    """Which voice one writes in, and which may change when the marked bars are filled anew; also the legend."""

    voiceChosen = Signal(int)
    marksChosen = Signal(object)
    """A frozenset of voices."""

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[QRadioButton] = []
        self.marks: list[QCheckBox] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        for voice, name in enumerate(VOICE_NAMES):
            layout.addLayout(self._row(voice, tr(name)))
        self.buttons[0].setChecked(True)
        self.tint()

    def show_voice(self, voice: int) -> None:
        if voice < len(self.buttons):
            self.buttons[voice].setChecked(True)

    def tint(self) -> None:
        """Colour the legend as the theme has it."""
        for voice, button in enumerate(self.buttons):
            button.setIcon(_dot(voice_colour(current_theme(), voice)))

    def _row(self, voice: int, name: str) -> QHBoxLayout:
        button, mark = QRadioButton(name), QCheckBox(tr("refill"))
        button.setIconSize(QSize(DOT, DOT))
        button.setToolTip(tr("Write in this voice (Alt+{number})", number=voice + 1))
        button.toggled.connect(lambda on: self.voiceChosen.emit(voice) if on else None)
        mark.setChecked(True)
        mark.setAccessibleName(tr("Refill may change: {voice}", voice=name))
        mark.setToolTip(tr("Whether Refill may change this voice in the marked bars"))
        mark.toggled.connect(lambda _: self._tell_marks())
        self.buttons.append(button)
        self.marks.append(mark)
        row = QHBoxLayout()
        row.addWidget(button, 1)
        row.addWidget(mark)
        return row

    def _tell_marks(self) -> None:
        self.marksChosen.emit(frozenset(voice for voice, mark in enumerate(self.marks) if mark.isChecked()))


def _number(least: int, most: int, hint: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setKeyboardTracking(False)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.setToolTip(hint)
    box.setAccessibleName(hint)
    return box


def _dot(colour: QColor) -> QIcon:
    pixmap = QPixmap(DOT, DOT)
    pixmap.fill(colour)
    return QIcon(pixmap)
