"""The detector of pictures: learns a trace that a machine leaves, also after JPEG, and is exported with its figures."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from app.runtime.catalog import Catalog
from app.runtime.model import ModelShelf
from app.studios.imagine.evidence import AUC, SIDE, judge
from training.imagedetector import export as exporting
from training.imagedetector import recipe
from training.imagedetector.data import Examples
from training.imagedetector.export import after, export
from training.imagedetector.recipe import ImageDetectorTask, spoiled
from training.lib.loop import Run, train

pytestmark = pytest.mark.training


def pictures(count: int = 40) -> Examples:
    """Soft colours; those of the machine have a chequered trace of twelve levels."""
    rng = np.random.default_rng(0)
    soft = rng.integers(40, 200, (3 * count, 8, 8, 3)).repeat(SIDE // 8, 1).repeat(SIDE // 8, 2)
    machine = np.arange(3 * count) % 2 == 0
    trace = 24 * ((np.arange(SIDE)[:, None] // 2 + np.arange(SIDE) // 2) % 2)
    images = np.where(machine[:, None, None, None], soft + trace[None, :, :, None], soft).astype(np.uint8)
    part = np.repeat(["train", "tune", "test"], count)
    return Examples(images, machine, np.where(machine, "gan-2014", "small-28"), part)


def test_a_detector_is_trained_exported_and_judges(
    tmp_path: Path, one_thread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = pictures()
    for module in (recipe, exporting):
        monkeypatch.setattr(module, "prepared", lambda data, amounts: found)
    for name, value in {"horizon": 40, "batch": 8, "side": 64, "networks": 3}.items():
        monkeypatch.setattr(ImageDetectorTask, name, value)
    train(ImageDetectorTask("image-detector", tmp_path, "cpu"), Run(tmp_path / "run"))
    export("image-detector", tmp_path, tmp_path / "run", tmp_path / "models" / "image-detector", quick=True)
    detector = ModelShelf(Catalog(tmp_path / "models")).open("image-detector")
    metrics = {metric.name: metric.ours for metric in detector.manifest.metrics}
    assert metrics[AUC[0]] > 0.95
    assert metrics[AUC[1]] <= metrics[AUC[0]] <= metrics[AUC[2]]
    assert metrics["gan-2014 told from small-28"] == metrics[AUC[0]]
    test = found.of("test")
    odds = judge(detector, test.images).mean(1)
    assert odds[test.machine].mean() > odds[~test.machine].mean()


def test_pictures_travel_and_keep_their_size() -> None:
    found = pictures(2)
    for how in ("jpeg", "resized"):
        changed = after(found, how)
        assert changed.images.shape == found.images.shape
        assert (changed.images != found.images).any()
    assert spoiled(found.images[0], 50, np.random.default_rng(1)).shape == (50, 50, 3)
