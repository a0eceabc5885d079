"""A drawing as a picture, without Qt, so that the window and the command line write the same file."""

from __future__ import annotations

import numpy as np
from PIL import Image

from app.studios.paint.document import Drawing
from app.studios.paint.raster.blend import compose
from app.studios.paint.raster.cache import Rasters
from app.studios.paint.raster.tiles import SIDE


def render(drawing: Drawing, scale: float = 1.0, rasters: Rasters | None = None) -> Image.Image:
    """The sheet as an RGB picture of *scale* times its size; what *rasters* keeps is not painted again.

    Raises :class:`~app.base.errors.AtelierError` for a damaged brush or picture.
    """
    sheets = (rasters or Rasters()).sheets(drawing)
    pixels = np.empty((drawing.height, drawing.width, 3), np.uint8)
    for top in range(0, drawing.height, SIDE):
        bottom = min(drawing.height, top + SIDE)
        pixels[top:bottom] = compose(sheets, (0, top, drawing.width, bottom))[..., 2::-1]
    picture = Image.fromarray(pixels)
    if scale == 1.0:
        return picture
    size = (max(1, round(drawing.width * scale)), max(1, round(drawing.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
