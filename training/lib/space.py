"""``space.npz`` of a styled generator: its mean styles, its principal directions, and those that have a name.

Principal directions are those of GANSpace (Härkönen et al. 2020, arXiv 2004.02546). A named one is measured: how the
styles of pictures differ, on the average, where one property of the picture is a standard deviation greater.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

SPACE = "space.npz"
RELIABLE = 0.9
"""The share of pictures in which a direction must do what its name says, or it gets none."""
Draw = Callable[[np.ndarray], np.ndarray]
"""Points of the space (n, length) to pictures (n, side, side, 3) in 0..1."""


def principal(points: np.ndarray, count: int) -> np.ndarray:
    """The *count* principal directions of *points* (n, length), each a standard deviation long."""
    _, sizes, axes = np.linalg.svd(points - points.mean(0), full_matrices=False)
    return (axes[:count] * sizes[:count, None] / np.sqrt(len(points))).astype(np.float32)


def named(points: np.ndarray, properties: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """For each of the *properties*, (n,) each, the direction in which it grows by a standard deviation."""
    centred = points - points.mean(0)
    return {
        name: (centred * _standard(values)[:, None]).mean(0).astype(np.float32) for name, values in properties.items()
    }


def between(points: np.ndarray, labels: np.ndarray, first: int, second: int) -> np.ndarray:
    """From the middle of the points of one class towards that of another, a standard deviation of all points long."""
    way = points[labels == second].mean(0) - points[labels == first].mean(0)
    way = way / np.linalg.norm(way)
    return (way * ((points - points.mean(0)) @ way).std()).astype(np.float32)


def by_effect(directions: Mapping[str, np.ndarray], points: np.ndarray, draw: Draw) -> tuple[np.ndarray, np.ndarray]:
    """The directions (n, length) and their names (n,), the one that changes pixels most first.

    Keys that begin with a digit are no names.
    """
    base = draw(points)
    effects = [np.abs(draw(points + step) - base).mean() for step in directions.values()]
    order = np.argsort(effects)[::-1]
    names = ["" if name[:1].isdigit() else name for name in directions]
    return np.stack(list(directions.values()))[order], np.array([names[place] for place in order])


def keeps_its_word(name: str, way: np.ndarray, points: np.ndarray, draw: Draw) -> bool:
    """Whether the property *name* is greater a step and a half along *way* than as much against it, nearly always."""
    more, less = (looks(draw(points + step * way))[name] for step in (1.5, -1.5))
    return float((more > less).mean()) >= RELIABLE


def looks(images: np.ndarray) -> dict[str, np.ndarray]:
    """What can be measured of pictures (n, side, side, 3) in 0..1: (n,) each."""
    side = images.shape[1]
    light = images.mean(3)
    corners = np.concatenate([light[:, : side // 5, : side // 6], light[:, : side // 5, -side // 6 :]], 2)
    middle = light[:, side // 4 : -side // 4, side // 4 : -side // 4]
    return {
        "Light": light.mean((1, 2)),
        "Bright background": corners.mean((1, 2)) - middle.mean((1, 2)),
        "Colourful": (images.max(3) - images.min(3)).mean((1, 2)),
        "Warm": (images[..., 0] - images[..., 2]).mean((1, 2)),
        "Contrast": light.std((1, 2)),
    }


def _standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / (values.std() + 1e-9)
