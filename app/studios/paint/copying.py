"""Paints a picture in strokes, level by level, from tiles of the whole down to fine ones.

The network looks at target and canvas and offers strokes; those that gain most are painted, and kept if the real canvas
came nearer to the target.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
import numpy as np

from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.easel import Easel
from app.studios.paint.layers import Layer, new_number
from app.studios.paint.passes import Tile, finest, tiles
from app.studios.paint.request import PaintRequest
from app.studios.paint.strokerows import PLACES, RADII
from app.studios.paint.target import target_pixels

LEAST_CANVAS = 64
BATCH = 64
"""So many tiles are looked at in one run of the network."""
DRY = 3
"""After so many passes in a row that changed nothing, the painting is as near as it gets."""
FINE = 2
"""The layer of all levels from this on."""


class Copyist:
    """One painting of a target. *drawing* is the request's, with layers for broad, middle and fine strokes; *rows* are
    the network's rows of what is painted, in shares of the canvas's shorter side."""

    def __init__(self, request: PaintRequest, model: Model, progress: Progress) -> None:
        self._request, self._model, self._progress = request, model, progress
        self._random = rng(request.seed)
        self._variety = float(request.controls["variety"])
        self._count, self._side = int(request.controls["strokes"]), int(model.codec["side"])
        self._a_look, self._around = int(model.codec["strokes"]), int(model.codec["around"])
        drawing = request.drawing
        area = request.gap or (0.0, 0.0, float(drawing.width), float(drawing.height))
        shape = max(1, round(area[2] - area[0])), max(1, round(area[3] - area[1]))
        self._finest = finest(self._count, self._a_look, *shape)
        side = max(LEAST_CANVAS, self._side << self._finest)
        self._easel = Easel(drawing, area, side, request.head.brush, progress.check)
        self._target = self._seen_target(area)
        self._limits = self._widths()
        self.drawing, self._layers = _with_layers(drawing)
        self.rows: list[np.ndarray] = []
        self._lowest = max((self._layers.index(s.layer) for s in drawing.strokes if s.layer in self._layers), default=0)

    def strokes(self) -> Iterator[Stroke]:
        """Strokes, each already painted on the easel; at most as many as were asked for."""
        level, between, left, dry = 0, False, self._count, 0
        while left and dry < DRY:
            before = left
            for stroke in self._pass(level, between, left):
                left -= 1
                self._progress.report(1 - left / self._count)
                yield stroke
            dry = dry + 1 if left == before and level == self._finest else 0
            between = level == self._finest and not between
            level = min(self._finest, level + 1)

    def _pass(self, level: int, between: bool, most: int) -> Iterator[Stroke]:
        """Look at all tiles of a level and paint the strokes that gain most, at most as many as the tiles offer."""
        easel, places = self._easel, tiles(self._easel.width, self._easel.height, level, between)
        rows, gains = self._offers(places)
        gains = gains * np.array([tile.side for tile in places])[:, None] ** 2
        gains = gains * np.exp(self._variety * self._random.standard_normal(gains.shape))
        best = np.argsort(-gains, axis=None)[:most]
        best = best[gains.reshape(-1)[best] > 0]
        head = msgspec.structs.replace(self._request.head, layer=self._layers[max(self._lowest, min(level, FINE))])
        for place in self._ordered(best):
            tile, number = divmod(int(place), self._a_look)
            row = self._varied(rows[tile, number])
            stroke = easel.stroke(row, places[tile], head, self._limits, self._request.gap is not None)
            if easel.paint(stroke, self._target):
                self.rows.append(_of_canvas(row, places[tile], min(easel.width, easel.height)))
                yield stroke

    def _ordered(self, places: np.ndarray) -> np.ndarray:
        """First the first stroke of each tile, then the second…; the tiles in random order."""
        return places[np.lexsort((self._random.random(len(places)), places % self._a_look))]

    def _offers(self, places: list[Tile]) -> tuple[np.ndarray, np.ndarray]:
        """What the network would paint in each tile: rows (n, k, 12) and what each gains (n, k)."""
        canvas = self._easel.pixels()
        rows, gains = [], []
        for at in range(0, len(places), BATCH):
            part = places[at : at + BATCH]
            feeds = {"target": self._cut(self._target, part), "canvas": self._cut(canvas, part)}
            feeds["sheet"] = self._cut(np.ones((*canvas.shape[:2], 1), np.float32), part, "constant")
            found = self._model.run("painter", feeds, self._progress)
            rows.append(found["strokes"])
            gains.append(found["gains"])
        return np.concatenate(rows), np.concatenate(gains)

    def _cut(self, pixels: np.ndarray, places: list[Tile], beyond: Literal["edge", "constant"] = "edge") -> np.ndarray:
        """Tiles of pixels (h, w, c) with what is around them, as the network sees them: float32 (n, c, wide, wide).

        *beyond* the canvas is what NumPy's ``pad`` calls so.
        """
        around, wide = self._around, self._side + 2 * self._around
        times = places[0].side // self._side
        frame = around * times
        padded = np.pad(pixels, ((frame, frame), (frame, frame), (0, 0)), beyond)
        cuts = np.empty((len(places), pixels.shape[2], wide, wide), np.float32)
        for number, tile in enumerate(places):
            cut = padded[tile.top : tile.top + wide * times, tile.left : tile.left + wide * times]
            cuts[number] = cut.reshape(wide, times, wide, times, -1).mean((1, 3)).transpose(2, 0, 1)
        return cuts

    def _varied(self, row: np.ndarray) -> np.ndarray:
        """The colour a little off, as far as variety is wanted."""
        row = row.copy()
        row[8:11] += 0.08 * self._variety * self._random.standard_normal(3)
        return row

    def _seen_target(self, area: tuple[float, float, float, float]) -> np.ndarray:
        """The target's part in the area, as large as the canvas."""
        drawing, scale = self._request.drawing, self._easel.scale
        left, top = round(area[0] * scale), round(area[1] * scale)
        width, height = round(drawing.width * scale), round(drawing.height * scale)
        whole = (max(width, left + self._easel.width), max(height, top + self._easel.height))
        pixels = target_pixels(self._request.target, *whole)
        return pixels[top : top + self._easel.height, left : left + self._easel.width]

    def _widths(self) -> tuple[float, float]:
        side = min(self._request.drawing.width, self._request.drawing.height) / 100
        return float(self._request.controls["thinnest"]) * side, float(self._request.controls["widest"]) * side


def _of_canvas(row: np.ndarray, tile: Tile, side: int) -> np.ndarray:
    """A tile's row in shares of the canvas."""
    row = row.copy()
    row[PLACES] = (row[PLACES].reshape(3, 2) * tile.side + [tile.left, tile.top]).ravel() / side
    row[RADII] *= tile.side / side
    return row


def _with_layers(drawing: Drawing) -> tuple[Drawing, list[int]]:
    """The drawing with layers for broad, middle and fine strokes (those it has, by their names), and their numbers."""
    layers, numbers = drawing.layers, []
    for name in (tr("Broad strokes"), tr("Middle strokes"), tr("Fine strokes")):
        found = next((layer for layer in layers if layer.name == name and not layer.locked), None)
        if found is None:
            found = Layer(new_number(layers), name)
            layers = (*layers, found)
        numbers.append(found.number)
    return msgspec.structs.replace(drawing, layers=layers), numbers
