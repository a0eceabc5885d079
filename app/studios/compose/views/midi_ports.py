"""The MIDI ports: where music goes and where it comes from."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QPushButton, QWidget

from app.base.i18n import tr
from app.ui.theme import GRID


class MidiPorts(QWidget):
    """Shows the ports it is told and says what was asked."""

    lookAsked = Signal()
    recordToggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.look = QPushButton(tr("Look for MIDI ports"))
        self.look.setToolTip(tr("List the instruments and keyboards that are connected now"))
        self.look.clicked.connect(self.lookAsked.emit)
        self.output = _choice(tr("Where Play sends the music: to the speakers, or as MIDI to an instrument"))
        self.input = _choice(tr("The keyboard that is recorded"))
        self.align = QCheckBox(tr("Quantise what is recorded"))
        self.align.setToolTip(tr("Move the recorded notes to the grid, as set under Tools"))
        self.record = QPushButton(tr("Record"))
        self.record.setCheckable(True)
        self.record.setToolTip(tr("Write what you play into the track, from the cursor on (R); Stop ends it"))
        self.record.toggled.connect(self.recordToggled.emit)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(GRID)
        form.addRow(self.look)
        form.addRow(tr("Out"), self.output)
        form.addRow(tr("In"), self.input)
        form.addRow(self.align)
        form.addRow(self.record)
        self.show_ports([], [])

    def show_ports(self, outputs: list[str], inputs: list[str]) -> None:
        """List the ports; what was chosen stays chosen if it is still there."""
        for box, first, names in (
            (self.output, tr("the speakers"), outputs),
            (self.input, tr("no keyboard"), inputs),
        ):
            chosen = box.currentData()
            box.clear()
            box.addItem(first)
            for name in names:
                box.addItem(name, name)
            box.setCurrentIndex(max(0, box.findData(chosen)) if chosen else int(bool(names) and box is self.input))
        self.record.setEnabled(bool(inputs))

    def show_recording(self, on: bool) -> None:
        blocked = self.record.blockSignals(True)
        self.record.setChecked(on)
        self.record.setText(tr("Stop recording") if on else tr("Record"))
        self.record.blockSignals(blocked)


def _choice(hint: str) -> QComboBox:
    box = QComboBox()
    box.setToolTip(hint)
    box.setAccessibleName(hint)
    box.setMinimumContentsLength(8)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box
