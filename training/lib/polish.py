"""Takes the grid out of made pictures.

A generator that writes its pictures as shifted copies (sub-pixel convolution, Shi et al. 2016) leaves a pattern of dots
that no picture of the data has: at the finest frequency its mean power can be hundreds of times theirs ("checkerboard
artifacts", Odena et al. 2016, doi:10.23915/distill.00003; in the spectrum, Durall et al. 2020, arXiv 2003.01826). A
small fixed filter behind the network brings the mean spectrum down to that of the data and leaves the rest alone.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

REACH = 2
"""How many pixels the filter looks to each side."""
COLOURS = 3
LOUDEST, QUIETEST = 50.0, 0.3
"""Bounds of the weight of a frequency in the fit: the root of how much too strong it is."""


class Polish(nn.Module):
    """A filter of 5 × 5 pixels on pictures (n, 3, side, side), the same for each colour; it begins as the identity."""

    kernel: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        kernel = torch.zeros(COLOURS, 1, 2 * REACH + 1, 2 * REACH + 1)
        kernel[:, :, REACH, REACH] = 1
        # It is fitted anew at each export, so that checkpoints need not know of it.
        self.register_buffer("kernel", kernel, persistent=False)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return F.conv2d(F.pad(pictures, (REACH,) * 4, mode="reflect"), self.kernel, groups=COLOURS)

    @torch.no_grad()
    def fit(self, made: torch.Tensor, real: torch.Tensor) -> None:
        """Bring the mean spectrum of *made* down to that of *real*, both (n, 3, side, side), by least squares."""
        ours, theirs = spectrum(made), spectrum(real)
        weight = (ours / theirs).sqrt().clamp(QUIETEST, LOUDEST)
        wanted = torch.where(_fine(len(ours)), (theirs / ours).sqrt().clamp(max=1), 1.0)
        around = [(across, down) for across in range(REACH + 1) for down in range(REACH + 1) if across or down]
        # What a value around the middle takes in, the middle gives: an even plane stays as it is.
        waves = torch.stack([(_wave(len(ours), *place) - _wave(1, *place)).flatten() for place in around], 1)
        solved = torch.linalg.lstsq(waves * weight.flatten()[:, None], ((wanted - 1) * weight).flatten()[:, None])
        for (across, down), value in zip(around, solved.solution[:, 0], strict=True):
            for x in {-across, across}:
                for y in {-down, down}:
                    self.kernel[:, :, REACH + x, REACH + y] = value.float()
        self.kernel[:, :, REACH, REACH] = 0
        self.kernel[:, :, REACH, REACH] = 1 - self.kernel[0].sum()

    @torch.no_grad()
    def take(self, path: Path) -> None:
        """Take the filter of the graph in *path*, which has one: a constant, told by its shape."""
        nodes = onnx.load(str(path)).graph.node
        constants = (numpy_helper.to_array(node.attribute[0].t) for node in nodes if node.op_type == "Constant")
        found = next(each for each in constants if each.shape == self.kernel.shape)
        self.kernel.copy_(torch.from_numpy(found.copy()))


def spectrum(pictures: torch.Tensor) -> torch.Tensor:
    """The mean power at each frequency of pictures (n, 3, side, side), float64 (side, side); edges are faded out."""
    side = pictures.shape[-1]
    window = torch.hann_window(side, periodic=False, dtype=torch.float64)
    faded = (pictures.double() - pictures.double().mean((2, 3), keepdim=True)) * torch.outer(window, window)
    return torch.fft.fft2(faded).abs().square().mean((0, 1)) + 1e-9


def _fine(side: int) -> torch.Tensor:
    """Which frequencies have a wave of less than four pixels across or down, bool (side, side)."""
    high = torch.fft.fftfreq(side).abs() > 1 / 4
    return high[:, None] | high[None]


def _wave(side: int, across: int, down: int) -> torch.Tensor:
    """What a filter's values so far from its middle, a pair or four of them, do to each frequency, (side, side)."""
    turn = 2 * torch.pi * torch.fft.fftfreq(side, dtype=torch.float64)
    one, other = ((1 if away == 0 else 2) * torch.cos(away * turn) for away in (across, down))
    return torch.outer(one, other)
