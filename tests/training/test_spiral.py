"""The renderer that painting networks learn through makes the pixels of the real brush engine; the search it is
measured against comes nearer to a picture."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from app.studios.paint.brushes import load_brush
from app.studios.paint.closeness import squared_error
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.easel import pressed
from app.studios.paint.render import render
from app.studios.paint.strokerows import BRUSH, COLOUR, OPACITY, PLACES, RADII, colour_of, curve
from training.spiral.brush import cover, painted
from training.spiral.climbing import climb

pytestmark = pytest.mark.training
MEAN_ERROR = 0.004
"""Of a channel 0..1; both round, and the engine's dabs lie a tenth of a width apart."""


def _rows(count: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    rows = np.ones((count, 12))
    rows[:, PLACES] = rng.uniform(0.1, 0.9, (count, 6))
    rows[:, RADII] = np.exp(rng.uniform(np.log(0.02), np.log(0.35), (count, 2)))
    rows[:, COLOUR] = rng.uniform(0, 1, (count, 3))
    rows[:, OPACITY] = rng.uniform(0.2, 1, count)
    return rows


def _stroke(row: np.ndarray, side: int) -> Stroke:
    places, radii = curve(row)
    size, pressure = pressed(load_brush(BRUSH), 2 * radii * side)
    points = np.column_stack([places * side, pressure])
    return Stroke.of_points(points, size, colour_of(row), "machine", brush=BRUSH, opacity=float(row[OPACITY]))


@pytest.mark.parametrize("side", [32, 128])
def test_the_differentiable_brush_makes_the_engines_pixels(side: int) -> None:
    rows = _rows(24)
    strokes = torch.from_numpy(rows).float()
    ours = painted(torch.ones(24, 3, side, side), strokes, cover(strokes, side)).permute(0, 2, 3, 1).numpy()
    for row, pixels in zip(rows, ours, strict=True):
        real = np.asarray(render(Drawing((_stroke(row, side),), side, side))) / 255
        assert np.abs(real - pixels).mean() < 4 * MEAN_ERROR
    real = [np.asarray(render(Drawing((_stroke(row, side),), side, side))) / 255 for row in rows]
    assert np.abs(np.stack(real) - ours).mean() < MEAN_ERROR


def test_its_gradient_is_that_of_small_differences() -> None:
    row = torch.tensor([[0.2, 0.3, 0.6, 0.1, 0.8, 0.7, 0.15, 0.15, 0, 0, 0, 1.0]], requires_grad=True)
    cover(row, 32).mean().backward()
    assert row.grad is not None
    for place in range(8):
        step = torch.zeros_like(row)
        step[0, place] = 2e-3
        with torch.no_grad():
            difference = (cover(row + step, 32).mean() - cover(row - step, 32).mean()) / 4e-3
        assert row.grad[0, place].item() == pytest.approx(difference.item(), abs=0.02)


def test_the_search_comes_nearer_with_more_strokes() -> None:
    target = np.ones((48, 48, 3), np.float32)
    target[12:36, 8:40] = (0.8, 0.2, 0.1)
    few, many = climb(target, 2, 0.2), climb(target, 12, 1.2)
    errors = [squared_error(np.asarray(render(drawing)) / 255, target) for drawing in (Drawing((), 48, 48), few, many)]
    assert len(few.strokes) <= 2
    assert errors[0] > errors[1] > errors[2]
