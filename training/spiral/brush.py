"""A differentiable renderer of the application's own brush ``round``.

The raster engine sets dabs along a stroke and keeps, for each pixel, the one that covers it most. Here the place on the
curve that is nearest to the pixel is found directly. There the distance does not change with the place (or the place is
an end of the curve), so the place can be held fixed and the gradient is still that of the cover: exact for a stroke of
one width, near for one that widens. ``tests/training/test_spiral.py`` compares pixels and gradient.
"""

from __future__ import annotations

import torch

from app.studios.paint.strokerows import HARDNESS, OPACITY

PIECES = 8
"""Straight pieces among which the nearest place of a curve is looked for."""
LEAST = 1e-6


def cover(strokes: torch.Tensor, side: int) -> torch.Tensor:
    """How much strokes (n, 12) cover each pixel of a tile of *side* pixels, opacity left out: (n, side, side), 0..1."""
    with torch.no_grad():
        place = _place(strokes, side)
    pixels = _centres(strokes, side)
    a, b, c = (1 - place) ** 2, 2 * place * (1 - place), place**2
    x0, y0, x1, y1, x2, y2, first, last = (strokes[:, i, None, None] for i in range(8))
    across = a * x0 + b * x1 + c * x2 - pixels[None, None, :]
    down = a * y0 + b * y1 + c * y2 - pixels[None, :, None]
    distance = (across * across + down * down + LEAST * LEAST).sqrt()
    return _share(first + (last - first) * place, distance, side)


def painted(canvas: torch.Tensor, stroke: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Canvases (n, 3, side, side) with one stroke (n, 12) each on them, where *share* is its :func:`cover`."""
    weight = (share * stroke[:, OPACITY, None, None])[:, None]
    return canvas + weight * (stroke[:, 8:11, None, None] - canvas)


def _share(radius: torch.Tensor, distance: torch.Tensor, side: int) -> torch.Tensor:
    """The cover of a dab at a distance from its middle, as in ``app.studios.paint.raster.dabs``."""
    edge = radius * (1 - HARDNESS) + 1 / side
    share = ((radius + 0.5 / side - distance) / edge).clamp(0, 1)
    return share * share * (3 - 2 * share)


def _centres(like: torch.Tensor, side: int) -> torch.Tensor:
    return (torch.arange(side, device=like.device, dtype=like.dtype) + 0.5) / side


def _place(strokes: torch.Tensor, side: int) -> torch.Tensor:
    """The parameter 0..1 of the place on each curve that is nearest to each pixel: (n, side, side).

    The best of some places, looked for on a grid twice as coarse, brought nearer by Newton's method on both grids.
    """
    coarse = max(1, side // 2)
    place = _nearer(strokes, _rough_place(strokes, coarse))
    if coarse < side:
        place = place.repeat_interleave(2, 1).repeat_interleave(2, 2)
    return _nearer(strokes, place)


def _rough_place(strokes: torch.Tensor, side: int) -> torch.Tensor:
    way = torch.linspace(0, 1, PIECES + 1, device=strokes.device)
    start, bend, end = (strokes[:, i : i + 2, None] for i in (0, 2, 4))
    places = (1 - way) ** 2 * start + 2 * way * (1 - way) * bend + way**2 * end
    squares = (_centres(strokes, side) - places[..., None]).square()
    radius = strokes[:, 6, None] + (strokes[:, 7] - strokes[:, 6])[:, None] * way + 0.5 / side
    squares = squares / radius.square()[:, None, :, None]
    least = squares[:, 0, 0, None, :] + squares[:, 1, 0, :, None]
    place = torch.zeros_like(least)
    for number in range(1, PIECES + 1):  # several times as fast as argmin
        found = squares[:, 0, number, None, :] + squares[:, 1, number, :, None]
        place = torch.where(found < least, number / PIECES, place)
        least = torch.minimum(found, least)
    return place


def _nearer(strokes: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    """One step of Newton's from *place* (n, side, side) to where the curve is nearest, where it does lead nearer."""
    start, bend, end = (strokes[:, i : i + 2, None, None] for i in (0, 2, 4))
    turn, head = start - 2 * bend + end, 2 * (bend - start)
    tx, ty, hx, hy = turn[:, 0], turn[:, 1], head[:, 0], head[:, 1]
    pixels = _centres(strokes, place.shape[-1])
    left, top = start[:, 0] - pixels[None, None, :], start[:, 1] - pixels[None, :, None]
    across, down = (tx * place + hx) * place + left, (ty * place + hy) * place + top
    vx, vy = 2 * tx * place + hx, 2 * ty * place + hy
    bow = vx * vx + vy * vy + 2 * (across * tx + down * ty)
    step = (across * vx + down * vy) / bow.clamp_min(LEAST)
    moved = (place - step.clamp(-1 / PIECES, 1 / PIECES)).clamp(0, 1)
    right, below = (tx * moved + hx) * moved + left, (ty * moved + hy) * moved + top
    return torch.where(right * right + below * below < across * across + down * down, moved, place)
