"""The other families: each learns from data in the published layout; a stopped run goes on as if it had not been.

``test_charrnn.py`` shows the same of the character network.
"""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import Tensor

from training.coconet.recipe import CoconetTask
from training.gan2014.recipe import GanTask
from training.lib.loop import LOSS_LOG, Run, Task, train
from training.registry import recipe_of
from training.sketchrnn.recipe import SketchTask
from training.spiral.recipe import SpiralTask

pytestmark = pytest.mark.training

SMALL = {
    "coconet-bach": (CoconetTask, 2),
    "gan-2014": (GanTask, 16),
    "sketch-rnn": (SketchTask, 6),
    "sketch-rnn-kanji": (SketchTask, 6),
    "spiral-painter": (SpiralTask, 2),
}
SMALLER: dict[type, dict[str, int]] = {
    CoconetTask: {"fine": 8, "deep": 16, "blocks": 2},
    SpiralTask: {"width": 8, "memory": 8, "dreams": 2},
}
STEPS = 6


@pytest.fixture
def small(model: str, one_thread: None, monkeypatch: pytest.MonkeyPatch) -> type[Task]:
    """The task of *model*, made small enough for a test."""
    task, batch = SMALL[model]
    monkeypatch.setattr(task, "pictures" if task is SpiralTask else "batch", batch)
    for name, value in SMALLER.get(task, {}).items():
        monkeypatch.setattr(task, name, value)
    return task


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
    model: str, small: type[Task], tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The rate must not see where the test stops.
    monkeypatch.setattr(f"{small.__module__}.warmup_cosine", lambda *_, **__: 1.0)
    monkeypatch.setattr(small, "evaluate", lambda *_: {})
    monkeypatch.setattr(small, "sample", lambda *_: None)
    whole = _weights(model, tiny_data, tmp_path / "whole", (STEPS,))
    parts = _weights(model, tiny_data, tmp_path / "parts", (STEPS // 2, STEPS))
    assert whole.keys() == parts.keys()
    for name, value in whole.items():
        assert torch.isfinite(value.float()).all()
        torch.testing.assert_close(value, parts[name], rtol=0, atol=0, msg=name)


@pytest.mark.parametrize("model", SMALL)
def test_training_reports_and_shows_what_it_makes(
    model: str, small: type[Task], tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small, "horizon", 2)
    progress = train(recipe_of(model).built(model, tiny_data), Run(tmp_path))
    assert progress.step == 2
    row = progress.metrics[-1]
    assert any(name.startswith("valid_") for name in row)
    assert np.isfinite(list(row.values())).all()
    assert list((tmp_path / "samples").iterdir())
    assert (tmp_path / LOSS_LOG).exists()
