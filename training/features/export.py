"""Exports ``features-pictures``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from app.runtime.manifest import SCHEMA, Manifest, Metric
from app.runtime.model import Model
from app.studios.imagine.realism import features_of, frechet_distance
from training.features.recipe import SETS, SIDE, FeatureTask, sized
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.pictures import read_set
from training.lib.settings import Setting, remembered
from training.registry import Recipe

PORTRAITS = "fantasy-portraits-128"
NOTES = """\
Makes nothing. Its features are what `atelie score` and the cards of the picture models compare real and made pictures
in (FID, KID, precision, recall). It learnt to tell all our kinds of pictures apart, and nothing else: distances in its
features compare with each other, not with published ones, which use Inception's.

- It sees pictures at 64 × 64 pixels: what is finer is not judged by it.
- Half an hour of one shared core went into it. The 25 kinds of portraits are told apart poorly, since they are words of
  a prompt rather than what is seen; distances between portraits are therefore about colour, light and shape.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    export_all(graphs(task), out)
    finish(_manifest(task, trained, settings, out), out, NOTES, lambda model: measure(model, data, quick))


def graphs(task: FeatureTask) -> list[Graph]:
    """The one graph, on a valid picture of each set."""
    images = torch.cat([task.valid(place)[0][:1] for place in range(len(SETS))])
    outputs = ["features", "scores"]
    dynamic = {name: {0: "batch"} for name in ("images", *outputs)}
    return [Graph("features", task.network, {"images": images}, outputs, dynamic, 1e-3)]


def _manifest(task: FeatureTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name="Picture features",
        version="1",
        studio="imagine",
        family="picture-features",
        summary="Sees pictures: how near made ones come to real ones is measured in its features.",
        licence="CC-BY-SA-4.0",
        files=[describe_file(out / name) for name in ("features.onnx", GOLDEN)],
        codec={"side": SIDE, "length": task.length},
        training=trained_by(
            task,
            trained,
            settings,
            data="all seven picture sets: garments, hiragana, fruit, avatars, pixel art, portraits, faces, paintings",
            licence="MIT, CC BY-SA 4.0, CC0 1.0, CC BY 4.0, public domain",
            credit="the makers of the sets, see CREDITS.md",
        ),
        tolerance={"features": 1e-3},
    )


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """Whether it tells our pictures apart, and whether its distances grow with what is done to pictures."""
    count = 10 if quick else 500
    rows = [_told(model, data, name, column, place, count) for place, (name, column) in enumerate(SETS.items())]
    return [*rows, *_growing(model, data, 40 if quick else 1000)]


def _told(model: Model, data: Path, name: str, column: str, place: int, count: int) -> Metric:
    """The share of valid pictures of one set that are given their own class, among the classes of all sets."""
    first = sum(len(read_set(data, each, "valid", by).class_names) for each, by in list(SETS.items())[:place])
    part = read_set(data, name, "valid", column)
    images = sized(part.images[:count]).numpy()
    found = np.concatenate([model.run("features", {"images": each})["scores"] for each in _parts(images)]).argmax(1)
    return Metric(
        name=f"taken for their own class, `{name}`, {len(part.class_names)} classes",
        unit="share",
        ours=round(float((found == part.labels[:count] + first).mean()), 4),
        samples=len(images),
        measured_on="valid part",
        better="higher",
    )


def _growing(model: Model, data: Path, count: int) -> list[Metric]:
    """FID of portraits to others of the set: as they are, coarse, and to paintings; it must grow in this order."""
    real = read_set(data, PORTRAITS, "train").images[: 2 * count]
    first, second = real[::2], real[1::2]
    coarse = np.repeat(np.repeat(_quartered(second), 4, 1), 4, 2)
    seen = {
        "other portraits of the set": second,
        "portraits of a quarter of the pixels a side": coarse,
        "paintings": read_set(data, "paintings-128", "train").images[:count],
    }
    base = features_of(first, model)
    return [
        Metric(
            name=f"FID of portraits to {name}",
            unit="squared feature units",
            ours=round(frechet_distance(features_of(images, model), base), 4),
            samples=len(images),
            measured_on=f"{len(first):,} portraits of the training part",
        )
        for name, images in seen.items()
    ]


def _quartered(images: np.ndarray) -> np.ndarray:
    parts = images.reshape(len(images), images.shape[1] // 4, 4, images.shape[2] // 4, 4, 3)
    return np.rint(parts.mean((2, 4))).astype(np.uint8)


def _parts(images: np.ndarray) -> list[np.ndarray]:
    return np.array_split(images, max(1, len(images) // 50))


RECIPE = Recipe(FeatureTask, export, measure, graphs)
