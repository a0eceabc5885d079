"""What all trainings share: schedules, horizons, settings, the picture of the loss, the command line."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("torch")

import numpy as np
import torch
from PIL import Image
from torch import nn

from training.__main__ import main
from training.lib.curve import TRAIN, VALID, draw_curves, ticks
from training.lib.hardware import hardware
from training.lib.loop import CHECKPOINT, CURVES, FIT_STEPS, Run, set_rate, train, warmup_cosine, warmup_stable_decay
from training.lib.settings import parsed, remember, remembered, settings_of, tuned

pytestmark = pytest.mark.training


class LineTask:
    """Learn one number."""

    name, seed, horizon, rate, careful = "line", 1, 50, 0.1, False

    def __init__(self) -> None:
        self.network = nn.Linear(1, 1)
        self.modules: dict[str, nn.Module] = {"network": self.network}
        self.averaged = {"network": 5.0}
        self.optimizers: dict[str, torch.optim.Optimizer] = {
            "all": torch.optim.SGD(self.network.parameters(), self.rate)
        }

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        set_rate(self.optimizers["all"], warmup_cosine(step, self.horizon, warmup=5))
        x = torch.from_numpy(rng.standard_normal((8, 1))).float()
        loss = (self.network(x) - 3 * x).square().mean()
        self.optimizers["all"].zero_grad()
        loss.backward()
        self.optimizers["all"].step()
        return {"square": loss.item()}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        return {"square": (modules["network"](torch.ones(1, 1)) - 3).square().item()}

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        pass


def _rate(task: LineTask) -> float:
    return task.optimizers["all"].param_groups[0]["lr"]


def test_a_horizon_given_once_holds_for_later_calls(tmp_path: Path) -> None:
    train(LineTask(), Run(tmp_path, minutes=0))
    train(LineTask(), Run(tmp_path, horizon=20))
    task = LineTask()
    progress = train(task, Run(tmp_path))
    assert progress.step == task.horizon == 20
    assert _rate(task) == pytest.approx(0.1 * warmup_cosine(19, 20, warmup=5))
    assert train(LineTask(), Run(tmp_path, horizon=30)).step == 30


def test_a_schedule_can_be_fitted_to_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task, now = LineTask(), [0.0]

    def slow(step: int, rng: np.random.Generator) -> dict[str, float]:
        now[0] += 30.0 if step < 3 else 2.0  # the first steps compile
        return LineTask.step(task, step, rng)

    monkeypatch.setattr("training.lib.loop.time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(task, "step", slow)
    progress = train(task, Run(tmp_path, minutes=1e6, fit=30))
    assert FIT_STEPS < progress.step == progress.horizon
    assert progress.seconds == pytest.approx(0.9 * 30 * 60, abs=4)
    assert train(LineTask(), Run(tmp_path, fit=60)).step == progress.horizon


def test_the_peak_rate_of_a_new_run_can_be_lowered(tmp_path: Path) -> None:
    tasks = LineTask(), LineTask()
    train(tasks[0], Run(tmp_path / "a", rate=0.5))
    train(tasks[1], Run(tmp_path / "b"))
    assert _rate(tasks[0]) == pytest.approx(0.5 * _rate(tasks[1]))


def test_schedules_begin_low_and_end_low() -> None:
    for schedule, end in ((warmup_cosine, 0.05), (warmup_stable_decay, 0.0)):
        factors = [schedule(step, 1000) for step in range(1001)]
        assert factors[0] == pytest.approx(0.01)
        assert max(factors) == pytest.approx(1.0, abs=1e-5)
        assert factors[-1] == pytest.approx(end)
    assert warmup_stable_decay(799, 1000) == 1.0
    assert warmup_stable_decay(900, 1000) == pytest.approx(0.5)


def test_a_run_draws_its_loss(tmp_path: Path) -> None:
    train(LineTask(), Run(tmp_path))
    with Image.open(tmp_path / CURVES) as picture:
        assert picture.width > 600
        colours = {colour for _, colour in picture.getcolors(1 << 16) or []}
    assert {TRAIN, VALID} <= colours


def test_the_picture_forgets_what_a_killed_run_did_after_its_checkpoint(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"

    def picture(rows: list[dict[str, float]]) -> np.ndarray:
        log.write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
        draw_curves(log, tmp_path / "curves.png")
        return np.asarray(Image.open(tmp_path / "curves.png"))

    straight = [{"step": step, "minutes": 1.0, "loss": 1 / step} for step in (10, 20, 30, 40)]
    lost = [{"step": step, "minutes": 1.0, "loss": 9.0} for step in (20, 30)]
    assert (picture([straight[0], *lost, *straight[1:]]) == picture(straight)).all()


@pytest.mark.parametrize(("low", "high"), [(0, 560), (1.41, 1.49), (0.0, 0.0), (-3, 4e6), (1e-5, 1.1e-5)])
def test_axes_have_round_numbers_around_the_values(low: float, high: float) -> None:
    found = ticks(low, high)
    assert found[0] <= low <= high <= found[-1]
    assert 2 <= len(found) <= 9
    assert np.ptp(np.diff(found)) < 1e-6 * (found[1] - found[0])


def test_settings_replace_plain_attributes_and_nothing_else() -> None:
    task = tuned(LineTask, {"horizon": 7, "careful": True})()
    assert (task.horizon, task.careful, task.rate) == (7, True, 0.1)
    assert settings_of(LineTask) == {"seed": 1, "horizon": 50, "rate": 0.1, "careful": False}
    for name, value in (("evaluate", 1), ("nothing", 1), ("horizon", 0.5), ("careful", 1)):
        with pytest.raises(ValueError, match=name):
            tuned(LineTask, {name: value})


def test_settings_are_read_from_the_command_line() -> None:
    assert parsed("rate=2e-3") == ("rate", 2e-3)
    assert parsed("careful=true") == ("careful", True)
    with pytest.raises(ValueError, match="number"):
        parsed('name="x"')


def test_a_run_remembers_its_settings(tmp_path: Path) -> None:
    assert remember(tmp_path, {"batch": 8}, resume=True) == {"batch": 8}
    assert remember(tmp_path, {}, resume=True) == remembered(tmp_path) == {"batch": 8}
    with pytest.raises(ValueError, match="begun with"):
        remember(tmp_path, {"batch": 9}, resume=True)
    assert remember(tmp_path, {"batch": 9}, resume=False) == {"batch": 9}


def test_the_checkpoint_says_what_it_ran_on(tmp_path: Path) -> None:
    train(LineTask(), Run(tmp_path, horizon=2))
    progress = torch.load(tmp_path / CHECKPOINT, weights_only=True)["progress"]
    assert progress["hardware"] == hardware("cpu")
    assert "core" in progress["hardware"]


def test_the_command_line_refuses_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["no-model"], ["gan-2014", "--set", "batch=big"], ["evaluate"], ["evaluate", "no-model"]):
        with pytest.raises(SystemExit):
            main(words)
        assert "error" in capsys.readouterr().err
