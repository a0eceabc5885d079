"""Three ways to go on at the caret or to write a marked span anew, each with its seed, to choose from."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from PySide6.QtCore import QObject, Signal

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.write.engine import ENGINE
from app.studios.write.ghost import LONGEST, shortened
from app.studios.write.request import WriteRequest
from app.studios.write.state import WriteState

COUNT = 3
_GROUP = "write.choices"


class Choices(QObject):
    """What is offered at the state's place; nothing of it is in the text until one is taken."""

    changed = Signal()
    """Something came, or all was taken away."""
    taken = Signal(int, int)
    """Where the chosen passage now stands, in characters."""

    def __init__(self, state: WriteState) -> None:
        super().__init__(state)
        self._state = state
        self.request: WriteRequest | None = None
        """For what is offered; None while nothing is."""
        self.seeds: tuple[int, ...] = ()
        self.passages: tuple[str, ...] = ()
        """What each seed wrote so far."""
        state.documentChanged.connect(self._check)
        state.settingsChanged.connect(self._check)

    @property
    def working(self) -> bool:
        return self._state.services.jobs.busy(_GROUP)

    def ask(self) -> None:
        """Offer three, from the seed of the bar on."""
        self._state.stop()
        try:
            self._begin(self._state.make_request(), self._state.settings.seed)
        except AtelierError as error:
            self._state.failed.emit(error)

    def more(self) -> None:
        """Offer three others, with the next seeds."""
        if self.request is not None:
            self._begin(self.request, self.seeds[-1] + 1)

    def take(self, number: int) -> None:
        """Put one into the text, as one undo step with the request that makes it again."""
        if self.request is None or not self.may_take(number):
            return
        passage = self.passages[number]
        taken = len(passage) if self.request.start == self.request.end else None
        request = msgspec.structs.replace(self.request, seed=self.seeds[number], taken=taken)
        self.drop()
        self._state.accept(tr("Take a suggestion"), request, request.with_written(passage))
        self.taken.emit(request.start, request.start + len(passage))

    def may_take(self, number: int) -> bool:
        """Whether there is something to take."""
        return 0 <= number < len(self.passages) and bool(self.passages[number])

    def drop(self) -> None:
        """Offer nothing any more; the text stays as it is."""
        self._state.services.jobs.drop(_GROUP)
        if self.request is not None:
            self.request, self.passages = None, ()
            self.changed.emit()

    # --- inside --------------------------------------------------------------------------------------------------

    def _begin(self, request: WriteRequest, seed: int) -> None:
        self._state.failed.emit(None)
        self.request, self.seeds, self.passages = request, tuple(range(seed, seed + COUNT)), ("",) * COUNT
        seeds = self.seeds
        listener = Listener(partial=self._show, ended=self._ended)
        self._state.services.jobs.submit(_GROUP, lambda progress: self._work(request, seeds, progress), listener)
        self.changed.emit()

    def _work(self, request: WriteRequest, seeds: tuple[int, ...], progress: Progress) -> Iterator[tuple[str, ...]]:
        model = self._state.services.shelf.open(request.model)
        for made in ENGINE.alternatives(request, seeds, model, progress):
            yield made
            if request.start == request.end and all(len(passage) > LONGEST for passage in made):
                return

    def _show(self, made: tuple[str, ...]) -> None:
        if self.request is not None:
            at_caret = self.request.start == self.request.end
            self.passages = tuple(map(shortened, made)) if at_caret else made
            self.changed.emit()

    def _ended(self, _: End, error: AtelierError | None) -> None:
        if error is not None:
            self.drop()
            self._state.failed.emit(error)
        else:
            self.changed.emit()

    def _check(self) -> None:
        """Drop what was offered for another text, model or other settings."""
        request, settings = self.request, self._state.settings
        if request is None:
            return
        same = (settings.model, settings.controls) == (request.model, request.controls)
        if request.document is not self._state.document or not same:
            self.drop()
