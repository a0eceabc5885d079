"""The state of the studio Imagine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.jobs.studio_state import StudioState
from app.runtime.catalog import Entry
from app.runtime.manifest import ControlValue
from app.runtime.recipe import Recipe
from app.studios.imagine.document import Pictures, contact_sheet
from app.studios.imagine.engine import TOOLS
from app.studios.imagine.enlarge import MODEL as ENLARGER
from app.studios.imagine.files import file_bytes
from app.studios.imagine.request import ImagineRequest

CANDIDATES = 16


class ImagineState(StudioState[Pictures, ImagineRequest]):
    """Candidates, one of them chosen and steered."""

    document_type = Pictures

    def models(self) -> list[Entry]:
        """Those that make pictures, not those that work on one."""
        return [entry for entry in super().models() if entry.manifest and entry.manifest.family not in TOOLS]

    @property
    def can_enlarge(self) -> bool:
        """Whether the model that enlarges pictures is there."""
        known = self.services.shelf.catalog.for_studio(self.card.id)
        return any(entry.id == ENLARGER and entry.usable for entry in known)

    def make_request(self) -> ImagineRequest:
        """A grid of new candidates."""
        settings = self.settings
        return ImagineRequest(model=settings.model, seed=settings.seed, controls=settings.controls, count=CANDIDATES)

    def placed(self, before: Pictures, request: ImagineRequest, result: Pictures) -> Pictures:
        """A series takes the place of all candidates, a single picture that of the chosen one."""
        if request.count > 1 or not before.pictures:
            return result.choosing(before.selected)
        return before.with_chosen(result.pictures[0])

    def choose(self, place: int) -> None:
        """Show another candidate large; the sliders go to where it stands."""
        if place != self.document.selected:
            self.edit(tr("Choose"), self.document.choosing(place), "choose")

    def steer(self, offsets: tuple[float, ...]) -> None:
        """Move the chosen picture along the directions; the newest position wins."""
        self._change(offsets=offsets)

    def blend(self, mix: tuple[tuple[str, float], ...]) -> None:
        """Mix other classes into the chosen picture."""
        self._change(mix=mix)

    def set_control(self, control: str, value: ControlValue) -> None:
        """The chosen picture follows a control at once; the other candidates at the next Generate."""
        super().set_control(control, value)
        self._change(controls=self.settings.controls)

    @property
    def steered(self) -> ImagineRequest | None:
        """The request that sliders change: what made the chosen picture, or, where that was enlarged, the small one."""
        chosen = self.document.chosen
        return _made(chosen.request) if chosen and chosen.request else None

    @property
    def offsets(self) -> tuple[float, ...]:
        """Where the sliders stand for the chosen picture; those missing at the end are zero."""
        return self.steered.offsets if self.steered else ()

    @property
    def mix(self) -> tuple[tuple[str, float], ...]:
        return self.steered.mix if self.steered else ()

    def direction_count(self) -> int:
        """How many sliders the model has, by its manifest: no file of it is read before it is used."""
        entry = self.entry()
        return int(entry.manifest.codec.get("directions", 0)) if entry and entry.usable and entry.manifest else 0

    def classes(self) -> list[str]:
        """The classes the model can mix."""
        entry = self.entry()
        return list(entry.manifest.codec.get("classes", [])) if entry and entry.manifest else []

    def recipe(self) -> Recipe | None:
        """The recipe of the chosen picture alone."""
        chosen = self.document.chosen
        if chosen is None or chosen.request is None:
            return None
        model = self.services.shelf.open(chosen.request.model)
        return Recipe(
            studio=self.card.id,
            model=chosen.request.model,
            model_sha256=model.digest,
            request=msgspec.to_builtins(chosen.request),
            result_sha256=Pictures((chosen,)).digest,
        )

    def save(self, path: Path, with_recipe: bool = True) -> None:
        """Write the chosen picture."""
        if self.document.chosen is None:
            self.failed.emit(AtelierError(ErrorKind.BAD_INPUT, tr("There is no picture to save yet.")))
            return
        try:
            recipe = self.recipe() if with_recipe else None
        except AtelierError as error:  # its model is gone: the picture is still the user's
            self.failed.emit(error)
            recipe = None
        self.export(path, self.document.only(self.document.selected), recipe)

    def save_all(self, path: Path, with_recipe: bool = True) -> None:
        """Write all candidates as one contact sheet with the recipe of the series."""
        self.export(path, self.document, super().recipe() if with_recipe else None)

    def node_title(self, document: Pictures, request: ImagineRequest) -> str:
        """The kind, or how many times it was enlarged, and the seed."""
        kind = f"×{request.controls['factor']}" if request.model == ENLARGER else request.controls.get("class", "")
        return f"{kind} · {request.seed}"

    def node_preview(self, document: Pictures) -> bytes:
        """The first eight in two rows."""
        first = document.pictures[:8]
        return file_bytes(contact_sheet(first, min(4, len(first))), None) if first else b""

    def status(self) -> str:
        """How many there are."""
        return tr("{count} pictures", count=len(self.document.pictures)) if self.document.pictures else ""

    def _change(self, **fields: object) -> None:
        if self.steered is not None:
            self.preview(msgspec.structs.replace(self.steered, **fields))

    def _request_of(self, content: dict[str, Any]) -> ImagineRequest | None:
        """An enlarged picture brings back the settings of the small one."""
        request = super()._request_of(content)
        return _made(request) if request else None


def _made(request: ImagineRequest) -> ImagineRequest | None:
    """What made a picture before it was enlarged; None for a photograph that was."""
    return request.origin if request.model == ENLARGER else request
