"""What the network of strokes is asked for: to go on, to fill a gap, to draw what lies between drawings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.paint.document import Drawing
from app.studios.paint.generator import Frame, codec_of, continue_drawing
from app.studios.paint.request import PaintRequest
from app.studios.paint.selection import Box
from app.studios.paint.space import space_rows
from app.studios.paint.suggest import best_in, continuations

TRIES = 9
CELL = 256
"""The side of a drawing among others, in pixels."""


def generate(request: PaintRequest, model: Model, progress: Progress) -> Iterator[Drawing]:
    """Go on with the drawing, fill a gap in it, or draw places of the latent space, as the request has it."""
    if request.space is not None:
        return _in_space(request, model, progress)
    if request.gap is not None and request.drawing.strokes:
        return _into_gap(request, request.gap, model, progress)
    return continue_drawing(request, model, progress)


def _into_gap(request: PaintRequest, gap: Box, model: Model, progress: Progress) -> Iterator[Drawing]:
    """Of several ways to go on, the one that lies best in the gap; stroke by stroke."""
    strokes = best_in(continuations(request, model, TRIES, progress), gap)
    for count in range(1, len(strokes) + 1):
        yield request.drawing.adding(*strokes[:count])


def _in_space(request: PaintRequest, model: Model, progress: Progress) -> Iterator[Drawing]:
    """Drawings from the latent space, side by side on a sheet of their own."""
    assert request.space is not None
    codec = codec_of(model)
    made = space_rows(request, request.space, model, codec, progress)
    sheet = Drawing(width=len(made) * CELL, height=CELL)
    for place, rows in enumerate(made):
        lines = codec.decode(rows)
        frame = Frame.centred(np.concatenate(lines), Drawing(width=CELL, height=CELL))
        corner = np.array([place * CELL, 0])
        sheet = sheet.adding(*(request.stroke(frame.to_pixels(line) + corner) for line in lines))
        yield sheet
