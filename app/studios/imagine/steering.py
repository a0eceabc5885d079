"""What the chosen picture is steered by, as the window shows and sets it: directions, styles, classes, noise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Signal

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.snapshot import decode
from app.jobs.worker import End, Listener
from app.runtime.manifest import Manifest
from app.studios.imagine.codec import ANY, LatentCodec, styles_to_bytes
from app.studios.imagine.directions import (
    Direction,
    directions_of,
    folder_of,
    load_directions,
    principal,
    remove_direction,
    save_direction,
)  # fmt: skip
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.own_inputs import kinds_of
from app.studios.imagine.request import LAST, DirectionMove, DirectionPart, ImagineRequest, StylePart
from app.studios.imagine.space import ALL, layer_range, range_name, space_of
from app.studios.imagine.state import ImagineState
from app.studios.imagine.styled import FAMILIES, make_pixels, starting_at, styles_of

WHOLE = (0, LAST)
Source = int | Path | Picture
"""Where styles are taken from: a node of the history, a file, or a picture at hand."""


class Steering(QObject):
    """Knows the chosen model's directions and layers, and writes what is asked into the chosen picture's request."""

    spaceChanged = Signal()
    """The directions offered are others."""
    thumbnailMade = Signal(object, object)
    """A part of styles and its picture, uint8 (side, side, 3)."""

    def __init__(self, state: ImagineState) -> None:
        super().__init__(state)
        self.state = state
        self.directions: list[Direction] = []
        self.layers = 1
        self._model = ""
        self._offered: list[Direction] = []

    # --- the model -----------------------------------------------------------------------------------------------

    @property
    def manifest(self) -> Manifest | None:
        """The chosen model's, if it can be used."""
        entry = self.state.entry()
        return entry.manifest if entry and entry.usable else None

    @property
    def is_styled(self) -> bool:
        """Whether the chosen model has styles to mix, noise, and areas to make anew."""
        return self.manifest is not None and self.manifest.family in FAMILIES

    def choose_styled(self) -> None:
        """Choose a model with styles, if there is one and the chosen one has none."""
        able = [entry.id for entry in self.state.models() if entry.manifest and entry.manifest.family in FAMILIES]
        if able and not self.is_styled:
            self.state.set_model(able[0])

    @property
    def has_noise(self) -> bool:
        manifest = self.manifest
        return manifest is not None and (bool(manifest.codec.get("noise")) or "noise" in kinds_of(manifest))

    @property
    def side(self) -> int:
        """Pixels of a side of the chosen model's pictures."""
        return int(self.manifest.codec["side"]) if self.manifest else 0

    def load(self) -> None:
        """Find the directions of the chosen model; those of a styled one are in a file, read in the disk's thread."""
        model = self.state.settings.model
        if model == self._model:
            return
        self._model, self._offered, self.layers = model, [], 1
        if not self.is_styled:
            self._offered = [principal(number) for number in range(self.state.direction_count())]
            self._offer()
            return
        self._offer()
        own_folder = folder_of(self.state.services.paths)

        def read(_: Progress) -> Iterator[tuple[list[Direction], int]]:
            space = space_of(self.state.services.shelf.open(model))
            yield directions_of(space, load_directions(own_folder, model)), space.layers

        listener = Listener(partial=lambda found: self._found(model, *found), ended=self._failed)
        self.state.services.jobs.submit("imagine.space", read, listener)

    @property
    def request(self) -> ImagineRequest | None:
        """What the chosen picture is made of; None if it can't be steered: it has no recipe, or is another model's."""
        request = self.state.wish
        return request if request and request.model == self.state.settings.model else None

    # --- directions ----------------------------------------------------------------------------------------------

    @property
    def moves(self) -> tuple[DirectionMove, ...]:
        """Where the chosen picture stands; older ones say it by the order of the directions alone."""
        request = self.request
        if request is None:
            return ()
        old = [
            DirectionMove(parts=(DirectionPart(number),), amount=amount)
            for number, amount in enumerate(request.offsets)
            if amount
        ]
        return (*old, *request.moves)

    def amount(self, direction: Direction) -> float:
        """How far the chosen picture is along it, in standard deviations."""
        return sum(move.amount for move in self.moves if _is_along(move, direction))

    def layers_of(self, direction: Direction) -> str:
        """The name of the range of layers it acts in."""
        names = (range_name(move.first, move.last, self.layers) for move in self.moves if _is_along(move, direction))
        return next(names, ALL) or ALL

    def move(self, direction: Direction, amount: float, layers: str) -> None:
        """Put the chosen picture there along one direction."""
        first, last = layer_range(layers, self.layers) if self.layers > 1 else WHOLE
        others = [move for move in self.moves if not _is_along(move, direction)]
        self._set_moves([*others, *([direction.move(amount, first, last)] if amount else [])])

    def place(self, amounts: list[tuple[Direction, float]]) -> None:
        """Put the chosen picture somewhere along several directions at once, each in the layers it has."""
        at = [(direction, amount, self.layers_of(direction)) for direction, amount in amounts]
        others = [move for move in self.moves if not any(_is_along(move, direction) for direction, *_ in at)]
        for direction, amount, layers in at:
            first, last = layer_range(layers, self.layers) if self.layers > 1 else WHOLE
            others += [direction.move(amount, first, last)] if amount else []
        self._set_moves(others)

    def reset(self) -> None:
        """Back to where the seed put the picture."""
        self._set_moves([])

    def name(self, name: str) -> None:
        """Keep what the sliders do together as a direction of the user's; it takes their place."""
        try:
            kept = save_direction(folder_of(self.state.services.paths), self._model, name, self.moves)
        except AtelierError as error:
            self.state.failed.emit(error)
            return
        self._offered = [kept, *(d for d in self._offered if not (d.own and d.name.casefold() == name.casefold()))]
        self._offer()
        self._set_moves([kept.move(1.0)])

    def forget(self, direction: Direction) -> None:
        """Throw a direction of the user's away; pictures moved along it stay as they are."""
        try:
            remove_direction(folder_of(self.state.services.paths), self._model, direction.name)
        except AtelierError as error:
            self.state.failed.emit(error)
            return
        self._offered = [other for other in self._offered if other != direction]
        self._offer()

    # --- classes and noise ---------------------------------------------------------------------------------------

    def class_shares(self) -> list[float]:
        """The share of each class in the chosen picture, 0 each where it has one the model does not know; none without
        a picture."""
        request, classes = self.request, self.state.classes()
        if request is None or not classes:
            return []
        name = str(request.controls.get("class", ANY))
        try:
            return LatentCodec(1, classes).class_weights(name, request.seed, request.index, request.mix)[0].tolist()
        except AtelierError:  # it is told when the picture is steered
            return [0.0] * len(classes)

    def mix_classes(self, weights: list[float]) -> None:
        """Give the classes shares in the proportion of *weights*; all 0 gives the seed's own class back."""
        total = sum(weights)
        pairs = zip(self.state.classes(), weights, strict=True)
        self.state.blend(tuple((name, weight / total) for name, weight in pairs if weight > 0) if total else ())

    @property
    def noise(self) -> str:
        request = self.request
        return request.noise if request else "seed"

    def set_noise(self, noise: str) -> None:
        """``"seed"``, ``"frozen:<seed>"`` or ``"off"``, for the chosen picture and those made next."""
        self.state.change(noise=noise)

    # --- styles of other pictures --------------------------------------------------------------------------------

    def part(self, layers: str) -> StylePart | None:
        """What a range of layers was taken from; of ``all``, what the picture is blended towards."""
        request, wanted = self.request, layer_range(layers, self.layers)
        parts = request.styles if request else ()
        return next((part for part in parts if (part.first, part.last) == wanted), None)

    def take(self, layers: str, source: Source) -> None:
        """Take a range of layers from another picture; with ``all``, blend towards it, half way at first."""
        request = self.request
        if request is None or not self.is_styled:
            return
        model, share = self._model, 0.5 if layers == ALL else 1.0

        def read(progress: Progress) -> Iterator[bytes]:
            wanted = self._request_of(source)
            opened = self.state.services.shelf.open(model)
            if wanted.model != model:
                raise AtelierError(
                    ErrorKind.BAD_INPUT,
                    tr(
                        "That picture was made by “{other}”, this one by “{model}”.",
                        other=wanted.model,
                        model=model,
                    ),
                    tr("Styles can be mixed within one model; find the picture in this one first (Ctrl+Shift+I)."),
                )
            yield styles_to_bytes(styles_of(wanted, opened, progress))

        listener = Listener(partial=lambda styles: self._put_part(layers, styles, share), ended=self._failed)
        self.state.services.jobs.submit(f"imagine.styles.{layers}", read, listener)

    def set_share(self, share: float) -> None:
        """How far the picture is blended towards the other, 0 to 1."""
        part = self.part(ALL)
        if part is not None:
            self._put(msgspec.structs.replace(part, share=share))

    def clear_part(self, layers: str) -> None:
        """The picture's own styles again."""
        wanted, request = layer_range(layers, self.layers), self.request
        if request is not None:
            self.state.change(styles=tuple(p for p in request.styles if (p.first, p.last) != wanted))

    def ask_thumbnail(self, part: StylePart) -> None:
        """Make a picture of the styles a part is taken from, when nothing else is to do."""
        request, model = self.request, self._model
        if request is None:
            return
        bare = ImagineRequest(model=model, seed=part.seed, index=part.index, controls=request.controls, mix=request.mix)

        def make(progress: Progress) -> Iterator[np.ndarray]:
            opened = self.state.services.shelf.open(model)
            wanted = msgspec.structs.replace(starting_at(bare, np.zeros((1, 1))), start=part.styles)
            yield make_pixels(wanted if part.styles else bare, opened, progress)

        listener = Listener(partial=lambda pixels: self.thumbnailMade.emit(part, pixels), ended=self._failed)
        group = f"imagine.thumbnail.{part.first}.{part.last}"
        self.state.services.jobs.submit(group, make, listener, background=True)

    # --- inside --------------------------------------------------------------------------------------------------

    def _set_moves(self, moves: list[DirectionMove]) -> None:
        self.state.change(moves=tuple(moves), offsets=())

    def _found(self, model: str, directions: list[Direction], layers: int) -> None:
        if model == self._model:
            self._offered, self.layers = directions, layers
            self._offer()

    def _offer(self) -> None:
        self.directions = list(self._offered)
        self.spaceChanged.emit()

    def _failed(self, end: End, error: AtelierError | None) -> None:
        if end is End.FAILED:
            self.state.failed.emit(error)

    def _put_part(self, layers: str, styles: bytes, share: float) -> None:
        first, last = layer_range(layers, self.layers)
        self._put(StylePart(first=first, last=last, styles=styles, share=share))

    def _put(self, part: StylePart) -> None:
        """In the place of the part of those layers; what is blended as a whole comes first."""
        request = self.request
        if request is None:
            return
        kept = [p for p in request.styles if (p.first, p.last) != (part.first, part.last)]
        parts = [part, *kept] if (part.first, part.last) == WHOLE else [*kept, part]
        self.state.change(styles=tuple(parts))

    def picture_of(self, source: Source) -> Picture | None:
        """The picture itself; called in a worker's thread."""
        if isinstance(source, Picture):
            return source
        if isinstance(source, Path):
            return self.state.engine.load(source)[0].chosen
        return decode(self.state.services.history.document(source), Pictures).document.chosen

    def _request_of(self, source: Source) -> ImagineRequest:
        """What made the picture that styles are taken from; called in a worker's thread."""
        picture = self.picture_of(source)
        if picture is None or picture.request is None:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("That picture has no recipe, so its styles are not known."),
                tr("Find it in the model first (Ctrl+I)."),
            )
        return picture.request


def _is_along(move: DirectionMove, direction: Direction) -> bool:
    return move.parts == direction.parts and move.name == (direction.name if direction.own else "")
