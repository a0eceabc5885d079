"""The same drawing, larger or smaller: strokes, widths and pictures."""

from __future__ import annotations

import io

import msgspec
from PIL import Image

from app.studios.paint.document import Drawing
from app.studios.paint.layers import Layer
from app.studios.paint.pictures import decoded


def scaled(drawing: Drawing, factor: float) -> Drawing:
    """The drawing at *factor* times its size."""
    if factor == 1:
        return drawing
    return msgspec.structs.replace(
        drawing,
        strokes=tuple(stroke.moved_to(stroke.places * factor, factor) for stroke in drawing.strokes),
        width=max(1, round(drawing.width * factor)),
        height=max(1, round(drawing.height * factor)),
        layers=tuple(_layer(layer, factor) for layer in drawing.layers),
    )


def _layer(layer: Layer, factor: float) -> Layer:
    if not layer.picture:
        return layer
    image, buffer = decoded(layer.picture), io.BytesIO()
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    image.resize(size, Image.Resampling.LANCZOS).save(buffer, "PNG", compress_level=1)
    x, y = layer.corner
    return msgspec.structs.replace(layer, picture=buffer.getvalue(), corner=(round(x * factor), round(y * factor)))
