"""The space of a class-conditional generator: directions of its latent, as GANSpace finds them in BigGAN.

The principal components of what a middle map of the network holds, brought back to the latent by least squares
(Härkönen et al. 2020, arXiv 2004.02546), and directions in which something that can be measured grows. The kinds of
pictures are evened out first: a direction is what changes within a kind.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from training.biggan.network import ATTENTIVE, Conditions, Generator
from training.lib.painted import outside
from training.lib.space import SPACE, by_effect, keeps_its_word, looks, named
from training.stylegan.network import Styles

POINTS, PRINCIPAL = 1500, 16
COARSE = 4
"""Features are compared on so many places a side."""


@torch.no_grad()
def write_space(conditions: Conditions, generator: Generator, latent: int, side: int, folder: Path) -> None:
    """Write ``space.npz``; each direction is one standard deviation of the latent long, which is 1."""
    points = torch.randn(POINTS, latent, generator=torch.Generator().manual_seed(0)).numpy()
    paint = functools.partial(draw, conditions, generator, side)
    features: list[torch.Tensor] = []
    images = paint(points, features)
    classes = conditions.embedding.in_features
    seen = {name: _within(values, classes) for name, values in looks(images).items()}
    directions = {
        str(place): way for place, way in enumerate(_principal(points, _within(torch.cat(features).numpy(), classes)))
    }
    measured = {name: _unit(way) for name, way in named(points, seen).items()}
    directions |= {name: way for name, way in measured.items() if keeps_its_word(name, way, points[:50], paint)}
    ways, names = by_effect(directions, points[:100], paint)
    mean = conditions(torch.zeros(classes, latent), torch.eye(classes)).mean(0).numpy()
    np.savez_compressed(folder / SPACE, mean=mean, directions=ways.astype(np.float32), names=names)


@torch.no_grad()
def draw(
    conditions: Conditions,
    generator: Generator,
    side: int,
    points: np.ndarray,
    features: list[torch.Tensor] | None = None,
) -> np.ndarray:
    """Latents (n, length), of the kinds in turn, to pictures (n, side, side, 3) in 0..1.

    Where *features* are asked for, what the map with self-attention holds is added to them: (n, numbers) in all.
    """
    classes, parts = conditions.embedding.in_features, []
    given = F.one_hot(torch.arange(len(points)) % classes, classes).float()
    for styles in conditions(torch.from_numpy(points).float(), given).split(100):
        kept: list[torch.Tensor] = []
        parts.append(outside(generator(Styles(styles), side, kept)))
        if features is not None:
            features.append(F.adaptive_avg_pool2d(kept[generator.sides.index(ATTENTIVE)], COARSE).flatten(1))
    return torch.cat(parts).numpy()


def _principal(points: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Directions of the latent (n, length), of length one, along the principal components of *features*."""
    torch.manual_seed(0)
    _, _, basis = torch.pca_lowrank(torch.from_numpy(features), PRINCIPAL, niter=8)
    coordinates = features @ basis.numpy()
    found, *_ = np.linalg.lstsq(points - points.mean(0), coordinates - coordinates.mean(0), rcond=None)
    return np.stack([_unit(way) for way in found.T])


def _within(values: np.ndarray, classes: int) -> np.ndarray:
    """The *values* of kinds in turn, (n, …), less the mean of their kind."""
    labels = np.arange(len(values)) % classes
    means = np.stack([values[labels == label].mean(0) for label in range(min(classes, len(values)))])
    return values - means[labels]


def _unit(way: np.ndarray) -> np.ndarray:
    return (way / (np.linalg.norm(way) + 1e-12)).astype(np.float32)
