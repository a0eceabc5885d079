"""Class embedding, generator and discriminator of a small BigGAN (Brock et al. 2019, arXiv 1809.11096).

As there, one class embedding is shared by all blocks, each block reads it beside a chunk of its own of the latent
("skip-z") and turns both to gains and shifts of its channels; a block of self-attention works at 16 pixels in both
networks (Zhang et al. 2019, arXiv 1805.08318), and the discriminator judges by projection (Miyato & Koyama 2018, arXiv
1802.05637).

Instead of batch normalization, outputs of a convolution are brought back to the size they would have on even input, as
in StyleGAN2: a picture is the same alone and among others. Pictures are written and read as four shifted copies at half
their size, and grow from 32 to 64 pixels, as in :mod:`training.stylegan.network`.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

from training.lib.polish import Polish
from training.stylegan.network import (
    FIRST,
    ROOT2,
    SIDES,
    LayerStyle,
    Modulated,
    Styles,
    channels_of,
    doubled,
    in_blocks,
    unit,
)
from training.stylegan.network import Discriminator as Judging

ATTENTIVE = 16
"""The side of the feature maps with self-attention."""
FAINT = -80.0
"""No place is likelier by more than exp(80): with numbers so small that they lose digits processors are very slow."""
CLASS_SHARE, LATENT_SHARE = 0.6, 1.4
"""The sizes of the class and of a chunk of the latent in a style. With a louder class all pictures of one class begin
alike, and stay so for thousands of steps."""


class Conditions(nn.Module):
    """Latent (batch, layers · chunk) and class weights (batch, *classes*) to styles (batch, layers, width + chunk).

    Mixed classes are brought back to the size of a single one in the embedding: a mixture is as loud as a class.
    """

    def __init__(self, classes: int, width: int, layers: int) -> None:
        super().__init__()
        self.embedding = nn.Linear(classes, width, bias=False)
        nn.init.normal_(self.embedding.weight)
        self.layers = layers

    def forward(self, latent: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        shared = CLASS_SHARE * unit(self.embedding(classes))[:, None].repeat(1, self.layers, 1)
        return torch.cat([shared, LATENT_SHARE * latent.unflatten(1, (self.layers, -1))], 2)


class Attention(nn.Module):
    """Each place of a map (batch, channels, side, side) adds what it finds at places like those it asks for.

    Keys and values are looked for at every second place. It begins as the identity.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.asked = nn.Conv2d(channels, channels // 8, 1, bias=False)
        self.keys = nn.Conv2d(channels, channels // 8, 1, bias=False)
        self.values = nn.Conv2d(channels, channels // 2, 1, bias=False)
        self.out = nn.Conv2d(channels // 2, channels, 1, bias=False)
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, found: torch.Tensor) -> torch.Tensor:
        asked = self.asked(found).flatten(2)
        keys, values = (F.max_pool2d(part(found), 2).flatten(2) for part in (self.keys, self.values))
        likeness = asked.transpose(1, 2) @ keys / math.sqrt(keys.shape[1])
        likeness = (likeness - likeness.amax(2, keepdim=True)).clamp(min=FAINT)
        seen = values @ likeness.softmax(2).transpose(1, 2).to(values.dtype)
        return found + self.strength.to(found.dtype) * self.out(seen.unflatten(2, found.shape[2:]))


class Conditional(nn.Module):
    """A convolution with gains before it and shifts behind it, both by the style."""

    def __init__(self, ins: int, outs: int, width: int) -> None:
        super().__init__()
        self.convolution = Modulated(ins, outs, width)
        self.shift = nn.Linear(width, outs, bias=False)
        nn.init.normal_(self.shift.weight, std=0.3 / math.sqrt(width))

    def forward(self, found: torch.Tensor, style: LayerStyle) -> torch.Tensor:
        found = self.convolution(found, style)
        return found + style.spread(self.shift(style.style)).to(found.dtype)


class Block(nn.Module):
    """A residual block; with *doubling* it ends at twice the side."""

    def __init__(self, ins: int, outs: int, width: int, doubling: bool) -> None:
        super().__init__()
        self.first = Conditional(ins, outs, width)
        self.second = Conditional(outs, outs, width)
        self.skip = nn.Conv2d(ins, outs, 1, bias=False)
        nn.init.normal_(self.skip.weight, std=1 / math.sqrt(ins))
        self.doubling = doubling

    def forward(self, found: torch.Tensor, low: LayerStyle, high: LayerStyle) -> torch.Tensor:
        """*low* and *high* are the same style, with masks of the sizes before and after."""
        inner = self.first(heard(found), low)
        beside = self.skip(found)
        if self.doubling:
            inner, beside = doubled(in_blocks(inner)), doubled(beside)
        return (beside + self.second(heard(inner), high)) / ROOT2


def heard(found: torch.Tensor) -> torch.Tensor:
    """Leaky rectification that keeps the size."""
    return ROOT2 * F.leaky_relu(found, 0.2)


class Generator(nn.Module):
    """Styles to pictures (batch, 3, side, side) in about -1..1, of twice the side of the last map in use.

    The first style makes the map of 4 pixels, each further one is that of the block at ``sides[layer - 1]``.
    """

    def __init__(self, width: int, widest: int, side: int) -> None:
        super().__init__()
        self.sides = [each for each in SIDES if 2 * each <= side]
        channels = [channels_of(each, widest) for each in self.sides]
        self.channels = channels[0]
        self.start = nn.Linear(width, 16 * channels[0])
        nn.init.normal_(self.start.weight, std=1 / math.sqrt(width))
        ends = pairwise([channels[0], *channels])
        self.blocks = nn.ModuleList(Block(ins, outs, width, place > 0) for place, (ins, outs) in enumerate(ends))
        self.attention = Attention(channels_of(ATTENTIVE, widest))
        self.colours = nn.ModuleList(colours_of(*each) for each in zip(channels, self.sides, strict=True))
        self.polish = Polish()

    @property
    def layers(self) -> int:
        """How many styles it reads."""
        return 1 + len(self.sides)

    def forward(self, styles: Styles, side: int, keep: list[torch.Tensor] | None = None) -> torch.Tensor:
        """Pictures of *side* pixels; the features of each map in use are added to *keep* where it is given."""
        found = self._started(styles.at(0, 4))
        picture: torch.Tensor | None = None
        for place, each in enumerate(self.sides):
            if 2 * each > side:
                break
            layer = place + 1
            found = self.blocks[place](found, styles.at(layer, max(4, each // 2)), styles.at(layer, each))
            if each == ATTENTIVE:
                found = self.attention(found)
            if keep is not None:
                keep.append(found)
            colours = F.pixel_shuffle(self.colours[place](heard(found)), 2)
            picture = colours if picture is None else doubled(picture) + colours
        assert picture is not None
        return picture

    def _started(self, style: LayerStyle) -> torch.Tensor:
        return style.spread(self.start(style.style), 4)


def colours_of(channels: int, side: int) -> nn.Conv2d:
    """What writes four copies of three colours; those of a size not yet reached begin at zero."""
    colours = nn.Conv2d(channels, 12, 1)
    nn.init.normal_(colours.weight, std=0.0 if side > FIRST else 0.5 / math.sqrt(channels))
    nn.init.zeros_(colours.get_parameter("bias"))
    return colours


class Discriminator(Judging):
    """The discriminator of the style-based generators, which judges by projection, with self-attention."""

    def __init__(self, classes: int, widest: int, side: int) -> None:
        super().__init__(classes, widest, side)
        self.attention = Attention(channels_of(ATTENTIVE, widest))

    def attended(self, found: torch.Tensor, side: int) -> torch.Tensor:
        return self.attention(found) if side == ATTENTIVE else found
