"""Plays through a MIDI port and records from one, each in a thread of its own."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.base.errors import AtelierError
from app.jobs.worker import End, Jobs, Listener
from app.studios.compose.document import Score
from app.studios.compose.midi.ports import Ports, perform, record

OUT, IN = "midi-out", "midi-in"
"""The groups and the lanes."""


class Band(QObject):
    """What is connected to this machine."""

    moved = Signal(float)
    """The tick that is played now."""
    playingChanged = Signal(bool)
    recordingChanged = Signal(bool)
    recorded = Signal(object)
    """The notes of a recording, a tuple, when it is over."""
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ports = Ports()
        self._jobs = jobs

    @property
    def playing(self) -> bool:
        return self._jobs.busy(OUT)

    @property
    def recording(self) -> bool:
        return self._jobs.busy(IN)

    def play(self, score: Score, tick: float, name: str) -> None:
        """Play through the port of that name."""
        try:
            port = self.ports.output(name)
        except AtelierError as error:
            self.failed.emit(error)
            return

        def ended(_: End, error: AtelierError | None) -> None:
            self.playingChanged.emit(False)
            if error is not None:
                self.failed.emit(error)

        listener = Listener(partial=self.moved.emit, ended=ended)
        self._jobs.submit(OUT, lambda progress: perform(score, tick, port, progress), listener, lane=OUT)
        self.playingChanged.emit(True)

    def record(self, score: Score, tick: float, name: str) -> bool:
        """Record from the port of that name until :meth:`stop`; False if it can't be opened."""
        try:
            port = self.ports.input(name)
        except AtelierError as error:
            self.failed.emit(error)
            return False
        notes: list[object] = [()]

        def ended(_: End, error: AtelierError | None) -> None:
            self.recordingChanged.emit(False)
            self.recorded.emit(notes[-1])
            if error is not None:
                self.failed.emit(error)

        listener = Listener(partial=notes.append, ended=ended)
        self._jobs.submit(IN, lambda progress: record(port, score, tick, progress), listener, lane=IN)
        self.recordingChanged.emit(True)
        return True

    def stop(self) -> None:
        """End playing and recording; what was recorded is kept."""
        self._jobs.stop(OUT)
        self._jobs.stop(IN)
