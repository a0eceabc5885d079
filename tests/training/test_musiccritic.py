"""The critic of music: its pieces, what it learns, and that it speaks for the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from app.studios.compose.critic import judge
from app.studios.compose.traits import TRAITS
from training.lib.card import opened
from training.lib.loop import Run, train
from training.lib.settings import remember
from training.musenet.corpus import Piece
from training.musiccritic.data import Passages, _chosen
from training.registry import recipe_of

pytestmark = pytest.mark.training
NAME = "music-critic"


def test_no_piece_is_in_two_parts_and_tests_are_works_the_reader_never_met() -> None:
    pieces = [Piece(f"{number}", 0, 0, 500, number % 4 > 0) for number in range(200)]
    parts = {part: {piece.file for piece in _chosen(pieces, part, 40)} for part in ("train", "tune", "test")}
    assert not parts["tune"] & parts["test"]
    assert all(int(file) % 4 == 0 for file in parts["tune"] | parts["test"])
    assert all(int(file) % 4 for file in parts["train"])


def test_it_learns_to_speak_for_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_thread: None) -> None:
    rng = np.random.default_rng(0)
    real = np.tile([True, False], 60)
    rows = rng.normal(size=(120, len(TRAITS))) + real[:, None] * 0.5
    part = np.repeat(["train", "tune", "test"], 40)
    found = Passages(rows.astype(np.float32), real, np.repeat(np.arange(60).astype(str), 2), part)
    for module in ("recipe", "export"):
        monkeypatch.setattr(f"training.musiccritic.{module}.prepared", lambda *_: found)
    settings = remember(tmp_path / "run", {"networks": 4, "horizon": 60}, resume=False)
    task = recipe_of(NAME).built(NAME, tmp_path, settings=settings)
    assert train(task, Run(tmp_path / "run")).step == 60
    recipe_of(NAME).export(NAME, tmp_path, tmp_path / "run", tmp_path / NAME, quick=True)
    model = opened(tmp_path / NAME)
    chances = judge(model, list(found.of("test").traits))
    test = found.of("test").real
    assert chances[test].mean() > chances[~test].mean() + 0.2
    auc, low, high = (metric.ours for metric in model.manifest.metrics[:3])
    assert low <= auc <= high
    assert auc > 0.8
