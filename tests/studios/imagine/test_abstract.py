"""Abstract pictures by the real network: the same at any size, in any tiles; on the command line and in the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.base.progress import Progress
from app.cli import run
from app.runtime.manifest import ControlValue
from app.runtime.model import ModelShelf
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.imagine import abstract
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.page import ImaginePage
from app.studios.imagine.request import ImagineRequest

MODEL = "abstract-cppn"


def make(shelf: ModelShelf, seed: int = 1, size: int = 64, **controls: ControlValue) -> np.ndarray:
    model = shelf.open(MODEL)
    request = ImagineRequest(model=MODEL, seed=seed, controls={**model.manifest.defaults(), "size": size, **controls})
    *_, last = ENGINE.generate(request, model, Progress())
    return last.pictures[0].array.astype(int)


def test_a_picture_is_the_same_at_each_size_and_in_any_tiles(
    shelf: ModelShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    soft: dict[str, Any] = {"edges": 3.0, "grain": 0.0}  # a small picture can't hold what is finer than its pixels
    small, large = make(shelf, size=64, **soft), make(shelf, size=256, **soft)
    assert large.shape == (256, 256, 3)
    assert np.abs(large.reshape(64, 4, 64, 4, 3).mean((1, 3)) - small).mean() < 4
    whole = make(shelf, size=256)
    monkeypatch.setattr(abstract, "TILE", 48)
    assert np.abs(make(shelf, size=256) - whole).max() <= 1


def test_each_control_does_what_its_hint_says(shelf: ModelShelf) -> None:
    plain = make(shelf, grain=0.0)

    def busy(picture: np.ndarray) -> float:
        return float(np.abs(np.diff(picture, axis=1)).mean())

    assert busy(make(shelf, grain=0.0, edges=30.0)) > busy(make(shelf, grain=0.0, edges=0.5))
    assert busy(make(shelf, grain=1.5, fineness=20.0)) > busy(plain)
    doubled = make(shelf, symmetry="fourfold")
    assert np.abs(doubled - doubled[::-1, ::-1]).max() <= 1
    assert make(shelf, shape="wide").shape == (36, 64, 3)
    others: tuple[dict[str, ControlValue], ...] = (
        {"palette": 7}, {"collage": 1.0}, {"flow": 4.0}, {"zoom": 2.0}, {"variety": 0.2},
    )  # fmt: skip
    for controls in others:
        assert np.abs(make(shelf, **{"grain": 0.0, **controls}) - plain).mean() > 2, controls


def test_seeds_and_classes_and_directions_differ(shelf: ModelShelf) -> None:
    assert np.abs(make(shelf, seed=1) - make(shelf, seed=2)).mean() > 5
    still, model = make(shelf), shelf.open(MODEL)
    request = ImagineRequest(model=MODEL, seed=1, controls={**model.manifest.defaults(), "size": 64})
    changed = (
        msgspec.structs.replace(request, offsets=(2.0,)),
        msgspec.structs.replace(request, mix=(("portrait", 1.0),)),
    )
    for other in changed:
        *_, moved = ENGINE.generate(other, model, Progress())
        assert np.abs(moved.pictures[0].array - still).mean() > 1


def test_the_command_line_renders_any_size_and_replays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "a.png")
    assert run(CARDS, ["imagine", MODEL, "--size", "300", "--set", "shape=landscape", "--out", out]) == 0
    with Image.open(out) as picture:
        assert picture.size == (300, 225)
    capsys.readouterr()
    assert run(CARDS, ["replay", out]) == 0
    assert capsys.readouterr().out.startswith("bit-exact")
    assert run(CARDS, ["imagine", MODEL, "--size", "9000", "--out", out]) == 2
    assert "16 – 8192" in capsys.readouterr().err
    assert run(CARDS, ["imagine", "gan-2014", "--size", "64", "--out", out]) == 2
    assert "no control “size”" in capsys.readouterr().err


def test_in_the_window_an_abstract_is_rendered_anew_when_it_is_enlarged(
    open_window: Callable[..., Window], qtbot: QtBot, tmp_path: Path
) -> None:
    page = open_window("imagine").page
    assert isinstance(page, ImaginePage)
    page.state.set_model(MODEL)
    page.state.set_controls({"size": 40, "edges": 3.0, "grain": 0.0})
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=30_000):
        page.generate()
    with qtbot.waitSignal(page.state.saved, timeout=30_000):
        page.enlarging.save_enlarged(tmp_path / "large.png")
    chosen = page.state.document.chosen
    assert chosen is not None
    assert (chosen.width, chosen.height) == (40, 40)
    with Image.open(tmp_path / "large.png") as large:
        assert large.size == (160, 160)
        shrunk = np.asarray(large.convert("RGB"), int).reshape(40, 4, 40, 4, 3).mean((1, 3))
    assert np.abs(shrunk - chosen.array).mean() < 6
