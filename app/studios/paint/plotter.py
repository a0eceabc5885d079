"""SVG for pen plotters: single lines in millimetres, one layer a pen, in an order with short ways between them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.paint.document import Drawing
from app.studios.paint.simplify import simplified
from app.studios.paint.svg import INKSCAPE, NAMESPACE, plain

WIDTH_MM = 190.0
"""The drawing's width on paper: A4 with margins."""
FINE = 0.05
"""Lines are simplified to within so many millimetres."""


def plotter_svg(drawing: Drawing, width: float = WIDTH_MM) -> bytes:
    """Each colour is a layer, numbered as plotter programs want it; the pen is lifted as little as can be.

    What is rubbed out, hidden or masked is not cut from the lines; fills become their outlines. Raises
    :class:`AtelierError` (``BAD_INPUT``) if there is nothing to draw.
    """
    scale = width / drawing.width
    shown = {layer.number for layer in drawing.layers if layer.visible}
    pens: dict[str, list[np.ndarray]] = {}
    for stroke in drawing.strokes:
        if stroke.points and stroke.mode != "erase" and not stroke.on_mask and stroke.layer in shown:
            pens.setdefault(stroke.colour, []).append(simplified(stroke.places * scale, FINE))
    if not pens:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("There are no lines for a plotter."))
    height = drawing.height * scale
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="{NAMESPACE}" xmlns:inkscape="{INKSCAPE}" width="{plain(width)}mm" height="{plain(height)}mm" '
        f'viewBox="0 0 {plain(width)} {plain(height)}">',
    ]
    for number, (colour, ways) in enumerate(pens.items(), 1):
        lines.append(
            f'<g inkscape:groupmode="layer" inkscape:label="{number} {colour}" fill="none" stroke="{colour}" '
            f'stroke-width="0.3" stroke-linecap="round" stroke-linejoin="round">'
        )
        lines += [f'<path d="M{_written(way)}"/>' for way in shortest(ways)]
        lines.append("</g>")
    return "\n".join([*lines, "</svg>", ""]).encode()


def shortest(ways: list[np.ndarray]) -> Iterator[np.ndarray]:
    """The lines, arrays (n, 2), each time the one with an end nearest to where the pen is, from there."""
    ends = np.array([(way[0], way[-1]) for way in ways])
    waiting, here = np.ones(len(ways), bool), np.zeros(2)
    for _ in ways:
        distance = np.where(waiting[:, None], ((ends - here) ** 2).sum(-1), np.inf)
        place, end = np.unravel_index(int(distance.argmin()), distance.shape)
        waiting[place] = False
        way = ways[place][::-1] if end else ways[place]
        here = way[-1]
        yield way


def _written(way: np.ndarray) -> str:
    points = way if len(way) > 1 else np.repeat(way, 2, axis=0)
    return " ".join(f"{plain(x)} {plain(y)}" for x, y in points.tolist())
