"""The space of a style-based generator: principal directions of its styles, and those whose effect was measured."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from training.lib.painted import outside
from training.lib.space import SPACE, between, by_effect, keeps_its_word, looks, named, principal
from training.stylegan.network import Mapping, Styles, Synthesis

POINTS, SEEN, PRINCIPAL = 8000, 2000, 16
BETWEEN = {"Woman": ("man", "woman"), "Elder": ("child", "elder")}
"""Named after a class, from another one towards it: those that look like it. Ways to elves or beasts do not."""


@torch.no_grad()
def write_space(mapping: Mapping, synthesis: Synthesis, latent: int, class_names: list[str], folder: Path) -> None:
    """Write ``space.npz``. The classes of the points are drawn evenly, as the studio draws them for “any”."""
    source = torch.Generator().manual_seed(0)
    labels = torch.arange(POINTS) % len(class_names)
    given = F.one_hot(labels, len(class_names)).float()
    points = mapping(torch.randn(POINTS, latent, generator=source), given).numpy()
    seen = looks(draw(synthesis, points[:SEEN]))
    directions = {str(place): way for place, way in enumerate(principal(points, PRINCIPAL))}
    paint = functools.partial(draw, synthesis)
    measured = named(points[:SEEN], seen)
    directions |= {name: way for name, way in measured.items() if keeps_its_word(name, way, points[:50], paint)}
    for name, (first, second) in BETWEEN.items():
        if first in class_names and second in class_names:
            ends = class_names.index(first), class_names.index(second)
            directions[name] = between(points, labels.numpy(), *ends)
    ways, names = by_effect(directions, points[:100], paint)
    mean = np.repeat(points.mean(0)[None], synthesis.layers, 0)
    np.savez_compressed(folder / SPACE, mean=mean.astype(np.float32), directions=ways.astype(np.float32), names=names)


@torch.no_grad()
def draw(synthesis: Synthesis, points: np.ndarray) -> np.ndarray:
    """Styles (n, width), the same in each layer, to pictures (n, side, side, 3) in 0..1, without noise."""
    parts = []
    for part in torch.from_numpy(points).float().split(100):
        noise = [torch.zeros(1, 1, side, side) for side in synthesis.sides]
        parts.append(outside(synthesis(Styles(part[:, None].expand(-1, synthesis.layers, -1)), noise)))
    return torch.cat(parts).numpy()
