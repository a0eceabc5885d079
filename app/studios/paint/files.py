"""SVG, PNG and OpenRaster, all with the recipe, all opening as strokes again; pictures of others as layers."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import msgspec
from PIL import PngImagePlugin

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, read_bytes
from app.base.i18n import tr
from app.runtime.recipe import KEY, Recipe, recipe_from_json
from app.studios.paint.document import Drawing
from app.studios.paint.ora import ora_bytes, read_ora
from app.studios.paint.pictures import naming, open_picture, picture_drawing
from app.studios.paint.render import render
from app.studios.paint.svg import svg_bytes
from app.studios.paint.svgread import read_svg

log = logging.getLogger(__name__)
LIMIT = 400_000_000
DRAWING = "atelie-drawing"
"""The keyword of the PNG chunk that holds the strokes."""
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY  # one long text is no more of a danger than many short


def save_drawing(path: Path, drawing: Drawing, recipe: Recipe | None) -> list[Path]:
    """Write ``.svg``, ``.png`` or ``.ora``. Raises :class:`AtelierError` (``BAD_INPUT`` for another suffix,
    ``DISK``)."""
    writers = {".svg": svg_bytes, ".png": png_bytes, ".ora": ora_bytes}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A drawing can't be written as “{suffix}”.", suffix=path.suffix or path.name),
            tr("Possible: {all}.", all=" ".join(writers)),
        )
    atomic_write(path, writer(drawing, recipe))
    return [path]


def load_drawing(path: Path) -> tuple[Drawing, Recipe | None]:
    """Read an SVG, an OpenRaster file or a picture; a picture that was not saved here becomes a layer.

    Raises :class:`AtelierError` (``BAD_FILE``) that names the file, for what can't be read.
    """
    content = read_bytes(path, LIMIT)
    with naming(path.name):
        return _read(content, path.stem)


def _read(content: bytes, name: str) -> tuple[Drawing, Recipe | None]:
    if content.startswith(b"PK\x03\x04"):
        return read_ora(content)
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return read_svg(content)
    return _read_picture(content, name)


def png_bytes(drawing: Drawing, recipe: Recipe | None) -> bytes:
    """The file's bytes; the same for the same drawing and recipe."""
    chunks, strokes = PngImagePlugin.PngInfo(), msgspec.json.encode(drawing).decode()
    if len(strokes) > PngImagePlugin.MAX_TEXT_CHUNK:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("This drawing has more strokes than a PNG can carry."), tr("Save it as .ora.")
        )
    chunks.add_text(DRAWING, strokes, zip=True)
    if recipe is not None:
        chunks.add_text(KEY, recipe.to_json())
    buffer = io.BytesIO()
    render(drawing).save(buffer, "PNG", pnginfo=chunks, compress_level=6)
    return buffer.getvalue()


def _read_picture(content: bytes, name: str) -> tuple[Drawing, Recipe | None]:
    image = open_picture(content)
    recipe, text = _recipe(image.info.get(KEY)), image.info.get(DRAWING)
    if not isinstance(text, str):
        return picture_drawing(content, name), recipe
    try:
        return msgspec.json.decode(text, type=Drawing), recipe
    except (msgspec.DecodeError, ValueError) as error:
        raise AtelierError(ErrorKind.BAD_FILE, tr("The strokes in this picture are damaged.")) from error


def _recipe(text: object) -> Recipe | None:
    """The recipe; a damaged one must not keep the drawing from being opened."""
    try:
        return recipe_from_json(text) if isinstance(text, str) else None
    except AtelierError as error:
        log.info("the recipe in a drawing was passed over: %s", error)
        return None
