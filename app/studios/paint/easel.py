"""The canvas as a painting network sees it: small, painted on by the real brush engine, beside the target."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from app.studios.paint.brushes import Brush, along, load_brush
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.passes import Tile
from app.studios.paint.raster.blend import compose
from app.studios.paint.raster.cache import Rasters
from app.studios.paint.raster.painter import paint
from app.studios.paint.raster.tiles import Rect, Tiles, clipped
from app.studios.paint.scaled import scaled
from app.studios.paint.selection import Box
from app.studios.paint.strokerows import colour_of, curve

MARGIN = 2.0
"""Pixels that an edge may reach beyond a stroke's width."""


class Easel:
    """A part of a sheet, *area* in its pixels, on a canvas whose shorter side is *side* pixels.

    What is on the sheet already is on the canvas, and each stroke that is painted, with one *brush*, comes over it.
    """

    def __init__(self, drawing: Drawing, area: Box, side: int, brush: str, check: Callable[[], None]) -> None:
        self._brush = load_brush(brush)
        left, top, right, bottom = area
        self.corner = np.array([left, top])
        self.scale = side / max(1.0, min(right - left, bottom - top))
        """Pixels of the canvas to one of the sheet."""
        self.width = max(side, round((right - left) * self.scale))
        self.height = max(side, round((bottom - top) * self.scale))
        self._area = area
        self._canvas = self._begun(drawing, check)

    def pixels(self) -> np.ndarray:
        """The canvas, float32 (height, width, 3), red, green, blue, 0..1."""
        return self._read((0, 0, self.width, self.height))

    def stroke(self, row: np.ndarray, tile: Tile, head: Stroke, limits: tuple[float, float], inside: bool) -> Stroke:
        """What the network's row for a tile means on the sheet, with *head*'s brush and layer.

        *limits* are the least and the greatest width in pixels of the sheet; *inside*: it must not leave the area.
        """
        places, radii = curve(row)
        places = (places * tile.side + [tile.left, tile.top]) / self.scale + self.corner
        widths = np.clip(2 * radii * tile.side / self.scale, *limits)
        if inside:
            places, widths = self._confined(places, widths)
        size, pressure = pressed(self._brush, widths)
        return Stroke.of_points(
            np.column_stack([places, pressure]), round(size, 2), colour_of(row), "machine",
            brush=head.brush, opacity=round(float(row[-1]), 3), layer=head.layer,
        )  # fmt: skip

    def paint(self, stroke: Stroke, target: np.ndarray | None = None) -> bool:
        """Paint a stroke of the sheet on the canvas; with a *target* (height, width, 3) only if it comes nearer to it.

        Returns whether it was painted.
        """
        small = stroke.moved_to((stroke.places - self.corner) * self.scale, self.scale)
        rect = self._reach(small)
        if rect is None:
            return False
        made = paint(small, self._canvas, self._brush)
        if target is not None:
            wanted = target[rect[1] : rect[3], rect[0] : rect[2]]
            before, after = self._read(rect), self._read(rect, made)
            if float(np.square(after - wanted).sum()) >= float(np.square(before - wanted).sum()):
                return False
        self._canvas = made
        return True

    def _begun(self, drawing: Drawing, check: Callable[[], None]) -> Tiles:
        white = np.full((self.height, self.width, 4), 255, np.uint8)
        blank = Tiles.of_picture(white, self.width, self.height)
        if not drawing.strokes:
            return blank
        moved = tuple(stroke.moved_to(stroke.places - self.corner) for stroke in drawing.strokes)
        size = {"width": round(self.width / self.scale), "height": round(self.height / self.scale)}
        small = scaled(msgspec.structs.replace(drawing, strokes=moved, **size), self.scale)
        small = msgspec.structs.replace(small, width=self.width, height=self.height)
        seen = compose(Rasters().sheets(small, check), (0, 0, self.width, self.height))
        return Tiles.of_picture(seen, self.width, self.height)

    def _read(self, rect: Rect, tiles: Tiles | None = None) -> np.ndarray:
        found = (tiles or self._canvas).read(rect)
        assert found is not None  # the canvas is white where nothing is
        return found[..., 2::-1].astype(np.float32) / 255

    def _reach(self, small: Stroke) -> Rect | None:
        half = small.size / 2 * (1 + 2 * self._brush.jitter) + MARGIN
        low, high = small.places.min(0) - half, small.places.max(0) + half
        whole = (int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1)
        return clipped(whole, self.width, self.height)

    def _confined(self, places: np.ndarray, widths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Made as narrow and moved so far that nothing reaches out of the area."""
        low, high = np.array(self._area[:2]), np.array(self._area[2:])
        widths = np.minimum(widths, max(0.5, float((high - low).min()) / 2))
        reach = np.minimum(widths[:, None] / 2 + MARGIN / 2, (high - low) / 2)
        return np.clip(places, low + reach, high - reach), widths


def pressed(brush: Brush, widths: np.ndarray) -> tuple[float, np.ndarray]:
    """The size to take a brush with, and the pressures (n,) at which it is as wide as *widths* (n,).

    Where the pressure does not change a brush's width, it is as wide as the widest.
    """
    size = max(0.1, float(widths.max()))
    steps = np.linspace(0, 1, 65)
    shares = along(brush.pressure.size, steps)
    if shares[-1] <= shares[0]:
        return size, np.ones(len(widths))
    size /= float(shares[-1])
    return size, np.interp(widths / size, shares, steps)
