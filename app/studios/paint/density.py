"""How it works: where the network expects the next point, as a map of densities (Ha & Eck 2017, equations 3 to 5)."""

from __future__ import annotations

import msgspec
import numpy as np

from app.runtime.model import Model
from app.runtime.session import Arrays
from app.studios.paint.codec import DOWN
from app.studios.paint.generator import Frame, codec_of, readable, wanted_classes
from app.studios.paint.mixture import LOG_2PI, Decoder, log_sum
from app.studios.paint.request import PaintRequest
from app.studios.paint.simplify import simplified

CELLS = 96
REACH = 2.6
"""The map goes so many standard deviations of the training data's offsets from the pen, each way."""
MOST_READ = 120


class Heat(msgspec.Struct, frozen=True):
    """*map*: the density at places around the pen, float32 (CELLS, CELLS), its largest 1; *corner* and *side* in pixels
    of the sheet. *pen*: how likely the pen then goes on, is lifted, or the drawing is over; their sum is 1."""

    map: np.ndarray
    corner: tuple[float, float]
    side: float
    pen: tuple[float, float, float]


def next_point(request: PaintRequest, model: Model) -> Heat | None:
    """What the network expects after the request's drawing; None for an empty sheet."""
    strokes = readable(request.drawing)
    if not strokes:
        return None
    codec, frame = codec_of(model), Frame.around(strokes)
    lines = [simplified(frame.to_units(stroke.places)) for stroke in strokes]
    read = codec.encode(lines, end=False)[-MOST_READ:]
    read[-1, DOWN : DOWN + 2] = (1, 0)  # as if the pen were still down
    classes = wanted_classes(request, codec)
    mean = model.run("encoder", {"points": read[None], "classes": classes})["mean"]
    parts = Decoder(model, mean, classes).begin(read)
    side = 2 * REACH * codec.scale * frame.pixels_per_unit
    pen = np.exp(parts["pen"] - log_sum(parts["pen"]))
    x, y = strokes[-1].places[-1].tolist()
    return Heat(density(parts), (x - side / 2, y - side / 2), side, tuple(pen.tolist()))


def density(parts: Arrays) -> np.ndarray:
    """The mixture's density of the next offset on a grid within :data:`REACH`, float32 (CELLS, CELLS), its most 1."""
    steps = np.linspace(-REACH, REACH, CELLS)
    grid = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 1, 2)
    distance = (grid - parts["means"]) * np.exp(-parts["deviations"])
    rho = parts["correlation"]
    rest = np.maximum(1 - rho**2, 1e-6)
    square = (distance**2).sum(-1) - 2 * rho * distance[..., 0] * distance[..., 1]
    each = -square / (2 * rest) - parts["deviations"].sum(-1) - 0.5 * np.log(rest) - LOG_2PI
    found = log_sum(each + parts["weights"] - log_sum(parts["weights"]))
    return np.exp(found - found.max()).astype(np.float32).reshape(CELLS, CELLS)
