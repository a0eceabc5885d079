"""A box that shows on each candidate what the discriminator thinks of it."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.imagine.document import Picture
from app.studios.imagine.insight import has_critic, opinions_of
from app.studios.imagine.state import ImagineState
from app.studios.imagine.views.grid import CandidateGrid

GROUP = "imagine.opinions"


class OpinionBox(QCheckBox):
    """Asks when it is on, in the background; a score once known is kept as long as it is on."""

    failed = Signal(object)

    def __init__(self, state: ImagineState, grid: CandidateGrid) -> None:
        super().__init__(tr("Opinion of each candidate"))
        self._state, self._grid = state, grid
        self.known: dict[str, float] = {}
        self.setToolTip(
            tr("Write on each candidate what the network thinks that the generator learnt against: higher is more real")
        )
        self.toggled.connect(self._follow)
        state.documentChanged.connect(self._follow)
        state.modelChanged.connect(self._show_model)
        self._show_model()

    def _show_model(self) -> None:
        entry = self._state.entry()
        self.setEnabled(has_critic(entry.manifest if entry and entry.usable else None))

    def _follow(self) -> None:
        if not self.isChecked():
            if self.known:
                self.known = {}
                self._grid.show_opinions({})
            self._state.services.jobs.drop(GROUP)
            return
        made = {picture.key: picture for picture in self._state.document.pictures if self._is_ours(picture)}
        self.known = {key: score for key, score in self.known.items() if key in made}
        self.known |= {key: picture.opinion for key, picture in made.items() if picture.opinion is not None}
        self._grid.show_opinions(self.known)
        missing = {key: picture for key, picture in made.items() if key not in self.known}
        if missing:
            self._ask(missing)

    def _is_ours(self, picture: Picture) -> bool:
        """Whether it is as the chosen model made it: not opened, not another's, not enlarged."""
        entry = self._state.entry()
        side = entry.manifest.codec.get("side") if entry and entry.manifest else None
        same = picture.request is not None and picture.request.model == self._state.settings.model
        return same and (picture.opinion is not None or picture.width == picture.height == side)

    def _ask(self, missing: dict[str, Picture]) -> None:
        model, shelf = self._state.settings.model, self._state.services.shelf

        def work(progress: Progress) -> Iterator[dict[str, float]]:
            scores = opinions_of(list(missing.values()), shelf.open(model), progress)
            yield dict(zip(missing, scores, strict=True))

        self._state.services.jobs.submit(GROUP, work, Listener(self._know, ended=self._ended), background=True)

    def _know(self, found: dict[str, float]) -> None:
        self.known |= found
        self._grid.show_opinions(self.known)

    def _ended(self, _: End, error: AtelierError | None) -> None:
        if error is not None:
            self.failed.emit(error)
