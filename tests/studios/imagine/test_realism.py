"""FID, KID, precision and recall: what they must be where one knows; ``score`` of a styled generator."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.progress import Progress
from app.cli import run
from app.runtime.model import ModelShelf
from app.studios.cards import CARDS
from app.studios.imagine.realism import (
    FEATURES,
    compare,
    features_of,
    frechet_distance,
    inside_share,
    kernel_distance,
)  # fmt: skip
from app.studios.imagine.score_styled import score_files


@pytest.fixture
def points() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((600, 8))


def test_the_frechet_distance_of_moved_and_stretched_points_is_the_formulas(points: np.ndarray) -> None:
    assert frechet_distance(points, points) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(points + 2, points) == pytest.approx(8 * 4)
    stretched = points.mean(0) + 3 * (points - points.mean(0))
    assert frechet_distance(stretched, points) == pytest.approx(4 * points.var(0, ddof=1).sum())


def test_the_kernel_distance_has_no_bias_and_grows(points: np.ndarray) -> None:
    near, far = (kernel_distance(points[::2] + step, points[1::2]) for step in (0.0, 0.5))
    assert abs(near) < 0.02
    assert far > 0.2


def test_precision_is_lost_by_strange_pictures_and_recall_by_missing_ones(points: np.ndarray) -> None:
    real, made = points[::2], points[1::2]
    strange = np.concatenate([made[:150], made[150:] + 50])
    narrow = np.repeat(made[:3], 100, 0) + 1e-6 * made
    both, fewer, same = compare(made, real), compare(strange, real), compare(narrow, real)
    assert both.precision > 0.8
    assert both.recall > 0.8
    assert fewer.precision == pytest.approx(both.precision / 2, abs=0.1)
    assert same.recall < 0.05
    assert inside_share(real, real) == 1
    assert (both.made, both.real) == (300, 300)


def test_pictures_of_any_size_are_seen(shelf: ModelShelf) -> None:
    rng = np.random.default_rng(0)
    large = rng.integers(0, 256, (128, 128, 3), dtype=np.uint8)
    small = large.reshape(64, 2, 64, 2, 3).mean((1, 3)).round().astype(np.uint8)
    seen = features_of([large, small, large[:40, :50]], shelf.open(FEATURES))
    assert len(seen) == 3
    assert np.abs(seen[0] - seen[1]).max() < 0.05 < np.abs(seen[0] - seen[2]).max()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve pictures of different sizes and kinds, and a file that is none."""
    rng = np.random.default_rng(0)
    for number in range(12):
        array = rng.integers(0, 256, (20 + number, 40, 3), dtype=np.uint8)
        picture = Image.fromarray(array if number else array[..., 0])
        picture.save(tmp_path / f"{number}{('.png', '.jpg', '.webp')[number % 3]}")
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf8")
    return tmp_path


def test_score_compares_with_a_folder_of_real_pictures(
    tiny_models: tuple[str, str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(CARDS, ["score", tiny_models[0], str(folder)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["real_pictures"], found["made_pictures"], found["features"]) == (12, 12, FEATURES)
    assert found["fid"] > 0
    assert found["kid"] > 0
    assert 0 <= found["precision"] <= 1


def test_too_few_pictures_are_told_so(tiny_shelf: ModelShelf, tmp_path: Path) -> None:
    with pytest.raises(AtelierError, match="too few") as caught:
        score_files(tiny_shelf.open("tiny-biggan"), [tmp_path], Progress())
    assert caught.value.kind is ErrorKind.BAD_INPUT
