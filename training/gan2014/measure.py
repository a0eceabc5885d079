"""How good made pictures are: a small classifier of the real ones looks at them.

The Fréchet distance is that of Heusel et al. 2017, in the 64 features of this classifier instead of Inception's, which
were learnt on photographs; so it compares with nothing published, only with its own floor, the distance between two
parts of the real pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from training.gan2014.data import Pictures
from training.lib.loop import autocast

EPOCHS, BATCH, SEED = 4, 128, 7


class Classifier(nn.Module):
    """Pictures (batch, 1, 28, 28) to 64 features and class scores."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 49, 64), nn.ReLU(),
        )  # fmt: skip
        self.out = nn.Linear(64, classes)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.trunk(pictures)
        return features, self.out(features)


def train_classifier(pictures: Pictures) -> Classifier:
    """A classifier of the training part, the same each time."""
    torch.manual_seed(SEED)
    network = Classifier(len(pictures.class_names))
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3)
    images, labels = torch.from_numpy(pictures.images), torch.from_numpy(pictures.labels)
    rng = np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        for chosen in np.array_split(rng.permutation(len(images)), max(1, len(images) // BATCH)):
            with autocast("cpu"):
                _, scores = network(images[chosen][:, None].float() / 255)
            optimizer.zero_grad()
            F.cross_entropy(scores.float(), labels[chosen]).backward()
            optimizer.step()
    return network.eval()


@dataclass(frozen=True)
class Seen:
    """What the classifier makes of pictures: features (n, 64), the class it takes each for (n,)."""

    features: np.ndarray
    classes: np.ndarray


@torch.no_grad()
def look(network: Classifier, images: np.ndarray) -> Seen:
    """*images* uint8 (n, 28, 28)."""
    parts = [network(torch.from_numpy(part)[:, None].float() / 255) for part in np.array_split(images, 10)]
    features = torch.cat([features for features, _ in parts]).double().numpy()
    return Seen(features, torch.cat([scores for _, scores in parts]).argmax(1).numpy())


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Between the Gaussians of two sets of features, (n, d) and (m, d)."""
    mean = ((a.mean(0) - b.mean(0)) ** 2).sum()
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = _root(first)
    return float(mean + np.trace(first) + np.trace(second) - 2 * np.trace(_root(root @ second @ root)))


def _root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def spread(features: np.ndarray, classes: np.ndarray) -> float:
    """The mean distance of two pictures of one class in the feature space."""
    groups = [features[classes == label] for label in np.unique(classes)]
    return float(np.mean([_mean_distance(group) for group in groups if len(group) > 1]))


def _mean_distance(group: np.ndarray) -> float:
    distances = np.linalg.norm(group[:, None] - group[None], axis=2)
    return float(distances.sum() / (len(group) * (len(group) - 1)))
