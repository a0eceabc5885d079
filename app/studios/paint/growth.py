"""What the critic thinks of a painting as it grows."""

from __future__ import annotations

import msgspec
import numpy as np
from PIL import Image

from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.paint.document import Drawing
from app.studios.paint.raster.cache import Rasters
from app.studios.paint.render import render
from app.studios.paint.scaled import scaled

STEPS = 24
SEEN = 64
"""Pixels of the shorter side at which the painting is looked at, before it is made as small as the critic wants."""
Growth = tuple[tuple[int, float], ...]
"""Strokes that are there, and the critic's score: the higher, the more like the faces it learnt from."""


def growth(drawing: Drawing, model: Model, progress: Progress) -> Growth:
    """The score of the bare sheet and of up to :data:`STEPS` states until the drawing is as it is."""
    side = int(model.codec["side"])
    small = scaled(drawing, min(1.0, SEEN / min(drawing.width, drawing.height)))
    counts = np.unique(np.linspace(0, len(small.strokes), STEPS + 1).round().astype(int)).tolist()
    rasters, pictures = Rasters(), []
    for number, count in enumerate(counts):
        progress.report(number / len(counts))
        begun = msgspec.structs.replace(small, strokes=small.strokes[:count])
        seen = render(begun, rasters=rasters).resize((side, side), Image.Resampling.BOX)
        pictures.append(np.asarray(seen, np.float32).transpose(2, 0, 1) / 255)
    scores = model.run("critic", {"images": np.stack(pictures)}, progress)["score"]
    return tuple(zip(counts, scores.tolist(), strict=True))
