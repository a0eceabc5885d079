"""The sheet as it is shown: composed tile by tile when it is looked at, and kept at half, quarter and eighth size too,
so that zooming out of a large sheet is quick and smooth."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from app.studios.paint.raster.blend import Sheet, compose
from app.studios.paint.raster.tiles import SIDE, Place, Rect, clipped, place_rect, places_in

LEVELS = 4
PAD = 2 ** (LEVELS - 1)
BUDGET = 0.02
"""So many seconds may be spent on composing in one painting of the widget; what is left follows in the next."""
PIXELS_SHOW = 3.0
"""From this zoom on pixels are shown as squares."""


class Surface:
    """Pixels of the whole sheet at several sizes, blue, green, red, 255."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        padded = [-(-side // PAD) * PAD for side in (height, width)]
        self._pixels = [np.full((padded[0] >> i, padded[1] >> i, 4), 255, np.uint8) for i in range(LEVELS)]
        self._images = [_image(pixels) for pixels in self._pixels]
        self._sheets: Sequence[Sheet] = ()
        self._keys: dict[Place, tuple[object, ...]] = {}
        self._stale: set[Place] = set()

    @property
    def sheets(self) -> Sequence[Sheet]:
        return self._sheets

    def show(self, sheets: Sequence[Sheet]) -> list[Rect]:
        """Show these layers; returns what changes, one rectangle a tile."""
        keys = _keys(sheets)
        changed = {place for place in keys.keys() | self._keys.keys() if keys.get(place) != self._keys.get(place)}
        self._sheets, self._keys = sheets, keys
        self._stale |= changed
        return [place_rect(place, self.width, self.height) for place in changed]

    def show_live(self, sheets: Sequence[Sheet], rects: Sequence[Rect]) -> None:
        """Show a running stroke, of which *rects* changed."""
        self._sheets = sheets
        for rect in rects:
            if not self._stale.intersection(places_in(rect)):
                self._compose(rect)

    def stale(self, rect: Rect) -> bool:
        """Whether something in *rect* waits to be composed."""
        return not self._stale.isdisjoint(places_in(rect))

    def refresh(self, rect: Rect) -> bool:
        """Compose what is seen of *rect* and waits, as long as the time lasts; whether all of it is done."""
        started = time.monotonic()
        for place in sorted(self._stale.intersection(places_in(rect))):
            if time.monotonic() - started > BUDGET:
                return False
            self._stale.discard(place)
            self._compose(place_rect(place, self.width, self.height))
        return True

    def paint(self, painter: QPainter, scale: float) -> None:
        """Paint the sheet; the painter's transform maps its pixels to the widget's."""
        level = min(LEVELS - 1, max(0, int(math.log2(1 / scale)))) if scale < 1 else 0
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < PIXELS_SHOW)
        part = QRectF(0, 0, self.width / 2**level, self.height / 2**level)
        painter.drawImage(QRectF(0, 0, self.width, self.height), self._images[level], part)

    def colour_at(self, x: int, y: int) -> str | None:
        """The colour that is seen at a pixel, ``#rrggbb``; None beside the sheet."""
        if clipped((x, y, x + 1, y + 1), self.width, self.height) is None:
            return None
        blue, green, red, _ = compose(self._sheets, (x, y, x + 1, y + 1))[0, 0].tolist()
        return f"#{red:02x}{green:02x}{blue:02x}"

    def _compose(self, rect: Rect) -> None:
        left, top, right, bottom = rect
        self._pixels[0][top:bottom, left:right] = compose(self._sheets, rect)
        for level in range(1, LEVELS):
            left, top, right, bottom = left // 2, top // 2, -(-right // 2), -(-bottom // 2)
            source = self._pixels[level - 1][2 * top : 2 * bottom, 2 * left : 2 * right].astype(np.uint16)
            sums = source[::2, ::2] + source[1::2, ::2] + source[::2, 1::2] + source[1::2, 1::2]
            self._pixels[level][top:bottom, left:right] = (sums + 2) >> 2


def _keys(sheets: Sequence[Sheet]) -> dict[Place, tuple[object, ...]]:
    """What the look of each tile depends on; equal keys, equal pixels (the sheets keep the parts alive)."""
    keys: dict[Place, list[object]] = {}
    for sheet in sheets:
        look = (sheet.opacity, sheet.blend)
        for place, part in sheet.ground.parts.items():
            hidden = sheet.mask.parts.get(place) if sheet.mask is not None else None
            keys.setdefault(place, []).append((id(part), id(hidden), look))
    return {place: tuple(values) for place, values in keys.items()}


def _image(pixels: np.ndarray) -> QImage:
    """A picture that shares the array's memory."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)


assert SIDE % PAD == 0  # tiles stay whole at every size
