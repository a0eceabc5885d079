"""How near a painting comes to its picture."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.files import read_bytes
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.paint.document import Drawing
from app.studios.paint.render import render
from app.studios.paint.request import PaintRequest
from app.studios.paint.spiral import generate
from app.studios.paint.target import target_of, target_pixels

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
COUNTS = (5, 20, 100, 500)
SIDE = 256
"""Pixels of the shorter side at which paintings are measured."""
MOST_BYTES = 400_000_000
LIGHT = np.array([0.299, 0.587, 0.114], np.float32)
SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""The weights of the five scales in the paper of multi-scale SSIM."""
FLAT, DULL = 0.01**2, 0.03**2
WINDOW = 8


def squared_error(made: np.ndarray, wanted: np.ndarray) -> float:
    """The mean of squared differences (L2) of two pictures (h, w, 3) with values 0..1."""
    return float(np.square(made - wanted).mean(dtype=np.float64))


def perceptual_distance(made: np.ndarray, wanted: np.ndarray) -> float:
    """1 − MS-SSIM (Wang, Simoncelli, Bovik 2003) of the lightness of two pictures (h, w, 3) with values 0..1.

    0 for the same picture. Means and variances are those of squares of 8 pixels that overlap by half. A scale at which
    a side is shorter than such a square is left out.
    """
    first, second = made @ LIGHT, wanted @ LIGHT
    likeness, weights, lowest = [], [], 1.0
    for weight in SCALES:
        if min(first.shape) < WINDOW:
            break
        lowest, rest = _likeness(first, second)
        likeness.append(rest)
        weights.append(weight)
        first, second = _halved(first), _halved(second)
    if not likeness:
        raise ValueError(f"a picture of {made.shape} is too small to be compared")
    likeness[-1] *= lowest
    return 1 - float(np.prod(np.clip(likeness, 1e-6, 1) ** (np.array(weights) / sum(weights))))


def score_pictures(model: Model, files: list[Path], progress: Progress) -> dict[str, Any]:
    """L2 and perceptual distance of paintings in 5, 20, 100 and 500 strokes, as means over pictures, and how long they
    take; *files* are pictures or folders of them.

    Raises :class:`AtelierError` (``BAD_FILE``) where there is no picture.
    """
    paths = [path for place in files for path in _pictures(place)]
    if not paths:
        raise AtelierError(ErrorKind.BAD_FILE, tr("There is no picture in these folders."))
    targets = [target_of(read_bytes(path, MOST_BYTES), path.name) for path in paths]
    rows = []
    for number, count in enumerate(COUNTS):
        part = progress.part(number / len(COUNTS), (number + 1) / len(COUNTS))
        rows.append(measured(model, targets, count, part))
    return {
        "model": model.manifest.id,
        "pictures": len(paths),
        "strokes": dict(zip(map(str, COUNTS), rows, strict=True)),
    }


def measured(
    model: Model, targets: list[tuple[bytes, tuple[int, int]]], count: int, progress: Progress
) -> dict[str, float]:
    """The figures of paintings of *targets* in *count* strokes each."""
    errors, distances, seconds = [], [], 0.0
    for number, (target, size) in enumerate(targets):
        progress.report(number / len(targets))
        started = time.perf_counter()
        drawing = painting_of(model, target, size, count)
        seconds += time.perf_counter() - started
        made = np.asarray(render(drawing), np.float32) / 255
        wanted = target_pixels(target, drawing.width, drawing.height)
        errors.append(squared_error(made, wanted))
        distances.append(perceptual_distance(made, wanted))
    return {
        "l2": round(float(np.mean(errors)), 6),
        "perceptual": round(float(np.mean(distances)), 5),
        "seconds_a_picture": round(seconds / len(targets), 3),
    }


def painting_of(model: Model, target: bytes, size: tuple[int, int], count: int) -> Drawing:
    """A target painted on a sheet whose shorter side is :data:`SIDE`, with the model's own settings and seed 0."""
    scale = SIDE / min(size)
    sheet = Drawing(width=round(size[0] * scale), height=round(size[1] * scale))
    controls = {**model.manifest.defaults(), "strokes": count}
    request = PaintRequest(model=model.manifest.id, controls=controls, drawing=sheet, target=target)
    *_, drawing = generate(request, model, Progress())
    return drawing


def _pictures(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from sorted(path for path in place.iterdir() if path.suffix.lower() in SUFFIXES)
    else:
        yield place


def _likeness(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """The means of the two parts of SSIM: of the lightness, and of contrast and structure."""
    a, b = _windows(first), _windows(second)
    mean_a, mean_b = a.mean((2, 3)), b.mean((2, 3))
    spread_a, spread_b = a.var((2, 3)), b.var((2, 3))
    both = (a * b).mean((2, 3)) - mean_a * mean_b
    light = (2 * mean_a * mean_b + FLAT) / (mean_a**2 + mean_b**2 + FLAT)
    rest = (2 * both + DULL) / (spread_a + spread_b + DULL)
    return float(light.mean()), float(rest.mean())


def _windows(values: np.ndarray) -> np.ndarray:
    half = WINDOW // 2
    return np.lib.stride_tricks.sliding_window_view(values, (WINDOW, WINDOW))[::half, ::half].astype(np.float64)


def _halved(values: np.ndarray) -> np.ndarray:
    height, width = values.shape[0] // 2 * 2, values.shape[1] // 2 * 2
    return values[:height, :width].reshape(height // 2, 2, width // 2, 2).mean((1, 3))
