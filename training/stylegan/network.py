"""Mapping, synthesis and discriminator of a small style-based generator that grows from 32 to 128 pixels.

What differs from StyleGAN2 (Karras et al. 2020) is for the sake of a processor. Styles scale the *activations* before a
plain convolution and its outputs are brought back to unit size afterwards, so that no convolution is grouped and a
style may differ from pixel to pixel. Pictures are written as four shifted copies at half their size (pixel shuffle) and
read in the same way, as in SWAGAN (Gal et al. 2021), so that no layer works at the full size. What is new at a larger
size begins at zero: the larger networks compute at first what the smaller ones did (instead of the fading of Karras et
al. 2018).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

from training.lib.polish import Polish

SIDES = (4, 8, 16, 32, 64)
"""Sizes of the feature maps; the picture is twice as large as the last one in use."""
FIRST = 16
"""The last feature map of the smallest network."""
ROOT2 = math.sqrt(2.0)
CLASS_SHARE = 0.7
"""The size of the class in the input of the mapping, where the latent has one."""


def channels_of(side: int, widest: int) -> int:
    """How many channels a feature map has: all until 8 pixels, from there about as much work at each size."""
    return {4: widest, 8: widest, 16: widest * 2 // 3, 32: widest // 3, 64: widest // 6}[side]


class Mapping(nn.Module):
    """Latent (batch, *latent*) and class weights (batch, *classes*) to a style (batch, *width*)."""

    def __init__(self, latent: int, classes: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Linear(classes, width, bias=False)
        nn.init.normal_(self.embedding.weight)
        sizes = [latent + width, width, width, width]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        for layer, size in zip(self.layers, sizes, strict=False):
            # Styles of size one from the first step on: with smaller ones all pictures begin alike, and long stay so.
            nn.init.normal_(layer.weight, std=1 / math.sqrt(size))  # pyright: ignore[reportArgumentType]
            nn.init.zeros_(layer.bias)  # pyright: ignore[reportArgumentType]

    def forward(self, latent: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        found = torch.cat([unit(latent), CLASS_SHARE * unit(self.embedding(classes))], 1)
        for layer in self.layers:
            found = ROOT2 * F.leaky_relu(layer(found), 0.2)
        return found


def unit(values: torch.Tensor) -> torch.Tensor:
    """Each row brought to a mean square of one."""
    return values * torch.rsqrt(values.square().mean(1, keepdim=True) + 1e-8)


@dataclass(frozen=True)
class Styles:
    """``own`` (batch, layers, width); with a ``mask`` (batch, 1, side, side), ``other`` holds where it is one.

    A mask of one pixel holds everywhere: no layer then works with more than one scale for each channel.
    """

    own: torch.Tensor
    other: torch.Tensor | None = None
    mask: torch.Tensor | None = None

    def at(self, layer: int, side: int) -> LayerStyle:
        """What one layer on a map of *side* pixels needs."""
        if self.other is None or self.mask is None:
            return LayerStyle(self.own[:, layer])
        mask = F.avg_pool2d(self.mask, max(1, self.mask.shape[3] // side), ceil_mode=True)
        return LayerStyle(self._both[:, :, layer].reshape(-1, int(self.own.shape[2])), mask)

    @functools.cached_property
    def _both(self) -> torch.Tensor:
        assert self.other is not None
        return torch.stack([self.own, self.other], 1)


@dataclass(frozen=True)
class LayerStyle:
    """The style of one layer, (batch, width). With a *mask* (batch, 1, side, side) there are two of each picture, its
    own and another, which holds where the mask is one."""

    style: torch.Tensor
    mask: torch.Tensor | None = None

    def spread(self, values: torch.Tensor, side: int = 1) -> torch.Tensor:
        """Values of each style, (styles, channels · side²), at the pixels of each picture: (batch, channels, side,
        side); where the mask is zero its own to the bit."""
        channels = int(values.shape[1]) // side**2
        if self.mask is None:
            return values.view(-1, channels, side, side)
        own, other = values.view(-1, 2 * channels, side, side).split(channels, 1)
        return own * (1 - self.mask) + other * self.mask


class Modulated(nn.Module):
    """A convolution: its inputs are scaled by a style, and its outputs (*even*) brought back to unit size."""

    def __init__(self, ins: int, outs: int, width: int, size: int = 3, even: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outs, ins, size, size) / math.sqrt(ins * size * size))
        self.bias = nn.Parameter(torch.zeros(outs))
        self.affine = nn.Linear(width, ins)
        nn.init.normal_(self.affine.weight, std=1 / math.sqrt(width))
        nn.init.ones_(self.affine.bias)
        self.even = even

    def forward(self, found: torch.Tensor, style: LayerStyle) -> torch.Tensor:
        scales = self.affine(style.style)
        found = F.conv2d(found * style.spread(scales).to(found.dtype), self.weight, padding=self.weight.shape[2] // 2)
        if self.even:
            found = found * style.spread(self._evening(scales)).to(found.dtype)
        return found + self.bias.to(found.dtype)[:, None, None]

    def _evening(self, scales: torch.Tensor) -> torch.Tensor:
        """One over the size an output channel would have on even input: (batch, outs)."""
        power = self.weight.float().pow(2).sum((2, 3))
        return torch.rsqrt(F.linear(scales.float().square(), power).float() + 1e-8)


class Layer(nn.Module):
    """A modulated convolution, noise, leaky rectification."""

    def __init__(self, ins: int, outs: int, width: int) -> None:
        super().__init__()
        self.convolution = Modulated(ins, outs, width)
        self.strength = nn.Parameter(torch.zeros(outs))

    def forward(self, found: torch.Tensor, style: LayerStyle, noise: torch.Tensor) -> torch.Tensor:
        found = self.convolution(found, style)
        found = found + (self.strength[:, None, None] * noise).to(found.dtype)
        return ROOT2 * F.leaky_relu(found, 0.2)


class Synthesis(nn.Module):
    """Styles and noise to pictures (batch, 3, side, side) in about -1..1, of twice the side of the last map in use.

    Each map but the last has two layers, the last one: layers ``2 * i`` and ``2 * i + 1`` work at ``SIDES[i]``.
    """

    def __init__(self, width: int, widest: int, side: int) -> None:
        super().__init__()
        self.sides = [each for each in SIDES if 2 * each <= side]
        channels = [channels_of(each, widest) for each in self.sides]
        self.start = nn.Parameter(torch.randn(1, channels[0], 4, 4))
        self.firsts = nn.ModuleList(Layer(each, each, width) for each in channels)
        self.seconds = nn.ModuleList(Layer(each, after, width) for each, after in pairwise(channels))
        self.colours = nn.ModuleList(Modulated(each, 12, width, 1, even=False) for each in channels)
        self.polish = Polish()
        for each, colour in zip(self.sides, self.colours, strict=True):
            if each > FIRST:
                nn.init.zeros_(colour.weight)  # pyright: ignore[reportArgumentType]

    @property
    def layers(self) -> int:
        """How many styles it reads."""
        return 2 * len(self.sides) - 1

    def forward(
        self, styles: Styles, noise: list[torch.Tensor], keep: list[torch.Tensor] | None = None
    ) -> torch.Tensor:
        """*noise* has one (batch, 1, r, r) for each map to use; features are added to *keep* where it is given."""
        found = self.start.expand(styles.own.shape[0], -1, -1, -1)
        picture: torch.Tensor | None = None
        for place, (side, grain) in enumerate(zip(self.sides, noise, strict=False)):
            if place:
                found = self.seconds[place - 1](found, styles.at(2 * place - 1, side // 2), noise[place - 1])
                found = doubled(in_blocks(found))
            style = styles.at(2 * place, side)
            found = self.firsts[place](found, style, grain)
            colours = F.pixel_shuffle(self.colours[place](found, style), 2)
            picture = colours if picture is None else doubled(picture) + colours
            if keep is not None:
                keep.append(found)
        assert picture is not None
        return picture


def in_blocks(found: torch.Tensor) -> torch.Tensor:
    """The same features. To ONNX Runtime the pooling of one pixel, which changes nothing, is a reason to lay them out
    in blocks of channels, in which it doubles them three times as fast."""
    return F.max_pool2d(found, 1) if torch.onnx.is_in_onnx_export() else found


def doubled(found: torch.Tensor) -> torch.Tensor:
    return F.interpolate(found, scale_factor=2, mode="bilinear", align_corners=False)


class Shrink(nn.Module):
    """A residual block of the discriminator: half the side, other channels."""

    def __init__(self, ins: int, outs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(ins, ins, 3, padding=1)
        self.second = nn.Conv2d(ins, outs, 3, padding=1)
        self.skip = nn.Conv2d(ins, outs, 1, bias=False)

    def forward(self, found: torch.Tensor) -> torch.Tensor:
        inner = F.avg_pool2d(F.leaky_relu(self.first(found), 0.2), 2)
        return self.skip(F.avg_pool2d(found, 2)) + F.leaky_relu(self.second(inner), 0.2)


class Discriminator(nn.Module):
    """Pictures (batch, 3, side, side) in -1..1 and class weights to a score each, (batch,): higher for real ones.

    Each size of the picture has an entrance of its own, so that a network grows without forgetting. The class enters by
    projection (Miyato & Koyama 2018). A picture's score does not depend on the others of its batch.
    """

    def __init__(self, classes: int, widest: int, side: int) -> None:
        super().__init__()
        self.sides = [each for each in SIDES if each >= FIRST and 2 * each <= side]
        every = [each for each in SIDES if 2 * each <= side]
        self.entrances = nn.ModuleDict(
            {str(each): nn.Conv2d(12, channels_of(each, widest), 3, padding=1) for each in self.sides}
        )
        self.blocks = nn.ModuleDict(
            {
                str(each): Shrink(channels_of(each, widest), channels_of(each // 2, widest))
                for each in every
                if each > SIDES[0]
            }
        )
        self.last = nn.Conv2d(widest, widest, 3, padding=1)
        self.hidden = nn.Linear(16 * widest, widest)
        self.score = nn.Linear(widest, 1)
        self.embedding = nn.Linear(classes, widest, bias=False)
        self._begin()

    def _begin(self) -> None:
        for part in self.modules():
            if isinstance(part, nn.Conv2d):
                nn.init.kaiming_normal_(part.weight, a=0.2)
        for part in (self.score, self.embedding):
            nn.init.zeros_(part.weight)
        for side in self.sides:
            block = self.blocks[str(side)]
            assert isinstance(block, Shrink)
            if side > FIRST:
                nn.init.zeros_(block.second.weight)
                nn.init.zeros_(block.second.get_parameter("bias"))
                nn.init.zeros_(block.skip.weight)

    def forward(self, pictures: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        side = int(pictures.shape[3]) // 2
        found: torch.Tensor | None = None
        while side >= SIDES[1]:
            if side >= FIRST:
                entrance = F.leaky_relu(self.entrances[str(side)](F.pixel_unshuffle(pictures, 2)), 0.2)
                found = entrance if found is None else found + entrance
                pictures = F.avg_pool2d(pictures, 2)
            assert found is not None
            found = self.blocks[str(side)](self.attended(found, side))
            side //= 2
        assert found is not None
        found = F.leaky_relu(self.last(found), 0.2).flatten(1)
        found = F.leaky_relu(self.hidden(found), 0.2)
        scores = self.score(found)[:, 0] + (found * self.embedding(classes)).mean(1)
        return scores.float()

    def attended(self, found: torch.Tensor, side: int) -> torch.Tensor:
        """What the block at *side* pixels reads of the map *found*: all as it is. BigGAN looks across it first."""
        return found
