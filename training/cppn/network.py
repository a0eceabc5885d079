"""A network that is asked for the colour of one point at a time: a picture of it has no size of its own.

Compositional pattern producing networks: Stanley 2007. Each layer is a sine whose frequency and phase follow from a
code (FiLM-SIREN: Chan et al. 2021, pi-GAN, arXiv 2012.00926). The codes are those of paintings: an encoder learns them
together with the renderer, as a variational autoencoder (Kingma & Welling 2014).

What the renderer gives a point is not a colour but the chance of each of a few *regions*, and a region has a colour and
a shading that follow from a second code: a mixture density (Bishop 1994). A mean of likely colours would be grey; so
the regions learn the colours that are really on the canvas, and where it can't know which, the chances say so. The form
of one painting can be seen in the colours of another, and the border between regions is soft, or sharp at any size.

A picture is looked at twice. The first look gives regions and a displacement; the second look starts from the
displaced point, and may follow another code in each of the first regions: a collage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import nn

SHADES = 2
"""Shadings of a region: fields that pull its colour in a direction of its own."""
FLOW = 0.25
"""How far a point is displaced at most, of half the picture's side."""
STEEPEST = 1.5
"""From pixel to pixel a score changes by no more: a border is then two pixels wide, and has no steps."""


class Encoder(nn.Module):
    """Pictures (batch, 3, 32, 32) in 0..1 to the mean and the log variance of their code, (batch, codes) each."""

    def __init__(self, codes: int) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(3, 32, 3, 2, 1), nn.LeakyReLU(0.1), nn.Conv2d(32, 64, 3, 2, 1), nn.LeakyReLU(0.1),
            nn.Conv2d(64, 96, 3, 2, 1), nn.LeakyReLU(0.1), nn.Flatten(), nn.Linear(1536, 192), nn.LeakyReLU(0.1),
        )  # fmt: skip
        self.out = nn.Linear(192, 2 * codes)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mean, spread = self.out(self.trunk(pictures - 0.5)).chunk(2, 1)
        return mean, spread.clamp(-8, 2)


class Renderer(nn.Module):
    """Points and codes to regions and their colours; see the module's docstring.

    *form* and *colour* are the lengths of the two codes, *regions* how many regions there are.
    """

    def __init__(self, form: int, colour: int, regions: int, width: int, layers: int) -> None:
        super().__init__()
        self.form, self.regions, self.width, self.layers = form, regions, width, layers
        self.first = nn.Linear(2, width)
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in range(layers - 1))
        self.film = nn.Sequential(nn.Linear(form, 128), nn.LeakyReLU(0.1), nn.Linear(128, 2 * width * layers))
        self.out = nn.Linear(width, regions + SHADES + 2)
        self.palette = nn.Sequential(
            nn.Linear(colour, 128), nn.LeakyReLU(0.1), nn.Linear(128, regions * 3 * (1 + SHADES))
        )
        self._begin()

    def _begin(self) -> None:
        """The initial weights of SIREN (Sitzmann et al. 2020): each layer's sines see about one period."""
        nn.init.uniform_(self.first.weight, -4.0, 4.0)
        nn.init.uniform_(self.first.bias, -math.pi, math.pi)
        for layer in self.hidden:
            assert isinstance(layer, nn.Linear)
            bound = math.sqrt(6 / self.width)
            nn.init.uniform_(layer.weight, -bound, bound)

    def styles(self, form: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Codes (..., form) to the frequencies and phases of each layer, (..., 2 · width)."""
        return self.film(form).split(2 * self.width, -1)

    def colours(self, colour: torch.Tensor) -> torch.Tensor:
        """Codes (..., colour) to the colour of each region and its shadings, (..., regions, 1 + shades, 3)."""
        return self.palette(colour).unflatten(-1, (self.regions, 1 + SHADES, 3))

    def look(
        self, points: torch.Tensor, styles: Sequence[torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Points (..., 2) and the styles of each layer (..., 2 · width) to region scores, shadings, displacement."""
        found = points
        for layer, style in zip((self.first, *self.hidden), styles, strict=True):
            frequency, phase = style.chunk(2, -1)
            found = torch.sin(layer(found) * (1 + frequency) + phase)
        scores, shades, moved = self.out(found).split([self.regions, SHADES, 2], -1)
        return scores, torch.tanh(shades), torch.tanh(moved)

    def tinted(self, shades: torch.Tensor, palette: torch.Tensor) -> torch.Tensor:
        """Shadings (..., shades) and a palette (..., regions, 1 + shades, 3) to each region's colour there, 0..1."""
        return torch.sigmoid(palette[..., 0, :] + (shades[..., None, :, None] * palette[..., 1:, :]).sum(-2))

    def forward(self, points: torch.Tensor, form: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Both looks at points (batch, n, 2) in -1..1 of pictures with codes (batch, form): scores and shadings."""
        styles = [style[:, None] for style in self.styles(form)]
        _, _, moved = self.look(points, styles)
        scores, shades, _ = self.look(points + FLOW * moved, styles)
        return scores, shades


class Abstract(nn.Module):
    """The renderer as it is exported: a rectangle of one picture, with a code for each region of the first look.

    ``points`` (h, w, 2); ``grain`` (h, w, regions), added to the scores; ``forms`` (regions, form) and ``colours``
    (regions, colour); ``edges`` (): how sharp borders are; ``flow`` (): 1 displaces as far as was learnt. Gives
    ``images`` (h - 4, w - 4, 3) in 0..1: the outer points are there only so that the steps between neighbours are
    known, by which each border is kept about two pixels wide; so what a point shows does not depend on the rectangle.
    """

    def __init__(self, renderer: Renderer) -> None:
        super().__init__()
        self.renderer = renderer

    def forward(
        self,
        points: torch.Tensor,
        grain: torch.Tensor,
        forms: torch.Tensor,
        colours: torch.Tensor,
        edges: torch.Tensor,
        flow: torch.Tensor,
    ) -> torch.Tensor:
        renderer = self.renderer
        styles = renderer.styles(forms)
        scores, _, moved = renderer.look(points, [style[0] for style in styles])
        pieces = sharpened(scores.log_softmax(-1), edges).softmax(-1)
        scores, shades, _ = renderer.look(inner(points + flow * FLOW * moved), [pieces @ style for style in styles])
        shares = sharpened(scores.log_softmax(-1) + inner(grain), edges).softmax(-1)
        return self._painted(shares, inner(shades), inner(pieces), renderer.colours(colours))

    def _painted(
        self, shares: torch.Tensor, shades: torch.Tensor, pieces: torch.Tensor, palettes: torch.Tensor
    ) -> torch.Tensor:
        """As :meth:`Renderer.tinted`, with the regions last, since sums over what lies side by side are quick."""
        tints = palettes.permute(2, 0, 3, 1).flatten(2)
        mixed = [(pieces @ tint).unflatten(-1, (3, self.renderer.regions)) for tint in tints]
        shaded = [shades[..., at, None, None] * mixed[at + 1] for at in range(SHADES)]
        return (torch.sigmoid(mixed[0] + shaded[0] + shaded[1]) * shares[..., None, :]).sum(-1)


def inner(values: torch.Tensor) -> torch.Tensor:
    """(h, w, …) without what is outermost, (h - 2, w - 2, …)."""
    return values[1:-1, 1:-1]


def sharpened(scores: torch.Tensor, edges: torch.Tensor) -> torch.Tensor:
    """Scores (h, w, regions) times *edges*, or less where they would change by more than :data:`STEEPEST` a pixel.

    Gives the inner ones, of which both neighbours are known, (h - 2, w - 2, regions).
    """
    across = (scores[1:-1, 2:] - scores[1:-1, :-2]) / 2
    down = (scores[2:, 1:-1] - scores[:-2, 1:-1]) / 2
    slope = (across.square() + down.square()).amax(-1, keepdim=True).clamp(min=1e-12).sqrt()
    return inner(scores) * (edges / (1 + edges * slope / STEEPEST))
