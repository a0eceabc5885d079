"""Measures a drawing model on drawings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.paint.codec import StrokeCodec
from app.studios.paint.files import load_drawing
from app.studios.paint.generator import PARTIAL, class_row, codec_of
from app.studios.paint.mixture import Decoder, nats
from app.studios.paint.simplify import simplified

MOST_POINTS = 100
Rows = tuple[np.ndarray, str | None]


def score_files(model: Model, files: list[Path], progress: Progress) -> dict[str, Any]:
    """Nats per point (offset and pen) of drawings, with the latent the encoder finds for the whole drawing, its mean;
    and the divergence of that latent from the prior in nats per drawing.

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
        found = [_score(model, rows, class_row(codec, name)) for name in ([category] if category else codec.categories)]
        best = min(found)
        nats, points, divergence = nats + best[0], points + len(rows), divergence + best[1]
    return {
        "model": model.manifest.id,
        "drawings": len(drawings),
        "points": points,
        "nats_per_point": nats / points,
        "kl_nats_per_drawing": divergence / len(drawings),
    }


def _score(model: Model, rows: np.ndarray, classes: np.ndarray) -> tuple[float, float]:
    found = model.run("encoder", {"points": rows[None], "classes": classes})
    mean, log_variance = found["mean"], found["log_variance"]
    divergence = -0.5 * float((1 + log_variance - mean**2 - np.exp(log_variance)).sum())
    start = np.array([[0, 0, 1, 0, 0]], np.float32)
    parts = Decoder(model, mean, classes).read(np.concatenate([start, rows[:-1]]))
    return float(nats(parts, rows).sum()), divergence


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
