"""The track one writes in: its instrument and its place in the mixer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.runtime.manifest import Control
from app.studios.compose.document import FULL_VOLUME, MIDDLE, Track
from app.studios.compose.words import instrument_names
from app.ui.form import ControlForm
from app.ui.theme import GRID

DRUM_KIT = -1
FADERS = [
    Control(
        id="volume",
        label="Volume",
        kind="int",
        default=FULL_VOLUME,
        maximum=127,
        hint="How loud the track is beside the others; heard at once, also while it plays",
    ),
    Control(
        id="pan",
        label="Left – right",
        kind="int",
        default=MIDDLE,
        maximum=127,
        hint="From which side the track comes: 0 left, 64 the middle, 127 right",
    ),
]


class TrackSettings(QWidget):
    """Shows what it is told and says what was asked."""

    changed = Signal(str, object)
    """The name of a field of :class:`Track` and its new value; ``"instrument"`` is a program, or :data:`DRUM_KIT`."""

    def __init__(self) -> None:
        super().__init__()
        self.instrument = QComboBox()
        self.instrument.addItem(tr("Drums"), DRUM_KIT)
        for program, name in enumerate(instrument_names()):
            self.instrument.addItem(name, program)
        self.instrument.setMaxVisibleItems(20)
        self.instrument.setAccessibleName(tr("Instrument"))
        self.instrument.setToolTip(tr("What plays this track: one of the 128 sounds of General MIDI, or drums"))
        self.instrument.currentIndexChanged.connect(
            lambda _: self.changed.emit("instrument", self.instrument.currentData())
        )
        self.faders = ControlForm(FADERS)
        self.faders.changed.connect(self.changed.emit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.instrument)
        layout.addWidget(self.faders)

    def show_track(self, track: Track) -> None:
        """Show a track without telling anyone."""
        blocked = self.instrument.blockSignals(True)
        self.instrument.setCurrentIndex(self.instrument.findData(DRUM_KIT if track.drums else track.program))
        self.instrument.blockSignals(blocked)
        self.faders.set_values({"volume": track.volume, "pan": track.pan})
