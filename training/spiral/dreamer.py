"""The network that paints from imagination, stroke by stroke, and the one that judges what it painted.

After SPIRAL and SPIRAL++ (Ganin and others 2018, arXiv 1804.01118; Mellor and others 2019, arXiv 1910.01007): a
recurrent policy that sees its canvas, trained against a discriminator. Those learnt by reinforcement; here the gradient
comes through the renderer. That it also recalls pictures it saw, through their latents, spares most of the training.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import cast

import torch
from torch import nn
from torch.nn import functional as F

from training.spiral.brush import cover, painted
from training.spiral.painter import LEAST_OPACITY, LEAST_RADIUS, MOST_RADIUS, SIDE

STROKES = 20
"""So many strokes a picture has in training."""
LATENT = 48


class Dreamer(nn.Module):
    """One stroke: latent (n, LATENT), canvas (n, 3, 32, 32) with 0..1, state (n, width) and the share of the
    strokes that are painted already (n, 1) to a stroke (n, 12) and the next state. The first state is zero."""

    def __init__(self, width: int = 192) -> None:
        super().__init__()
        self.width = width
        self.look = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(48, 32, 3, 2, 1), nn.GELU(), nn.Flatten(), nn.Linear(512, 96), nn.GELU(),
        )  # fmt: skip
        self.memory = nn.GRUCell(97 + LATENT, width)
        self.hand = nn.Sequential(nn.Linear(width + LATENT + 1, width), nn.GELU(), nn.Linear(width, 12))
        last = cast(nn.Linear, self.hand[-1])
        nn.init.normal_(last.weight, std=0.05)
        with torch.no_grad():
            last.bias.copy_(torch.tensor([0.0] * 6 + [1.0, 1.0] + [0.0] * 3 + [2.0]))

    def forward(
        self, latent: torch.Tensor, canvas: torch.Tensor, state: torch.Tensor, done: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        seen = self.look(canvas * 2 - 1)
        state = self.memory(torch.cat([seen, latent, done], 1), state)
        return _stroke(self.hand(torch.cat([state, latent, done], 1))), state

    def paint(self, latent: torch.Tensor, side: int, strokes: int = STROKES) -> torch.Tensor:
        """Whole pictures (n, 3, side, side) on white."""
        canvas = torch.ones(len(latent), 3, side, side, device=latent.device)
        state = torch.zeros(len(latent), self.width, device=latent.device)
        for number in range(strokes):
            done = torch.full_like(latent[:, :1], number / strokes)
            stroke, state = self(latent, F.adaptive_avg_pool2d(canvas, SIDE), state, done)
            canvas = painted(canvas, stroke, cover(stroke, side))
        return canvas


class Reader(nn.Module):
    """Pictures (n, 3, 32, 32) to the mean and the logarithm of the variance of their latent, (n, LATENT) each."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.layers = nn.Sequential(*_down(width), nn.Linear(64 * width, 2 * LATENT))

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mean, log_variance = self.layers(pictures * 2 - 1).chunk(2, 1)
        return mean, log_variance.clamp(-8, 4)


class Critic(nn.Module):
    """Pictures (n, 3, 32, 32) to a score each (n,): the higher, the more like the data."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.layers = nn.Sequential(*_down(width), nn.Linear(64 * width, 1))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.layers(pictures * 2 - 1)[:, 0]


def _down(width: int) -> list[nn.Module]:
    sizes = (3, width, 2 * width, 4 * width)
    layers: list[nn.Module] = []
    for before, after in pairwise(sizes):
        layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)]
    return [*layers, nn.Flatten()]


def _stroke(raw: torch.Tensor) -> torch.Tensor:
    """Rows (n, 12) from twelve numbers of any size."""
    middle = 0.5 + 0.6 * torch.tanh(raw[:, 0:2])
    half, bend = 0.6 * torch.tanh(raw[:, 2:4]), 0.5 * torch.tanh(raw[:, 4:6])
    low, high = math.log(LEAST_RADIUS), math.log(MOST_RADIUS)
    radii = torch.exp(low + (high - low) * torch.sigmoid(raw[:, 6:8]))
    colour = torch.sigmoid(raw[:, 8:11])
    opacity = LEAST_OPACITY + (1 - LEAST_OPACITY) * torch.sigmoid(raw[:, 11:12])
    return torch.cat([middle - half, middle + bend, middle + half, radii, colour, opacity], 1)
