"""Breeding in the window: who the parents are, how strange their children, how alike a lineage has become."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.runtime.model import Model
from app.studios.imagine.archive import Archive
from app.studios.imagine.document import Picture
from app.studios.imagine.heredity import children_of
from app.studios.imagine.lineage import furthest, variety_of
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.state import ImagineState

MOST_PARENTS = 64
COUSINS = 64
Shares = tuple[float, float, float]


class Breeding(QObject):
    """The parents there are, in the order they were chosen, each with its shares of coarse, middle and fine."""

    changed = Signal()
    """Other parents, or other shares of them."""
    measured = Signal(object)
    """A Variety, or None for candidates that can't be measured."""

    def __init__(self, state: ImagineState, archive: Archive) -> None:
        super().__init__(state)
        self._state, self._archive = state, archive
        self.parents: list[tuple[Picture, Shares]] = []
        self.spread, self.strangeness = 1.0, 0.15
        self._measured: tuple[str, ...] = ()

    def has(self, key: str) -> bool:
        return any(picture.key == key for picture, _ in self.parents)

    def toggle(self, picture: Picture) -> None:
        """Make a picture a parent, or no longer one."""
        key = picture.key
        others = [pair for pair in self.parents if pair[0].key != key]
        if len(others) == len(self.parents):
            if not self._is_fit(picture):
                return
            others.append((picture, (1.0, 1.0, 1.0)))
        self.parents = others[:MOST_PARENTS]
        self.changed.emit()

    def set_shares(self, key: str, shares: Shares) -> None:
        self.parents = [(picture, shares if picture.key == key else old) for picture, old in self.parents]

    def clear(self) -> None:
        self.parents = []
        self.changed.emit()

    def breed(self) -> None:
        """Make the children; they take the place of the candidates that are not kept."""
        state = self._state
        if not self.parents:
            self._tell(tr("There are no parents yet."), tr("Ctrl+click candidates, or press P on them."))
            return
        if not state.lock_seed:
            state.set_seed(state.settings.seed + 1)
        like = state.make_request()
        rows = [(picture.key, made, shares) for picture, shares in self.parents if (made := source(picture))]
        request = children_of(rows, like)
        self._archive.keep_whole(tuple(picture for picture, _ in self.parents))
        state.generate(msgspec.structs.replace(request, spread=self.spread, strangeness=self.strangeness))

    def measure(self) -> None:
        """Measure the candidates; :attr:`measured` follows."""
        requests = self._candidates() if self._archive.is_open else []
        if len(requests) < 2:
            self.measured.emit(None)
            return
        self._ask("measure", lambda model, p: variety_of(requests, model, p), self.measured.emit)

    def find_cousin(self) -> None:
        """Put the picture that is least like the candidates in place of the last that is not kept, and choose it."""
        requests = self._candidates()
        if not requests:
            self._tell(tr("There is no lineage yet."), tr("Press Generate, or breed some pictures."))
            return
        seed = self._state.settings.seed
        self._ask("cousin", lambda model, p: furthest(requests, seed, COUSINS, model, p), self._show_cousin)

    # --- inside --------------------------------------------------------------------------------------------------

    def _show_cousin(self, request: ImagineRequest) -> None:
        document = self._state.document
        free = [place for place, picture in enumerate(document.pictures) if picture.key not in document.kept]
        if free:
            self._state.choose(free[-1])
        self._state.set_seed(self._state.settings.seed + 1)
        self._state.generate(request)

    def _candidates(self) -> list[ImagineRequest]:
        model = self._state.settings.model
        found = [source(picture) for picture in self._state.document.pictures]
        return [request for request in found if request is not None and request.model == model]

    def _ask(self, name: str, ask: Callable[[Model, Progress], Any], found: Callable[[Any], None]) -> None:
        state = self._state
        model_id = state.settings.model

        def work(progress: Progress) -> Iterator[Any]:
            yield ask(state.services.shelf.open(model_id), progress)

        def ended(_: End, error: AtelierError | None) -> None:
            if error is not None:
                state.failed.emit(error)

        state.services.jobs.submit(f"imagine.{name}", work, Listener(partial=found, ended=ended), background=True)

    def _is_fit(self, picture: Picture) -> bool:
        made = source(picture)
        others = {request.model for other, _ in self.parents if (request := source(other))}
        if made is None:
            self._tell(
                tr("A picture that was only opened has no genes."),
                tr("Find it in the model first, then breed what was found."),
            )
        elif others - {made.model}:
            self._tell(tr("All parents must be by one model."), tr("Take the others out first."))
        else:
            return True
        return False

    def _tell(self, message: str, hint: str) -> None:
        self._state.failed.emit(AtelierError(ErrorKind.BAD_INPUT, message, hint))


def source(picture: Picture) -> ImagineRequest | None:
    """What made a picture; for an enlarged one, the small one."""
    request = picture.request
    while request is not None and request.origin is not None:
        request = request.origin
    return request if request is None or not request.photo else None
