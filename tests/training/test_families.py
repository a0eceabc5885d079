"""The other families: each learns from data in the published layout; a stopped run goes on as if it had not been.

``test_charrnn.py`` shows the same of the character network.
"""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import Tensor

from app.studios.compose.codec import VOICES
from training.coconet.recipe import CoconetTask
from training.gan2014.recipe import GanTask
from training.lib.loop import LOSS_LOG, Run, Task, train
from training.registry import recipe_of
from training.sketchrnn.data import CATEGORIES
from training.sketchrnn.recipe import SketchTask

pytestmark = pytest.mark.training

SMALL = {"coconet-bach": (CoconetTask, 2), "gan-2014": (GanTask, 16), "sketch-rnn": (SketchTask, 6)}
STEPS = 6


def _chorales(folder: Path) -> None:
    folder.mkdir(parents=True)
    chord = np.array([72, 67, 60, 48])
    piece = np.repeat(chord + np.array([0, 2, 4, 5, 7, 5, 4, 2, 0, 2, 4, 5, 7, 5, 4, 2])[:, None], 8, axis=0)
    pitch, start = np.concatenate([piece] * 3).astype(np.int8), np.arange(4) * len(piece)
    splits = {
        f"{split}_{name}": value for split in ("train", "valid") for name, value in (("pitch", pitch), ("start", start))
    }
    np.savez(folder / "jsb-chorales-16th.npz", **splits)  # pyright: ignore[reportArgumentType]
    assert pitch.shape[1] == VOICES


def _pictures(folder: Path) -> None:
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    content = io.BytesIO()
    np.savez(
        content,
        images=rng.integers(0, 256, (400, 28, 28), dtype=np.uint8),
        labels=np.arange(400) % 20,
        split=np.array(["train", "valid"])[(np.arange(400) % 8 == 0).astype(int)],
        class_names=np.array([f"kind {i}" for i in range(20)]),
    )
    with tarfile.open(folder / "small-28.tar", "w") as archive:
        entry = tarfile.TarInfo("data.npz")
        entry.size = content.tell()
        content.seek(0)
        archive.addfile(entry, content)


def _drawings(folder: Path) -> None:
    folder.mkdir(parents=True)
    angles = np.linspace(0, 2 * np.pi, 12)
    circle = np.column_stack([np.cos(angles), np.sin(angles)]) * 100 + 128
    count = 4 * len(CATEGORIES)
    pen_up = np.zeros(len(circle), bool)
    pen_up[[5, -1]] = True
    np.savez(
        folder / "quickdraw.npz",
        categories=np.array(CATEGORIES),
        points=np.tile(circle, (count, 1)).astype(np.int16),
        pen_up=np.tile(pen_up, count),
        offsets=np.arange(count + 1) * len(circle),
        label=np.arange(count) % len(CATEGORIES),
        split=np.arange(count) >= 2 * len(CATEGORIES),
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    _chorales(folder / "music")
    _pictures(folder / "images")
    _drawings(folder / "sketches")
    return folder


@pytest.fixture
def small(model: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Task]]:
    """The task of *model*, made small enough for a test; so small that threads would only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    task, batch = SMALL[model]
    monkeypatch.setattr(task, "batch", batch)
    for name, value in (("fine", 8), ("deep", 16), ("blocks", 2)) if task is CoconetTask else ():
        monkeypatch.setattr(CoconetTask, name, value)
    yield task
    torch.set_num_threads(before)


def _weights(model: str, data: Path, out: Path, stops: tuple[int, ...]) -> dict[str, Tensor]:
    """The weights after a training that was stopped and resumed at each of *stops*."""
    task: Task | None = None
    for stop in stops:
        task = cast(Task, recipe_of(model).built(model, data))
        task.horizon = stop
        train(task, Run(out))
    assert task is not None
    return {f"{n}.{key}": value for n, module in task.modules.items() for key, value in module.state_dict().items()}


@pytest.mark.parametrize("model", SMALL)
def test_a_resumed_run_ends_where_one_that_was_not_stopped_does(
    model: str, small: type[Task], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The rate must not see where the test stops.
    monkeypatch.setattr(f"{small.__module__}.warmup_cosine", lambda *_, **__: 1.0)
    monkeypatch.setattr(small, "evaluate", lambda *_: {})
    monkeypatch.setattr(small, "sample", lambda *_: None)
    whole = _weights(model, data, tmp_path / "whole", (STEPS,))
    parts = _weights(model, data, tmp_path / "parts", (STEPS // 2, STEPS))
    assert whole.keys() == parts.keys()
    for name, value in whole.items():
        assert torch.isfinite(value.float()).all()
        torch.testing.assert_close(value, parts[name], rtol=0, atol=0, msg=name)


@pytest.mark.parametrize("model", SMALL)
def test_training_reports_and_shows_what_it_makes(
    model: str, small: type[Task], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small, "horizon", 2)
    progress = train(recipe_of(model).built(model, data), Run(tmp_path))
    assert progress.step == 2
    row = progress.metrics[-1]
    assert any(name.startswith("valid_") for name in row)
    assert np.isfinite(list(row.values())).all()
    assert list((tmp_path / "samples").iterdir())
    assert (tmp_path / LOSS_LOG).exists()
