"""Several answers to one question, made one after the other with the seeds that follow, to be compared by ear."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.compose.critic import Verdict, ranked
from app.studios.compose.document import Score
from app.studios.compose.request import ComposeRequest
from app.studios.compose.state import ComposeState

_Answers = tuple[tuple[Score, ...], tuple[Verdict, ...]]
GROUP = "compose.alternatives"
MOST = 4
MINE = -1
"""Stands among the alternatives for the document as it is."""


class Alternatives(QObject):
    """What was asked, what has come so far, and which of it is shown. The document is untouched until one is taken."""

    changed = Signal()
    """There are more or other alternatives, or another one is shown."""
    busyChanged = Signal(bool)
    progressed = Signal(float, str)

    def __init__(self, state: ComposeState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._requests: list[ComposeRequest] = []
        self._base: Score | None = None
        self.scores: tuple[Score, ...] = ()
        self.verdicts: tuple[Verdict, ...] = ()
        """What was found of each, once all are there; they stand in this order then, the best first."""
        self.shown = MINE
        state.documentChanged.connect(self._follow)

    @property
    def busy(self) -> bool:
        return self._state.services.jobs.busy(GROUP)

    @property
    def score(self) -> Score:
        """What is shown: an alternative, or the document."""
        return self._state.document if self.shown == MINE else self.scores[self.shown]

    def start(self, requests: list[ComposeRequest]) -> None:
        """Make an answer to each request; the first is shown as it grows."""
        self.clear()
        self._state.stop()
        self._state.failed.emit(None)
        self._requests, self._base = requests, self._state.document
        listener = Listener(partial=self._take_in, progress=self.progressed.emit, ended=self._ended)
        self.busyChanged.emit(True)
        self._state.services.jobs.submit(GROUP, lambda progress: self._work(requests, progress), listener)

    def stop(self) -> None:
        """Make no more; what is there stays to be compared."""
        self._state.services.jobs.stop(GROUP)

    def clear(self) -> None:
        """Forget them all and show the document."""
        if self.busy:
            self._state.services.jobs.drop(GROUP)
            self.busyChanged.emit(False)
        self._requests, self._base, self.scores, self.verdicts, self.shown = [], None, (), (), MINE
        self.changed.emit()

    def show(self, number: int) -> None:
        """Show one of them, or :data:`MINE`."""
        if number != self.shown and MINE <= number < len(self.scores):
            self.shown = number
            self.changed.emit()

    def take(self, title: str) -> None:
        """Make the shown one the document: one undo step, one node of the history."""
        if self.shown == MINE:
            return
        request, score = self._requests[self.shown], self.score
        self.clear()
        self._state.accept(title, request, score)

    # --- inside --------------------------------------------------------------------------------------------------

    def _work(self, requests: list[ComposeRequest], progress: Progress) -> Iterator[_Answers]:
        done: tuple[Score, ...] = ()
        for number, request in enumerate(requests):
            model = self._state.services.shelf.open(request.model)
            part = progress.part(0.9 * number / len(requests), 0.9 * (number + 1) / len(requests))
            score = None
            for score in self._state.engine.generate(request, model, part):
                yield (*done, score), ()
            if score is not None:
                done = (*done, score)
        yield done, tuple(ranked(requests, done, self._state.services.shelf, progress.part(0.9, 1.0)))

    def _take_in(self, answers: _Answers) -> None:
        if not self.scores and self.shown == MINE:
            self.shown = 0
        self.scores, verdicts = answers
        if verdicts:
            self._put_in_order(verdicts)
        self.changed.emit()

    def _put_in_order(self, verdicts: tuple[Verdict, ...]) -> None:
        """The best first; what is shown goes on being shown."""
        order = sorted(range(len(verdicts)), key=lambda number: verdicts[number].place)
        self._requests = [self._requests[number] for number in order]
        self.scores = tuple(self.scores[number] for number in order)
        self.verdicts = tuple(verdicts[number] for number in order)
        if self.shown != MINE:
            self.shown = order.index(self.shown)

    def _ended(self, _: End, error: AtelierError | None) -> None:
        self.busyChanged.emit(False)
        if error is not None:
            self._state.failed.emit(error)
        self.changed.emit()

    def _follow(self) -> None:
        """The document was changed: answers to what it was are worth nothing."""
        if self._base is not None and self._state.document != self._base:
            self.clear()
