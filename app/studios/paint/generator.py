"""Goes on with a drawing, point by point."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.studios.paint.codec import BOX, END, OURS, StrokeCodec
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.mixture import Decoder, Freedom, sample_row
from app.studios.paint.nothing import from_nothing
from app.studios.paint.request import PaintRequest
from app.studios.paint.simplify import simplified

SNAPSHOT_SECONDS = 1 / 30
MOST_READ = 250
"""So many of the last points of a drawing are read; the network learnt from drawings of at most a hundred."""
PARTIAL = 200.0
"""The longer side of an unfinished drawing, in the network's units: what is still to come takes it to about 255."""
FILLS = 0.6
"""A drawing from nothing fills so much of the sheet's shorter side."""


def codec_of(model: Model) -> StrokeCodec:
    """The codec of the manifest."""
    return StrokeCodec(float(model.codec["scale"]), model.codec["categories"], str(model.codec.get("rows", OURS)))


def continue_drawing(request: PaintRequest, model: Model, progress: Progress) -> Iterator[Drawing]:
    """The drawing with more and more of the machine's strokes; the given ones stay as they are."""
    codec, given = codec_of(model), request.drawing
    strokes = readable(given)
    if not strokes:
        yield from _from_nothing(request, model, codec, progress)
        return
    frame = Frame.around(strokes)
    read = codec.encode([simplified(frame.to_units(stroke.places)) for stroke in strokes], end=False)[-MOST_READ:]
    start = tuple(frame.to_units(strokes[-1].places[-1:])[0].tolist())
    shown = time.monotonic()
    made = np.zeros((0, 5), np.float32)
    for made in _rows(request, model, codec, read, progress):
        if time.monotonic() - shown >= SNAPSHOT_SECONDS:
            shown = time.monotonic()
            yield _with(request, codec.decode(made, start), frame)
    yield _with(request, codec.decode(made, start), frame)


def readable(drawing: Drawing) -> list[Stroke]:
    """The strokes a network of lines can read: drawn ones with points."""
    return [stroke for stroke in drawing.strokes if stroke.points and stroke.mode == "draw" and not stroke.on_mask]


def class_row(codec: StrokeCodec, name: str) -> np.ndarray:
    """The class as the network reads it. Raises :class:`AtelierError` (``BAD_INPUT``) with the names there are."""
    if name not in codec.categories:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The model can't draw “{name}”.", name=name),
            tr("It can draw: {names}.", names=", ".join(codec.categories)),
        )
    return codec.one_hot(name)


def wanted_classes(request: PaintRequest, codec: StrokeCodec) -> np.ndarray:
    """What is to be drawn, float32 (1, classes): a category, or two mixed. Raises :class:`AtelierError`."""
    row = class_row(codec, str(request.controls.get("class", codec.categories[0])))
    if not request.mix:
        return row
    share = np.float32(request.share)
    return (1 - share) * row + share * class_row(codec, request.mix)


class Frame:
    """The map between the sheet's pixels and the network's units."""

    def __init__(self, corner: np.ndarray, pixels_per_unit: float) -> None:
        self.corner, self.pixels_per_unit = corner, pixels_per_unit

    @classmethod
    def around(cls, strokes: list[Stroke]) -> Frame:
        """So that the strokes' longer side is :data:`PARTIAL` units; a mere dot counts as a tenth of that."""
        places = np.concatenate([stroke.places for stroke in strokes])
        low = places.min(0)
        extent = max(float((places.max(0) - low).max()), PARTIAL / 10)
        return cls(low, extent / PARTIAL)

    @classmethod
    def centred(cls, units: np.ndarray, drawing: Drawing) -> Frame:
        """So that points (n, 2) in units stand in the middle of the sheet."""
        low, high = units.min(0), units.max(0)
        extent = max(float((high - low).max()), BOX / 4)
        scale = FILLS * min(drawing.width, drawing.height) / extent
        return cls(np.array([drawing.width, drawing.height]) / 2 - (low + high) / 2 * scale, scale)

    @classmethod
    def inside(cls, units: np.ndarray, box: tuple[float, float, float, float]) -> Frame:
        """So that points (n, 2) in units are as large as a box (left, top, right, bottom), about its middle."""
        low, high = units.min(0), units.max(0)
        corner, opposite = np.array(box[:2]), np.array(box[2:])
        scale = max(float((opposite - corner).max()), 1.0) / max(float((high - low).max()), 1.0)
        return cls((corner + opposite) / 2 - (low + high) / 2 * scale, scale)

    def to_units(self, places: np.ndarray) -> np.ndarray:
        return (places - self.corner) / self.pixels_per_unit

    def to_pixels(self, units: np.ndarray) -> np.ndarray:
        return units * self.pixels_per_unit + self.corner


def _from_nothing(request: PaintRequest, model: Model, codec: StrokeCodec, progress: Progress) -> Iterator[Drawing]:
    """Where a drawing has its middle is known at its end only, so it is shown in the middle once it is whole."""
    *_, made = _rows(request, model, codec, np.zeros((0, 5), np.float32), progress)
    strokes = codec.decode(made)
    frame = Frame.centred(np.concatenate(strokes), request.drawing)
    for count in range(1, len(strokes) + 1):
        yield _with(request, strokes[:count], frame)


def _rows(
    request: PaintRequest, model: Model, codec: StrokeCodec, read: np.ndarray, progress: Progress
) -> Iterator[np.ndarray]:
    """The rows sampled so far, (n, 5), one more at each step, until the network ends the drawing."""
    generator = rng(request.seed)
    classes = wanted_classes(request, codec)
    freedom = Freedom.of(model, request.controls)
    most = int(request.controls.get("points", 150))
    decoder = Decoder(model, _latent(model, read, classes, generator), classes)
    parts, rows = decoder.begin(read), []
    for number in range(most):
        row = sample_row(parts, generator, freedom)
        rows.append(row[0])
        yield np.array(rows)
        progress.report((number + 1) / most)
        if row[0, END] and not _too_soon(rows, read):
            return
        row = codec.going_on(row)
        rows[-1] = row[0]
        parts = decoder.go_on(row)


def _too_soon(rows: list[np.ndarray], read: np.ndarray) -> bool:
    """Whoever asks to go on wants at least a few points, even where the network finds the drawing finished."""
    return len(read) > 0 and len(rows) < 3


def _latent(model: Model, read: np.ndarray, classes: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Nothing for an empty sheet; else what the encoder finds in the drawing, with its uncertainty."""
    noise = generator.standard_normal((1, int(model.codec["latent"])))
    if not len(read):
        return from_nothing(model, noise)
    found = model.run("encoder", {"points": read[None], "classes": classes})
    return (found["mean"] + np.exp(0.5 * found["log_variance"]) * noise).astype(np.float32)


def _with(request: PaintRequest, strokes: list[np.ndarray], frame: Frame) -> Drawing:
    made = [request.stroke(frame.to_pixels(stroke)) for stroke in strokes if len(stroke)]
    return request.drawing.adding(*made)
