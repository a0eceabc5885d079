"""Where in the latent space a drawing from nothing begins."""

from __future__ import annotations

import numpy as np

from app.runtime.model import Model

PRIOR = "prior.npz"
"""``mean`` (categories, z) and ``factor`` (categories, z, z), a Cholesky factor of the covariance, of the places at
which the encoder puts the training drawings of each category."""
SPREAD = 0.5
"""The share of their spread that is drawn from: nearer to the middle drawings are more typical."""


def from_nothing(model: Model, classes: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Latents (n, z) float32 for class weights (n, categories) and standard normal *noise* (n, z).

    The noise itself, as the network was trained to expect; where the model knows at which places drawings of its
    categories lie, a Gaussian of them (ex-post density estimation, Ghosh et al. 2020, arXiv 1903.12436).
    """
    if not model.manifest.has(PRIOR):
        return noise.astype(np.float32)
    known = model.arrays(PRIOR)
    mean, factor = (known[name].astype(np.float64) for name in ("mean", "factor"))
    rows = zip(classes, noise, strict=True)  # one by one, so that each is the same alone and among others
    return np.array([row @ mean + SPREAD * np.tensordot(row, factor, 1) @ own for row, own in rows], np.float32)
