"""Whether a generator makes what it is asked for, told by a small classifier of the real pictures; and never twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from app.runtime.manifest import Metric
from app.runtime.model import Model
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.score_styled import made_pictures
from app.studios.imagine.styled import make_pixels
from training.features.network import Seeing
from training.features.recipe import sized
from training.lib.augment import augmented
from training.lib.loop import autocast
from training.lib.pictures import PictureSet

STEPS, BATCH, LENGTH, SEED, PEAK = 700, 48, 96, 7, 3e-3
PER_CLASS, TWINS = 60, 200
EQUAL = 0.02
"""Two pictures are called nearly equal below this root of the mean squared difference of their channels in 0..1."""
VARIETIES = (1.0, 2.0)
"""Of the truncation slider: the usual one, and nearly the whole latent."""


def measure_kinds(model: Model, train: PictureSet, valid: PictureSet, quick: bool = False) -> list[Metric]:
    """The share of made pictures that a classifier of the real ones takes for the kind that was asked for."""
    classifier = trained_classifier(train, 2 if quick else STEPS)
    floor = float((taken_for(classifier, valid.images) == valid.labels).mean())
    count = 1 if quick else PER_CLASS
    asked = np.repeat(np.arange(len(train.class_names)), count)
    return [
        Metric(
            name=f"taken for the kind that was asked for, at variety {variety:g} (valid part: {floor:.3f})",
            unit="share",
            ours=round(
                float((taken_for(classifier, np.stack(list(of_kinds(model, count, variety)))) == asked).mean()), 4
            ),
            samples=len(asked),
            measured_on=f"{count} pictures of each of {len(train.class_names)} kinds, seed 0",
            better="higher",
        )
        for variety in VARIETIES
    ]


def measure_twins(model: Model, train: PictureSet, quick: bool = False) -> list[Metric]:
    """How near the two most similar of 200 pictures come, and how many pairs are nearly equal."""
    count = 8 if quick else TWINS
    chosen = np.linspace(0, len(train.images) - 1, min(count, len(train.images))).astype(int)
    own, real = pair_distances(np.stack(list(made_pictures(model, count)))), pair_distances(train.images[chosen])
    where = f"{count} pictures of any kind (seed 0, variety 1)"
    equal, equal_real = (int((each < EQUAL).sum()) for each in (own, real))
    return [
        Metric(
            name=f"nearly equal pairs, differing by less than {EQUAL:g} (as many training pictures: {equal_real})",
            unit="pairs",
            ours=equal,
            samples=count,
            measured_on=where,
        ),
        Metric(
            name=f"difference of the most similar pair (as many training pictures: {real.min():.3f})",
            unit="root of the mean square, channels 0..1",
            ours=round(float(own.min()), 4),
            samples=count,
            measured_on=where,
            better="higher",
        ),
    ]


def of_kinds(model: Model, count: int, variety: float) -> Iterator[np.ndarray]:
    """*count* pictures of each kind in turn, uint8 (side, side, 3)."""
    for name in model.codec["classes"]:
        controls = {**model.manifest.defaults(), "class": name, "truncation": variety}
        for place in range(count):
            yield make_pixels(ImagineRequest(model=model.manifest.id, index=place, controls=controls), model)


def pair_distances(images: np.ndarray) -> np.ndarray:
    """The differences of each two of the pictures uint8 (n, side, side, 3), a flat array of n (n - 1) / 2."""
    flat = images.reshape(len(images), -1).astype(np.float64) / 255
    squares = (flat**2).sum(1)
    found = squares[:, None] + squares[None] - 2 * flat @ flat.T
    return np.sqrt(np.maximum(found[np.triu_indices(len(flat), 1)], 0) / flat.shape[1])


def trained_classifier(pictures: PictureSet, steps: int = STEPS) -> nn.Module:
    """A classifier of the training part, each kind seen as often as the others; the same each time."""
    torch.manual_seed(SEED)
    network = Seeing(len(pictures.class_names), LENGTH).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    optimizer = torch.optim.AdamW(network.parameters(), PEAK, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK, total_steps=steps + 1)
    rng = np.random.default_rng(SEED)
    places = [np.flatnonzero(pictures.labels == label) for label in range(len(pictures.class_names))]
    for _ in range(steps):
        labels = rng.integers(0, len(places), BATCH)
        images = sized(pictures.images[[rng.choice(places[label]) for label in labels]])
        images = augmented(images.permute(0, 3, 1, 2) * 2 - 1, 0.5).permute(0, 2, 3, 1) * 0.5 + 0.5
        with autocast("cpu"):
            _, scores = network(images)
        optimizer.zero_grad()
        F.cross_entropy(scores.float(), torch.from_numpy(labels)).backward()
        optimizer.step()
        schedule.step()
    return network.eval()


@torch.no_grad()
def taken_for(classifier: nn.Module, images: np.ndarray) -> np.ndarray:
    """The kind that each of *images*, uint8 (n, side, side, 3), is taken for."""
    parts = np.array_split(images, max(1, len(images) // 50))
    return torch.cat([classifier(sized(part))[1].argmax(1) for part in parts]).numpy()
