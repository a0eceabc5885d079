"""What goes on in a styled generator that makes a picture: features of each resolution, the discriminator's view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.imagine.generator import class_row
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.styled import FAMILIES, noise_of, styles_of

GRAPH = "inspect"
FEATURES = "features_"


@dataclass(frozen=True)
class Insight:
    """``maps``: by resolution, from coarse to fine, how strongly the features answer at each place, uint8 (r, r).

    *opinion* is the discriminator's score: higher looks more like the data to it; None for a model without one.
    """

    maps: dict[int, np.ndarray]
    opinion: float | None


def look_inside(request: ImagineRequest, model: Model, progress: Progress) -> Insight:
    """Make the picture of a request once more and keep what is inside.

    Raises :class:`AtelierError` (``BAD_INPUT``) for a model that can't be looked into.
    """
    names = {entry.name for entry in model.manifest.files}
    if model.manifest.family not in FAMILIES or f"{GRAPH}.onnx" not in names:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The model “{id}” can't be looked into.", id=model.manifest.id),
            tr("Choose one that is steered by styles."),
        )
    styles, side = styles_of(request, model, progress)[None].astype(np.float32), int(model.codec["side"])
    feeds = {"styles": styles, "other": styles, "mask": np.zeros((1, 1, side, side), np.float32)}
    found = model.run(GRAPH, {**feeds, **noise_of(request, model)}, progress)
    progress.report(0.7)
    maps = {int(name.removeprefix(FEATURES)): _strength(value[0]) for name, value in found.items() if FEATURES in name}
    return Insight(dict(sorted(maps.items())), _opinion(found["images"], request, model, progress))


def _strength(features: np.ndarray) -> np.ndarray:
    """The mean strength of the channels of features (r, r, channels), from the weakest place to the strongest."""
    strength = np.abs(features.astype(np.float32)).mean(-1)
    low, high = float(strength.min()), float(strength.max())
    return np.rint(255 * (strength - low) / max(high - low, 1e-9)).astype(np.uint8)


def _opinion(images: np.ndarray, request: ImagineRequest, model: Model, progress: Progress) -> float | None:
    if not any(entry.name == "discriminator.onnx" for entry in model.manifest.files):
        return None
    feeds = {"images": images.astype(np.float32)}
    if model.codec.get("classes"):
        feeds["classes"] = class_row(request, model).astype(np.float32)
    return float(model.run("discriminator", feeds, progress)["score"][0])
