"""Layers over each other on white paper (W3C Compositing and Blending Level 1, sections 5 and 9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.studios.paint.raster.tiles import Place, Rect


class Ground(Protocol):
    """What pixels can be read from: :class:`~app.studios.paint.raster.tiles.Tiles`, or tiles under a running stroke."""

    @property
    def parts(self) -> dict[Place, np.ndarray]: ...

    def read(self, rect: Rect) -> np.ndarray | None:
        """A copy of the pixels in *rect*; None where there are none."""
        ...


@dataclass(frozen=True)
class Sheet:
    """One layer as it is to be shown; the alpha of *mask* hides."""

    number: int
    ground: Ground
    opacity: float = 1.0
    blend: str = "normal"
    mask: Ground | None = None


def compose(sheets: Sequence[Sheet], rect: Rect) -> np.ndarray:
    """What is seen in *rect*: uint8 (h, w, 4), blue, green, red, 255; the lowest sheet first."""
    made = np.full((rect[3] - rect[1], rect[2] - rect[0], 4), 255, np.uint8)
    for sheet in sheets:
        pixels = sheet.ground.read(rect)
        if pixels is None or not sheet.opacity:
            continue
        hidden = sheet.mask.read(rect) if sheet.mask is not None else None
        if hidden is None and sheet.opacity == 1 and sheet.blend == "normal":
            made = _over(made, pixels)
        else:
            made = _mixed(made, pixels, sheet, hidden)
    return made


def masked(pixels: np.ndarray, hidden: np.ndarray | None) -> np.ndarray:
    """The pixels of a layer with its mask done to them."""
    if hidden is None:
        return pixels
    shown = 255 - hidden[..., 3:].astype(np.uint16)
    return ((pixels * shown + 127) // 255).astype(np.uint8)


def _over(ground: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """The same as the general case, in whole numbers; (x · 257 + 32896) >> 16 is x / 255, rounded."""
    kept = ground.astype(np.uint32)
    kept *= 255 - pixels[..., 3:].astype(np.uint32)
    kept *= 257
    kept += 32896
    kept >>= 16
    kept += pixels
    return np.minimum(kept, 255, out=kept).astype(np.uint8)


def _mixed(ground: np.ndarray, pixels: np.ndarray, sheet: Sheet, hidden: np.ndarray | None) -> np.ndarray:
    values = masked(pixels, hidden).astype(np.float32)
    alpha = values[..., 3:] / 255
    source = np.clip(values[..., :3] / np.maximum(alpha, 1e-3) / 255, 0, 1)
    backdrop = ground[..., :3].astype(np.float32) / 255
    mixed = backdrop + alpha * np.float32(sheet.opacity) * (_MODES[sheet.blend](backdrop, source) - backdrop)
    made = np.full_like(ground, 255)
    made[..., :3] = (mixed * 255 + 0.5).astype(np.uint8)
    return made


def _hard_light(backdrop: np.ndarray, source: np.ndarray) -> np.ndarray:
    return np.where(source <= 0.5, 2 * backdrop * source, 1 - 2 * (1 - backdrop) * (1 - source))


_MODES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "normal": lambda _, source: source,
    "multiply": lambda backdrop, source: backdrop * source,
    "screen": lambda backdrop, source: backdrop + source - backdrop * source,
    "overlay": lambda backdrop, source: _hard_light(source, backdrop),
    "darken": np.minimum,
    "lighten": np.maximum,
    "hard-light": _hard_light,
    "difference": lambda backdrop, source: np.abs(backdrop - source),
    "add": lambda backdrop, source: np.minimum(1, backdrop + source),
}
