"""Tempo, metre and key from the cursor on, and how long the piece is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QSpinBox, QWidget

from app.base.i18n import tr
from app.studios.compose.bars import bars_of
from app.studios.compose.document import KeySignature, Score
from app.studios.compose.piece import in_force
from app.studios.compose.words import key_name
from app.ui.form import inset
from app.ui.theme import GRID

MAX_BARS = 9999
KEYS = [KeySignature(0, fifths, minor) for minor in (False, True) for fifths in range(-7, 8)]


class Piece(QWidget):
    """Shows what holds at the cursor and says what was asked."""

    tempoChosen = Signal(float)
    meterChosen = Signal(int, int)
    keyChosen = Signal(object)
    """A :class:`KeySignature` whose tick does not count, or None."""
    barsChosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.place = QLabel()
        self.place.setObjectName("muted")
        self.tempo = number(20, 400, tr("Quarters a minute, from the cursor's bar on up to the next change"))
        self.beats = number(1, 32, tr("Beats in a bar, from the cursor's bar on up to the next change"))
        self.unit = self._choice(tr("The part of a whole note that a beat is"))
        self.key = self._choice(tr("The key from the cursor's bar on: it tints the scale and is written in the score"))
        self.bars = number(1, MAX_BARS, tr("How long the piece is; never shorter than its last note"))
        for unit in (1, 2, 4, 8, 16, 32, 64):
            self.unit.addItem(str(unit), unit)
        self.key.addItem(tr("not said"))
        for key in KEYS:
            self.key.addItem(key_name(key))
        self._connect()
        self._lay_out()

    def show_piece(self, score: Score, tick: float) -> None:
        """Show what holds at *tick* without telling anyone."""
        bars = bars_of(score)
        self.place.setText(tr("From bar {bar} on", bar=bars.at(tick).number + 1))
        tempo, meter = in_force(score.tempos, tick), in_force(score.meters, tick)
        key = in_force(score.keys, tick)
        widgets = (self.tempo, self.beats, self.unit, self.key, self.bars)
        blocked = [widget.blockSignals(True) for widget in widgets]
        if tempo is not None and meter is not None:
            self.tempo.setValue(round(tempo.bpm))
            self.beats.setValue(meter.numerator)
            self.unit.setCurrentIndex(self.unit.findData(meter.denominator))
        self.key.setCurrentIndex(1 + KEYS.index(KeySignature(0, key.fifths, key.minor)) if key else 0)
        self.bars.setValue(bars.count)
        for widget, before in zip(widgets, blocked, strict=True):
            widget.blockSignals(before)

    def _connect(self) -> None:
        self.tempo.valueChanged.connect(lambda value: self.tempoChosen.emit(float(value)))
        self.beats.valueChanged.connect(lambda _: self._tell_meter())
        self.unit.currentIndexChanged.connect(lambda _: self._tell_meter())
        self.key.currentIndexChanged.connect(lambda row: self.keyChosen.emit(KEYS[row - 1] if row else None))
        self.bars.valueChanged.connect(self.barsChosen.emit)

    def _tell_meter(self) -> None:
        self.meterChosen.emit(self.beats.value(), self.unit.currentData())

    def _choice(self, hint: str) -> QComboBox:
        box = QComboBox()
        box.setToolTip(hint)
        box.setAccessibleName(hint)
        return box

    def _lay_out(self) -> None:
        meter = QHBoxLayout()
        meter.setSpacing(GRID // 2)
        meter.addWidget(self.beats, 1)
        meter.addWidget(self.unit, 1)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(GRID)
        form.addRow(self.place)
        form.addRow(tr("Tempo"), self.tempo)
        form.addRow(tr("Metre"), meter)
        form.addRow(tr("Key"), self.key)
        form.addRow(tr("Bars"), self.bars)


def number(least: int, most: int, hint: str) -> QSpinBox:
    """A whole number that is told when it is done, not at each key."""
    box = QSpinBox()
    box.setRange(least, most)
    inset(box)
    box.setKeyboardTracking(False)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.setToolTip(hint)
    box.setAccessibleName(hint)
    return box
