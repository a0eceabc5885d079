"""SVG with exact strokes and a recipe out; our own and the lines of foreign ones in."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.recipe import KEY, Recipe, recipe_from_json
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.svgpath import sample_path

NAMESPACE = "http://www.w3.org/2000/svg"
MOST_SIDE = 20_000


def svg_bytes(drawing: Drawing, recipe: Recipe | None) -> bytes:
    """The file's bytes; the same for the same drawing and recipe.

    Each stroke is a ``<path>`` of straight lines with its own width; pressures that vary and who drew it stand in
    ``data-`` attributes, which other programs pass over.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="{NAMESPACE}" width="{drawing.width}" height="{drawing.height}" '
        f'viewBox="0 0 {drawing.width} {drawing.height}">',
    ]
    if recipe is not None:
        lines.append(f'<metadata id="{KEY}">{escape(recipe.to_json())}</metadata>')
    lines.append('<rect width="100%" height="100%" fill="#ffffff"/>')
    lines.append('<g fill="none" stroke-linecap="round" stroke-linejoin="round">')
    lines += [_path(stroke) for stroke in drawing.strokes]
    return "\n".join([*lines, "</g>", "</svg>", ""]).encode()


def read_svg(content: bytes) -> tuple[Drawing, Recipe | None]:
    """Strokes of an SVG: paths, lines, polylines and polygons; transforms and styles of foreign files are passed over.

    Raises :class:`AtelierError` (``BAD_FILE``) for what is no SVG or holds nothing that can be drawn as lines.
    """
    try:
        root = ET.fromstring(content)
    except (ET.ParseError, ValueError) as error:
        raise _bad(tr("it is damaged or not an SVG")) from error
    if root.tag != f"{{{NAMESPACE}}}svg":
        raise _bad(tr("it is not an SVG"))
    recipe = _recipe(root)
    try:
        strokes = tuple(stroke for element in root.iter() for stroke in _strokes(element))
    except ValueError as error:
        raise _bad(tr("a path can't be understood")) from error
    if not strokes and recipe is None:
        raise _bad(tr("it holds no lines"))
    width, height = _size(root)
    return Drawing(strokes, width, height), recipe


def _path(stroke: Stroke) -> str:
    points = " ".join(f"{x:g} {y:g}" for x, y, _ in _plain(stroke))
    attributes = {
        "d": f"M{points}" if len(stroke.points) > 1 else f"M{points} z",
        "stroke": stroke.colour,
        "stroke-width": f"{stroke.size:g}",
        "data-maker": stroke.maker,
    }
    pressures = [pressure for _, _, pressure in stroke.points]
    if any(pressure != 1.0 for pressure in pressures):
        attributes["data-pressure"] = " ".join(f"{pressure:g}" for pressure in pressures)
    return f"<path {' '.join(f'{name}={quoteattr(value)}' for name, value in attributes.items())}/>"


def _plain(stroke: Stroke) -> Iterator[tuple[float, float, float]]:
    for x, y, pressure in stroke.points:
        yield round(x, 2), round(y, 2), pressure


def _strokes(element: ET.Element) -> list[Stroke]:
    tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    if tag == "path":
        lines = sample_path(element.get("d", ""))
    elif tag in ("polyline", "polygon"):
        numbers = np.array(element.get("points", "").replace(",", " ").split(), float).reshape(-1, 2)
        lines = [np.concatenate([numbers, numbers[:1]]) if tag == "polygon" else numbers]
    elif tag == "line":
        ends = [float(element.get(name, "0")) for name in ("x1", "y1", "x2", "y2")]
        lines = [np.array(ends).reshape(2, 2)]
    else:
        return []
    return [_stroke(element, line) for line in lines if len(line)]


def _stroke(element: ET.Element, line: np.ndarray) -> Stroke:
    pressures = np.array(element.get("data-pressure", "").split(), float)
    if len(pressures) == len(line):
        line = np.column_stack([line, np.clip(pressures, 0, 1)])
    colour = element.get("stroke", "#1d1f21")
    maker = "machine" if element.get("data-maker") == "machine" else "user"
    return Stroke.of_points(line, _number(element.get("stroke-width"), 2.0), _colour(colour), maker)


def _colour(text: str) -> str:
    """Only plain ``#rrggbb`` is kept; names and gradients become the ink."""
    digits = text.removeprefix("#").lower()
    return f"#{digits}" if len(digits) == 6 and set(digits) <= set("0123456789abcdef") else "#1d1f21"


def _number(text: str | None, default: float) -> float:
    try:
        return min(500.0, max(0.1, float((text or "").removesuffix("px"))))
    except ValueError:
        return default


def _size(root: ET.Element) -> tuple[int, int]:
    box = (root.get("viewBox") or "").replace(",", " ").split()
    sides = (root.get("width"), root.get("height")) if len(box) != 4 else (box[2], box[3])
    width, height = (round(min(MOST_SIDE, max(1.0, _side(side)))) for side in sides)
    return width, height


def _side(text: str | None) -> float:
    try:
        return float((text or "").removesuffix("px"))
    except ValueError:
        return 1024.0


def _recipe(root: ET.Element) -> Recipe | None:
    """The recipe; a damaged one must not keep the drawing from being opened."""
    for element in root.iter(f"{{{NAMESPACE}}}metadata"):
        if element.get("id") == KEY and element.text:
            try:
                return recipe_from_json(element.text)
            except AtelierError:
                return None
    return None


def drawing_to_json(drawing: Drawing) -> str:
    """The drawing as JSON, for the chunk that a PNG carries."""
    return json.dumps(msgspec.to_builtins(drawing), separators=(",", ":"))


def _bad(why: str) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_FILE,
        tr("This drawing can't be read: {why}.", why=why),
        tr("SVG files with paths and lines can be opened, and PNG files that were saved here."),
    )
