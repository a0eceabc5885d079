"""What the exported drawing networks can do, measured through the application's own code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from app.base.progress import Progress
from app.runtime.manifest import Metric
from app.runtime.model import Model
from app.studios.paint.codec import start_row
from app.studios.paint.generator import codec_of, continue_drawing
from app.studios.paint.mixture import Decoder, nats
from app.studios.paint.request import PaintRequest
from app.studios.paint.score import score_files
from training.sketchrnn.characters import about_characters
from training.sketchrnn.classifier import recognised, train_classifier
from training.sketchrnn.collections import COLLECTIONS, Collection
from training.sketchrnn.data import Drawings, read_drawings

PER_CLASS, CHARACTERS, UNTOLD = 30, 200, 400
"""Made drawings of each category, made characters of each, and drawings that are read without their latent."""


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How well the networks know valid drawings, and what classifiers of real ones make of theirs."""
    # Of the categories it knows: a shipped network may know fewer than the next one will.
    collection = replace(COLLECTIONS[model.manifest.id], categories=tuple(model.codec["categories"]))
    train, valid = (read_drawings(data, part, collection) for part in ("train", "valid"))
    count = 1 if quick else CHARACTERS if collection.characters else PER_CLASS
    made = {name: [draw(model, name, seed) for seed in range(count)] for name in collection.categories}
    found = _likelihood(model, data, collection, valid)
    if collection.characters:
        return found + about_characters(train, valid, made, collection.categories)
    return [*found, _recognised(train, valid, made, float(model.manifest.defaults()["temperature"]))]


def draw(model: Model, category: str, seed: int) -> list[np.ndarray]:
    """The strokes of a drawing from an empty sheet, arrays (n, 2) in pixels, as the controls stand at first."""
    controls = {**model.manifest.defaults(), "class": category}
    *_, last = continue_drawing(PaintRequest(model=model.manifest.id, seed=seed, controls=controls), model, Progress())
    return [stroke.places for stroke in last.strokes]


def _likelihood(model: Model, data: Path, collection: Collection, valid: Drawings) -> list[Metric]:
    found = score_files(model, [data / "sketches" / f"{name}.npz" for name in collection.sets], Progress())
    chosen = np.linspace(0, len(valid.strokes) - 1, min(UNTOLD, len(valid.strokes))).astype(int)
    untold = [_untold(model, valid.strokes[i], collection.categories[valid.labels[i]]) for i in chosen]
    where = f"{', '.join(collection.sets)}, valid part of {len(collection.categories)} categories, at most 100 points"
    return [
        Metric(
            name="reconstruction with the latent's mean",
            unit="nats/point",
            ours=round(found["nats_per_point"], 4),
            samples=found["points"],
            measured_on=where,
        ),
        Metric(
            name="the same drawings with a latent that says nothing (zero)",
            unit="nats/point",
            ours=round(float(np.concatenate(untold).mean()), 4),
            samples=sum(map(len, untold)),
            measured_on=f"{len(chosen)} drawings spread over the same",
        ),
        Metric(
            name="divergence of the latent from the prior",
            unit="nats/drawing",
            ours=round(found["kl_nats_per_drawing"], 3),
            samples=found["drawings"],
            measured_on=where,
        ),
    ]


def _untold(model: Model, strokes: list[np.ndarray], category: str) -> np.ndarray:
    """Nats at each point of a drawing of which the decoder knows the category alone."""
    codec = codec_of(model)
    rows = codec.encode(strokes)
    latent = np.zeros((1, int(model.codec["latent"])), np.float32)
    return nats(Decoder(model, latent, codec.one_hot(category)).read(np.concatenate([start_row(), rows[:-1]])), rows)


def _recognised(train: Drawings, valid: Drawings, made: dict[str, list[list[np.ndarray]]], freedom: float) -> Metric:
    classifier = train_classifier(train, len(made))
    real = recognised(classifier, valid.strokes, valid.labels)
    drawings = [drawing for each in made.values() for drawing in each]
    labels = np.repeat(np.arange(len(made)), [len(each) for each in made.values()])
    each = len(drawings) // len(made)
    return Metric(
        name=f"taken for what it should be by a classifier of real drawings (real valid ones: {real:.3f})",
        unit="share",
        ours=round(recognised(classifier, drawings, labels), 4),
        samples=len(drawings),
        measured_on=f"{each} drawings of each category at temperature {freedom:g}, seeds 0 to {each - 1}",
        better="higher",
    )
