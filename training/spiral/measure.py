"""Measures the finished painter by its ONNX files: beside a search by hill climbing, and its faces by a classifier."""

from __future__ import annotations

import functools
import io
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.manifest import Metric
from app.runtime.model import Model
from app.studios.imagine.realism import FEATURES, features_of, kernel_distance
from app.studios.paint.closeness import COUNTS, SIDE, painting_of, perceptual_distance, squared_error
from app.studios.paint.document import Drawing
from app.studios.paint.imagining import MINDS
from app.studios.paint.render import render
from app.studios.paint.request import PaintRequest
from app.studios.paint.spiral import generate
from app.studios.paint.target import target_of, target_pixels
from training.lib.card import opened
from training.spiral.climbing import climb
from training.spiral.data import FACES, OTHERS, read_pictures, smaller

PICTURES, FACES_MADE = 2, 64
SMALL = 32
EPOCHS, BATCH = 3, 64


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """L2 and perceptual distance of paintings of valid pictures at four counts of strokes; faces from imagination."""
    pictures = read_pictures(data, "valid", most=1 if quick else PICTURES)
    metrics = [metric for count in (COUNTS[:2] if quick else COUNTS) for metric in _painted(model, pictures, count)]
    return [*metrics, *_imagined(model, data, 4 if quick else FACES_MADE)]


def _painted(model: Model, pictures: np.ndarray, count: int) -> list[Metric]:
    """The painter's figures, with those of a search given the same processor time in the name."""
    ours, search = [], []
    for picture in pictures:
        target, size = target_of(_png(picture))
        started = time.process_time()
        drawing = painting_of(model, target, size, count)
        taken = time.process_time() - started
        wanted = target_pixels(target, SIDE, SIDE)
        ours.append(_distances(drawing, wanted))
        search.append(_distances(climb(wanted, count, taken), wanted))
    (error, distance), (their_error, their_distance) = np.mean(ours, 0), np.mean(search, 0)
    where = f"{len(pictures)} valid portraits, faces and paintings, {SIDE} px, seed 0"
    return [
        Metric(
            name=f"L2 in {count} strokes (greedy hill climbing given the same time: {their_error:.4f})",
            unit="mean squared error, channels 0..1",
            ours=round(float(error), 5),
            samples=len(pictures),
            measured_on=where,
        ),
        Metric(
            name=f"perceptual distance in {count} strokes (hill climbing: {their_distance:.3f})",
            unit="1 − MS-SSIM",
            ours=round(float(distance), 4),
            samples=len(pictures),
            measured_on=where,
        ),
    ]


def _distances(drawing: Drawing, wanted: np.ndarray) -> tuple[float, float]:
    made = np.asarray(render(drawing), np.float32) / 255
    return squared_error(made, wanted), perceptual_distance(made, wanted)


def _imagined(model: Model, data: Path, count: int) -> list[Metric]:
    """How many pictures from imagination a classifier of faces and other paintings takes for faces, and how far they
    are from faces; with six faces in mind, with one, and with none."""
    eyes = opened(bundled_models_dir() / FEATURES)
    real, others = (smaller(read_pictures(data, "valid", sets), SMALL) for sets in (FACES, OTHERS))
    six, one, none = (np.stack([_dream(model, seed, minds) for seed in range(count)]) for minds in (6, 1, 0))
    shares = _shares(_face_classifier(data), (six, one, none, real, others))
    judged = [_judged(model, part) for part in (six, one, none, real, others)]
    wanted = features_of(list(real), eyes)
    far = [1000 * kernel_distance(features_of(list(part), eyes), wanted) for part in (six, one, none, others)]
    where = f"20 strokes from imagination, variety 0.3, seeds 0 to {count - 1}, seen at {SMALL} px"
    metric = functools.partial(Metric, samples=count, measured_on=where)
    return [
        metric(
            name=f"taken for a face by a classifier (one face in mind: {shares[1]:.2f}, none: {shares[2]:.2f}; "
            f"real valid faces: {shares[3]:.2f}, other paintings: {shares[4]:.2f})",
            unit="share",
            ours=round(shares[0], 4),
            better="higher",
        ),
        metric(
            name=f"score by its own critic (one face in mind: {judged[1]:.2f}, none: {judged[2]:.2f}; "
            f"real valid faces: {judged[3]:.2f}, other paintings: {judged[4]:.2f})",
            unit="mean score",
            ours=round(judged[0], 4),
            better="higher",
        ),
        metric(
            name=f"KID × 1,000 to valid faces in the features of `{FEATURES}` (one face in mind: {far[1]:.0f}, none: "
            f"{far[2]:.0f}; other paintings: {far[3]:.0f})",
            unit="squared feature units",
            ours=round(far[0], 1),
        ),
    ]


def _dream(model: Model, seed: int, minds: int) -> np.ndarray:
    controls = {**model.manifest.defaults(), "strokes": 20, MINDS: minds}
    sheet = Drawing(width=128, height=128)
    request = PaintRequest(model=model.manifest.id, seed=seed, controls=controls, drawing=sheet)
    *_, drawing = generate(request, model, Progress())
    return smaller(np.asarray(render(drawing))[None], SMALL)[0]


def _judged(model: Model, pictures: np.ndarray) -> float:
    """What the critic thinks of pictures, in the mean."""
    images = pictures.transpose(0, 3, 1, 2).astype(np.float32) / 255
    return float(model.run("critic", {"images": images})["score"].mean())


def _face_classifier(data: Path) -> nn.Module:
    """Tells faces from other paintings; trained with blurred pictures among them, so that sharpness says nothing."""
    faces = smaller(read_pictures(data, "train", FACES, most=1500), SMALL)
    others = smaller(read_pictures(data, "train", OTHERS, most=3000), SMALL)
    images = _tensor(np.concatenate([faces, others]))
    labels = torch.cat([torch.ones(len(faces)), torch.zeros(len(others))])
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 24, 3, 2, 1), nn.ReLU(), nn.Conv2d(24, 48, 3, 2, 1), nn.ReLU(), nn.Conv2d(48, 64, 3, 2, 1),
        nn.ReLU(), nn.Flatten(), nn.Dropout(0.3), nn.Linear(1024, 1),
    )  # fmt: skip
    optimizer, rng = torch.optim.AdamW(network.parameters(), 1e-3), np.random.default_rng(0)
    for _ in range(EPOCHS):
        for chosen in np.array_split(rng.permutation(len(images)), max(1, len(images) // BATCH)):
            batch = images[chosen]
            if rng.random() < 0.6:
                batch = F.interpolate(F.avg_pool2d(batch, int(rng.choice([2, 4]))), (SMALL, SMALL), mode="bilinear")
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(network(batch)[:, 0], labels[chosen]).backward()
            optimizer.step()
    return network.eval()


@torch.no_grad()
def _shares(network: nn.Module, parts: tuple[np.ndarray, ...]) -> list[float]:
    """How many of each are taken for faces."""
    return [float((network(_tensor(part))[:, 0] > 0).float().mean()) for part in parts]


def _tensor(pictures: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255


def _png(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(buffer, "PNG")
    return buffer.getvalue()
