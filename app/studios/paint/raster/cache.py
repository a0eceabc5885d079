"""Keeps the pixels of layers as they were after the last strokes, so that undo finds them and a stroke paints once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.layers import Layer
from app.studios.paint.pictures import decoded
from app.studios.paint.raster.blend import Sheet
from app.studios.paint.raster.painter import paint
from app.studios.paint.raster.tiles import TILE_BYTES, Tiles

BUDGET = 512 << 20
CHECKPOINT = 64
"""When many strokes are painted in a row, the state after each so many is kept…"""
NEWEST = 8
"""… and those after so many of the last."""

PICTURE_SECONDS = 0.1
"""About as long takes decoding a picture."""
_NOTHING = Layer(0)


class _Node:
    """The state of a layer after *stroke*, which came after the parent's; *tiles* are None once dropped."""

    __slots__ = ("children", "parent", "stroke", "tiles")

    def __init__(self, stroke: Stroke | None, parent: _Node | None, tiles: Tiles | None) -> None:
        self.stroke, self.parent, self.tiles = stroke, parent, tiles
        self.children: dict[int, _Node] = {}


class Rasters:
    """Pixels by the very strokes that made them. May be used from several threads."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._roots: dict[tuple[object, ...], tuple[_Node, bytes]] = {}
        self._held: OrderedDict[_Node, int] = OrderedDict()
        self.held_bytes = 0

    def sheets(self, drawing: Drawing, check: Callable[[], None] | None = None) -> list[Sheet]:
        """The visible layers, painted where they were not; *check* is called between strokes and may raise."""
        return [self._sheet(drawing, layer, check) for layer in drawing.layers if layer.visible]

    def layer(self, drawing: Drawing, layer: Layer, check: Callable[[], None] | None = None) -> Tiles:
        """The pixels of one layer. Raises :class:`AtelierError` (``BAD_FILE``) if its picture is damaged."""
        return self._painted(drawing, layer, drawing.on_layer(layer.number), check)

    def mask(self, drawing: Drawing, layer: Layer, check: Callable[[], None] | None = None) -> Tiles:
        """What hides a layer: its alpha."""
        return self._painted(drawing, _NOTHING, drawing.on_layer(layer.number, on_mask=True), check)

    def missing(self, drawing: Drawing, enough: float) -> float:
        """About how many seconds it would take to paint what is seen and not kept; counted until it is *enough*."""
        seconds = 0.0
        for layer in drawing.layers:
            for under, on_mask in ((layer, False), (_NOTHING, True)):
                if layer.visible and (layer.masked or not on_mask):
                    seconds += self._missing(drawing, under, drawing.on_layer(layer.number, on_mask), enough - seconds)
                if seconds > enough:
                    return seconds
        return seconds

    def decode(self, drawing: Drawing, layer: Layer) -> None:
        """Have a layer's picture ready. Raises :class:`AtelierError` (``BAD_FILE``) if it is damaged."""
        with self._lock:
            root = self._root(drawing, layer)
        self._begin(root, drawing, layer)

    def put(self, drawing: Drawing, layer: Layer, on_mask: bool, tiles: Tiles) -> None:
        """Keep the pixels of a layer, or of its mask, that were painted elsewhere."""
        with self._lock:
            root = self._root(drawing, _NOTHING if on_mask else layer)
            self._keep(root, drawing.on_layer(layer.number, on_mask), tiles)

    def _missing(self, drawing: Drawing, under: Layer, strokes: Sequence[Stroke], enough: float) -> float:
        with self._lock:
            root = self._root(drawing, under)
            _, done = self._nearest(root, strokes)
        seconds = PICTURE_SECONDS if root.tiles is None else 0.0
        for stroke in strokes[done:]:
            seconds += cost(stroke)
            if seconds > enough:
                break
        return seconds

    def _sheet(self, drawing: Drawing, layer: Layer, check: Callable[[], None] | None) -> Sheet:
        tiles = self.layer(drawing, layer, check)
        mask = self.mask(drawing, layer, check) if layer.masked else None
        return Sheet(layer.number, tiles, layer.opacity, layer.blend, mask)

    def _painted(
        self, drawing: Drawing, layer: Layer, strokes: Sequence[Stroke], check: Callable[[], None] | None
    ) -> Tiles:
        with self._lock:
            root = self._root(drawing, layer)
        self._begin(root, drawing, layer)
        with self._lock:
            node, done = self._nearest(root, strokes)
            tiles = node.tiles
            assert tiles is not None  # the root has some
        for place in range(done, len(strokes)):
            if check is not None:
                check()
            tiles = paint(strokes[place], tiles)
            if place % CHECKPOINT == CHECKPOINT - 1 or place >= len(strokes) - NEWEST:
                with self._lock:
                    self._keep(root, strokes[: place + 1], tiles)
        return tiles

    def _begin(self, root: _Node, drawing: Drawing, layer: Layer) -> None:
        """Outside the lock, so that several threads decode at a time; two at one picture make the same."""
        if root.tiles is None:
            root.tiles = _tiles_of(layer, drawing.width, drawing.height)

    def _root(self, drawing: Drawing, layer: Layer) -> _Node:
        """The state of a layer before its first stroke: clear, or its picture, which is decoded when first needed."""
        key = (drawing.width, drawing.height, id(layer.picture), layer.corner)
        if key not in self._roots:
            blank = None if layer.picture else Tiles(drawing.width, drawing.height)
            self._roots[key] = (_Node(None, None, blank), layer.picture)
        return self._roots[key][0]

    def _nearest(self, root: _Node, strokes: Sequence[Stroke]) -> tuple[_Node, int]:
        """The kept state after most of these strokes, and how many."""
        node, best, done = root, root, 0
        for place, stroke in enumerate(strokes):
            child = node.children.get(id(stroke))
            if child is None:
                break
            node = child
            if node.tiles is not None:
                best, done = node, place + 1
        if best in self._held:
            self._held.move_to_end(best)
        return best, done

    def _keep(self, root: _Node, strokes: Sequence[Stroke], tiles: Tiles) -> None:
        node, before = root, root.tiles
        for stroke in strokes:
            before = node.tiles or before
            node = node.children.setdefault(id(stroke), _Node(stroke, node, None))
        if node is root or node.tiles is not None:
            return
        node.tiles = tiles
        self._held[node] = tiles.bytes_beside(before) if before else len(tiles.parts) * TILE_BYTES
        self.held_bytes += self._held[node]
        while self.held_bytes > self._budget and len(self._held) > 1:
            self._drop(*self._held.popitem(last=False))

    def _drop(self, node: _Node, size: int) -> None:
        self.held_bytes -= size
        node.tiles = None
        while node.parent is not None and node.tiles is None and not node.children:
            node.parent.children.pop(id(node.stroke))
            node = node.parent


def cost(stroke: Stroke) -> float:
    """About how many seconds it takes to paint a stroke."""
    places = stroke.places
    length = float(np.hypot(*np.diff(places, axis=0).T).sum()) if len(places) > 1 else 0.0
    dabs = min(1 + length / max(0.5, 0.08 * stroke.size), 1e6)
    return dabs * (1.5e-5 + 2e-8 * stroke.size**2)


def _tiles_of(layer: Layer, width: int, height: int) -> Tiles:
    if not layer.picture:
        return Tiles(width, height)
    image, (x, y) = decoded(layer.picture), layer.corner
    if (x, y) != (0, 0):
        image = image.crop((-x, -y, width - x, height - y))  # beside the picture it is clear
    return Tiles.of_picture(multiplied(image), width, height)


def multiplied(image: Image.Image) -> np.ndarray:
    """An RGBA picture as uint8 (h, w, 4): blue, green, red, alpha, the colours multiplied by it."""
    return np.asarray(image.convert("RGBa"))[..., [2, 1, 0, 3]]


def divided(pixels: np.ndarray) -> np.ndarray:
    """The way back from :func:`multiplied`."""
    alpha = np.maximum(pixels[..., 3:], 1).astype(np.uint16)
    made = np.empty_like(pixels)
    made[..., :3] = np.minimum((pixels[..., 2::-1] * np.uint16(255) + alpha // 2) // alpha, 255)
    made[..., 3] = pixels[..., 3]
    return made
