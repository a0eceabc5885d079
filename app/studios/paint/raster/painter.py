"""Paints one stroke, point by point, over what lies under it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from app.studios.paint.brushes import Brush, load_brush
from app.studios.paint.document import Point, Stroke
from app.studios.paint.raster.area import area_coverage
from app.studios.paint.raster.dabs import Dabs, Path, Tilt, coverage
from app.studios.paint.raster.textures import texture_in
from app.studios.paint.raster.tiles import Place, Rect, Tiles, clipped, joined, place_rect, places_in

Reader = Callable[[Rect], np.ndarray | None]
"""Gives a copy of the pixels in a rectangle, uint8 (h, w, 4) as in :class:`Tiles`, or None where there are none."""


def painter_for(stroke: Stroke, width: int, height: int, under: Reader, brush: Brush | None = None) -> StrokePainter:
    """A painter for a stroke with this one's brush, colour and mode; its points are given to :meth:`add`.

    Whoever paints many strokes hands the *brush* over, which is else looked up. Raises
    :class:`~app.base.errors.AtelierError` for a brush whose file is damaged.
    """
    brush = brush or load_brush(stroke.brush)
    if stroke.mode == "fill":
        return AreaPainter(brush, stroke, width, height)
    if brush.smudge and stroke.mode == "draw":
        return SmudgePainter(brush, stroke, width, height, under)
    return StrokePainter(brush, stroke, width, height)


def paint(stroke: Stroke, tiles: Tiles, brush: Brush | None = None) -> Tiles:
    """The layer with a whole stroke on it."""
    painter = painter_for(stroke, tiles.width, tiles.height, tiles.read, brush)
    painter.add(stroke.points, stroke.tilts)
    return painter.onto(tiles)


class StrokePainter:
    """Gathers how much a stroke covers, and lays its colour over the ground once: crossing itself it gets no darker."""

    def __init__(self, brush: Brush, stroke: Stroke, width: int, height: int) -> None:
        self.brush, self.stroke = brush, stroke
        self._sheet = width, height
        self._path = Path(brush, stroke.size, stroke.seed, width, height)
        # Memory the system gives only where it is written to: a large sheet costs nothing here.
        self._cover = np.zeros((height, width), np.float32)
        self._places: set[Place] = set()

    def add(self, points: tuple[Point, ...], tilts: tuple[Tilt, ...] = ()) -> Rect | None:
        """Go on through *points* with the tilts of each, if there are any; returns what changed on the sheet."""
        touched = None
        for left, top, mask in self._coverage(self._path.add(points, tilts)):
            rect = clipped((left, top, left + mask.shape[1], top + mask.shape[0]), *self._sheet)
            if rect is None:
                continue
            touched = joined(touched, rect)
            self._places.update(places_in(rect))
            self._dab(rect, mask[rect[1] - top : rect[3] - top, rect[0] - left : rect[2] - left])
        return touched

    def over(self, ground: np.ndarray | None, rect: Rect) -> np.ndarray | None:
        """The pixels of *rect* with the stroke on them; *ground* may be written on."""
        left, top, right, bottom = rect
        cover = self._cover[top:bottom, left:right]
        if not cover.any():
            return ground
        if ground is None:
            ground = np.zeros((*cover.shape, 4), np.uint8)
        share = (self._textured(cover, rect) * np.float32(self.stroke.opacity * self.brush.opacity))[..., None]
        colour = np.zeros(4, np.float32) if self.stroke.mode == "erase" else pixel_of(self.stroke.colour)
        return _rounded(ground + share * (colour - ground))

    def onto(self, tiles: Tiles) -> Tiles:
        """The layer with the stroke on it."""
        changed = {}
        for place in self._places:
            part = self._tile(tiles, place)
            if part is not None:
                changed[place] = part
        return tiles.with_parts(changed)

    def _tile(self, tiles: Tiles, place: Place) -> np.ndarray | None:
        rect = place_rect(place, *self._sheet)
        height, width = rect[3] - rect[1], rect[2] - rect[0]
        part = tiles.tile(place).copy()
        made = self.over(part[:height, :width], rect)
        if made is None or made.base is part:
            return None
        part[:height, :width] = made
        return part

    def _coverage(self, dabs: Dabs) -> Iterator[tuple[int, int, np.ndarray]]:
        return coverage(dabs, self.brush.hardness)

    def _dab(self, rect: Rect, mask: np.ndarray) -> None:
        view = self._cover[rect[1] : rect[3], rect[0] : rect[2]]
        if self.brush.flow < 1:
            view += (1 - view) * mask
        else:
            np.maximum(view, mask, out=view)

    def _textured(self, cover: np.ndarray, rect: Rect) -> np.ndarray:
        """Where the ground is deep, a light touch leaves it bare."""
        if not self.brush.texture:
            return cover
        depth = 1 - texture_in(self.brush.texture, rect)
        return cover * np.clip(1 - 2 * self.brush.grain * depth * (1.3 - cover), 0, 1)


class AreaPainter(StrokePainter):
    """Fills the area inside the points."""

    def add(self, points: tuple[Point, ...], tilts: tuple[Tilt, ...] = ()) -> Rect | None:
        found = area_coverage(np.array([point[:2] for point in points]).reshape(-1, 2), *self._sheet)
        if found is None:
            return None
        rect, cover = found
        self._cover[rect[1] : rect[3], rect[0] : rect[2]] = cover
        self._places.update(places_in(rect))
        return rect

    def _textured(self, cover: np.ndarray, rect: Rect) -> np.ndarray:
        return cover


class SmudgePainter(StrokePainter):
    """Takes along the colour under each dab and mixes it with its own."""

    PICKED = 0.2
    """So much of what it carries is renewed at each dab."""

    def __init__(self, brush: Brush, stroke: Stroke, width: int, height: int, under: Reader) -> None:
        super().__init__(brush, stroke, width, height)
        self._under = under
        self._made = np.zeros((height, width, 4), np.float32)
        self._known: set[Place] = set()
        self._carried: np.ndarray | None = None

    def over(self, ground: np.ndarray | None, rect: Rect) -> np.ndarray | None:
        left, top, right, bottom = rect
        if not self._cover[top:bottom, left:right].any():
            return ground
        self._learn(rect)
        return _rounded(self._made[top:bottom, left:right])

    def _coverage(self, dabs: Dabs) -> Iterator[tuple[int, int, np.ndarray]]:
        """Each in a square of its own size, so that what is picked up does not depend on the dabs beside it."""
        for dab in dabs.one_by_one():
            yield from coverage(dab, self.brush.hardness)

    def _dab(self, rect: Rect, mask: np.ndarray) -> None:
        self._learn(rect)
        view = self._made[rect[1] : rect[3], rect[0] : rect[2]]
        step = max(1, min(mask.shape) // 8)
        weight = mask[::step, ::step, None]
        picked = (view[::step, ::step] * weight).sum((0, 1)) / max(float(weight.sum()), 1e-6)
        carried = picked if self._carried is None else self._carried + self.PICKED * (picked - self._carried)
        self._carried = carried
        colour = carried + (1 - self.brush.smudge) * (pixel_of(self.stroke.colour) - carried)
        share = self._textured(mask, rect)[..., None] * np.float32(self.stroke.opacity * self.brush.opacity)
        view += share * (colour - view)
        cover = self._cover[rect[1] : rect[3], rect[0] : rect[2]]
        np.maximum(cover, mask, out=cover)

    def _learn(self, rect: Rect) -> None:
        """Copy the tiles under *rect* that were not yet."""
        for place in places_in(rect):
            if place not in self._known:
                self._known.add(place)
                left, top, right, bottom = whole = place_rect(place, *self._sheet)
                found = self._under(whole)
                if found is not None:
                    self._made[top:bottom, left:right] = found


def pixel_of(colour: str) -> np.ndarray:
    """``#rrggbb`` as float32 (4,): blue, green, red, alpha, 0..255."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return np.array([blue, green, red, 255], np.float32)


def _rounded(values: np.ndarray) -> np.ndarray:
    return (values + np.float32(0.5)).astype(np.uint8)
