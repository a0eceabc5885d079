"""The latent space of drawings: where one lies in it, and what lies at other places (Ha & Eck 2017, section 4)."""

from __future__ import annotations

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.studios.paint.batch import draw_batch, read_batch
from app.studios.paint.codec import BOX, StrokeCodec
from app.studios.paint.document import Drawing
from app.studios.paint.mixture import Freedom, nats
from app.studios.paint.request import PaintRequest, Space
from app.studios.paint.simplify import simplified

MOST_READ = 200


def space_rows(
    request: PaintRequest, space: Space, model: Model, codec: StrokeCodec, progress: Progress
) -> list[np.ndarray]:
    """The drawings at the places of *space*, stroke-5 rows (n, 5) each.

    Each given drawing is taken for the category it fits best; on the way between two, the categories mix as they do.
    Raises :class:`AtelierError` (``BAD_INPUT``) for a drawing without lines, and for a network without a latent.
    """
    if not model.codec["latent"]:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("“{id}” has no space of drawings: it is a decoder alone.", id=model.manifest.id),
            tr("It goes on with drawings. Choose a network with an encoder, such as sketch-rnn."),
        )
    found = [placed(drawing, model, codec) for drawing in space.drawings]
    means, spreads, classes = (np.array(part) for part in zip(*found, strict=True))
    latent = np.array([_mixed(means, np.array(weights)) for weights in space.weights])
    shares = np.clip(np.array(space.weights) @ classes, 0, None)
    shares /= np.maximum(shares.sum(1, keepdims=True), 1e-6)
    generator = rng(request.seed, 1)
    if space.noise:
        near = spreads[np.abs(np.array(space.weights)).argmax(1)]
        latent = latent + space.noise * near * generator.standard_normal(latent.shape)
    most, freedom = int(request.controls.get("points", 150)), Freedom.of(model, request.controls)
    nothing = np.zeros((0, 5), np.float32)
    return draw_batch(model, latent, shares, nothing, generator, freedom, most, progress)


def placed(drawing: Drawing, model: Model, codec: StrokeCodec) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where a drawing lies: mean (z,) and standard deviation (z,) of its latent, and its category one-hot (c,)."""
    rows = rows_of(drawing, codec)
    if not len(rows):
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("This drawing has no lines."), tr("Draw something first, with any brush.")
        )
    classes = np.eye(len(codec.categories), dtype=np.float32)
    points = np.repeat(rows[None], len(classes), axis=0)
    found = model.run("encoder", {"points": points, "classes": classes})
    parts = read_batch(model, found["mean"], classes, points)
    scores = [nats({name: values[place] for name, values in parts.items()}, rows).sum() for place in range(len(points))]
    best = int(np.argmin(scores))
    return found["mean"][best], np.exp(0.5 * found["log_variance"][best]), classes[best]


def rows_of(drawing: Drawing, codec: StrokeCodec) -> np.ndarray:
    """A whole drawing as the network reads it, float32 (n, 5): its longer side is as in the training data."""
    lines = [stroke.places for stroke in drawing.strokes if stroke.points and stroke.mode == "draw"]
    if not lines:
        return np.zeros((0, 5), np.float32)
    places = np.concatenate(lines)
    scale = max(float(np.ptp(places, axis=0).max()), 1.0) / BOX
    return codec.encode([simplified(line / scale) for line in lines])[:MOST_READ]


def _mixed(means: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Between two drawings along the great circle (White 2016), which stays where drawings are; else the plain sum."""
    if len(weights) != 2 or (weights < 0).any() or not np.isclose(weights.sum(), 1):
        return weights @ means
    first, last = means
    lengths = float(np.linalg.norm(first) * np.linalg.norm(last))
    angle = float(np.arccos(np.clip(first @ last / max(lengths, 1e-9), -1, 1)))
    if np.sin(angle) < 1e-4:
        return weights @ means
    return (np.sin(weights[0] * angle) * first + np.sin(weights[1] * angle) * last) / np.sin(angle)
