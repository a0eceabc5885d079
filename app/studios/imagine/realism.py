"""How near made pictures come to real ones, in the features of the project's own network ``features-pictures``.

The distances are those known by their short names: FID (Heusel et al. 2017, arXiv 1706.08500), KID (Bińkowski et al.
2018, arXiv 1801.01401), improved precision and recall (Kynkäänniemi et al. 2019, arXiv 1904.06991). The features are
not Inception's: the figures compare with each other, and with the distance between two parts of the real pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from app.base.progress import Progress
from app.runtime.model import Model

FEATURES = "features-pictures"
NEIGHBOURS = 3
CHUNK = 50
SUBSETS, SUBSET = 50, 200
"""For the kernel distance: the mean over so many pairs of subsets, each of so many pictures."""


@dataclass(frozen=True)
class Realism:
    """*made* and *real* count the pictures; *kernel* is KID, usually told in thousandths."""

    frechet: float
    kernel: float
    precision: float
    recall: float
    made: int
    real: int


def features_of(pictures: Iterable[np.ndarray], network: Model, progress: Progress | None = None) -> np.ndarray:
    """Features (n, length) of pictures, each uint8 (height, width, 3) of any size."""
    side = int(network.codec["side"])
    found = [network.run("features", {"images": batch}, progress)["features"] for batch in _batches(pictures, side)]
    return np.concatenate(found).astype(np.float64) if found else np.zeros((0, 0))


def compare(made: np.ndarray, real: np.ndarray) -> Realism:
    """All distances between two sets of features, (n, d) and (m, d), each of two at least."""
    return Realism(
        frechet_distance(made, real),
        kernel_distance(made, real),
        inside_share(made, real),
        inside_share(real, made),
        len(made),
        len(real),
    )


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Between the Gaussians of two sets of features, (n, d) and (m, d)."""
    mean = ((a.mean(0) - b.mean(0)) ** 2).sum()
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = _root(first)
    return float(mean + np.trace(first) + np.trace(second) - 2 * np.trace(_root(root @ second @ root)))


def kernel_distance(a: np.ndarray, b: np.ndarray) -> float:
    """The squared maximum mean discrepancy by a cubic kernel, without bias; the subsets are the same each time."""
    rng = np.random.default_rng(0)
    size = min(SUBSET, len(a), len(b))
    pairs = [
        (a[rng.choice(len(a), size, False)], b[rng.choice(len(b), size, False)])
        for _ in range(SUBSETS if size < max(len(a), len(b)) else 1)
    ]
    return float(np.mean([_discrepancy(first, second) for first, second in pairs]))


def inside_share(points: np.ndarray, others: np.ndarray, neighbours: int = NEIGHBOURS) -> float:
    """The share of *points* that lie among *others*: no further from one than that one's *neighbours*-th neighbour.

    Of made points among real ones that is the precision, of real ones among made ones the recall.
    """
    reach = np.sort(distances(others, others), 1)[:, min(neighbours, len(others) - 1)]
    return float((distances(points, others) <= reach).any(1).mean())


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean, (n, d) and (m, d) to (n, m)."""
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0))


def _discrepancy(a: np.ndarray, b: np.ndarray) -> float:
    within = [_kernel(each, each) for each in (a, b)]
    alone = sum((table.sum() - np.trace(table)) / (len(table) * max(1, len(table) - 1)) for table in within)
    return float(alone - 2 * _kernel(a, b).mean())


def _kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a @ b.T / a.shape[1] + 1) ** 3


def _root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def _batches(pictures: Iterable[np.ndarray], side: int) -> Iterator[np.ndarray]:
    batch: list[np.ndarray] = []
    for picture in pictures:
        batch.append(_sized(picture, side))
        if len(batch) == CHUNK:
            yield np.stack(batch)
            batch = []
    if batch:
        yield np.stack(batch)


def _sized(picture: np.ndarray, side: int) -> np.ndarray:
    """Float32 (side, side, 3) in 0..1; brought to size in the same way as in the network's training."""
    image = Image.fromarray(picture).convert("RGB")
    if image.size != (side, side):
        larger = min(image.size) > side
        image = image.resize((side, side), Image.Resampling.BOX if larger else Image.Resampling.BILINEAR)
    return np.asarray(image).astype(np.float32) / 255
