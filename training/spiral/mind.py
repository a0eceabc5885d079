"""The faces that ``spiral-painter`` has in mind when it paints from imagination.

A face is the mean of faces that look at us straight on, and so much of each of their principal components: the linear
network that loses least of them (Sirovich & Kirby 1987). Its weights follow from the pictures in closed form. Pictures
drawn from it are soft, as linear ones are, which twenty strokes do not show.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from app.studios.paint.mending import SIDE
from training.lib.export import Graph
from training.spiral.data import STRAIGHT, read_pictures, smaller

COMPONENTS = 64


class Mind(nn.Module):
    """How far a face lies along each component, in standard deviations (n, components), to faces (n, 3, SIDE, SIDE)
    with values 0..1."""

    def __init__(self, mean: torch.Tensor, components: torch.Tensor) -> None:
        super().__init__()
        self.mean = nn.Parameter(mean, requires_grad=False)
        self.components = nn.Parameter(components, requires_grad=False)

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        return (self.mean + latent @ self.components).clamp(0, 1).view(-1, 3, SIDE, SIDE)


def mind_of(faces: np.ndarray) -> Mind:
    """From faces uint8 (n, SIDE, SIDE, 3); where they are too few, the last components are nothing."""
    flat = faces.transpose(0, 3, 1, 2).reshape(len(faces), -1).astype(np.float64) / 255
    mean = flat.mean(0)
    variances, ways = np.linalg.eigh(np.cov(flat, rowvar=False, bias=True))
    best = np.argsort(-variances)[:COMPONENTS]
    components = (ways[:, best] * np.sqrt(variances[best].clip(0))).T
    signs = np.sign(components[np.arange(len(best)), np.abs(components).argmax(1)])
    return Mind(torch.from_numpy(mean).float(), torch.from_numpy(components * signs[:, None]).float())


def mind_graph(data: Path) -> Graph:
    """The network on the faces in the folder *data*, as it is exported."""
    mind = mind_of(smaller(read_pictures(data, "train", STRAIGHT), SIDE))
    latent = torch.randn(2, COMPONENTS, generator=torch.Generator().manual_seed(0))
    batch = {0: "batch"}
    return Graph("mind", mind, {"latent": latent}, ["images"], {"latent": batch, "images": batch})
