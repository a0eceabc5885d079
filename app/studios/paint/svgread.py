"""SVG in: our own exactly; of other programs lines, shapes and fills, with their transforms, groups and colours.

Nothing is ever fetched or run: scripts, styles sheets, ``<use>`` and links are passed over; a picture counts only if it
stands in the file itself.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

import msgspec
import numpy as np
from PIL import ImageColor

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.recipe import KEY, Recipe, recipe_from_json
from app.studios.paint.document import INK, Drawing, Mode, Stroke
from app.studios.paint.layers import BLENDS, Layer
from app.studios.paint.svg import NAMESPACE, XLINK
from app.studios.paint.svgpath import sample_path

MOST_SIDE = 20_000
PASSED_OVER = {"defs", "symbol", "clipPath", "pattern", "marker", "script", "style", "metadata", "foreignObject", "use"}
INHERITED = ("stroke", "stroke-width", "fill", "display")
_FUNCTION = re.compile(r"(\w+)\s*\(([^)]*)\)")
_DATA = re.compile(r"data:image/png;base64,(.*)", re.DOTALL)


@dataclass(frozen=True)
class _Here:
    """What holds where the reader is: transform 3 × 3, inherited properties, the layer."""

    matrix: np.ndarray = field(default_factory=lambda: np.eye(3))
    style: dict[str, str] = field(default_factory=dict)
    layer: int = 0
    on_mask: bool = False


class _Found:
    """What was read so far."""

    def __init__(self) -> None:
        self.strokes: list[tuple[int, Stroke]] = []
        self.layers: list[Layer] = []

    def add(self, order: int | None, stroke: Stroke) -> None:
        self.strokes.append((len(self.strokes) if order is None else order, stroke))


def read_svg(content: bytes) -> tuple[Drawing, Recipe | None]:
    """The drawing of an SVG, and its recipe if it carries one.

    Raises :class:`AtelierError` (``BAD_FILE``) for what is no SVG or holds nothing that can be drawn.
    """
    try:
        root = ET.fromstring(content)
    except (ET.ParseError, ValueError) as error:
        raise _bad(tr("it is damaged or not an SVG")) from error
    if root.tag != f"{{{NAMESPACE}}}svg":
        raise _bad(tr("it is not an SVG"))
    recipe, found = _recipe(root), _Found()
    corner, width, height = _box(root)
    try:
        _walk(root, _Here(_shift(-corner[0], -corner[1])), found)
    except (ValueError, RecursionError, OverflowError) as error:
        raise _bad(tr("a path can't be understood")) from error
    if not found.strokes and not found.layers and recipe is None:
        raise _bad(tr("it holds no lines"))
    strokes = tuple(stroke for _, stroke in sorted(found.strokes, key=lambda pair: pair[0]))
    return Drawing(strokes, width, height, tuple(found.layers) or (Layer(0),)), recipe


def _walk(element: ET.Element, here: _Here, found: _Found) -> None:
    for child in element:
        tag = _tag(child)
        if tag in PASSED_OVER or child.get("data-paper") or (tag == "mask" and child.get("data-mask-of") is None):
            continue
        inner = _entered(child, here)
        if child.get("data-layer") is not None and tag == "g":
            inner = _note_layer(child, inner, found)
        elif inner.style.get("display") == "none":
            continue
        if tag == "image":
            _take_picture(child, found)
        elif tag == "mask":
            number = int(child.get("data-mask-of", "0"))
            _walk(child, _Here(inner.matrix, inner.style, number, on_mask=True), found)
        elif tag in ("g", "svg", "a", "switch"):
            _walk(child, inner, found)
        else:
            for line in _lines(child, tag):
                found.add(_order(child), _stroke(child, line, inner))


def _note_layer(element: ET.Element, here: _Here, found: _Found) -> _Here:
    """Note a layer of ours; what is in it is read whether it is shown or not."""
    number = int(element.get("data-layer", "0"))
    blend = element.get("data-blend", "normal")
    found.layers.append(
        Layer(
            number,
            name=element.get("data-name", ""),
            opacity=min(1.0, max(0.0, float(element.get("opacity", "1")))),
            blend=blend if blend in BLENDS else "normal",
            visible=element.get("display") != "none",
            locked=element.get("data-locked") == "true",
            masked=element.get("data-masked") == "true",
            group=element.get("data-group", ""),
        )
    )
    return _Here(here.matrix, {**here.style, "display": ""}, number)


def _entered(element: ET.Element, here: _Here) -> _Here:
    own = {name: element.get(name, "") for name in INHERITED}
    for part in element.get("style", "").split(";"):
        name, _, value = part.partition(":")
        if name.strip() in INHERITED:
            own[name.strip()] = value.strip()
    style = {**here.style, **{name: value for name, value in own.items() if value}}
    return _Here(here.matrix @ _transform(element.get("transform", "")), style, here.layer, here.on_mask)


def _lines(element: ET.Element, tag: str) -> list[np.ndarray]:
    """The lines of a shape, arrays (n, 2)."""
    if tag == "path":
        return sample_path(element.get("d", ""))
    if tag in ("polyline", "polygon"):
        numbers = np.array(element.get("points", "").replace(",", " ").split(), float).reshape(-1, 2)
        return [np.concatenate([numbers, numbers[:1]]) if tag == "polygon" else numbers]
    if tag == "line":
        return [np.array(_numbers(element, "x1", "y1", "x2", "y2")).reshape(2, 2)]
    if tag == "rect":
        x, y, width, height = _numbers(element, "x", "y", "width", "height")
        return [np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]])]
    if tag in ("circle", "ellipse"):
        x, y, r, rx, ry = _numbers(element, "cx", "cy", "r", "rx", "ry")
        angles = np.linspace(0, 2 * np.pi, 49)
        return [np.column_stack([x + (r or rx) * np.cos(angles), y + (r or ry) * np.sin(angles)])]
    return []


def _stroke(element: ET.Element, line: np.ndarray, here: _Here) -> Stroke:
    rows = np.column_stack([line, np.ones(len(line))]) @ here.matrix.T
    pressures = np.array(element.get("data-pressure", "").split(), float)
    if len(pressures) == len(line):
        rows[:, 2] = np.clip(pressures, 0, 1)
    mode = _mode(element, here.style)
    own = here.style.get("fill" if mode == "fill" else "stroke", "")
    width = element.get("data-size") or here.style.get("stroke-width")
    more: dict[str, object] = {
        "brush": element.get("data-brush", "ink"),
        "opacity": min(1.0, max(0.0, _number(element.get("opacity"), 1.0))),
        "mode": mode,
        "layer": here.layer,
        "on_mask": here.on_mask,
        "tilts": _tilts(element, len(line)),
        "times": tuple(float(word) for word in element.get("data-time", "").split()),
    }
    if element.get("data-seed"):
        more["seed"] = int(element.get("data-seed", "0"))
    maker = "machine" if element.get("data-maker") == "machine" else "user"
    size = _number(width, 2.0) * math.sqrt(abs(float(np.linalg.det(here.matrix[:2, :2]))))
    size = round(min(1000.0, max(0.1, size)), 6)
    return Stroke.of_points(rows, size, _colour(element.get("data-colour") or own), maker, **more)


def _mode(element: ET.Element, style: dict[str, str]) -> Mode:
    """Ours says it; another's shape is filled where it has a colour inside and no line."""
    said = element.get("data-mode", "")
    if said in ("erase", "fill"):
        return "erase" if said == "erase" else "fill"
    filled = style.get("fill", "none") != "none" and style.get("stroke", "none") == "none"
    return "fill" if filled and element.get("data-maker") is None else "draw"


def _tilts(element: ET.Element, points: int) -> tuple[tuple[float, float], ...]:
    numbers = [float(word) for word in element.get("data-tilt", "").split()]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True)) if len(numbers) == 2 * points else ()


def _take_picture(element: ET.Element, found: _Found) -> None:
    match = _DATA.fullmatch(element.get(f"{{{XLINK}}}href") or element.get("href") or "")
    if match is None or not found.layers:
        return
    try:
        picture = base64.b64decode(match[1], validate=False)
    except binascii.Error as error:
        raise ValueError("a picture is damaged") from error
    x, y = _numbers(element, "x", "y")
    found.layers[-1] = msgspec.structs.replace(found.layers[-1], picture=picture, corner=(int(x), int(y)))


def _transform(text: str) -> np.ndarray:
    """A ``transform`` attribute (SVG 1.1, section 7.6) as a matrix 3 × 3."""
    matrix = np.eye(3)
    for name, inside in _FUNCTION.findall(text):
        numbers = [float(word) for word in inside.replace(",", " ").split()]
        matrix = matrix @ _one_transform(name, numbers)
    return matrix


def _one_transform(name: str, numbers: list[float]) -> np.ndarray:
    if name == "matrix" and len(numbers) == 6:
        a, b, c, d, e, f = numbers
        return np.array([[a, c, e], [b, d, f], [0, 0, 1]])
    if name == "translate" and numbers:
        return _shift(numbers[0], numbers[1] if len(numbers) > 1 else 0.0)
    if name == "scale" and numbers:
        return np.diag([numbers[0], numbers[-1], 1.0])
    if name == "rotate" and numbers:
        angle = math.radians(numbers[0])
        turn = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
        x, y = numbers[1:3] if len(numbers) == 3 else (0.0, 0.0)
        return _shift(x, y) @ turn @ _shift(-x, -y)
    if name in ("skewX", "skewY") and numbers:
        matrix = np.eye(3)
        matrix[(0, 1) if name == "skewX" else (1, 0)] = math.tan(math.radians(numbers[0]))
        return matrix
    raise ValueError(f"the transform {name} can't be understood")


def _shift(x: float, y: float) -> np.ndarray:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


def _colour(text: str) -> str:
    """``#rrggbb``; what is no plain colour becomes the ink."""
    try:
        red, green, blue = ImageColor.getrgb(text)[:3]
    except ValueError:
        return INK
    return f"#{red:02x}{green:02x}{blue:02x}"


def _number(text: str | None, default: float) -> float:
    try:
        value = float((text or "").removesuffix("px"))
    except ValueError:
        return default
    return value if math.isfinite(value) else default


def _numbers(element: ET.Element, *names: str) -> list[float]:
    return [_number(element.get(name), 0.0) for name in names]


def _box(root: ET.Element) -> tuple[tuple[float, float], int, int]:
    """The corner of the view box, and the sheet's sides."""
    box = [_number(word, 0.0) for word in (root.get("viewBox") or "").replace(",", " ").split()]
    if len(box) != 4:
        box = [0.0, 0.0, _number(root.get("width"), 1024.0), _number(root.get("height"), 1024.0)]
    width, height = (round(min(MOST_SIDE, max(1.0, side))) for side in box[2:])
    return (box[0], box[1]), width, height


def _order(element: ET.Element) -> int | None:
    text = element.get("data-order")
    return int(text) if text else None


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "metadata"


def _recipe(root: ET.Element) -> Recipe | None:
    """The recipe; a damaged one must not keep the drawing from being opened."""
    for element in root.iter(f"{{{NAMESPACE}}}metadata"):
        if element.get("id") == KEY and element.text:
            try:
                return recipe_from_json(element.text)
            except AtelierError:
                return None
    return None


def _bad(why: str) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_FILE,
        tr("This drawing can't be read: {why}.", why=why),
        tr("SVG files with paths and lines can be opened, OpenRaster files, and pictures."),
    )
