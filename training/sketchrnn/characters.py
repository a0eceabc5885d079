"""Are made characters plausible, and are they new?"""

from __future__ import annotations

import numpy as np

from app.runtime.manifest import Metric
from training.sketchrnn.classifier import recognised, train_classifier
from training.sketchrnn.data import Drawings, changed

SEED, REPEATED, SAME = 11, 1000, 0.95
"""So many known characters are drawn once more; nearer than this share of them to themselves is a copy."""
POINTS = 6
"""Points of a stroke that are compared."""
SHIFT = 45.0
"""How far the strokes of a spoilt character are moved, standard deviation in units of the em box's 255."""


def about_characters(
    train: Drawings, valid: Drawings, made: dict[str, list[list[np.ndarray]]], categories: tuple[str, ...]
) -> list[Metric]:
    """Copies, plausibility and the number of strokes, of *made* characters by category beside the valid ones."""
    drawings = [drawing for name in categories for drawing in made[name]]
    where = (
        f"{len(drawings)} characters from an empty sheet, {len(drawings) // len(made)} of each category, seeds from 0"
    )
    copies, real_copies = _copies(train, [drawings, valid.strokes])
    plausible, real_plausible = _plausible(train, [drawings, valid.strokes])
    return [
        Metric(
            name=f"copies of a training character (valid characters, all others: {real_copies:.3f})",
            unit="share",
            ours=round(copies, 4),
            samples=len(drawings),
            measured_on=where,
        ),
        Metric(
            name="taken for a real character by a classifier of real ones and ones with moved strokes "
            f"(real valid ones: {real_plausible:.3f})",
            unit="share",
            ours=round(plausible, 4),
            samples=len(drawings),
            measured_on=where,
            better="higher",
        ),
        Metric(
            name=f"strokes of a character, against real ones' (mean {_strokes(valid.strokes):.1f})",
            unit="ratio",
            ours=round(_strokes(drawings) / _strokes(valid.strokes), 3),
            samples=len(drawings),
            measured_on=where,
            better="higher",
        ),
    ]


def _copies(train: Drawings, sets: list[list[list[np.ndarray]]]) -> list[float]:
    """For each of *sets*, the share that is as near to a training character as that is to itself drawn once more."""
    rng = np.random.default_rng(SEED)
    known = _by_strokes(train.strokes)
    repeated = rng.choice(len(train.strokes), min(REPEATED, len(train.strokes)), replace=False)
    pairs = [(_placed(train.strokes[i]), _placed(changed(train.strokes[i], rng))) for i in repeated]
    near = float(np.quantile([_distances(one[None], other)[0] for one, other in pairs], SAME))
    return [float(np.mean([_nearest(drawing, known) <= near for drawing in drawings])) for drawings in sets]


def _by_strokes(drawings: list[list[np.ndarray]]) -> dict[int, np.ndarray]:
    """Characters as :func:`_placed`, (n, strokes, POINTS, 2), by their number of strokes."""
    found: dict[int, list[np.ndarray]] = {}
    for strokes in drawings:
        found.setdefault(len(strokes), []).append(_placed(strokes))
    return {count: np.stack(each) for count, each in found.items()}


def _nearest(strokes: list[np.ndarray], known: dict[int, np.ndarray]) -> float:
    """How near a character comes to a known one with as many strokes, which are compared in their order."""
    same = known.get(len(strokes))
    return np.inf if same is None else float(_distances(same, _placed(strokes)).min())


def _distances(known: np.ndarray, character: np.ndarray) -> np.ndarray:
    """The mean distance of points that belong to each other, as a share of the character's size, (n,)."""
    return np.linalg.norm(known - character, axis=-1).mean((1, 2))


def _placed(strokes: list[np.ndarray]) -> np.ndarray:
    """Each stroke as points at equal distances along it, (strokes, POINTS, 2); the character has the size 1."""
    points = np.stack([_along(stroke) for stroke in strokes])
    low, high = points.min((0, 1)), points.max((0, 1))
    return (points - (low + high) / 2) / max(1e-6, float((high - low).max()))


def _along(stroke: np.ndarray) -> np.ndarray:
    lengths = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1)))
    places = np.linspace(0, lengths[-1], POINTS)
    return np.column_stack([np.interp(places, lengths, stroke[:, axis]) for axis in (0, 1)])


def _plausible(train: Drawings, sets: list[list[list[np.ndarray]]]) -> list[float]:
    """For each of *sets*, the share that a classifier does not take for a character whose strokes were moved."""
    rng = np.random.default_rng(SEED)
    spoilt = [_spoilt(strokes, rng) for strokes in train.strokes]
    labels = np.repeat([0, 1], len(train.strokes))
    classifier = train_classifier(Drawings(train.strokes + spoilt, labels), 2, len(train.strokes))
    return [recognised(classifier, drawings, np.zeros(len(drawings), int)) for drawings in sets]


def _spoilt(strokes: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    return [stroke + rng.normal(0, SHIFT, 2).astype(np.float32) for stroke in strokes]


def _strokes(drawings: list[list[np.ndarray]]) -> float:
    return float(np.mean([len(strokes) for strokes in drawings]))
