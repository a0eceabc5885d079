"""The painting networks: a picture painted in so many strokes, or one from imagination (SPIRAL; Learning to Paint)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.studios.paint.brushes import brush_names
from app.studios.paint.copying import Copyist
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.easel import Easel
from app.studios.paint.imagining import MINDS, pictured
from app.studios.paint.passes import Tile
from app.studios.paint.request import PaintRequest
from app.studios.paint.selection import Box

SNAPSHOT_SECONDS = 1 / 15
CANVAS = 128
"""Pixels of the canvas on which the network that imagines looks at its strokes, before they are made fewer still."""


def generate(request: PaintRequest, model: Model, progress: Progress) -> Iterator[Drawing]:
    """The request's drawing with more and more of the machine's strokes on it.

    With a target they bring it nearer to that, else they are a picture from imagination: with faces in mind, or where
    the request names none (older ones do not), stroke by stroke. Where the request has a gap, they stay inside it.
    Raises :class:`AtelierError` (``BAD_INPUT``) for an unknown brush, ``BAD_FILE`` for a damaged target.
    """
    controls = {**model.manifest.defaults(), MINDS: 0, **request.controls}
    brush = str(controls["brush"])
    if brush not in brush_names():
        raise AtelierError(ErrorKind.BAD_INPUT, tr("There is no brush “{name}”.", name=brush))
    head = msgspec.structs.replace(request.head, brush=brush)
    request = msgspec.structs.replace(request, head=head, controls=controls)
    if request.target:
        copyist = Copyist(request, model, progress)
        yield from _growing(copyist.drawing, copyist.strokes())
    elif controls[MINDS]:
        yield from pictured(request, _square(request), model, progress)
    else:
        yield from _growing(request.drawing, imagined(request, model, progress))


def imagined(request: PaintRequest, model: Model, progress: Progress) -> Iterator[Stroke]:
    """Strokes from imagination, in the largest square in the middle of the sheet or of the gap; each is painted before
    the network is asked for the next."""
    count, variety = int(request.controls["strokes"]), float(request.controls["variety"])
    count = min(count, int(model.codec["imagined"]))
    area = _square(request)
    easel, side = Easel(Drawing(), area, CANVAS, request.head.brush, progress.check), int(model.codec["side"])
    latent = rng(request.seed).standard_normal((1, int(model.codec["latent"]))) * variety
    state, limits = np.zeros((1, int(model.codec["memory"])), np.float32), _limits(request, area)
    for number in range(count):
        progress.report(number / count)
        canvas = easel.pixels().reshape(side, CANVAS // side, side, CANVAS // side, 3).mean((1, 3))
        feeds = {
            "latent": latent.astype(np.float32),
            "canvas": canvas.transpose(2, 0, 1)[None],
            "state": state,
            "done": np.full((1, 1), number / count, np.float32),
        }
        found = model.run("dreamer", feeds, progress)
        state = found["state_out"]
        tile, inside = Tile(0, 0, CANVAS), request.gap is not None
        stroke = easel.stroke(found["stroke"][0], tile, request.head, limits, inside)
        easel.paint(stroke)
        yield stroke


def _growing(drawing: Drawing, strokes: Iterator[Stroke]) -> Iterator[Drawing]:
    """The drawing with more and more strokes, a few times a second; at last with all."""
    shown, made = time.monotonic(), list(drawing.strokes)
    for stroke in strokes:
        made.append(stroke)
        if time.monotonic() - shown >= SNAPSHOT_SECONDS:
            shown = time.monotonic()
            yield msgspec.structs.replace(drawing, strokes=tuple(made))
    yield msgspec.structs.replace(drawing, strokes=tuple(made))


def _square(request: PaintRequest) -> Box:
    left, top, right, bottom = request.gap or (0.0, 0.0, float(request.drawing.width), float(request.drawing.height))
    side = max(1.0, min(right - left, bottom - top))
    left, top = (left + right - side) / 2, (top + bottom - side) / 2
    return left, top, left + side, top + side


def _limits(request: PaintRequest, area: Box) -> tuple[float, float]:
    side = (area[2] - area[0]) / 100
    return float(request.controls["thinnest"]) * side, float(request.controls["widest"]) * side
