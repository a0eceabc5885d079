"""Strokes that are chosen: which a point or an area means, and what can be done to them. Places count from the first
stroke of the drawing."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.raster.area import area_coverage

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def stroke_at(drawing: Drawing, x: float, y: float, reach: float) -> int | None:
    """The topmost visible, unlocked stroke within *reach* pixels of its edge; None if there is none."""
    usable = {layer.number: rank for rank, layer in enumerate(drawing.layers) if layer.visible and not layer.locked}
    best: tuple[int, int] | None = None
    for place, stroke in enumerate(drawing.strokes):
        rank = usable.get(stroke.layer)
        if rank is not None and not stroke.on_mask and _hit(stroke, x, y, reach):
            best = max(best or (rank, place), (rank, place))
    return None if best is None else best[1]


def strokes_in(drawing: Drawing, box: Box) -> list[int]:
    """The strokes on unlocked, visible layers with at least half of their points in the box."""
    usable = {layer.number for layer in drawing.layers if layer.visible and not layer.locked}
    found = []
    for place, stroke in enumerate(drawing.strokes):
        if stroke.layer in usable and not stroke.on_mask and len(stroke.points):
            inside = inside_box(stroke.places, box)
            if inside.mean() >= 0.5:
                found.append(place)
    return found


def inside_box(places: np.ndarray, box: Box) -> np.ndarray:
    """Which of the points (n, 2) lie in the box; bool (n,)."""
    return np.all((places >= box[:2]) & (places <= box[2:]), axis=1)


def bounds(strokes: Iterable[Stroke]) -> Box | None:
    """The box around strokes, their width included; None if they have no points."""
    boxes = [
        (*(stroke.places.min(0) - stroke.size / 2), *(stroke.places.max(0) + stroke.size / 2))
        for stroke in strokes
        if stroke.points
    ]
    if not boxes:
        return None
    sides = np.array(boxes)
    left, top = sides[:, :2].min(0).tolist()
    right, bottom = sides[:, 2:].max(0).tolist()
    return left, top, right, bottom


def transformed(drawing: Drawing, places: Iterable[int], matrix: np.ndarray) -> Drawing:
    """The strokes at *places* moved by a matrix (2, 3); their widths grow with the area."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))

    def moved(stroke: Stroke) -> Stroke:
        return stroke.moved_to(stroke.places @ matrix[:, :2].T + matrix[:, 2], scale)

    return drawing.changing(places, moved)


def restacked(drawing: Drawing, places: Iterable[int], up: bool) -> tuple[Drawing, set[int]]:
    """The strokes one place later (nearer to the eye) or earlier among those of their layer; their new places too."""
    order = list(range(len(drawing.strokes)))
    chosen = set(places)
    walk = sorted(chosen, reverse=up)
    for place in walk:
        at = order.index(place)
        step = 1 if up else -1
        other = at + step
        while 0 <= other < len(order) and drawing.strokes[order[other]].layer != drawing.strokes[place].layer:
            other += step
        if 0 <= other < len(order) and order[other] not in chosen:
            order.insert(other, order.pop(at))
    strokes = tuple(drawing.strokes[place] for place in order)
    return msgspec.structs.replace(drawing, strokes=strokes), {order.index(place) for place in chosen}


def cut_out(drawing: Drawing, box: Box) -> Drawing:
    """Without what lies in the box on unlocked layers: strokes are cut at its edge, and what is outside stays as it is.

    A fill is taken away whole if most of it lies in the box.
    """
    usable = {layer.number for layer in drawing.layers if not layer.locked}
    kept: list[Stroke] = []
    for stroke in drawing.strokes:
        if stroke.layer not in usable or stroke.on_mask:
            kept.append(stroke)
        else:
            kept += _outside(stroke, box)
    return msgspec.structs.replace(drawing, strokes=tuple(kept))


def _outside(stroke: Stroke, box: Box) -> list[Stroke]:
    inside = inside_box(stroke.places, box)
    if not inside.any():
        return [stroke]
    if stroke.mode == "fill":
        return [] if inside.mean() > 0.5 else [stroke]
    edges = np.flatnonzero(np.diff(np.concatenate([[True], inside, [True]]).astype(int)))
    return [_part(stroke, start, end) for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]


def _part(stroke: Stroke, start: int, end: int) -> Stroke:
    cut = slice(start, end)
    return msgspec.structs.replace(stroke, points=stroke.points[cut], tilts=stroke.tilts[cut], times=stroke.times[cut])


def _hit(stroke: Stroke, x: float, y: float, reach: float) -> bool:
    if stroke.mode != "fill":
        return stroke.distance(x, y) <= reach + stroke.size / 2
    found = area_coverage(stroke.places - [x - 0.5, y - 0.5], 1, 1)
    return found is not None and float(found[1][0, 0]) > 0.5
