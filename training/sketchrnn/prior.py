"""Writes where the encoder puts the training drawings of each category, for drawings that begin from nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from app.studios.paint.prior import PRIOR
from training.sketchrnn.recipe import SketchTask

DRAWINGS, SEED, LEAST = 600, 0, 1e-3
"""Of each category so many at most are looked at; the least variance of a direction."""


@torch.no_grad()
def write_prior(task: SketchTask, out: Path) -> None:
    """Write ``prior.npz``, see :mod:`app.studios.paint.prior`, by the means of whole drawings, as float16."""
    rng = np.random.default_rng(SEED)
    found = [_means(task, label, rng) for label in range(task.classes)]
    spread = [np.cov(means.T, bias=True) + LEAST * np.eye(means.shape[1]) for means in found]
    np.savez_compressed(
        out / PRIOR,
        mean=np.array([means.mean(0) for means in found], np.float16),
        factor=np.array([np.linalg.cholesky(each) for each in spread], np.float16),
    )


def _means(task: SketchTask, label: int, rng: np.random.Generator) -> np.ndarray:
    """The latents' means of some drawings of a category, float64 (n, z)."""
    chosen = rng.permutation(np.flatnonzero(task.train.labels == label))[:DRAWINGS]
    parts = np.array_split(chosen, max(1, len(chosen) // 100))
    return np.concatenate([task.whole(part).numpy() for part in parts]).astype(np.float64)
