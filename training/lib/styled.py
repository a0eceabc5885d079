"""What the exports of styled generators share: their space, their controls, how they are measured."""

from __future__ import annotations

import functools
import itertools

import msgspec
import numpy as np

from app.base.progress import Progress
from app.runtime.device import CPU
from app.runtime.manifest import Control, Metric
from app.runtime.model import Model
from app.runtime.session import SessionCache
from app.studios.imagine.codec import ANY
from app.studios.imagine.document import Picture
from app.studios.imagine.inversion import ENCODER, LOOKED_AT, features, find_styles
from app.studios.imagine.realism import compare, distances, features_of
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.score_styled import features_network, made_pictures
from app.studios.imagine.styled import noise_of, render
from training.lib.pictures import PictureSet

SAMPLES, QUICK = 2000, 24
LOOKED_FOR, REFINED = 12, (0, 1, 3)
"""Pictures that are looked for, and the steps of refinement after which it is measured how near they came."""


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


def measure_inversion(model: Model, valid: PictureSet, quick: bool = False) -> list[Metric]:
    """How near the model comes to pictures it never saw, with its encoder and without; none for a model without one.

    Root mean square error of the pixels at :data:`LOOKED_AT` pixels a side. The steps are the same in both: each costs
    as many pictures, so steps stand for time.
    """
    if not any(entry.name == f"{ENCODER}.onnx" for entry in model.manifest.files):
        return []
    files = [entry for entry in model.manifest.files if entry.name != f"{ENCODER}.onnx"]
    bare = Model(model.folder, msgspec.structs.replace(model.manifest, files=files), SessionCache(), lambda: CPU)
    chosen = np.linspace(0, len(valid.images) - 1, 2 if quick else LOOKED_FOR).astype(int)
    ours, theirs = (_errors_on_the_way(each, valid.images[chosen]) for each in (model, bare))
    return [
        Metric(
            name=f"error of a picture looked for, after {steps} steps of refinement (without encoder: {before:.2f})",
            unit="of 255", ours=round(float(after), 3), samples=len(chosen),
            measured_on=f"pictures of the valid part at {LOOKED_AT} pixels, root mean square",
        )
        for steps, after, before in zip(REFINED, ours, theirs, strict=True)
    ]  # fmt: skip


def _errors_on_the_way(model: Model, images: np.ndarray) -> np.ndarray:
    """The mean over *images* of the error after each of :data:`REFINED` steps, of 255."""
    request = ImagineRequest(model=model.manifest.id, controls=model.manifest.defaults())
    found = []
    for image in images:
        search = find_styles(Picture.of_array(image), request, model, Progress())
        steps = list(itertools.islice(search, REFINED[-1] + 1))
        made = render(np.stack([steps[min(at, len(steps) - 1)] for at in REFINED]), noise_of(request, model), model)
        found.append([_pixel_error(one, image.astype(np.float32) / 255) for one in made])
    return np.mean(found, 0)


def _pixel_error(made: np.ndarray, wanted: np.ndarray) -> float:
    """The finest size of the features is the pixels themselves."""
    apart = features(made[None])[0] - features(wanted[None])[0]
    return 255 * float(np.sqrt(np.square(apart[: 3 * min(LOOKED_AT, made.shape[0]) ** 2]).sum()))


def nearest_sheet(model: Model, train: PictureSet, count: int = 12, shown: int = 5) -> np.ndarray:
    """Made pictures, each followed by the *shown* training pictures that the feature network finds most alike.

    uint8 (rows, columns, 3), to look for copies. It holds pictures of the data, so it is not part of a model.
    """
    network = features_network(model)
    made = list(made_pictures(model, count))
    far = distances(features_of(made, network), features_of(train.images, network))
    rows = [[picture, *train.images[np.argsort(row)[:shown]]] for picture, row in zip(made, far, strict=True)]
    return np.concatenate([np.concatenate(row, 1) for row in rows], 0)
