"""Painting from imagination with a picture in mind: faces are thought of, the critic chooses, the painter paints it."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import msgspec
import numpy as np
from PIL import Image

from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.studios.paint.copying import Copyist
from app.studios.paint.document import Drawing
from app.studios.paint.easel import Easel
from app.studios.paint.mending import Mender
from app.studios.paint.passes import Tile
from app.studios.paint.request import PaintRequest
from app.studios.paint.selection import Box

MINDS = "minds"
"""The control that says how many faces are thought of; a request from before there was one has none."""
PLAIN, BY_VARIETY = 0.4, 0.5
"""How far a face lies from the typical one, in standard deviations, where no variety is wanted, and how much more for
each unit of it."""
SHEET = 64
"""Pixels of the sheet on which the painter tries."""
TRIES = 1500
SHOWN_SECONDS = 1 / 15
BEGUN = 0.15
"""Of the work, what is done when the first painting stands."""


def pictured(request: PaintRequest, area: Box, model: Model, progress: Progress) -> Iterator[Drawing]:
    """The request's drawing with a face on it, as its strokes find their places.

    *area* is the square of the sheet that the face fills.
    """
    random = rng(request.seed)
    face = _chosen_face(request, model, random, progress)
    mender = Mender(_first_rows(request, face, model, progress.part(0, BEGUN)), face, random)
    side, shown = area[2] - area[0], time.monotonic()
    easel = Easel(Drawing(), area, SHEET, request.head.brush, progress.check)
    limits = float(request.controls["thinnest"]) * side / 100, float(request.controls["widest"]) * side / 100

    def drawn(rows: np.ndarray) -> Drawing:
        tile, inside = Tile(0, 0, SHEET), request.gap is not None
        return request.drawing.adding(*(easel.stroke(row, tile, request.head, limits, inside) for row in rows))

    yield drawn(mender.rows)
    for number, rows in enumerate(mender.mend(TRIES)):
        progress.report(BEGUN + (1 - BEGUN) * number / TRIES)
        if time.monotonic() - shown >= SHOWN_SECONDS:
            shown = time.monotonic()
            yield drawn(rows)
    yield drawn(mender.rows)


def _chosen_face(request: PaintRequest, model: Model, random: np.random.Generator, progress: Progress) -> np.ndarray:
    """Of as many faces as are asked for the one the critic likes best: float32 (SIDE, SIDE, 3), 0..1."""
    count, variety = int(request.controls[MINDS]), float(request.controls["variety"])
    latent = random.standard_normal((count, int(model.codec["mind"]))) * (PLAIN + BY_VARIETY * variety)
    faces = model.run("mind", {"latent": latent.astype(np.float32)}, progress)["images"]
    best = int(model.run("critic", {"images": faces}, progress)["score"].argmax())
    return faces[best].transpose(1, 2, 0)


def _first_rows(request: PaintRequest, face: np.ndarray, model: Model, progress: Progress) -> np.ndarray:
    """The face as the painter of pictures paints it, in shares of the square."""
    image = Image.fromarray((face * 255).round().astype(np.uint8)).resize((SHEET, SHEET), Image.Resampling.BICUBIC)
    content = io.BytesIO()
    image.save(content, "PNG")
    count = min(int(request.controls["strokes"]), int(model.codec["imagined"]))
    asked = msgspec.structs.replace(
        request, drawing=Drawing(width=SHEET, height=SHEET), target=content.getvalue(), gap=None,
        controls={**request.controls, "strokes": count, "variety": 0.0},
    )  # fmt: skip
    copyist = Copyist(asked, model, progress)
    for _ in copyist.strokes():
        pass
    return np.stack(copyist.rows)
