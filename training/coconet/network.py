"""The network: two-dimensional convolutions over (time, pitch), so that a chord is the same thing in every key.

Coconet (Huang et al. 2017) stacks 64 convolutions of 128 channels at the resolution of the grid. For a processor that
is far too much, and most of a chorale happens on the quarters. Here the trunk works on quarters, with dilated
convolutions to look far in time and in pitch; a few thin layers before and after it work on sixteenths. Against the
plain stack, and against one-dimensional convolutions with the pitches as channels, it reached the lower loss after
equal minutes (60 s of one core: 0.66 nats per note, 0.88 and 1.23).
"""

from __future__ import annotations

from typing import cast

import torch
from torch import nn
from torch.nn import functional as F

from app.studios.compose.codec import VOICES, Codec

STEM = (5, 25)
"""Kernel of the first layer, in sixteenths and semitones: an octave up and down."""
DILATIONS = ((1, 1), (2, 1), (4, 1), (1, 4), (2, 1), (4, 1), (8, 1), (1, 3))
"""Of the first convolution in each block of the trunk, in (quarters, semitones)."""


DROPOUT = 0.15
"""Of whole channels in the trunk: without it the valid loss rose from step 11,000 on while the training loss fell."""


class Block(nn.Module):
    """Two 3x3 convolutions around a residual connection; *dilation* is that of the first."""

    def __init__(self, width: int, dilation: tuple[int, int] = (1, 1), dropout: float = 0.0) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation, bias=False)
        self.first_norm = nn.BatchNorm2d(width)
        self.second = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(width)
        self.drop = nn.Dropout2d(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.drop(F.relu(self.first_norm(self.first(x))))
        return F.relu(x + self.second_norm(self.second(y)))


class Coconet(nn.Module):
    """Features (batch, channels, steps) to scores (batch, steps, 4, classes); steps a multiple of a quarter."""

    def __init__(self, codec: Codec, fine: int = 32, deep: int = 64, blocks: int = 8) -> None:
        super().__init__()
        self.codec = codec
        quarter = codec.steps_per_quarter
        self.roll = nn.Conv2d(VOICES, fine, STEM, padding=(STEM[0] // 2, STEM[1] // 2), bias=False)
        self.rest = nn.Conv1d(codec.channels - VOICES * codec.pitches, fine, 3, padding=1, bias=False)
        self.height = nn.Parameter(torch.zeros(1, fine, 1, codec.pitches))
        self.norm = nn.BatchNorm2d(fine)
        self.before = Block(fine)
        self.down = nn.Conv2d(quarter * fine, deep, 1, bias=False)
        self.down_norm = nn.BatchNorm2d(deep)
        self.trunk = nn.Sequential(*(Block(deep, DILATIONS[i % len(DILATIONS)], DROPOUT) for i in range(blocks)))
        self.up = nn.Conv2d(deep, quarter * fine, 1, bias=False)
        self.up_norm = nn.BatchNorm2d(quarter * fine)
        self.after = Block(fine)
        self.notes = nn.Conv2d(fine, VOICES, 1)
        self.habit = nn.Parameter(torch.zeros(1, VOICES, 1, codec.pitches))
        self.silence = nn.Conv1d(fine, VOICES, 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        x = self.before(self._seen(features))
        y = F.relu(self.down_norm(self.down(self._to_quarters(x))))
        y = self._to_steps(self.up_norm(self.up(self.trunk(y))), x.shape[1])
        x = self.after(F.relu(x + y))
        notes = self.notes(x) + self.habit
        silence = self.silence(x.mean(3)).unsqueeze(3)
        return torch.cat([notes, silence], 3).transpose(1, 2)

    def _seen(self, features: torch.Tensor) -> torch.Tensor:
        """The four rolls laid out over pitch; all the rest (silence, unknown, beat, ends) holds for every pitch."""
        classes, pitches = self.codec.classes, self.codec.pitches
        voices = features[:, : VOICES * classes].unflatten(1, (VOICES, classes))
        roll = voices[:, :, :pitches].transpose(2, 3).contiguous(memory_format=torch.channels_last)
        rest = torch.cat([voices[:, :, pitches], features[:, VOICES * classes :]], 1)
        return F.relu(self.norm(self.roll(roll) + self.rest(rest).unsqueeze(3) + self.height))

    def _to_quarters(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, c, steps, pitch) to (batch, 4 c, quarters, pitch)."""
        x = x.unflatten(2, (-1, self.codec.steps_per_quarter)).transpose(2, 3)
        return x.flatten(1, 2).contiguous(memory_format=torch.channels_last)

    def _to_steps(self, y: torch.Tensor, width: int) -> torch.Tensor:
        """The inverse of :meth:`_to_quarters`."""
        y = y.unflatten(1, (width, self.codec.steps_per_quarter)).transpose(2, 3)
        return y.flatten(2, 3).contiguous(memory_format=torch.channels_last)


def fused(network: Coconet) -> Coconet:
    """*network* in evaluation mode with each batch normalization folded into the convolution before it, in place."""
    network.eval()
    for convolution, norm in normalized(network):
        parent = network.get_submodule(convolution.rpartition(".")[0])
        folded = nn.utils.fuse_conv_bn_eval(
            cast(nn.Conv2d, network.get_submodule(convolution)), cast(nn.BatchNorm2d, network.get_submodule(norm))
        )
        setattr(parent, convolution.rpartition(".")[2], folded)
        setattr(parent, norm.rpartition(".")[2], nn.Identity())
    return network


def normalized(network: Coconet) -> list[tuple[str, str]]:
    """The names of the convolutions that a batch normalization follows at once, and of these."""
    blocks = [name for name, module in network.named_modules() if isinstance(module, Block)]
    inside = [(f"{name}.{part}", f"{name}.{part}_norm") for name in blocks for part in ("first", "second")]
    return [*inside, ("down", "down_norm"), ("up", "up_norm")]
