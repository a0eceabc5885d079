"""The state of the studio Imagine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import Signal

from app.base.card import StudioCard
from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.services import Services
from app.jobs.snapshot import Snapshot, decode
from app.jobs.studio_state import StudioState
from app.jobs.worker import End
from app.runtime.catalog import Entry
from app.runtime.manifest import ControlValue
from app.runtime.recipe import Recipe
from app.studios.imagine.archive import Archive
from app.studios.imagine.batch import sheet_recipe
from app.studios.imagine.document import Picture, Pictures, contact_sheet
from app.studios.imagine.engine import TOOLS
from app.studios.imagine.enlarge import MODEL as ENLARGER
from app.studios.imagine.files import file_bytes, load_pictures
from app.studios.imagine.inversion import Crop, fitted, looked_over, photo_bytes
from app.studios.imagine.own_inputs import Given, kinds_of
from app.studios.imagine.request import MOST_PICTURES, ImagineRequest, Refill

CANDIDATES = 16


class ImagineState(StudioState[Pictures, ImagineRequest]):
    """Candidates, one of them chosen and steered."""

    document_type = Pictures
    photoOpened = Signal(object)
    """A photograph that a square is to be chosen of, as a Picture."""

    def __init__(self, services: Services, card: StudioCard) -> None:
        self._wish: ImagineRequest | None = None
        self.count = CANDIDATES
        self.photo = b""
        """What a model that works on a picture is given."""
        self.archive = Archive(services)
        super().__init__(services, card)
        self.archive.setParent(self)
        self.archive.failed.connect(self.failed.emit)

    def models(self) -> list[Entry]:
        """Those that make pictures, not those that work on one."""
        return [entry for entry in super().models() if entry.manifest and entry.manifest.family not in TOOLS]

    @property
    def can_enlarge(self) -> bool:
        """Whether the model that enlarges pictures is there."""
        known = self.services.shelf.catalog.for_studio(self.card.id)
        return any(entry.id == ENLARGER and entry.usable for entry in known)

    def make_request(self) -> ImagineRequest:
        """A grid of new candidates; noise that was frozen or switched off stays so."""
        settings, wish = self.settings, self.wish
        return ImagineRequest(
            model=settings.model,
            seed=settings.seed,
            controls=settings.controls,
            count=self.wanted,
            noise=wish.noise if wish and wish.model == settings.model else "seed",
            photo=self.photo if self.works_on is not None else b"",
        )

    @property
    def works_on(self) -> Given | None:
        """The input of the chosen model that is a picture to work on."""
        entry = self.entry()
        return kinds_of(entry.manifest).get("image") if entry else None

    def work_on(self, photo: bytes) -> None:
        """Give such a model a picture file; the chosen picture follows."""
        self.photo = photo
        if photo:
            self.change(photo=photo)

    def placed(self, before: Pictures, request: ImagineRequest, result: Pictures) -> Pictures:
        """A series takes the place of all candidates, a single picture that of the chosen one; alternatives of an area
        and what was found for a photograph come after the chosen one, which stays."""
        if request.walk is not None:
            return before
        if result.photo is not None:
            return msgspec.structs.replace(before.inserting(result.pictures), photo=result.photo)
        if request.refills and request.count > 1:
            return before.inserting(result.pictures)
        if request.count > 1 or not before.pictures:
            return before.among_kept(result.pictures)
        return before.with_chosen(result.pictures[0])

    @property
    def wanted(self) -> int:
        """How many pictures a series is asked for: the kept ones stay."""
        stay = sum(picture.key in self.document.kept for picture in self.document.pictures)
        return max(1, self.count - stay)

    def _fresh_request(self) -> ImagineRequest:
        """Beside kept pictures, a smaller series of the same seed would show its first ones again."""
        request = super()._fresh_request()
        seeds = {picture.request.seed for picture in self.document.pictures if picture.request}
        while self.document.kept and not self.lock_seed and request.seed in seeds:
            self.set_seed(request.seed + 1)
            request = super()._fresh_request()
        return request

    def keep(self, place: int) -> None:
        """Have a candidate stay at the next series, or no longer."""
        if place < len(self.document.pictures):
            key = self.document.pictures[place].key
            self.edit(tr("Keep"), self.document.keeping(key, key not in self.document.kept))

    def star_picture(self, place: int) -> None:
        """Give a candidate a star in the gallery, or take it away."""
        if place < len(self.document.pictures):
            picture = self.document.pictures[place]
            self.archive.star(picture, picture.key not in self.archive.stars)

    def go_to_picture(self, picture: Picture, node: int | None) -> None:
        """Go on with a picture of the gallery: back to its place in the history, or beside what is there."""
        self.stop()
        found: list[Snapshot[Pictures]] = []

        def read(_: Progress) -> Iterator[None]:
            if node is not None:
                found.append(decode(self.services.history.document(node), Pictures))
            yield None

        def show() -> None:
            self.failed.emit(None)
            document = found[0].document if found else self.document
            keys = [one.key for one in document.pictures]
            if picture.key in keys:
                document = document.choosing(keys.index(picture.key))
            else:
                document = msgspec.structs.replace(document, pictures=(*document.pictures, picture))
                document = document.choosing(len(document.pictures) - 1)
            if found:
                self._remember(found[0].made)
                self._push(tr("Go back"), found[0].with_document(document))
            else:
                self.edit(tr("Go back"), document)

        self._on_disk(self._reading, read, show)

    def recorded(self, node: int, document: Pictures) -> None:
        """The gallery gets the pictures."""
        self.archive.keep(document.pictures, node)

    def choose(self, place: int) -> None:
        """Show another candidate large; the sliders go to where it stands."""
        if place != self.document.selected:
            self.edit(tr("Choose"), self.document.choosing(place), "choose")

    @property
    def wish(self) -> ImagineRequest | None:
        """What the chosen picture is to be: what was asked last, else what made it, or where it was enlarged the small
        one; None for one without recipe."""
        chosen = self.document.chosen
        return self._wish or (_made(chosen.request) if chosen and chosen.request else None)

    def change(self, **fields: object) -> None:
        """Change what the chosen picture is made of; it follows as fast as pictures can be made, the newest wish first.

        A picture that is being made is finished and shown before the next is begun: a hand that moves on without
        pause sees the picture move too.
        """
        if self.wish is None or self.wish.model != self.settings.model:
            return
        self._wish = msgspec.structs.replace(self.wish, **fields)
        if self._running is None or self._running.record:
            self._follow()

    def blend(self, mix: tuple[tuple[str, float], ...]) -> None:
        """Mix other classes into the chosen picture."""
        self.change(mix=mix)

    def set_control(self, control: str, value: ControlValue) -> None:
        """The chosen picture follows a control at once; the other candidates at the next Generate."""
        super().set_control(control, value)
        if self.wish is not None:
            self.change(controls={**self.wish.controls, control: value})

    def stop(self) -> None:
        self._wish = None
        super().stop()

    def mark(self, marks: bytes) -> None:
        """Keep the area that was marked on the picture, a grey PNG; nothing for none."""
        self.edit(tr("Mark"), msgspec.structs.replace(self.document, marks=marks))

    def refill(self, mask: bytes, first: int, count: int) -> None:
        """Make *count* alternatives of the chosen picture in which the area of *mask* follows other styles from the
        layer *first* on; asked again for the same area, others of the picture it was made from."""
        wish = self.wish
        if wish is None or wish.model != self.settings.model:
            self.failed.emit(
                AtelierError(
                    ErrorKind.BAD_INPUT,
                    tr("Only a picture of the chosen model can be refilled."),
                    tr("Press Generate, or find this picture in the model first (Ctrl+Shift+I)."),
                )
            )
            return
        index, before = MOST_PICTURES, wish.refills  # beyond the candidates: their own styles would change nothing
        if before and (before[-1].mask, before[-1].first, before[-1].seed) == (mask, first, self.settings.seed):
            index += ((before[-1].index - index) // count + 1) * count
            before = before[:-1]
        area = Refill(mask=mask, seed=self.settings.seed, index=index, first=first)
        self.generate(msgspec.structs.replace(wish, refills=(*before, area), count=count))

    def find(self, photo: Picture, crop: Crop | None = None) -> None:
        """Look for the picture of the chosen model that comes nearest to *photo*, or to a square of it."""
        settings = self.settings
        entry = self.entry()
        side = int(entry.manifest.codec.get("side", 0)) if entry and entry.manifest else 0
        request = ImagineRequest(model=settings.model, seed=settings.seed, controls=settings.controls)
        try:
            seen = fitted(photo, side, crop) if side else photo
        except AtelierError as error:
            self.failed.emit(error)
            return
        self.generate(msgspec.structs.replace(request, photo=photo_bytes(seen)))

    def find_made(self, make: Callable[[], Picture]) -> None:
        """The same for the middle square of a picture that is made in the disk's thread."""
        found: list[Picture] = []

        def read(_: Progress) -> Iterator[None]:
            picture = make()
            entry = self.entry()
            side = int(entry.manifest.codec["side"]) if entry and entry.manifest else 0
            found.append(fitted(picture, side) if side else picture)
            yield None

        self._on_disk("imagine.find", read, lambda: self.find(found[0]))

    def open_photo(self, path: Path) -> None:
        """Read a photograph to look for, in the disk's thread; :attr:`photoOpened` brings it."""
        found: list[Picture] = []

        def read(_: Progress) -> Iterator[None]:
            found.append(looked_over(load_pictures(path)[0].pictures[0]))
            yield None

        self._on_disk("imagine.find", read, lambda: self.photoOpened.emit(found[0]))

    def direction_count(self) -> int:
        """How many sliders the model has, by its manifest: no file of it is read before it is used."""
        entry = self.entry()
        return int(entry.manifest.codec.get("directions", 0)) if entry and entry.usable and entry.manifest else 0

    def classes(self) -> list[str]:
        """The classes the model can mix."""
        entry = self.entry()
        if entry is None or entry.manifest is None:
            return []
        kind = kinds_of(entry.manifest).get("class")
        return [] if kind and kind.index else list(entry.manifest.codec.get("classes", []))

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
        """Write all candidates as one contact sheet; its recipe is that of the series, or names each picture."""
        self.export(path, self.document, self._sheet_recipe() if with_recipe else None)

    def _sheet_recipe(self) -> Recipe | None:
        recipe = super().recipe()
        pictures = self.document.pictures
        made = self._request_of(recipe.request) if recipe else None
        alone = made is not None and made.count == len(pictures)
        if alone and all(picture.request == made.single(place) for place, picture in enumerate(pictures)):  # pyright: ignore[reportOptionalMemberAccess]
            return recipe
        return sheet_recipe(pictures, self.services.shelf)

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

    def _request_of(self, content: dict[str, Any]) -> ImagineRequest | None:
        """An enlarged picture brings back the settings of the small one."""
        request = super()._request_of(content)
        return _made(request) if request else None

    def _keep(self, running: Any, result: Pictures, document: Pictures, complete: bool) -> None:
        """What was found for a photograph is kept by its styles; the recipe holds nothing of the photograph."""
        if result.photo is not None and result.pictures[0].request is not None:
            running.request = result.pictures[0].request
        super()._keep(running, result, document, complete)

    def _follow(self) -> None:
        wish = self._wish
        if wish is not None:
            self.preview(wish)
            self._wish = wish  # beginning to follow stops what ran before, and with it what was wished

    def _show(self, running: Any, result: Pictures) -> None:
        """A picture that follows a hand is whole when it comes; the next does not wait to hear of its end."""
        super()._show(running, result)
        if not running.record and running is self._running:
            self.services.jobs.drop(self._group)
            self._finish(running, End.DONE, None)

    def _finish(self, running: Any, end: End, error: AtelierError | None) -> None:
        if running is not self._running:
            return
        super()._finish(running, end, error)
        if self._wish == running.request or error is not None:
            self._wish = None
        elif self._wish is not None:
            self._follow()


def _made(request: ImagineRequest) -> ImagineRequest | None:
    """What made a picture before it was enlarged; None for a photograph that was."""
    return request.origin if request.model == ENLARGER else request
