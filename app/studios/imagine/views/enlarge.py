"""The panel “Enlarge”: the chosen picture made larger by a network, in the work or into a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.runtime.engine import make_recipe
from app.studios.imagine.enlarge import FACTORS, MODEL, enlarging
from app.studios.imagine.state import ImagineState
from app.ui.theme import GRID

GROUP = "imagine.enlarge"


class EnlargePanel(QWidget):
    """How much larger, and where to: *Enlarge* replaces the chosen picture, *Save enlarged* leaves it as it is."""

    saveAsked = Signal()
    failed = Signal(object)

    def __init__(self, state: ImagineState) -> None:
        super().__init__()
        self._state = state
        self.factor = QComboBox()
        self.factor.setAccessibleName(tr("How much larger"))
        self.factor.setToolTip(tr("16 times is the network used twice: more pixels, hardly more that is true"))
        self.enlarge = QPushButton(tr("Enlarge"))
        self.enlarge.setToolTip(tr("A network draws the picture larger and sharper; undo brings back the small one"))
        self.save = QPushButton()
        self._note, self._progress = QLabel(), QProgressBar()
        self._lay_out()
        self.enlarge.clicked.connect(self.enlarge_chosen)
        self.save.clicked.connect(self._save_or_stop)
        state.documentChanged.connect(self._show_sizes)
        self._show_sizes()
        self._show_progress(None)

    @property
    def times(self) -> int:
        return FACTORS[self.factor.currentIndex()]

    def enlarge_chosen(self) -> None:
        """Put the larger picture in place of the chosen one: one undo step, shown and stopped as a generation."""
        chosen = self._state.document.chosen
        if chosen is not None:
            self._state.generate(enlarging(chosen, self.times))

    def save_enlarged(self, path: Path, with_recipe: bool = True) -> None:
        """Write the chosen picture enlarged; the work stays as it is."""
        chosen, state = self._state.document.chosen, self._state
        if chosen is None:
            return
        request, engine, shelf = enlarging(chosen, self.times), state.engine, state.services.shelf

        def work(progress: Progress) -> Iterator[list[Path]]:
            model = shelf.open(request.model)
            *_, large = engine.generate(request, model, progress)
            yield engine.export(path, large, make_recipe(engine, request, model, large) if with_recipe else None)

        self.failed.emit(None)
        self._show_progress(0.0)
        listener = Listener(state.saved.emit, lambda fraction, _: self._show_progress(fraction), self._ended)
        state.services.jobs.submit(GROUP, work, listener)

    # --- inside --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._note.setObjectName("muted")
        self._note.setWordWrap(True)
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(tr("Progress of the enlarging"))
        buttons = QHBoxLayout()
        buttons.addWidget(self.enlarge)
        buttons.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.factor)
        column.addLayout(buttons)
        column.addWidget(self._progress)
        column.addWidget(self._note)

    def _show_sizes(self) -> None:
        """The sizes the chosen picture would have."""
        chosen, at = self._state.document.chosen, max(0, self.factor.currentIndex())
        sizes = [f": {factor * chosen.width} × {factor * chosen.height}" if chosen else "" for factor in FACTORS]
        self.factor.clear()
        self.factor.addItems([f"{factor} ×{size}" for factor, size in zip(FACTORS, sizes, strict=True)])
        self.factor.setCurrentIndex(at)
        ready = chosen is not None and self._state.can_enlarge
        self.enlarge.setEnabled(ready)
        self.save.setEnabled(ready)
        missing = tr("The model “{id}” is missing.", id=MODEL)
        self._note.setText("" if self._state.can_enlarge else missing)
        self._note.setVisible(not self._state.can_enlarge)

    def _show_progress(self, fraction: float | None) -> None:
        running = fraction is not None
        self._progress.setVisible(running)
        self._progress.setValue(round(1000 * (fraction or 0.0)))
        self.save.setText(tr("Stop") if running else tr("Save enlarged…"))
        hint = tr("Write the chosen picture enlarged to a file; the work stays as it is")
        self.save.setToolTip(tr("End the enlarging; nothing is written") if running else hint)

    def _save_or_stop(self) -> None:
        if self._state.services.jobs.busy(GROUP):
            self._state.services.jobs.drop(GROUP)
            self._show_progress(None)
        else:
            self.saveAsked.emit()

    def _ended(self, _: End, error: AtelierError | None) -> None:
        self._show_progress(None)
        self.failed.emit(error)
