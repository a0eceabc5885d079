"""Can one see what is drawn? A small classifier that learnt real drawings looks at made ones."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import nn
from torch.nn import functional as F

from training.lib.loop import autocast
from training.sketchrnn.data import Drawings

SIDE, EPOCHS, BATCH, SEED, MOST_OF_CLASS = 32, 3, 128, 7, 800


def raster(strokes: list[np.ndarray]) -> np.ndarray:
    """A drawing fitted into 32 × 32 pixels, float32 0..1."""
    large = Image.new("L", (2 * SIDE, 2 * SIDE))
    pen = ImageDraw.Draw(large)
    points = np.concatenate(strokes)
    extent = max(float(np.ptp(points, axis=0).max()), 1.0)
    corner = (2 * SIDE - 6 - np.ptp(points, axis=0) / extent * (2 * SIDE - 6)) / 2 + 3
    for stroke in strokes:
        placed = (stroke - points.min(0)) / extent * (2 * SIDE - 6) + corner
        pen.line([tuple(point) for point in placed.tolist()], fill=255, width=2)
    return np.asarray(large.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32) / 255


class Classifier(nn.Module):
    """Rasters (batch, 1, 32, 32) to class scores."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 16, classes),
        )  # fmt: skip

    def forward(self, rasters: torch.Tensor) -> torch.Tensor:
        return self.layers(rasters)


def train_classifier(drawings: Drawings, classes: int, most: int = MOST_OF_CLASS) -> Classifier:
    """A classifier of the training drawings, at most *most* of each class; the same each time."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    chosen = np.concatenate(
        [rng.permutation(np.flatnonzero(drawings.labels == label))[:most] for label in range(classes)]
    )
    rasters = torch.from_numpy(np.stack([raster(drawings.strokes[i]) for i in chosen]))[:, None]
    labels = torch.from_numpy(drawings.labels[chosen])
    network = Classifier(classes)
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3)
    for _ in range(EPOCHS):
        for part in np.array_split(rng.permutation(len(labels)), max(1, len(labels) // BATCH)):
            with autocast("cpu"):
                scores = network(rasters[part])
            optimizer.zero_grad()
            F.cross_entropy(scores.float(), labels[part]).backward()
            optimizer.step()
    return network.eval()


@torch.no_grad()
def recognised(network: Classifier, drawings: list[list[np.ndarray]], labels: np.ndarray) -> float:
    """The share of drawings that the classifier takes for their class."""
    rasters = torch.from_numpy(np.stack([raster(strokes) for strokes in drawings]))[:, None]
    return float((network(rasters).argmax(1).numpy() == labels).mean())
