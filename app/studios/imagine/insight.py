"""What goes on in a styled generator that makes a picture: features of each resolution, the discriminator's view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.manifest import Manifest
from app.runtime.model import Model
from app.runtime.session import Arrays
from app.studios.imagine.document import Picture
from app.studios.imagine.generator import class_row
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.styled import FAMILIES, no_mask, noise_of, styles_of

GRAPH = "inspect"
FEATURES = "features_"
CRITIC = "discriminator"
BATCH = 4


@dataclass(frozen=True)
class Insight:
    """``maps``: by resolution, from coarse to fine, how strongly the features answer at each place, uint8 (r, r).

    ``channels``: each feature alone, uint8 (channels, r, r) from its least to its most, those that differ most from
    place to place first; ``numbers`` (channels,) are their places in the network, from 0. *opinion* is the
    discriminator's score: higher looks more like the data to it; None for a model without one.
    """

    maps: dict[int, np.ndarray]
    channels: dict[int, np.ndarray]
    numbers: dict[int, np.ndarray]
    opinion: float | None


def look_inside(request: ImagineRequest, model: Model, progress: Progress) -> Insight:
    """Make the picture of a request once more and keep what is inside.

    Raises :class:`AtelierError` (``BAD_INPUT``) for a model that can't be looked into.
    """
    if model.manifest.family not in FAMILIES or not model.manifest.has(f"{GRAPH}.onnx"):
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The model “{id}” can't be looked into.", id=model.manifest.id),
            tr("Choose one that is steered by styles."),
        )
    styles = styles_of(request, model, progress)[None].astype(np.float32)
    feeds = {"styles": styles, "other": styles, "mask": no_mask(model)}
    found = model.run(GRAPH, {**feeds, **noise_of(request, model)}, progress)
    progress.report(0.7)
    features = {int(name.removeprefix(FEATURES)): value[0] for name, value in found.items() if FEATURES in name}
    orders = {side: np.argsort(-values.std((0, 1)), kind="stable") for side, values in sorted(features.items())}
    return Insight(
        maps={side: _stretched(np.abs(features[side].astype(np.float32)).mean(-1)) for side in orders},
        channels={side: _alone(features[side], order) for side, order in orders.items()},
        numbers=orders,
        opinion=_opinion(found["images"], request, model, progress),
    )


def has_critic(manifest: Manifest | None) -> bool:
    """Whether a model has the network it learnt against."""
    return manifest is not None and manifest.has(f"{CRITIC}.onnx")


def opinions_of(pictures: Sequence[Picture], model: Model, progress: Progress) -> list[float]:
    """The discriminator's score of each picture, which *model* made and which has its size.

    Higher looks more like the data to it; scores of two models do not compare.
    """
    found: list[float] = []
    for start in range(0, len(pictures), BATCH):
        part = pictures[start : start + BATCH]
        feeds: Arrays = {"images": np.stack([picture.array for picture in part]).astype(np.float32) / 255}
        if model.codec.get("classes"):
            rows = [class_row(picture.request, model) for picture in part if picture.request]
            feeds["classes"] = np.concatenate(rows).astype(np.float32)
        found += model.run(CRITIC, feeds, progress)["score"].tolist()
        progress.report(len(found) / len(pictures))
    return found


def _alone(features: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Features (r, r, channels) as pictures of each, uint8 (channels, r, r), in the *order* given."""
    return np.stack([_stretched(features[..., channel]) for channel in order])


def _stretched(values: np.ndarray) -> np.ndarray:
    """From the weakest place to the strongest, uint8 of the same shape."""
    values = values.astype(np.float32)
    low, high = float(values.min()), float(values.max())
    return np.rint(255 * (values - low) / max(high - low, 1e-9)).astype(np.uint8)


def _opinion(images: np.ndarray, request: ImagineRequest, model: Model, progress: Progress) -> float | None:
    if not has_critic(model.manifest):
        return None
    feeds = {"images": images.astype(np.float32)}
    if model.codec.get("classes"):
        feeds["classes"] = class_row(request, model).astype(np.float32)
    return float(model.run(CRITIC, feeds, progress)["score"][0])
