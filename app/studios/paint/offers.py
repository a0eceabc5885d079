"""What the machine would draw next: offers that lie on the sheet as ghosts until one is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
from PySide6.QtCore import QObject, Signal

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.runtime.model import Model
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.request import PaintRequest, Space
from app.studios.paint.selection import bounds
from app.studios.paint.state import PaintState
from app.studios.paint.suggest import Offer, continuations, in_space

COUNT, VARIATIONS = 9, 10
GROUP = "paint.offers"
SLOTS = ("A", "B", "C")
Make = Callable[[PaintRequest, Model, Progress], list[Offer]]


class Offers(QObject):
    """The offers there are. Asking again stops what was asked before; the newest answer counts."""

    changed = Signal()
    slotsChanged = Signal()

    def __init__(self, state: PaintState) -> None:
        super().__init__(state)
        self._state = state
        self.items: list[Offer] = []
        self.marked: int | None = None
        """The offer under the pointer."""
        self.live = False
        """Whether each stroke by hand brings new offers at once."""
        self.continues = True
        """Whether the offers go on with the drawing, or are whole drawings."""
        self.slots: dict[str, Drawing] = {}
        """Drawings kept to reckon with."""
        self._seed = 0
        self._replaced: tuple[Stroke, ...] = ()
        self._last = state.document
        self._again: Callable[[], None] | None = None
        state.documentChanged.connect(self._document_changed)

    # --- asking --------------------------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Nine ways to go on with the drawing."""
        self._ask(lambda request, model, progress: continuations(request, model, COUNT, progress), self.go_on)

    def more(self) -> None:
        """Others of the same kind."""
        self._seed += 1
        (self._again or self.go_on)()

    def vary(self) -> None:
        """Ten variations of what is chosen, or of the whole drawing; the one taken replaces it."""
        chosen = self._chosen()
        box, space = bounds(chosen.strokes), Space((chosen,), ((1.0,),) * VARIATIONS, noise=1.0)
        self._ask_space(space, self.vary, lambda request, model, progress: in_space(request, model, box, progress))
        self._replaced = chosen.strokes

    def between(self, share: float) -> None:
        """What lies on the way from the drawing A to B."""
        if self._has("A", "B"):
            space = Space((self.slots["A"], self.slots["B"]), ((1 - share, share),))
            self._ask_space(space, lambda: self.between(share))

    def reckon(self) -> None:
        """A − B + C."""
        if self._has("A", "B", "C"):
            space = Space(tuple(self.slots[name] for name in SLOTS), ((1.0, -1.0, 1.0),))
            self._ask_space(space, self.reckon)

    def keep(self, slot: str) -> None:
        """Keep what is chosen, or the whole drawing, under a letter."""
        self.slots[slot] = self._chosen()
        self.slotsChanged.emit()

    # --- taking --------------------------------------------------------------------------------------------------

    def mark(self, place: int | None) -> None:
        """Show one offer more clearly than the others."""
        if place != self.marked:
            self.marked = place
            self.changed.emit()

    def take(self, place: int, first: bool = False) -> None:
        """Put an offer on the sheet, or its first stroke only. One undo step."""
        if not 0 <= place < len(self.items) or not self.items[place]:
            return
        strokes = self.items[place][: 1 if first else None]
        gone = {id(stroke) for stroke in self._replaced}
        places = [at for at, stroke in enumerate(self._state.document.strokes) if id(stroke) in gone]
        self.clear()
        self._state.edit(tr("Take"), self._state.document.without(*places).adding(*strokes))
        if self.live:
            self.go_on()

    def set_live(self, on: bool) -> None:
        self.live = on
        if on:
            self.go_on()
        else:
            self.clear()

    def clear(self) -> None:
        """No offers any more."""
        self._state.services.jobs.drop(GROUP)
        self._replaced = ()
        if self.items:
            self.items, self.marked = [], None
            self.changed.emit()

    # --- inside --------------------------------------------------------------------------------------------------

    def _ask_space(self, space: Space, again: Callable[[], None], make: Make | None = None) -> None:
        self._ask(make or (lambda request, model, progress: in_space(request, model, None, progress)), again, space)

    def _ask(self, make: Make, again: Callable[[], None], space: Space | None = None) -> None:
        self._again, self.continues = again, space is None
        self.clear()
        state = self._state
        if state.paints:
            state.refuse(tr("A network that paints makes no offers."), tr("Choose one that draws, such as SketchRNN."))
            return
        request = msgspec.structs.replace(state.make_request(), space=space)
        request = msgspec.structs.replace(request, seed=request.seed + self._seed)

        def work(progress: Progress) -> Iterator[list[Offer]]:
            yield make(request, state.services.shelf.open(request.model), progress)

        def ended(_: End, error: AtelierError | None) -> None:
            if error is not None:
                state.failed.emit(error)

        state.services.jobs.submit(GROUP, work, Listener(partial=self._show, ended=ended))

    def _show(self, offers: list[Offer]) -> None:
        self.items, self.marked = offers, None
        self.changed.emit()

    def _chosen(self) -> Drawing:
        """What is chosen, or all, as a drawing."""
        document, places = self._state.document, self._state.selection
        strokes = [stroke for place, stroke in enumerate(document.strokes) if not places or place in places]
        return Drawing(tuple(strokes), document.width, document.height)

    def _has(self, *names: str) -> bool:
        missing = [name for name in names if name not in self.slots]
        if missing:
            self._state.refuse(
                tr("There is no drawing {names} yet.", names=", ".join(missing)),
                tr("Keep what is on the sheet, or what is chosen, as {names} first.", names=", ".join(missing)),
            )
        return not missing

    def _document_changed(self) -> None:
        """A stroke by hand brings new offers; any other change makes the old ones worthless."""
        before, now = self._last.strokes, self._state.document.strokes
        self._last = self._state.document
        if now is before:
            return
        self.clear()
        by_hand = len(now) > len(before) and now[-1].maker == "user"
        if self.live and by_hand and not self._state.busy:
            self.go_on()
