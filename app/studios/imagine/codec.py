"""Seeds, sliders and class names to the arrays a generator reads. Shared by the application and the training."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.sampling import rng

ANY = "any"
"""The choice that leaves the class to the seed."""
NOISE_STREAM = 2
"""The series of random numbers of a seed that its noise is drawn from; the latent has the first, the class the next."""
NORMAL = statistics.NormalDist()


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
        weights[0, base] = 1.0
        return self.blended(weights, mix)

    def blended(self, weights: np.ndarray, mix: Sequence[tuple[str, float]]) -> np.ndarray:
        """Class weights (1, classes) with the shares of *mix* in them; they keep the rest. Raises as above."""
        blended = weights * np.float32(max(0.0, 1.0 - sum(share for _, share in mix)))
        for other, share in mix:
            blended[0, self._place(other)] += share
        return blended

    def _place(self, name: str) -> int:
        if name not in self.classes:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("The model has no class “{name}”.", name=name),
                tr("It has: {names}.", names=", ".join(self.classes)),
            )
        return self.classes.index(name)


def drawn_in(latent: np.ndarray, truncation: float) -> np.ndarray:
    """A standard normal latent as one cut off at ±*truncation*, float32 of the same shape.

    The distribution is that of draws repeated until they are within (Brock et al. 2019, the truncation trick), but
    each value moves smoothly with *truncation*, so that a slider can be followed.
    """
    low = NORMAL.cdf(-max(truncation, 1e-3))
    values = [NORMAL.inv_cdf(low + NORMAL.cdf(float(x)) * (1 - 2 * low)) for x in np.clip(latent, -8, 8).ravel()]
    return np.array(values, np.float32).reshape(latent.shape)


def noise_fields(sides: Sequence[int], seed: int, index: int) -> dict[str, np.ndarray]:
    """The noise inputs of a picture, standard normal, float32 (1, 1, side, side), by the name of their input."""
    numbers = rng(seed, index, NOISE_STREAM)
    return {f"noise_{side}": numbers.standard_normal((1, 1, side, side), np.float32) for side in sides}


def styles_to_bytes(styles: np.ndarray) -> bytes:
    """Styles (layers, width) as a request carries them: float16, the lowest byte first."""
    return styles.astype("<f2").tobytes()


def styles_from_bytes(content: bytes, layers: int, width: int) -> np.ndarray:
    """float32 (layers, width). Raises :class:`AtelierError` (``BAD_INPUT``) if they are not this model's, or not
    finite."""
    if len(content) != 2 * layers * width:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("These styles belong to another model."),
            tr("Choose the model the picture was made with."),
        )
    styles = np.frombuffer(content, "<f2").astype(np.float32).reshape(layers, width)
    if not np.isfinite(styles).all():
        raise AtelierError(ErrorKind.BAD_INPUT, tr("These styles hold values that are not numbers."))
    return styles


def to_pixels(images: np.ndarray) -> np.ndarray:
    """Float pictures in 0..1 to uint8 of the same shape. Raises ``AtelierError`` (``BAD_MODEL``) if not finite."""
    values = images.ravel()
    low, high = float(np.minimum.reduce(values)), float(np.maximum.reduce(values))
    if not (math.isfinite(low) and math.isfinite(high)):  # what is no number comes through both
        raise AtelierError(ErrorKind.BAD_MODEL, tr("The network gave pixels that are not numbers."))
    levels = (images if low >= 0 and high <= 1 else np.clip(images, 0.0, 1.0)) * np.float32(255)
    return np.rint(levels, out=levels).astype(np.uint8)
