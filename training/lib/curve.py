"""The loss log as a picture: training and valid curves over the steps, one panel for each quantity."""

from __future__ import annotations

import json
import math
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 260, 64, 34, 30, 20
INK, GRID, TRAIN, VALID, PAPER = (60, 60, 60), (225, 225, 225), (52, 101, 164), (204, 102, 0), (255, 255, 255)
SETTLED = 0.1
"""The first tenth of a run is far above the rest; the height of a panel is that of what follows, and the early curve
may leave it."""
Point = tuple[float, float]


def draw_curves(log: Path, picture: Path) -> None:
    """Draw the rows of *log* (``log.jsonl``) into the PNG *picture*."""
    rows = _last_of_each_step([json.loads(line) for line in log.read_text(encoding="utf8").splitlines() if line])
    names = _quantities(rows)
    sheet = Image.new("RGB", (WIDTH, HEIGHT * max(1, len(names))), PAPER)
    for number, name in enumerate(names):
        _panel(ImageDraw.Draw(sheet), number * HEIGHT, name, _points(rows, name), _points(rows, f"valid_{name}"))
    sheet.save(picture)


def _last_of_each_step(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    """A run that was killed goes back to its checkpoint: what it logged after that is replaced by what came later."""
    kept: list[dict[str, float]] = []
    for row in rows:
        while kept and kept[-1]["step"] >= row["step"]:
            kept.pop()
        kept.append(row)
    return kept


def _quantities(rows: list[dict[str, float]]) -> list[str]:
    names = [name.removeprefix("valid_") for row in rows for name in row if name not in ("step", "minutes")]
    return list(dict.fromkeys(names))


def _points(rows: list[dict[str, float]], name: str) -> list[Point]:
    return [(row["step"], row[name]) for row in rows if name in row and math.isfinite(row[name])]


def _panel(pen: ImageDraw.ImageDraw, top: int, name: str, train: list[Point], valid: list[Point]) -> None:
    """One quantity: axes with numbers, the two curves, their legend."""
    points = train + valid
    if not points:
        return
    last = max(step for step, _ in points)
    settled = [value for step, value in points if step >= SETTLED * last]
    steps, values = ticks(0.0, last), ticks(min(settled), max(settled))
    box = (LEFT, top + TOP, WIDTH - RIGHT, top + HEIGHT - BOTTOM)
    _axes(pen, box, steps, values)
    for colour, curve in ((TRAIN, train), (VALID, valid)):
        _curve(pen, [_placed(point, box, steps, values) for point in curve], box, colour)
    pen.text((LEFT, top + 8), name.replace("_", " "), fill=INK, font_size=14)
    pen.text((WIDTH - 150, top + 9), "training" if train else "", fill=TRAIN, font_size=12)
    pen.text((WIDTH - 80, top + 9), "valid" if valid else "", fill=VALID, font_size=12)


def _axes(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], steps: list[float], values: list[float]) -> None:
    left, top, right, bottom = box
    for value in values:
        _, y = _placed((0.0, value), box, steps, values)
        pen.line([(left, y), (right, y)], fill=GRID)
        pen.text((left - 6, y), f"{value:g}", fill=INK, font_size=11, anchor="rm")
    for step in steps:
        x, _ = _placed((step, values[0]), box, steps, values)
        pen.line([(x, bottom), (x, bottom + 4)], fill=INK)
        pen.text((x, bottom + 7), f"{step:,g}", fill=INK, font_size=11, anchor="mt")
    pen.line([(left, top), (left, bottom), (right, bottom)], fill=INK)


def _placed(point: Point, box: tuple[int, int, int, int], steps: list[float], values: list[float]) -> Point:
    left, top, right, bottom = box
    x = (point[0] - steps[0]) / (steps[-1] - steps[0])
    y = (point[1] - values[0]) / (values[-1] - values[0])
    return left + x * (right - left), bottom - y * (bottom - top)


def _curve(
    pen: ImageDraw.ImageDraw, points: list[Point], box: tuple[int, int, int, int], colour: tuple[int, int, int]
) -> None:
    _, top, _, bottom = box
    inside = [(x, min(max(y, top), bottom)) for x, y in points]
    if len(inside) > 1:
        pen.line(inside, fill=colour, width=2)
    for x, y in inside[-1:] if len(inside) > 60 else inside:
        pen.ellipse([x - 2, y - 2, x + 2, y + 2], fill=colour)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers that enclose *low* to *high*, at least two of them."""
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        low, high = low - (abs(low) or 1.0) / 2, high + (abs(high) or 1.0) / 2
    rough = (high - low) / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]
