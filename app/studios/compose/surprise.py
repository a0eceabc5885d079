"""The surprise map: how expected each note of the document is to a model of all instruments, read as it changes."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.compose.document import Score
from app.studios.compose.edits import Key
from app.studios.compose.expectations import Expectation, expectations
from app.studios.compose.models import band_model
from app.studios.compose.state import ComposeState

GROUP = "compose.surprise"
PAUSE_MS = 400
"""So long after an edit the piece is read anew."""
Found = dict[Key, Expectation]


class Surprise(QObject):
    """Off until it is switched on; then it follows the document."""

    changed = Signal()
    """:attr:`found` is new."""
    busyChanged = Signal(bool)
    progressed = Signal(float, str)

    def __init__(self, state: ComposeState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.on = False
        self.found: Found = {}
        self._read: Score | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._look)
        state.documentChanged.connect(self._follow)

    def switch(self, on: bool) -> None:
        """Begin to look, or forget what was found."""
        self.on = on
        if on:
            self._look()
            return
        self._pause.stop()
        self._state.services.jobs.drop(GROUP)
        self.found, self._read = {}, None
        self.changed.emit()

    def _follow(self) -> None:
        if self.on and self._state.document is not self._read:
            self._pause.start()

    def _look(self) -> None:
        score = self._state.document
        listener = Listener(partial=self._take, progress=self.progressed.emit, ended=self._ended)
        self.busyChanged.emit(True)
        self._state.services.jobs.submit(GROUP, lambda progress: self._work(score, progress), listener)

    def _work(self, score: Score, progress: Progress) -> Iterator[tuple[Score, Found]]:
        shelf = self._state.services.shelf
        yield score, expectations(shelf.open(band_model(shelf.catalog)), score, progress)

    def _take(self, result: tuple[Score, Found]) -> None:
        self._read, self.found = result
        self.changed.emit()

    def _ended(self, _: End, error: AtelierError | None) -> None:
        self.busyChanged.emit(False)
        if error is not None:
            self._state.failed.emit(error)
