"""The panel “Made by a generator?”: what the file says of itself, the evidence, how often it is right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.runtime.manifest import Metric
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.evidence import AUC, SMALLEST, Evidence, Says, weigh, weigh_file
from app.studios.imagine.state import ImagineState
from app.ui.theme import GRID
from app.ui.widgets.panel import Section

GROUP = "imagine.evidence"


class EvidencePanel(QWidget):
    """Weighs the chosen picture when it is asked to; one that was opened, together with what its file says."""

    failed = Signal(object)

    def __init__(self, state: ImagineState) -> None:
        super().__init__()
        self._state = state
        self.found: Evidence | None = None
        self._picture: Picture | None = None
        self._opened: tuple[Path | None, Pictures] = (None, Pictures())
        self.weigh = QPushButton()
        self._progress = QProgressBar()
        self._note, self.said, self.head, self.right, self._old = (QLabel() for _ in range(5))
        self._fails = QWidget()
        self._grid = QGridLayout(self._fails)
        self._fails_section = Section(tr("Where it fails"), self._fails, is_open=False)
        self._lay_out()
        self.weigh.clicked.connect(self._weigh_or_stop)
        state.documentChanged.connect(self._check_age)
        state.opened.connect(self._note_opened)
        self.show_progress(None)

    def weigh_chosen(self) -> None:
        """Judge the chosen picture."""
        chosen, shelf = self._state.document.chosen, self._state.services.shelf
        if chosen is None:
            return
        path, pictures = self._opened
        path = path if any(chosen is picture for picture in pictures.pictures) else None

        def work(progress: Progress) -> Iterator[Evidence]:
            yield weigh_file(shelf, path, progress) if path else weigh(shelf, chosen, progress)

        self._picture = chosen
        self.failed.emit(None)
        self.show_progress(0.0)
        listener = Listener(self.show_evidence, lambda fraction, _: self.show_progress(fraction), self._ended)
        self._state.services.jobs.submit(GROUP, work, listener, background=True)

    def show_progress(self, fraction: float | None) -> None:
        """How far it is, 0..1; None while nothing is weighed."""
        running = fraction is not None
        self._progress.setVisible(running)
        self._progress.setValue(round(1000 * (fraction or 0.0)))
        self.weigh.setText(tr("Stop") if running else tr("Weigh the evidence"))
        hint = tr("Look at the chosen picture and say how likely it is that one of the bundled generators made it")
        self.weigh.setToolTip(tr("End the weighing") if running else hint)

    def show_evidence(self, found: Evidence) -> None:
        """What was found."""
        self.found = found
        self.said.setText(_said(found, self._picture))
        self.head.setText(_headline(found))
        self.right.setText(_reliability(found))
        self._show_failures(found.failures)
        for widget in (self.said, self.head, self.right, self._fails_section):
            widget.show()
        self._check_age()

    # --- inside --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._note.setText(tr("Evidence with an error rate, never a verdict. It knows our own generators alone."))
        self._old.setText(tr("Another picture is chosen now."))
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(tr("Progress of the weighing"))
        for label in (self._note, self.right, self._old):
            label.setObjectName("muted")
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        result = (self.said, self.head, self.right, self._old, self._fails_section)
        for widget in (self._note, self.weigh, self._progress, *result):
            column.addWidget(widget)
            if isinstance(widget, QLabel):
                widget.setWordWrap(True)
                widget.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for widget in result:
            widget.hide()

    def _show_failures(self, metrics: list[Metric]) -> None:
        if self._grid.count():
            return
        for row, metric in enumerate(metrics):
            name = QLabel(tr(metric.name))
            name.setWordWrap(True)
            number = QLabel(_value(metric.unit, metric.ours))
            for label in (name, number):
                label.setToolTip(tr("{count} pictures", count=f"{metric.samples:,}"))
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(number, row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)

    def _note_opened(self, path: Path) -> None:
        """The file is read again when it is weighed: what it says of itself is not part of the work."""
        self._opened = (path, self._state.document)

    def _check_age(self) -> None:
        self._old.setVisible(self.found is not None and self._state.document.chosen is not self._picture)

    def _weigh_or_stop(self) -> None:
        if self._state.services.jobs.busy(GROUP):
            self._state.services.jobs.drop(GROUP)
            self.show_progress(None)
        else:
            self.weigh_chosen()

    def _ended(self, _: End, error: AtelierError | None) -> None:
        self.show_progress(None)
        if error is not None:
            self.failed.emit(error)


def _said(found: Evidence, picture: Picture | None) -> str:
    """What is known of the picture without looking at it, first."""
    lines = []
    made_by = picture.request.model if picture and picture.request else found.recipe.model if found.recipe else ""
    if made_by:
        lines.append(tr("Its recipe says that “{model}” made it.", model=made_by))
    if found.credentials:
        lines.append(found.credentials.says)
    return "\n".join(lines) or tr("It carries neither recipe nor content credentials.")


def _headline(found: Evidence) -> str:
    judged = found.judgement
    chance = tr(
        "{chance} % ({low} to {high})",
        chance=round(100 * judged.chance),
        low=round(100 * judged.low),
        high=round(100 * judged.high),
    )
    return {
        Says.MACHINE: tr("Its pixels look like one of our generators': {chance}.", chance=chance),
        Says.REAL: tr("Its pixels do not look like our generators'; for them speak {chance}.", chance=chance),
        Says.UNSURE: tr("Unsure: {chance} for one of our generators.", chance=chance),
        Says.TOO_SMALL: tr("Under {count} pixels nothing can be said.", count=SMALLEST),
    }[judged.says]


def _reliability(found: Evidence) -> str:
    whole, low, high, jpeg, resized = (found.measured.get(name, float("nan")) for name in AUC)
    return tr(
        "Measured: AUC {auc} (95 % interval {low} to {high}); {jpeg} after JPEG 75, {resized} after resizing.",
        auc=f"{whole:.3f}",
        low=f"{low:.3f}",
        high=f"{high:.3f}",
        jpeg=f"{jpeg:.3f}",
        resized=f"{resized:.3f}",
    )


def _value(unit: str, value: float) -> str:
    return f"{100 * value:.0f} %" if unit == "share" else f"AUC {value:.2f}"
