"""SVG out: exact strokes, layers and a recipe, that other programs show as well as SVG can."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from app.runtime.recipe import KEY, Recipe
from app.studios.paint.document import Drawing, Stroke, seed_of
from app.studios.paint.layers import Layer, whole_name

NAMESPACE = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"
PAPER, HIDES = "#ffffff", "#000000"


def svg_bytes(drawing: Drawing, recipe: Recipe | None) -> bytes:
    """The file's bytes; the same for the same drawing and recipe.

    Each layer is a group as Inkscape knows them, each stroke a ``<path>`` of straight lines with its own width. What
    SVG has no word for (brush, pressure, tilt, time, who drew it) stands in ``data-`` attributes, which other programs
    pass over. They show an erasing stroke as one in the colour of the paper.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="{NAMESPACE}" xmlns:xlink="{XLINK}" xmlns:inkscape="{INKSCAPE}" '
        f'width="{drawing.width}" height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}">',
    ]
    if recipe is not None:
        lines.append(f'<metadata id="{KEY}">{escape(recipe.to_json())}</metadata>')
    lines.append(_paper(drawing))
    order = {id(stroke): place for place, stroke in enumerate(drawing.strokes)}
    mixed = len(drawing.layers) > 1 or any(stroke.on_mask for stroke in drawing.strokes)
    for layer in drawing.layers:
        lines += _layer(drawing, layer, order if mixed else {})
    return "\n".join([*lines, "</svg>", ""]).encode()


def _layer(drawing: Drawing, layer: Layer, order: dict[int, int]) -> Iterable[str]:
    hiding = drawing.on_layer(layer.number, on_mask=True)
    if hiding:
        yield f'<mask id="mask-{layer.number}" data-mask-of="{layer.number}" maskUnits="userSpaceOnUse">'
        yield _paper(drawing)
        yield from (_path(stroke, order.get(id(stroke))) for stroke in hiding)
        yield "</mask>"
    yield f"<g {_written(_group(layer, bool(hiding)))}>"
    if layer.picture:
        content = base64.b64encode(layer.picture).decode()
        x, y = layer.corner
        yield f'<image x="{x}" y="{y}" xlink:href="data:image/png;base64,{content}"/>'
    yield from (_path(stroke, order.get(id(stroke))) for stroke in drawing.on_layer(layer.number))
    yield "</g>"


def _paper(drawing: Drawing) -> str:
    """In pixels: not every reader knows what a percentage is of."""
    return f'<rect data-paper="true" width="{drawing.width}" height="{drawing.height}" fill="{PAPER}"/>'


def _group(layer: Layer, hiding: bool) -> dict[str, str]:
    attributes = {
        "inkscape:groupmode": "layer",
        "inkscape:label": whole_name(layer),
        "data-layer": str(layer.number),
        "fill": "none",
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
    }
    if layer.group:
        attributes["data-group"] = layer.group
    if layer.name:
        attributes["data-name"] = layer.name
    if layer.opacity != 1:
        attributes["opacity"] = repr(layer.opacity)
    if layer.blend != "normal":
        attributes["style"] = f"mix-blend-mode:{'plus-lighter' if layer.blend == 'add' else layer.blend}"
        attributes["data-blend"] = layer.blend
    if not layer.visible:
        attributes["display"] = "none"
    if layer.locked:
        attributes["data-locked"] = "true"
    if layer.masked:
        attributes["data-masked"] = "true"
    if layer.masked and hiding:
        attributes["mask"] = f"url(#mask-{layer.number})"
    return attributes


def _path(stroke: Stroke, place: int | None) -> str:
    points = " ".join(f"{plain(x)} {plain(y)}" for x, y, _ in stroke.points)
    shown = stroke.colour
    if stroke.on_mask:
        shown = PAPER if stroke.mode == "erase" else HIDES
    elif stroke.mode == "erase":
        shown = PAPER
    closed = " z" if len(stroke.points) == 1 else ""
    attributes = {"d": f"M{points}{closed}" if stroke.points else ""}
    if stroke.mode == "fill":
        attributes |= {"fill": shown, "fill-rule": "nonzero", "stroke": "none", "data-size": plain(stroke.size)}
    else:
        attributes |= {"stroke": shown, "stroke-width": plain(stroke.size)}
    attributes["data-maker"] = stroke.maker
    return f"<path {_written(attributes | _more(stroke, shown, place))}/>"


def _more(stroke: Stroke, shown: str, place: int | None) -> dict[str, str]:
    """What is not as it is by default."""
    values = {
        "opacity": repr(stroke.opacity) if stroke.opacity != 1 else "",
        "data-brush": stroke.brush if stroke.brush != "ink" else "",
        "data-mode": stroke.mode if stroke.mode != "draw" else "",
        "data-colour": stroke.colour if stroke.colour != shown else "",
        "data-seed": str(stroke.seed) if stroke.seed != seed_of(stroke.points) else "",
        "data-order": "" if place is None else str(place),
        "data-tilt": " ".join(f"{x!r} {y!r}" for x, y in stroke.tilts),
        "data-time": " ".join(map(repr, stroke.times)),
    }
    if any(pressure != 1.0 for _, _, pressure in stroke.points):
        values["data-pressure"] = " ".join(plain(pressure) for _, _, pressure in stroke.points)
    return {name: value for name, value in values.items() if value}


def plain(value: float) -> str:
    """A number with at most two decimals and no zeros at its end."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _written(attributes: dict[str, str]) -> str:
    return " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
