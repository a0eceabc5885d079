"""Ways to go on with a drawing, several at a time (“Magic Sketchpad”)."""

from __future__ import annotations

import numpy as np

from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.studios.paint.batch import draw_batch
from app.studios.paint.codec import StrokeCodec
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.generator import Frame, codec_of, readable, wanted_classes
from app.studios.paint.mixture import Freedom
from app.studios.paint.nothing import from_nothing
from app.studios.paint.request import PaintRequest
from app.studios.paint.selection import Box
from app.studios.paint.simplify import simplified
from app.studios.paint.space import space_rows

Offer = tuple[Stroke, ...]
"""Strokes the machine would draw next."""
MOST_READ, MOST_POINTS = 120, 80


def continuations(request: PaintRequest, model: Model, count: int, progress: Progress | None = None) -> list[Offer]:
    """*count* ways to go on with the request's drawing, or whole drawings for an empty sheet.

    They share what is read of the drawing and differ in where they place it in the latent space and in every point.
    """
    codec, strokes = codec_of(model), readable(request.drawing)
    generator = rng(request.seed, 2)
    classes = np.repeat(wanted_classes(request, codec), count, axis=0)
    noise = generator.standard_normal((count, int(model.codec["latent"]))).astype(np.float32)
    freedom = Freedom.of(model, request.controls)
    most = min(MOST_POINTS, int(request.controls.get("points", 150)))
    if not strokes:
        nothing, latent = np.zeros((0, 5), np.float32), from_nothing(model, noise)
        made = draw_batch(model, latent, classes, nothing, generator, freedom, 2 * most, progress)
        return [_whole(request, codec, rows) for rows in made]
    frame = Frame.around(strokes)
    lines = [simplified(frame.to_units(stroke.places)) for stroke in strokes]
    read = codec.encode(lines, end=False)[-MOST_READ:]
    found = model.run("encoder", {"points": read[None], "classes": classes[:1]})
    latent = found["mean"] + np.exp(0.5 * found["log_variance"]) * noise
    made = draw_batch(model, latent, classes, read, generator, freedom, most, progress)
    start = tuple(frame.to_units(strokes[-1].places[-1:])[0].tolist())
    return [_offer(request, frame, codec.decode(rows, start)) for rows in made]


def in_space(
    request: PaintRequest, model: Model, box: Box | None = None, progress: Progress | None = None
) -> list[Offer]:
    """Whole drawings at the places of the request's space, in the middle of the sheet, or as large as a box in it."""
    assert request.space is not None
    codec = codec_of(model)
    made = space_rows(request, request.space, model, codec, progress or Progress())
    return [_whole(request, codec, rows, box) for rows in made]


def best_in(offers: list[Offer], box: Box) -> Offer:
    """The offer most of whose points lie in a box."""

    def share(offer: Offer) -> float:
        places = np.concatenate([stroke.places for stroke in offer])
        return float(np.mean(np.all((places >= box[:2]) & (places <= box[2:]), axis=1)))

    return max((offer for offer in offers if offer), key=share, default=())


def _whole(request: PaintRequest, codec: StrokeCodec, rows: np.ndarray, box: Box | None = None) -> Offer:
    """A drawing in the middle of the sheet, or in a box."""
    lines = codec.decode(rows)
    units, sheet = np.concatenate(lines), Drawing(width=request.drawing.width, height=request.drawing.height)
    return _offer(request, Frame.inside(units, box) if box else Frame.centred(units, sheet), lines)


def _offer(request: PaintRequest, frame: Frame, lines: list[np.ndarray]) -> Offer:
    return tuple(request.stroke(frame.to_pixels(line)) for line in lines if len(line))
