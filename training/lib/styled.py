"""What the exports of styled generators share: their space, their controls, how they are measured."""

from __future__ import annotations

import functools

import numpy as np

from app.runtime.manifest import Control, Metric
from app.runtime.model import Model
from app.studios.imagine.codec import ANY
from app.studios.imagine.realism import compare, distances, features_of
from app.studios.imagine.score_styled import features_network, made_pictures
from training.lib.pictures import PictureSet

SAMPLES, QUICK = 2000, 24


def styled_controls(classes: list[str], variety: float, most: float) -> list[Control]:
    """The kind of picture, and how far from the usual it may be."""
    return [
        Control(
            id="class",
            label="Kind",
            kind="choice",
            default=ANY,
            choices=[ANY, *classes],
            hint="What the pictures show. “any” draws one kind for each picture.",
        ),
        Control(
            id="truncation",
            label="Variety",
            kind="float",
            default=variety,
            minimum=0.0,
            maximum=most,
            step=0.05,
            hint="Low: typical pictures, alike. High: unusual ones, and more that fail.",
        ),
    ]


def measure_realism(model: Model, train: PictureSet, valid: PictureSet, quick: bool = False) -> list[Metric]:
    """Distances of 2,000 made pictures to as many of the training part, by the project's feature network.

    Raises :class:`AtelierError` (``NO_MODEL``) where that network is missing: it is trained and exported first.
    """
    network = features_network(model)
    count = QUICK if quick else SAMPLES
    chosen = np.linspace(0, len(train.images) - 1, min(count, len(train.images))).astype(int)
    look = functools.partial(features_of, network=network)
    real, made, held = look(train.images[chosen]), look(made_pictures(model, count)), look(valid.images)
    found, floor = compare(made, real), compare(held, real)
    nearness = np.median(distances(made, real).min(1)) / np.median(distances(held, real).min(1))
    where = f"{found.made:,} pictures (seed 0, variety 1) against {found.real:,} of the training part"

    def metric(name: str, unit: str, value: float, better: str = "lower") -> Metric:
        return Metric(
            name=name, unit=unit, ours=round(value, 4), samples=count, measured_on=where,
            better="higher" if better == "higher" else "lower",
        )  # fmt: skip

    return [
        metric(f"FID in the features of `{network.manifest.id}` (valid part: {floor.frechet:.2f})",
               "squared feature units", found.frechet),
        metric(f"KID × 1,000 in the same features (valid part: {1000 * floor.kernel:.2f})",
               "squared feature units", 1000 * found.kernel),
        metric("precision, k = 3", "share", found.precision, "higher"),
        metric("recall, k = 3", "share", found.recall, "higher"),
        metric("distance to the nearest training picture, against that of the valid part (copies: near 0)", "ratio",
               float(nearness), "higher"),
    ]  # fmt: skip


def nearest_sheet(model: Model, train: PictureSet, count: int = 12, shown: int = 5) -> np.ndarray:
    """Made pictures, each followed by the *shown* training pictures that the feature network finds most alike.

    uint8 (rows, columns, 3), to look for copies. It holds pictures of the data, so it is not part of a model.
    """
    network = features_network(model)
    made = list(made_pictures(model, count))
    far = distances(features_of(made, network), features_of(train.images, network))
    rows = [[picture, *train.images[np.argsort(row)[:shown]]] for picture, row in zip(made, far, strict=True)]
    return np.concatenate([np.concatenate(row, 1) for row in rows], 0)
