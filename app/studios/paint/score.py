"""Measures a drawing model on drawings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.paint.codec import StrokeCodec, start_row
from app.studios.paint.files import load_drawing
from app.studios.paint.generator import PARTIAL, class_row, codec_of
from app.studios.paint.mixture import Decoder, nats
from app.studios.paint.simplify import simplified

MOST_POINTS = 100
"""The longest drawings that are scored, and the paper's N_max: the longest that the networks here learnt from."""
Rows = tuple[np.ndarray, str | None]


def score_files(model: Model, files: list[Path], progress: Progress) -> dict[str, Any]:
    """How well the model knows drawings, with the latent the encoder finds for the whole drawing, its mean.

    ``nats_per_point`` (offset and pen) and ``kl_nats_per_drawing`` are sums over what there is.
    ``reconstruction_loss`` and ``kl_loss`` are L_R and L_KL of Ha & Eck 2017, equations 9 and 10: the first a sum over
    each drawing's points divided by ``n_max``, the points of the longest drawing learnt from, the second divided by
    ``n_z``, the numbers of the latent; both are means over the drawings. The pen counts up to a drawing's end, as in
    the authors' own evaluation.

    Files are ``.svg``, tried as each category and scored as the one that fits best, or ``.npz`` in the layout of the
    training data, of which the valid drawings of the model's categories with at most 100 points are used.
    """
    codec = codec_of(model)
    drawings = [rows for path in files for rows in _read(path, codec)]
    if not drawings:
        raise AtelierError(ErrorKind.BAD_FILE, tr("There is no drawing in these files that the model could know."))
    nats, points, divergence = 0.0, 0, 0.0
    for number, (rows, category) in enumerate(drawings):
        progress.report(number / len(drawings))
        found = [_score(model, codec, rows, name) for name in ([category] if category else codec.categories)]
        best = min(found)
        nats, points, divergence = nats + best[0], points + len(rows), divergence + best[1]
    longest, latent = int(model.codec.get("longest", MOST_POINTS)), int(model.codec["latent"])
    return {
        "model": model.manifest.id,
        "drawings": len(drawings),
        "points": points,
        "nats_per_point": nats / points,
        "kl_nats_per_drawing": divergence / len(drawings),
        "reconstruction_loss": nats / len(drawings) / longest,
        "kl_loss": divergence / len(drawings) / max(1, latent),
        "n_max": longest,
        "n_z": latent,
    }


def _score(model: Model, codec: StrokeCodec, rows: np.ndarray, category: str) -> tuple[float, float]:
    """The nats of all points, and of the latent."""
    classes = class_row(codec, category)
    found = model.run("encoder", {"points": rows[None], "classes": classes})
    mean, log_variance = found["mean"], found["log_variance"]
    divergence = -0.5 * float((1 + log_variance - mean**2 - np.exp(log_variance)).sum())
    parts = Decoder(model, mean, classes).read(np.concatenate([start_row(), rows[:-1]]))
    return float(nats(parts, rows, codec.ends_apart).sum()), divergence


def _read(path: Path, codec: StrokeCodec) -> list[Rows]:
    if path.suffix.lower() == ".npz":
        return _read_npz(path, codec)
    drawing, _ = load_drawing(path)
    if not drawing.strokes:
        return []
    places = np.concatenate([stroke.places for stroke in drawing.strokes])
    scale = max(float(np.ptp(places, axis=0).max()), 1.0) / PARTIAL
    return [(codec.encode([simplified(stroke.places / scale) for stroke in drawing.strokes]), None)]


def _read_npz(path: Path, codec: StrokeCodec) -> list[Rows]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            names, labels, split = list(arrays["categories"]), arrays["label"], arrays["split"]
            offsets, points, pen_up = arrays["offsets"], arrays["points"].astype(np.float32), arrays["pen_up"]
    except (OSError, ValueError, KeyError) as error:
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("“{name}” is not a set of drawings.", name=path.name),
            tr("An .npz needs the arrays points, pen_up, offsets, label, categories and split."),
        ) from error
    known = np.isin(labels, [names.index(name) for name in codec.categories if name in names])
    chosen = np.flatnonzero((split == 1) & known & (np.diff(offsets) <= MOST_POINTS))
    found: list[Rows] = []
    for i in chosen:
        part = slice(offsets[i], offsets[i + 1])
        strokes = [line for line in np.split(points[part], np.flatnonzero(pen_up[part]) + 1) if len(line)]
        found.append((codec.encode(strokes), names[labels[i]]))
    return found
