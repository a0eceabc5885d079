"""The panel “Written by a machine?”: the evidence, how often it is right, and where it fails."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.write.document import Text
from app.studios.write.evidence import SHORTEST, SURE, Evidence, Says, failures, weigh
from app.studios.write.state import WriteState
from app.studios.write.surprise import PartReader
from app.studios.write.views.bands import says_text
from app.studios.write.views.charts import ChanceScale, PassageStrip, chance_text
from app.studios.write.views.editor import Editor
from app.ui.theme import GRID
from app.ui.widgets.panel import Section

GROUP = "write.evidence"


class EvidenceView(QObject):
    """Weighs the text, or what of it is marked, when it is asked to."""

    failed = Signal(object)

    def __init__(self, state: WriteState, editor: Editor, reader: PartReader, parent: QObject) -> None:
        super().__init__(parent)
        self._state, self._editor, self._reader = state, editor, reader
        self.panel = EvidencePanel()
        self.found: Evidence | None = None
        self._start, self._text = 0, Text()
        self.panel.weigh.clicked.connect(self._weigh_or_stop)
        self.panel.strip.chosen.connect(self._go_to)
        state.documentChanged.connect(self._check_age)

    def weigh(self) -> None:
        """Judge what is marked, or else the whole text."""
        start, end = self._editor.place()
        document = self._state.document
        start, end = (start, end) if end > start else (0, len(document))
        text, self._start, self._text = document.text[start:end], start, document
        self.failed.emit(None)
        shelf, reader = self._state.services.shelf, self._reader

        def work(progress: Progress) -> Iterator[Evidence]:
            yield weigh(shelf, text, progress, reader)

        listener = Listener(self._show, lambda fraction, _: self.panel.show_progress(fraction), self._ended)
        self.panel.show_progress(0.0)
        self._state.services.jobs.submit(GROUP, work, listener, background=True)

    def stop(self) -> None:
        """End the weighing; what was found before stays."""
        self._state.services.jobs.drop(GROUP)
        self.panel.show_progress(None)

    def _weigh_or_stop(self) -> None:
        if self._state.services.jobs.busy(GROUP):
            self.stop()
        else:
            self.weigh()

    def _show(self, found: Evidence) -> None:
        self.found = found
        self.panel.show_evidence(found)
        self._check_age()

    def _ended(self, end: End, error: AtelierError | None) -> None:
        self.panel.show_progress(None)
        if error is not None:
            self.failed.emit(error)

    def _check_age(self) -> None:
        if self.found is not None:
            self.panel.show_old(self._state.document.text != self._text.text)

    def _go_to(self, number: int) -> None:
        assert self.found is not None
        passage = self.found.passages[number]
        length = len(self._state.document)
        self._editor.mark(*(min(self._start + place, length) for place in (passage.end, passage.start)))
        self._editor.setFocus()


class EvidencePanel(QWidget):
    """What was found, in words and pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.weigh = QPushButton()
        self._progress = QProgressBar()
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(tr("Progress of the weighing"))
        self.head, self._old, self._passages, self._right, self._note = (QLabel() for _ in range(5))
        self._scale, self.strip = ChanceScale(), PassageStrip()
        self._fails = _Failures()
        self._fails_section = Section(tr("Where it fails"), self._fails, is_open=False)
        self._note.setText(tr("Evidence with an error rate, never a verdict."))
        self._old.setText(tr("The text has changed since."))
        for label in (self._old, self._passages, self._right, self._note):
            label.setObjectName("muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        below = (self.head, self._scale, self._passages, self.strip, self._old, self._right, self._fails_section)
        for widget in (self._note, self.weigh, self._progress, *below):
            column.addWidget(widget)
            if isinstance(widget, QLabel):
                widget.setWordWrap(True)
                widget.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._result = below
        for widget in below:
            widget.hide()
        self.show_progress(None)

    def show_progress(self, fraction: float | None) -> None:
        """How far it is, 0..1; None while nothing is weighed."""
        running = fraction is not None
        self._progress.setVisible(running)
        self._progress.setValue(round(1000 * (fraction or 0.0)))
        self.weigh.setText(tr("Stop") if running else tr("Weigh the evidence"))
        hint = tr("Read the marked passage, or the whole text, and say how likely it is that a machine wrote it")
        self.weigh.setToolTip(tr("End the reading") if running else hint)

    def show_old(self, old: bool) -> None:
        """Whether the text has changed since."""
        self._old.setVisible(old)

    def show_evidence(self, found: Evidence) -> None:
        whole, measured = found.whole, found.reliability
        self.head.setText(_headline(found))
        self._scale.show_judgement(whole)
        self._passages.setText(_passages(found))
        self.strip.show_passages(found.passages)
        right = tr(
            "Measured: AUC {auc} (95 % interval {low} to {high}) at {count} characters, read by “{reader}”.",
            auc=f"{measured.auc:.3f}",
            low=f"{measured.low:.3f}",
            high=f"{measured.high:.3f}",
            count=measured.characters,
            reader=found.reader.manifest.id,
        )
        self._right.setText(right)
        self._fails.show_metrics(found)
        for widget in self._result:
            widget.show()
        for widget in (self._scale, self._passages, self.strip):
            widget.setVisible(whole.says is not Says.TOO_SHORT)


class _Failures(QWidget):
    """The measured table."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)
        self._shown = ""

    def show_metrics(self, found: Evidence) -> None:
        if self._shown == found.detector.digest:
            return
        self._shown = found.detector.digest
        for row, metric in enumerate(failures(found.detector)):
            name = QLabel(tr(metric.name))
            name.setWordWrap(True)
            value = f"{100 * metric.ours:.0f} %" if metric.unit == "share" else f"AUC {metric.ours:.2f}"
            tip = tr("{count} passages", count=f"{metric.samples:,}")
            name.setToolTip(tip)
            number = QLabel(value)
            number.setToolTip(tip)
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(number, row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)


def _headline(found: Evidence) -> str:
    whole = found.whole
    if whole.says is Says.TOO_SHORT:
        return tr("Under {count} characters nothing can be said.", count=SHORTEST)
    told = {
        Says.MACHINE: tr("It looks like a machine's: {chance}.", chance=chance_text(whole)),
        Says.PERSON: tr("It looks like a person's; for a machine speak {chance}.", chance=chance_text(whole)),
        Says.UNSURE: tr("Unsure: {chance} for a machine.", chance=chance_text(whole)),
    }
    return told[whole.says]


def _passages(found: Evidence) -> str:
    counts = {says: sum(passage.says is says for passage in found.passages) for says in Says}
    told = [f"{count} {says_text(says)}" for says, count in counts.items() if count]
    limit = tr("Sure from {limit} % on.", limit=round(100 * SURE))
    return " ".join([tr("Passages that speak: {list}.", list=", ".join(told)), limit])
