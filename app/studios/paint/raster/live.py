"""A layer with strokes on it that are still being drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.studios.paint.document import Point, Stroke
from app.studios.paint.raster.blend import Ground
from app.studios.paint.raster.dabs import Tilt
from app.studios.paint.raster.painter import StrokePainter, painter_for
from app.studios.paint.raster.tiles import Place, Rect, Tiles


class LiveGround:
    """Tiles, and over them the painters of one stroke and of its mirror images."""

    def __init__(self, tiles: Tiles, heads: Sequence[Stroke]) -> None:
        self.tiles = tiles
        self._painters: list[StrokePainter] = []
        for head in heads:
            under = _Under(tiles, tuple(self._painters))
            self._painters.append(painter_for(head, tiles.width, tiles.height, under.read))

    @property
    def parts(self) -> dict[Place, np.ndarray]:
        return self.tiles.parts

    def add(self, points: Sequence[tuple[Point, ...]], tilts: Sequence[tuple[Tilt, ...]]) -> list[Rect]:
        """Go on, each image through points of its own; returns what changed."""
        ways = zip(self._painters, points, tilts, strict=True)
        touched = [painter.add(places, leans) for painter, places, leans in ways]
        return [rect for rect in touched if rect is not None]

    def read(self, rect: Rect) -> np.ndarray | None:
        """The pixels in *rect* as they are now."""
        return _Under(self.tiles, tuple(self._painters)).read(rect)

    def finished(self) -> Tiles:
        """The tiles with all of it on them."""
        tiles = self.tiles
        for painter in self._painters:
            tiles = painter.onto(tiles)
        return tiles


class _Under:
    """Tiles with some painters' strokes on them."""

    def __init__(self, ground: Ground, painters: tuple[StrokePainter, ...]) -> None:
        self._ground, self._painters = ground, painters

    def read(self, rect: Rect) -> np.ndarray | None:
        found = self._ground.read(rect)
        for painter in self._painters:
            found = painter.over(found, rect)
        return found
