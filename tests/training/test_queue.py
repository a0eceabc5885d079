"""The queue: all models in miniature, in pieces, past one that fails; checkpoints that travel in pieces."""

from __future__ import annotations

import logging
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

pytest.importorskip("torch")

from app.runtime.manifest import load_manifest
from training import queueing
from training.__main__ import main
from training.lib.loop import CHECKPOINT, CURVES
from training.lib.pieces import join, split
from training.lib.settings import tuned
from training.queueing import PLAN, Plan, Queue, parse, progress_of
from training.registry import TASKS, recipe_of

pytestmark = pytest.mark.training
OF_OTHERS = {"image-detector", "music-critic", "text-detector"}
"""Learn from what the shipped generators write, not from the tiny data."""
ENTRIES = msgspec.toml.decode(PLAN.read_bytes(), type=Plan).models
SMALL = "[models.miniature]\nwidth = 32\nbatch = 4\n"


def _queue(words: list[str]) -> dict[str, str]:
    return Queue(*parse(words)).run()


def _plan(folder: Path, *models: str) -> list[str]:
    """A plan of these models, as words for the command line."""
    path = folder / "plan.toml"
    path.write_text("\n".join(f'[[models]]\nname = "{name}"\nshare = 1\n{SMALL}' for name in models), encoding="utf8")
    return ["--plan", str(path)]


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """Runs what the queue calls without new processes, which would take most of the time; returns the calls."""
    calls: list[list[str]] = []

    def run(words: list[str], **_: Any) -> None:
        calls.append(words[3:])
        try:
            main(words[3:])
        except Exception as error:
            raise subprocess.CalledProcessError(1, words) from error

    monkeypatch.setattr(queueing.subprocess, "run", run)
    for module in ("recipe", "export"):
        monkeypatch.setattr(f"training.gpt.{module}.prepared_folder", lambda name: tmp_path / "prepared" / name)
    monkeypatch.setattr("training.musenet.data.prepared_folder", lambda: tmp_path / "prepared" / "musenet")
    return calls


def test_the_queue_names_each_model_once_with_settings_it_has() -> None:
    assert sorted(entry.name for entry in ENTRIES) == sorted(TASKS)
    for entry in ENTRIES:
        for settings in (entry.cpu, entry.cuda, entry.miniature):
            tuned(recipe_of(entry.name).task, settings)


def test_every_model_goes_through_the_queue_in_miniature(
    tiny_data: Path, tmp_path: Path, one_thread: None, in_this_process: list[list[str]]
) -> None:
    words = ["--miniature", "--data", str(tiny_data), "--out", str(tmp_path / "runs"), "--pieces"]
    plan = Plan([entry for entry in ENTRIES if entry.name not in OF_OTHERS])
    states = Queue(plan, parse([*words, "--device", "cpu"])[1]).run()
    assert all(state.endswith("exported") for state in states.values()), states
    for name in states:
        assert progress_of(tmp_path / "runs" / name).step == 2
        assert (tmp_path / "runs" / name / CURVES).exists()
        assert load_manifest(tmp_path / "runs" / "models" / name).metrics
    count = len(in_this_process)
    assert count == 2 * len(states) == 2 * (len(TASKS) - len(OF_OTHERS))
    Queue(plan, parse(words)[1]).run()
    assert len(in_this_process) == count  # all is done


def test_a_model_that_fails_does_not_stop_the_queue(
    tiny_data: Path,
    tmp_path: Path,
    one_thread: None,
    in_this_process: list[list[str]],
    expected_logs: list[logging.LogRecord],
) -> None:
    words = ["--miniature", "--data", str(tiny_data), "--out", str(tmp_path / "runs")]
    states = _queue([*words, *_plan(tmp_path, "coconet-bach", "gan-2014")])
    assert states["coconet-bach"].startswith("failed")  # it has no setting "width"
    assert states["gan-2014"].endswith("exported")
    assert len(expected_logs) == 1
    expected_logs.clear()


def test_minutes_are_shared_out_and_used_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, float]] = []

    def run(words: list[str], **_: Any) -> None:
        name, minutes = words[3], float(words[words.index("--minutes") + 1])
        calls.append((name, minutes))
        if minutes:
            done = progress_of(tmp_path / name).minutes + minutes
            brief = msgspec.json.encode({"step": 5, "horizon": 9, "minutes": done})
            (tmp_path / name / "progress.json").write_bytes(brief)

    monkeypatch.setattr(queueing.subprocess, "run", run)
    _queue(["--minutes", "49", "--piece", "8", "--out", str(tmp_path)])
    total = sum(entry.share for entry in ENTRIES)
    for entry in ENTRIES:
        spent = sum(minutes for name, minutes in calls if name == entry.name)
        assert spent == pytest.approx(49 * entry.share / total, abs=0.3)
    assert max(minutes for _, minutes in calls) <= 8
    assert [minutes for name, minutes in calls if name == ENTRIES[0].name][-1] == 0  # its export


def test_a_piece_is_a_process_of_its_own(tmp_path: Path, expected_logs: list[logging.LogRecord]) -> None:
    states = _queue(["--miniature", "--out", str(tmp_path / "runs"), *_plan(tmp_path, "no-model")])
    assert [record.name for record in expected_logs] == [queueing.__name__]
    expected_logs.clear()
    assert states["no-model"].startswith("failed")
    assert "invalid choice: 'no-model'" in (tmp_path / "runs" / "no-model" / "output.txt").read_text(encoding="utf8")


def test_a_checkpoint_travels_in_pieces(tmp_path: Path) -> None:
    path, content = tmp_path / CHECKPOINT, bytes(range(256)) * 40
    path.write_bytes(content)
    folder = split(path, size=3000)
    assert max(piece.stat().st_size for piece in folder.iterdir()) <= 3000
    assert not join(path)  # it is there
    path.unlink()
    assert join(path)
    assert path.read_bytes() == content
    path.unlink()
    next(piece for piece in folder.iterdir() if piece.name.endswith("001")).write_bytes(b"x")
    with pytest.raises(ValueError, match="damaged"):
        join(path)
    assert not path.exists()
