"""Seeds, sliders and class names to the arrays a generator reads. Shared by the application and the training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.sampling import rng

ANY = "any"
"""The choice that leaves the class to the seed."""


class LatentCodec:
    """*size* is the length of the latent, *classes* are the names in the order of the network's class weights."""

    def __init__(self, size: int, classes: Sequence[str]) -> None:
        self.size = size
        self.classes = list(classes)

    def latent(self, seed: int, index: int, truncation: float) -> np.ndarray:
        """The latent of one picture of a series, float32 (1, size): standard normal, drawn in by *truncation*.

        It depends on *seed* and *index* alone, so that a picture is the same made alone or with others.
        """
        return (truncation * rng(seed, index).standard_normal((1, self.size))).astype(np.float32)

    def class_weights(self, name: str, seed: int, index: int, mix: Sequence[tuple[str, float]] = ()) -> np.ndarray:
        """Class weights that sum to one, float32 (1, classes).

        Raises :class:`AtelierError` (``BAD_INPUT``) for a name the model does not have.
        """
        weights = np.zeros((1, len(self.classes)), np.float32)
        base = int(rng(seed, index, 1).integers(len(self.classes))) if name == ANY else self._place(name)
        weights[0, base] = 1.0 - sum(share for _, share in mix)
        for other, share in mix:
            weights[0, self._place(other)] += share
        return weights

    def _place(self, name: str) -> int:
        if name not in self.classes:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("The model has no class “{name}”.", name=name),
                tr("It has: {names}.", names=", ".join(self.classes)),
            )
        return self.classes.index(name)


def to_pixels(images: np.ndarray) -> np.ndarray:
    """Float pictures in 0..1 to uint8 of the same shape. Raises ``AtelierError`` (``BAD_MODEL``) if not finite."""
    if not np.isfinite(images).all():
        raise AtelierError(ErrorKind.BAD_MODEL, tr("The network gave pixels that are not numbers."))
    return np.rint(np.clip(images, 0.0, 1.0) * 255).astype(np.uint8)
