"""The network that paints a picture: it looks at a tile of the target and of the canvas and gives the next strokes.

As in "Learning to Paint" (Huang, Heng, Zhou 2019, arXiv 1903.04411) it gives several strokes at a look and learns
through a differentiable renderer; as in "Paint Transformer" (Liu and others 2021, arXiv 2108.03798) it knows small
square tiles only, so that the same network paints coarse and fine, at any size.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import nn
from torch.nn import functional as F

from app.studios.paint.strokerows import OPACITY, WIDTH
from training.spiral.brush import cover, painted

SIDE = 32
"""Pixels of a tile's side, as the networks see it."""
AROUND = 8
"""Pixels around a tile in which a stroke that leaves it does harm or good."""
WIDE = SIDE + 2 * AROUND
GRID = SIDE // 4
LEAST_RADIUS, MOST_RADIUS = 0.012, 0.42
LEAST_OPACITY = 0.15


class Painter(nn.Module):
    """Targets and canvases (n, 3, WIDE, WIDE), 0..1, and what of them lies on the sheet (n, 1, WIDE, WIDE), 0 or 1, to
    strokes (n, *strokes*, 12) and by how much each of them, one over the other, lowers the mean squared error over a
    tile (n, *strokes*).

    Only the tile in the middle is looked at; where, which way, how wide and how opaque to paint is learnt. The colour
    is mixed for what lies under the stroke, by least squares, and lies between black and white.
    """

    def __init__(self, strokes: int = 5, width: int = 48) -> None:
        super().__init__()
        self.strokes = strokes
        self.look = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(44, width, 3, padding=1), nn.GELU(),
            nn.Conv2d(width, 2 * width, 3, 2, 1), nn.GELU(),
            nn.Conv2d(2 * width, 2 * width, 3, padding=1), nn.GELU(),
        )  # fmt: skip
        self.whole = nn.Sequential(
            nn.Conv2d(2 * width, 2 * width, 3, 2, 1), nn.GELU(), nn.Flatten(), nn.Linear(32 * width, 192), nn.GELU()
        )
        self.point = nn.Conv2d(2 * width, strokes, 1)
        self.steer = nn.Linear(192, strokes * 2 * width)
        self.hand = nn.Sequential(nn.Linear(2 * width + 194 + strokes, 192), nn.GELU(), nn.Linear(192, 9))
        self.register_buffer("places", _places(), persistent=False)
        self.register_buffer("corners", _corners(), persistent=False)
        last = cast(nn.Linear, self.hand[-1])
        nn.init.normal_(last.weight, std=0.02)
        with torch.no_grad():
            last.bias.copy_(torch.tensor([0.0, 0, 0, 0, 0, 0, 0.5, 0.5, 2.0]))

    def forward(
        self, target: torch.Tensor, canvas: torch.Tensor, sheet: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        strokes, canvases = self.paint(target, canvas, sheet)
        errors = [((made - target).square() * sheet).sum((1, 2, 3)) for made in [canvas, *canvases]]
        found = torch.stack(errors, 1) / (3 * SIDE * SIDE)
        return strokes, found[:, :-1] - found[:, 1:]

    def paint(
        self, target: torch.Tensor, canvas: torch.Tensor, sheet: torch.Tensor
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The strokes, and the canvas after each."""
        tile = (..., slice(AROUND, AROUND + SIDE), slice(AROUND, AROUND + SIDE))
        shapes = self._shapes(target[tile], canvas[tile])
        shares = cover(_outward(shapes).flatten(0, 1), WIDE).view(-1, self.strokes, WIDE, WIDE)
        strokes, canvases = [], []
        for number in range(self.strokes):
            stroke = _mixed(shapes[:, number], shares[:, number], target, canvas, sheet)
            canvas = painted(canvas, stroke, shares[:, number])
            strokes.append(stroke)
            canvases.append(canvas)
        return torch.stack(strokes, 1), canvases

    def _shapes(self, target: torch.Tensor, canvas: torch.Tensor) -> torch.Tensor:
        """The strokes without their colour: (n, strokes, 12)."""
        count = target.shape[0]
        places = cast(torch.Tensor, self.places).expand(count, -1, -1, -1)
        seen = self.look(torch.cat([target, canvas, target - canvas, places], 1) * 2 - 1)
        whole = self.whole(seen)
        steered = self.steer(whole).view(count, self.strokes, -1)
        scores = self.point(seen).flatten(2) + steered @ seen.flatten(2) / math.sqrt(seen.shape[1])
        attention = scores.softmax(2)
        found = attention @ seen.flatten(2).transpose(1, 2)
        centre = attention @ cast(torch.Tensor, self.corners)
        numbers = torch.eye(self.strokes, device=seen.device).expand(count, -1, -1)
        everyone = whole[:, None].expand(-1, self.strokes, -1)
        return _strokes(self.hand(torch.cat([found, centre, everyone, numbers], 2)), centre)


def _strokes(raw: torch.Tensor, centre: torch.Tensor) -> torch.Tensor:
    """Rows (…, 12) from nine numbers of any size and the middle (…, 2) the network points at."""
    middle = centre + 0.4 * torch.tanh(raw[..., 0:2])
    half, bend = 0.7 * torch.tanh(raw[..., 2:4]), 0.5 * torch.tanh(raw[..., 4:6])
    low, high = math.log(LEAST_RADIUS), math.log(MOST_RADIUS)
    radii = torch.exp(low + (high - low) * torch.sigmoid(raw[..., 6:8]))
    opacity = LEAST_OPACITY + (1 - LEAST_OPACITY) * torch.sigmoid(raw[..., 8:9])
    colour = torch.zeros_like(raw[..., :3])
    return torch.cat([middle - half, middle + bend, middle + half, radii, colour, opacity], -1)


def _outward(shapes: torch.Tensor) -> torch.Tensor:
    """Rows (…, 12) in units of the tile, in units of the tile with what is around it."""
    return torch.cat([(shapes[..., :6] * SIDE + AROUND) / WIDE, shapes[..., 6:8] * (SIDE / WIDE), shapes[..., 8:]], -1)


def _mixed(
    stroke: torch.Tensor, share: torch.Tensor, target: torch.Tensor, canvas: torch.Tensor, sheet: torch.Tensor
) -> torch.Tensor:
    """The stroke in the colour that brings the canvas nearest to the target."""
    weight = (share * stroke[:, OPACITY, None, None])[:, None]
    wanted = (target - canvas + weight * canvas) * weight * sheet
    colour = wanted.sum((2, 3)) / (weight * weight * sheet).sum((2, 3)).clamp_min(1e-3)
    return torch.cat([stroke[:, :8], colour.clamp(0, 1), stroke[:, OPACITY:WIDTH]], 1)


def _places() -> torch.Tensor:
    """Where each pixel lies, -0.5..0.5: (2, SIDE, SIDE)."""
    steps = (torch.arange(SIDE) + 0.5) / SIDE - 0.5
    return torch.stack(torch.meshgrid(steps, steps, indexing="xy"))


def _corners() -> torch.Tensor:
    """The middles of the cells the network points at: (GRID², 2), 0..1."""
    steps = (torch.arange(GRID) + 0.5) / GRID
    return torch.stack(torch.meshgrid(steps, steps, indexing="xy"), -1).view(-1, 2)


def edges(pictures: torch.Tensor) -> torch.Tensor:
    """Differences of neighbouring pixels, to the right and down: (n, 6, side, side)."""
    right = F.pad(pictures[..., :, 1:] - pictures[..., :, :-1], (0, 1))
    down = F.pad(pictures[..., 1:, :] - pictures[..., :-1, :], (0, 0, 0, 1))
    return torch.cat([right, down], 1)
