"""OpenRaster files (specification 0.0.5): a zip of PNG layers and a ``stack.xml``.

Ours also hold the strokes, so that they open exactly; other programs see the layers as pictures. Nothing of a file is
ever written to the disk by its name, and what swells beyond reason is refused before it is unpacked.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

import msgspec
import numpy as np
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.recipe import Recipe, recipe_from_json
from app.studios.paint.document import Drawing
from app.studios.paint.layers import BLENDS, WITHIN, Layer, shown_name
from app.studios.paint.pictures import checked_size
from app.studios.paint.raster.blend import masked
from app.studios.paint.raster.cache import Rasters, divided
from app.studios.paint.raster.tiles import Tiles
from app.studios.paint.render import render

MIMETYPE = b"image/openraster"
STROKES = "atelie/drawing.msgpack"
MOST_ENTRIES, MOST_BYTES, MOST_ALL = 4000, 300_000_000, 1_000_000_000
THUMBNAIL = 256
_DATE = (1980, 1, 1, 0, 0, 0)


class _Strokes(msgspec.Struct, frozen=True):
    """What only we can read; *checks* are the CRC-32 of the layers' files: if another program changed one, it counts
    and the strokes do not."""

    drawing: Drawing
    recipe: str
    checks: dict[str, int]


def ora_bytes(drawing: Drawing, recipe: Recipe | None) -> bytes:
    """The file's bytes; the same for the same drawing and recipe."""
    rasters, buffer = Rasters(), io.BytesIO()
    merged = render(drawing, rasters=rasters)
    with zipfile.ZipFile(buffer, "w") as archive:
        _put(archive, "mimetype", MIMETYPE, zipfile.ZIP_STORED)
        rows, checks = [], {}
        for layer in reversed(drawing.layers):
            name = f"data/layer-{layer.number}.png"
            x, y, content = _layer_png(drawing, layer, rasters)
            checks[name] = zlib.crc32(content)
            rows.append((layer.group, _layer_row(layer, name, x, y)))
            _put(archive, name, content, zipfile.ZIP_STORED)
        paper = _png(Image.new("RGB", (drawing.width, drawing.height), "white"))
        _put(archive, "data/paper.png", paper, zipfile.ZIP_STORED)
        row = f'<layer name={quoteattr(tr("Paper"))} src="data/paper.png" x="0" y="0" edit-locked="true"/>'
        rows.append(("", row))
        _put(archive, "stack.xml", _stack(drawing, rows))
        kept = _Strokes(drawing, recipe.to_json() if recipe else "", checks)
        _put(archive, STROKES, msgspec.msgpack.encode(kept))
        _put(archive, "mergedimage.png", _png(merged), zipfile.ZIP_STORED)
        merged.thumbnail((THUMBNAIL, THUMBNAIL))
        _put(archive, "Thumbnails/thumbnail.png", _png(merged), zipfile.ZIP_STORED)
    return buffer.getvalue()


def read_ora(content: bytes) -> tuple[Drawing, Recipe | None]:
    """The drawing of an OpenRaster file, and its recipe if it is one of ours.

    Raises :class:`AtelierError` (``BAD_FILE``) for a damaged, incomplete or swelling file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_size(archive)
            return _ours(archive) or (_theirs(archive), None)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise _bad(tr("it is damaged")) from error


def _check_size(archive: zipfile.ZipFile) -> None:
    sizes = [info.file_size for info in archive.infolist()]
    if len(sizes) > MOST_ENTRIES or sum(sizes) > MOST_ALL or max(sizes, default=0) > MOST_BYTES:
        raise _bad(tr("unpacked it would be larger than any drawing"))


def _ours(archive: zipfile.ZipFile) -> tuple[Drawing, Recipe | None] | None:
    """Our strokes, if they are there and the layers are still those we wrote."""
    if STROKES not in archive.namelist():
        return None
    try:
        kept = msgspec.msgpack.decode(archive.read(STROKES), type=_Strokes)
    except (msgspec.DecodeError, ValueError):
        return None
    for name, check in kept.checks.items():
        if name not in archive.namelist() or check != archive.getinfo(name).CRC:
            return None
    try:
        return kept.drawing, recipe_from_json(kept.recipe) if kept.recipe else None
    except AtelierError:
        return kept.drawing, None


def _theirs(archive: zipfile.ZipFile) -> Drawing:
    """The layers of a stack, the lowest first, each with its group's name; a group's opacity goes to its layers."""
    try:
        image = ET.fromstring(archive.read("stack.xml"))
        width, height = checked_size(int(image.get("w", "")), int(image.get("h", "")))
    except KeyError as error:
        raise _bad(tr("it has no stack.xml")) from error
    except (ET.ParseError, ValueError) as error:
        raise _bad(tr("its stack.xml can't be understood")) from error
    layers: list[Layer] = []
    for stack in image.findall("stack"):
        _walk(archive, stack, _Group(), layers)
    if not layers:
        raise _bad(tr("it has no layers"))
    ordered = [msgspec.structs.replace(layer, number=place) for place, layer in enumerate(reversed(layers))]
    return Drawing((), width, height, tuple(ordered))


@dataclass(frozen=True)
class _Group:
    """What holds for all that lies in a group."""

    opacity: float = 1.0
    visible: bool = True
    path: str = ""

    def entered(self, element: ET.Element) -> _Group:
        opacity = self.opacity * _share(element.get("opacity"))
        visible = self.visible and element.get("visibility", "visible") != "hidden"
        return _Group(opacity, visible, WITHIN.join(filter(None, (self.path, element.get("name", "").strip()))))


def _walk(archive: zipfile.ZipFile, stack: ET.Element, group: _Group, layers: list[Layer]) -> None:
    for element in stack:
        if element.tag == "stack":
            _walk(archive, element, group.entered(element), layers)
        elif element.tag == "layer":
            layers.append(_read_layer(archive, element, group))


def _read_layer(archive: zipfile.ZipFile, element: ET.Element, group: _Group) -> Layer:
    source, name = element.get("src", ""), element.get("name", "")
    try:
        picture = archive.read(source)
    except KeyError as error:
        raise _bad(tr("the layer “{name}” is missing", name=name or source)) from error
    blends = {theirs: ours for ours, theirs in BLENDS.items()}
    own = group.entered(element)
    return Layer(
        0,
        name=name,
        opacity=own.opacity,
        blend=blends.get(element.get("composite-op", ""), "normal"),
        visible=own.visible,
        locked=element.get("edit-locked") == "true",
        picture=picture,
        corner=(_whole(element.get("x")), _whole(element.get("y"))),
        group=group.path,
    )


def _layer_png(drawing: Drawing, layer: Layer, rasters: Rasters) -> tuple[int, int, bytes]:
    """Left, top and PNG of what is on a layer, its mask done to it."""
    if layer.picture and not layer.masked and not drawing.on_layer(layer.number):
        return *layer.corner, layer.picture
    tiles = rasters.layer(drawing, layer)
    pixels = _pixels(tiles)
    if layer.masked:
        pixels = masked(pixels, _pixels(rasters.mask(drawing, layer)))
    rows, columns = (np.flatnonzero(pixels[..., 3].any(axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, _png(Image.new("RGBA", (1, 1)))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    return int(left), int(top), _png(Image.fromarray(divided(pixels[top:bottom, left:right])))


def _pixels(tiles: Tiles) -> np.ndarray:
    found = tiles.read((0, 0, tiles.width, tiles.height))
    return np.zeros((tiles.height, tiles.width, 4), np.uint8) if found is None else found


def _layer_row(layer: Layer, source: str, x: int, y: int) -> str:
    attributes: dict[str, Any] = {
        "name": shown_name(layer), "src": source, "x": x, "y": y, "opacity": layer.opacity,
        "composite-op": BLENDS[layer.blend], "visibility": "visible" if layer.visible else "hidden",
        "edit-locked": "true" if layer.locked else "false",
    }  # fmt: skip
    return f"<layer {' '.join(f'{name}={quoteattr(str(value))}' for name, value in attributes.items())}/>"


def _stack(drawing: Drawing, rows: list[tuple[str, str]]) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<image version="0.0.5" w="{drawing.width}" h="{drawing.height}"><stack>',
        *_nested(rows),
        "</stack></image>",
    ]
    return "\n".join(lines).encode()


def _nested(rows: list[tuple[str, str]]) -> Iterator[str]:
    """The layers' rows, those of one group that are neighbours within a stack of its name."""
    inside: list[str] = []
    for group, row in (*rows, ("", "")):
        path = group.split(WITHIN) if group else []
        alike = [ours == theirs for ours, theirs in zip(inside, path, strict=False)]
        shared = alike.index(False) if False in alike else len(alike)
        yield from ["</stack>"] * (len(inside) - shared)
        yield from (f"<stack name={quoteattr(name)}>" for name in path[shared:])
        inside = path
        yield row


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = method
    archive.writestr(info, content)


def _share(text: str | None) -> float:
    try:
        return min(1.0, max(0.0, float(text or "1")))
    except ValueError:
        return 1.0


def _whole(text: str | None) -> int:
    try:
        return int(float(text or "0"))
    except (ValueError, OverflowError):
        return 0


def _bad(why: str) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_FILE,
        tr("This OpenRaster file can't be read: {why}.", why=why),
        tr("Open it in the program that made it and save it once more."),
    )
