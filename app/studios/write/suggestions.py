"""What the machine suggests at the caret, asked for or after a pause; it is not in the text until it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.write.document import Text
from app.studios.write.engine import ENGINE
from app.studios.write.ghost import LONGEST, Ghost
from app.studios.write.request import WriteRequest
from app.studios.write.state import WriteState

REST_MS = 600
"""So long nobody types before the machine suggests something by itself, where that is wished."""
_GROUP = "write.ghost"


class Suggestions(QObject):
    """The ghost of a writing state. The window tells what is typed and where the caret is."""

    changed = Signal()

    def __init__(self, state: WriteState, preferences: dict[str, Any]) -> None:
        super().__init__(state)
        self._state, self._preferences = state, preferences
        self._ghost: Ghost | None = None
        self._asked: list[WriteRequest] = []
        self._kept: WriteRequest | None = None
        self._waiting = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(REST_MS)
        self._pause.timeout.connect(self._rested)
        state.documentChanged.connect(self._check)
        state.settingsChanged.connect(self._check)
        state.busyChanged.connect(lambda busy: self.drop() if busy else None)

    @property
    def ghost(self) -> Ghost | None:
        return self._ghost

    @property
    def waiting(self) -> bool:
        """Whether it was asked for by hand and nothing has come yet."""
        return self._waiting and self._ghost is not None and not self._ghost.rest

    @property
    def after_pause(self) -> bool:
        """Whether something is suggested whenever nobody types for a moment."""
        return bool(self._preferences.get("suggest", False))

    def set_after_pause(self, on: bool) -> None:
        self._preferences["suggest"] = on
        if not on:
            self._pause.stop()

    def ask(self) -> None:
        """Suggest how the text goes on at the place; asked again at the same place, something else."""
        self._start(by_hand=True)

    def drop(self) -> None:
        """Take the suggestion away; the text stays as it is."""
        self._pause.stop()
        if self._ghost is not None:
            self._state.services.jobs.drop(_GROUP)
            self._show(None)

    def show(self, request: WriteRequest) -> None:
        """Suggest what a request gives."""
        self.drop()
        self._waiting = True
        self._begin(request)

    def take(self) -> None:
        """Put all that is suggested into the text, as the machine's."""
        ghost = self._ghost
        if ghost is not None and ghost.rest:
            self._state.services.jobs.drop(_GROUP)
            self._take(ghost, len(ghost.rest))
            self.drop()

    def take_word(self) -> None:
        """Put the next word into the text; the rest stays suggested."""
        if self._ghost is not None and self._ghost.rest:
            self._take(self._ghost, self._ghost.word)

    def typed(self, text: Text, start: int, end: int) -> None:
        """Follow a change by hand: what agrees with the ghost eats into it, all else drops it."""
        ghost = self._ghost.typed(text, start, end) if self._ghost else None
        if ghost is None:
            self.drop()
        else:
            self._show(ghost)
        if self.after_pause and ghost is None:
            self._pause.start()

    def moved(self, start: int, end: int) -> None:
        """Drop the ghost where the caret leaves its place."""
        if self._ghost is not None and not start == end == self._ghost.place:
            self.drop()

    def close(self) -> None:
        """End the timer, before the window closes."""
        self._pause.stop()

    # --- inside --------------------------------------------------------------------------------------------------

    def _start(self, by_hand: bool) -> None:
        self.drop()
        if self._state.busy:
            return
        self._waiting = by_hand
        try:
            self._begin(self._fresh())
        except AtelierError as error:
            self._state.failed.emit(error)

    def _rested(self) -> None:
        if self._state.place[0] == self._state.place[1]:
            self._start(by_hand=False)

    def _fresh(self) -> WriteRequest:
        """The request as things stand, with the first seed not yet asked for; with a locked seed, that one."""
        request = self._state.make_request()
        if self._asked and self._asked[-1].document is not request.document:
            self._asked = []
        while not self._state.lock_seed and request in self._asked:
            request = msgspec.structs.replace(request, seed=request.seed + 1)
        self._asked.append(request)
        return request

    def _begin(self, request: WriteRequest) -> None:
        self._state.failed.emit(None)
        self._show(Ghost(request, request.document))
        listener = Listener(partial=self._grow, ended=self._ended)
        self._state.services.jobs.submit(_GROUP, lambda progress: self._work(request, progress), listener)

    def _work(self, request: WriteRequest, progress: Progress) -> Iterator[str]:
        model = self._state.services.shelf.open(request.model)
        for (made,) in ENGINE.alternatives(request, (request.seed,), model, progress):
            yield made
            if len(made) > LONGEST:
                return

    def _grow(self, made: str) -> None:
        if self._ghost is not None:
            self._show(self._ghost.grown(made))

    def _ended(self, _: End, error: AtelierError | None) -> None:
        if error is not None:
            self._show(None)
            self._state.failed.emit(error)
        elif self._ghost is not None and not self._ghost.rest:
            self._show(None)

    def _take(self, ghost: Ghost, count: int) -> None:
        self._ghost = taken = ghost.taken(count)
        more, self._kept = self._kept is ghost.request, ghost.request
        self._state.accept(tr("Take a suggestion"), taken.recipe_request, taken.text, more)
        self.changed.emit()

    def _check(self) -> None:
        """Drop a ghost of another text, model or other settings."""
        ghost, settings = self._ghost, self._state.settings
        if ghost is None:
            return
        same = (settings.model, settings.controls) == (ghost.request.model, ghost.request.controls)
        if ghost.text is not self._state.document or not same:
            self.drop()

    def _show(self, ghost: Ghost | None) -> None:
        self._ghost = ghost
        self.changed.emit()
