"""The state of the studio Paint: the drawing, the brush and the layer in hand, the strokes that are chosen."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from PIL import Image
from PySide6.QtCore import Signal

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, read_bytes
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.studio_state import StudioState
from app.jobs.worker import End, Listener
from app.runtime.manifest import ControlValue
from app.studios.paint.brushes import load_brush
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.layers import Layer, layer_at, new_number, replaced, shifted
from app.studios.paint.painterline import MOST_BYTES, PAINTER
from app.studios.paint.pictures import fitted_layer, naming, picture_layer
from app.studios.paint.raster.blend import compose
from app.studios.paint.raster.cache import Rasters
from app.studios.paint.raster.flood import flooded, outline
from app.studios.paint.raster.tiles import Tiles
from app.studios.paint.render import render
from app.studios.paint.request import PaintRequest
from app.studios.paint.selection import Box, bounds, cut_out, restacked, stroke_at, transformed
from app.studios.paint.target import target_of, target_size

Made = TypeVar("Made")
PREVIEW_WIDTH = 160
ERASER_REACH = 6.0
SEND = "send"
"""The lane in which films and sheets are made: the disk's must stay free for autosave."""
RASTER = "raster"
"""The lane in which pixels are made that take longer than a moment."""
LEAST_STROKES, MOST_STROKES = 5, 2000
"""Of one painting."""
BESIDE = 16.0
"""A copy lies so many pixels beside what was copied."""


class PaintState(StudioState[Drawing, PaintRequest]):
    """A sheet, and what is in the hand."""

    document_type = Drawing

    headChanged = Signal()
    selectionChanged = Signal()
    targetChanged = Signal()

    def __init__(self, *arguments: object) -> None:
        self.head = Stroke((), size=load_brush("ink").size)
        """What the next stroke is like: brush, size, colour, opacity, layer."""
        self.mix, self.share = "", 0.5
        """A second category, and how much it counts beside the first; none if empty."""
        self.target, self.target_name = b"", ""
        """The picture to paint, as :func:`app.studios.paint.target.target_of` makes it."""
        self._imagines = False
        self.rasters = Rasters()
        self._chosen: tuple[tuple[Stroke, ...], frozenset[int]] = ((), frozenset())
        self.frame: Box | None = None
        """The frame that chose the strokes, if one did: an area to refill."""
        super().__init__(*arguments)  # pyright: ignore[reportArgumentType]
        self._check_head()
        self.documentChanged.connect(self._check_head)

    # --- generating ----------------------------------------------------------------------------------------------

    def make_request(self) -> PaintRequest:
        """Go on with what is on the sheet."""
        settings = self.settings
        head, mixed = msgspec.structs.replace(self.head, on_mask=False), self.mix and not self.paints
        target = self.target if self.paints and not self._imagines else b""
        return PaintRequest(
            model=settings.model, seed=settings.seed, controls=settings.controls, drawing=self._sheet_for(target),
            head=head, mix=self.mix if mixed else "", share=self.share if mixed else 0.5, target=target,
        )  # fmt: skip

    def placed(self, before: Drawing, request: PaintRequest, result: Drawing) -> Drawing:
        """The layers' pictures do not go to the machine; here they come back."""
        known = {layer.number: layer for layer in before.layers}
        layers = tuple(known.get(layer.number, layer) for layer in result.layers)
        return msgspec.structs.replace(result, layers=layers)

    def refill(self) -> None:
        """Have the machine complete what is taken away; the rest stays as it is, to the byte. One undo step.

        That is what lies in the frame, or the chosen strokes, or else what the machine drew last.
        """
        if self.paints:
            self._repaint()
            return
        document, frame = self.document, self.frame if self.selection else None
        if frame is not None:
            kept, gap = cut_out(document, frame), frame
        elif self.selection:
            kept = document.without(*self.selection)
            gap = bounds(document.strokes[place] for place in self.selection)
        else:
            kept, gap = document.without_last_machine(), None
        self._refill(kept, gap, {})

    # --- painting pictures ---------------------------------------------------------------------------------------

    @property
    def paints(self) -> bool:
        """Whether the chosen model is a network that paints pictures."""
        entry = self.entry()
        return bool(entry and entry.manifest and entry.manifest.family == PAINTER)

    def load_target(self, path: Path) -> None:
        """Take the picture in a file as the one to paint; read in the background, told in place if it is none."""
        self.take_target(lambda: read_bytes(path, MOST_BYTES), path.name)

    def take_target(self, read: Callable[[], bytes], name: str) -> None:
        """Take the picture file that *read* gives as the one to paint; the same."""

        def take(target: bytes) -> None:
            self.target, self.target_name, self._imagines = target, name, False
            self.targetChanged.emit()

        self._behind("paint.target", lambda _: target_of(read(), name)[0], take)

    def paint_target(self) -> None:
        """Paint the picture, or go on painting it."""
        self._imagines = False
        self.generate()

    def imagine(self) -> None:
        """Paint from imagination, whatever picture there is."""
        self._imagines = True
        self.generate()

    def _sheet_for(self, target: bytes) -> Drawing:
        """What goes to the machine: an empty sheet takes the proportions of what is painted on it, a square one's from
        imagination."""
        document = self.document
        if not self.paints or document.strokes or any(layer.picture for layer in document.layers):
            return bare(document)
        width, height = target_size(target) if target else (1, 1)
        longest = max(document.width, document.height) if target else min(document.width, document.height)
        scale = longest / max(width, height)
        size = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
        return msgspec.structs.replace(document, **size)

    def _repaint(self) -> None:
        """Take the chosen strokes away, or the machine's last, and have as many painted in their place."""
        document, chosen = self.document, self.selection
        kept = document.without(*chosen) if chosen else document.without_last_machine()
        gap = bounds(document.strokes[place] for place in chosen)
        count = len(document.strokes) - len(kept.strokes)
        strokes: dict[str, ControlValue] = {"strokes": min(MOST_STROKES, max(LEAST_STROKES, count))} if count else {}
        self._refill(kept, _within(gap, document), strokes)

    def _refill(self, kept: Drawing, gap: Box | None, controls: dict[str, ControlValue]) -> None:
        """Have what was taken away made anew, each time by another seed."""
        if kept.strokes != self.document.strokes:
            self.set_seed(self.settings.seed + 1)
        request = self.make_request()
        drawing, controls = bare(kept), {**request.controls, **controls}
        self.generate(msgspec.structs.replace(request, drawing=drawing, controls=controls, gap=gap), tr("Refill"))

    # --- the brush in hand ---------------------------------------------------------------------------------------

    def set_head(self, **changes: object) -> None:
        """Take another colour, size, opacity, layer…"""
        head = msgspec.structs.replace(self.head, **changes)
        if head != self.head:
            self.head = head
            self.headChanged.emit()

    def take_brush(self, name: str) -> None:
        """Take another brush, with its own size and all its opacity. A damaged file is told in place."""
        try:
            self.set_head(brush=name, size=load_brush(name).size, opacity=1.0)
        except AtelierError as error:
            self.failed.emit(error)

    def _check_head(self) -> None:
        """Where the layer in hand is gone or has no mask any more, take what there is."""
        layers = {layer.number: layer for layer in self.document.layers}
        number = self.head.layer if self.head.layer in layers else self.document.layers[-1].number
        self.set_head(layer=number, on_mask=self.head.on_mask and layers[number].masked)

    # --- strokes -------------------------------------------------------------------------------------------------

    def add_strokes(self, strokes: list[Stroke], tiles: Tiles | None = None) -> None:
        """Strokes by hand; *tiles* is their layer with them on it, if it was painted already."""
        drawing = self.document.adding(*strokes)
        if tiles is not None and strokes:
            layer = drawing.layers[layer_at(drawing.layers, strokes[0].layer)]
            self.rasters.put(drawing, layer, strokes[0].on_mask, tiles)
        self.edit(tr("Rub out") if strokes[0].mode == "erase" else tr("Draw"), drawing)

    def erase_at(self, x: float, y: float, reach: float = ERASER_REACH) -> bool:
        """Take away the topmost stroke within *reach* pixels; whether there was one. One sweep is one undo step."""
        place = stroke_at(self.document, x, y, reach)
        if place is None:
            return False
        self.edit(tr("Erase"), self.document.without(place), merge="erase")
        return True

    def fill(self, x: int, y: int) -> None:
        """Fill the area of one colour around a pixel, as one stroke; worked out in the background."""
        drawing, head = self.document, self.head
        if not (0 <= x < drawing.width and 0 <= y < drawing.height):
            return
        found: list[np.ndarray] = []

        def work(progress: Progress) -> Iterator[None]:
            sheets = self.rasters.sheets(drawing, progress.check)
            pixels = compose(sheets, (0, 0, drawing.width, drawing.height))[..., :3]
            found.append(outline(flooded(pixels, x, y)))
            yield None

        def ended(_: End, error: AtelierError | None) -> None:
            if error is not None:
                self.failed.emit(error)
            elif found and self.document is drawing:
                self.edit(tr("Fill"), drawing.adding(_filling(head, found[0])))

        self.services.jobs.submit("paint.fill", work, Listener(ended=ended), lane=RASTER)

    def clear(self) -> None:
        """An empty sheet; one undo step."""
        self.edit(tr("Clear"), Drawing(width=self.document.width, height=self.document.height))

    def new_sheet(self, width: int, height: int) -> None:
        """Start an empty sheet of that size; the old one can be undone."""
        self.edit(tr("New"), Drawing(width=width, height=height))

    # --- what is chosen ------------------------------------------------------------------------------------------

    @property
    def selection(self) -> frozenset[int]:
        """The places of the chosen strokes; none any more once the strokes are others."""
        strokes, places = self._chosen
        return places if strokes is self.document.strokes else frozenset()

    def select(self, places: frozenset[int], frame: Box | None = None) -> None:
        self._chosen, self.frame = (self.document.strokes, places), frame
        self.selectionChanged.emit()

    def select_all(self) -> None:
        """All strokes of the layer in hand."""
        strokes = enumerate(self.document.strokes)
        self.select(frozenset(place for place, stroke in strokes if stroke.layer == self.head.layer))

    def delete_selection(self) -> None:
        self._edit_selection(tr("Delete"), self.document.without(*self.selection), frozenset())

    def transform_selection(self, matrix: np.ndarray) -> None:
        """Move, scale, turn what is chosen by a matrix (2, 3)."""
        self._edit_selection(tr("Move"), transformed(self.document, self.selection, matrix), self.selection, "move")

    def restyle_selection(self, title: str, **changes: object) -> None:
        """Give what is chosen another colour, brush, size, opacity, layer."""
        changed = self.document.changing(self.selection, lambda stroke: msgspec.structs.replace(stroke, **changes))
        self._edit_selection(title, changed, self.selection)

    def restack_selection(self, up: bool) -> None:
        """One stroke nearer to the eye, or farther away."""
        drawing, places = restacked(self.document, self.selection, up)
        self._edit_selection(tr("Raise") if up else tr("Lower"), drawing, frozenset(places))

    def duplicate_selection(self) -> None:
        """Copies, a little beside."""
        count = len(self.document.strokes)
        copies = [self.document.strokes[place] for place in sorted(self.selection)]
        moved = [stroke.moved_to(stroke.places + BESIDE) for stroke in copies]
        places = frozenset(range(count, count + len(copies)))
        self._edit_selection(tr("Duplicate"), self.document.adding(*moved), places)

    def _edit_selection(self, title: str, drawing: Drawing, places: frozenset[int], merge: str = "") -> None:
        if not self.selection:
            self.refuse(tr("Nothing is chosen."), tr("Take the select tool (V) and click a stroke."))
            return
        self._chosen, self.frame = (drawing.strokes, places), None
        self.edit(title, drawing, merge)
        self.selectionChanged.emit()

    # --- layers --------------------------------------------------------------------------------------------------

    @property
    def layer(self) -> Layer:
        """The layer in hand."""
        return self.document.layers[layer_at(self.document.layers, self.head.layer)]

    def add_layer(self, layer: Layer | None = None) -> None:
        """A new layer over the one in hand."""
        layers = self.document.layers
        made = msgspec.structs.replace(layer or Layer(0), number=new_number(layers))
        place = layer_at(layers, self.head.layer) + 1
        self._edit_layers(tr("New layer"), (*layers[:place], made, *layers[place:]))
        self.set_head(layer=made.number, on_mask=False)

    def remove_layer(self) -> None:
        """Take the layer in hand away, its strokes with it."""
        if len(self.document.layers) == 1:
            self.refuse(tr("A drawing has at least one layer."), tr("Clear the sheet instead."))
            return
        gone = self.head.layer
        layers = tuple(layer for layer in self.document.layers if layer.number != gone)
        strokes = tuple(stroke for stroke in self.document.strokes if stroke.layer != gone)
        self.edit(tr("Remove layer"), msgspec.structs.replace(self.document, layers=layers, strokes=strokes))

    def shift_layer(self, by: int) -> None:
        """Move the layer in hand up or down."""
        self._edit_layers(tr("Move layer"), shifted(self.document.layers, self.head.layer, by))

    def change_layer(self, **changes: object) -> None:
        """Another name, opacity, blend mode… for the layer in hand."""
        merge = "layer " + " ".join(changes)
        self._edit_layers(tr("Change layer"), replaced(self.document.layers, self.head.layer, **changes), merge)

    def step_layer(self, by: int) -> None:
        """Take the layer above or below in hand."""
        layers = self.document.layers
        place = max(0, min(len(layers) - 1, layer_at(layers, self.head.layer) + by))
        self.set_head(layer=layers[place].number, on_mask=False)

    def _edit_layers(self, title: str, layers: tuple[Layer, ...], merge: str = "") -> None:
        self.edit(title, msgspec.structs.replace(self.document, layers=layers), merge)

    # --- pictures and files --------------------------------------------------------------------------------------

    def send(self, path: Path, make: Callable[[Drawing, Progress], bytes]) -> None:
        """Write what *make* makes of the drawing to a file, in the background; :attr:`saved` or :attr:`failed`
        follows."""
        drawing = self.document

        def work(progress: Progress) -> Iterator[None]:
            atomic_write(path, make(drawing, progress))
            yield None

        def ended(end: End, error: AtelierError | None) -> None:
            if error is not None:
                self.failed.emit(error)
            elif end is End.DONE:
                self.saved.emit([path])

        listener = Listener(progress=self.progressed.emit, ended=ended)
        self.services.jobs.submit(f"paint.send.{path}", work, listener, lane=SEND)

    def insert_picture(self, read: Callable[[], bytes], name: str, fit: bool = False) -> None:
        """The picture file that *read* gives as a new layer, made as large as the sheet with *fit*.

        Read in the background; told in place, with its name, if it is none.
        """
        width, height = self.document.width, self.document.height

        def make(_: Progress) -> Layer:
            with naming(name):
                content = read()
                return fitted_layer(content, name, width, height) if fit else picture_layer(content, name)

        self._behind(f"paint.insert.{name}", make, self.add_layer)

    def with_picture(self, make: Callable[[Image.Image], Made], done: Callable[[Made], object]) -> None:
        """Have *make* take what is seen, in the background, and *done* what comes of it."""
        drawing = self.document
        self._behind("paint.picture", lambda _: make(render(drawing, rasters=self.rasters)), done)

    def _behind(self, group: str, make: Callable[[Progress], Made], done: Callable[[Made], object]) -> None:
        """Make something in the lane of pixels, then do something with it; what goes wrong is told in place."""
        found: list[Made] = []

        def work(progress: Progress) -> Iterator[None]:
            found.append(make(progress))
            yield None

        def ended(_: End, error: AtelierError | None) -> None:
            self.failed.emit(error)
            if found:
                done(found[0])

        self.services.jobs.submit(group, work, Listener(ended=ended), lane=RASTER)

    # --- history and status --------------------------------------------------------------------------------------

    def node_title(self, document: Drawing, request: PaintRequest) -> str:
        """What was asked for, and the seed."""
        if "strokes" in request.controls:
            return tr("{count} strokes", count=len(document.strokes)) + f" · {request.seed}"
        return f"{request.controls.get('class', '')} · {request.seed}"

    def node_preview(self, document: Drawing) -> bytes:
        """The sheet, small."""
        buffer = io.BytesIO()
        render(document, PREVIEW_WIDTH / document.width, self.rasters).save(buffer, "PNG")
        return buffer.getvalue()

    def status(self) -> str:
        """The share of strokes drawn by hand."""
        count = len(self.document.strokes)
        share = round(100 * self.document.hand_share)
        return tr("{count} strokes, {share} % by hand", count=count, share=share) if count else ""

    def refuse(self, message: str, hint: str) -> None:
        """Say in place why something can't be done."""
        self.failed.emit(AtelierError(ErrorKind.BAD_INPUT, message, hint))


def bare(drawing: Drawing) -> Drawing:
    """The drawing without the pictures of its layers, which no network of strokes reads."""
    layers = tuple(msgspec.structs.replace(layer, picture=b"") for layer in drawing.layers)
    return msgspec.structs.replace(drawing, layers=layers)


def _within(gap: Box | None, drawing: Drawing) -> Box | None:
    """The part of a box that lies on the sheet."""
    if gap is None:
        return None
    left, top = max(0.0, gap[0]), max(0.0, gap[1])
    return left, top, max(left + 1, min(gap[2], drawing.width)), max(top + 1, min(gap[3], drawing.height))


def _filling(head: Stroke, corners: np.ndarray) -> Stroke:
    return Stroke.of_points(
        corners, head.size, head.colour, "user", mode="fill", layer=head.layer, on_mask=head.on_mask,
        opacity=head.opacity,
    )  # fmt: skip
