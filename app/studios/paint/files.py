"""SVG and PNG, both with the recipe, both opening as strokes again."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import msgspec
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, read_bytes
from app.base.i18n import tr
from app.runtime.recipe import KEY, Recipe, recipe_from_json
from app.studios.paint.document import Drawing
from app.studios.paint.render import render
from app.studios.paint.svg import svg_bytes
from app.studios.paint.svgread import read_svg

log = logging.getLogger(__name__)
LIMIT = 20_000_000
DRAWING = "atelie-drawing"
"""The keyword of the PNG chunk that holds the strokes."""


def save_drawing(path: Path, drawing: Drawing, recipe: Recipe | None) -> list[Path]:
    """Write ``.svg`` or ``.png``. Raises :class:`AtelierError` (``BAD_INPUT`` for another suffix, ``DISK``)."""
    suffix = path.suffix.lower()
    if suffix == ".svg":
        atomic_write(path, svg_bytes(drawing, recipe))
    elif suffix == ".png":
        atomic_write(path, png_bytes(drawing, recipe))
    else:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A drawing can't be written as “{suffix}”.", suffix=path.suffix or path.name),
            tr("Possible: .svg .png."),
        )
    return [path]


def load_drawing(path: Path) -> tuple[Drawing, Recipe | None]:
    """Read an SVG, or a PNG that was saved here; at most 20 MB.

    Raises :class:`AtelierError` (``BAD_FILE``) for what can't be read as strokes.
    """
    content = read_bytes(path, LIMIT)
    return _read_png(content) if content.startswith(b"\x89PNG") else read_svg(content)


def png_bytes(drawing: Drawing, recipe: Recipe | None) -> bytes:
    """The file's bytes; the same for the same drawing and recipe."""
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text(DRAWING, msgspec.json.encode(drawing).decode(), zip=True)
    if recipe is not None:
        chunks.add_text(KEY, recipe.to_json())
    buffer = io.BytesIO()
    render(drawing).save(buffer, "PNG", pnginfo=chunks, compress_level=6)
    return buffer.getvalue()


def _read_png(content: bytes) -> tuple[Drawing, Recipe | None]:
    try:
        image = Image.open(io.BytesIO(content))
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise AtelierError(ErrorKind.BAD_FILE, tr("This picture is damaged.")) from error
    recipe = _recipe(image.info.get(KEY))
    text = image.info.get(DRAWING)
    if isinstance(text, str):
        try:
            return msgspec.json.decode(text, type=Drawing), recipe
        except msgspec.DecodeError as error:
            raise AtelierError(ErrorKind.BAD_FILE, tr("The strokes in this picture are damaged.")) from error
    if recipe is not None:
        return Drawing(), recipe
    raise AtelierError(
        ErrorKind.BAD_FILE,
        tr("This is a picture, not a drawing: it holds no strokes."),
        tr("Open it in Imagine, or save drawings as SVG."),
    )


def _recipe(text: object) -> Recipe | None:
    """The recipe; a damaged one must not keep the drawing from being opened."""
    try:
        return recipe_from_json(text) if isinstance(text, str) else None
    except AtelierError as error:
        log.info("the recipe in a drawing was passed over: %s", error)
        return None
