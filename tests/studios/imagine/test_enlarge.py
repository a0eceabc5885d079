"""Enlarging: by the real network, in the window, on the command line, tile by tile without seams."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.cli import run
from app.runtime.model import ModelShelf
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.imagine import enlarge
from app.studios.imagine.document import Picture
from app.studios.imagine.enlarge import MODEL, enlarged, enlarging, tiles
from app.studios.imagine.files import load_pictures
from app.studios.imagine.page import ImaginePage


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A soft picture of 50 × 40 pixels."""
    noise = np.random.default_rng(0).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    path = tmp_path / "photo.png"
    Image.fromarray(noise).resize((50, 40), Image.Resampling.BICUBIC).save(path)
    return path


@pytest.fixture
def page(open_window: Callable[..., Window], qtbot: QtBot) -> ImaginePage:
    found = open_window("imagine").page
    assert isinstance(found, ImaginePage)
    found.state.set_model("gan-2014")
    found.state.set_seed(3)
    with qtbot.waitSignal(found.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=20_000):
        found.generate()
    return found


def settle(page: ImaginePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy(), timeout=30_000)


def test_a_picture_made_in_tiles_is_the_one_made_whole(
    shelf: ModelShelf, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, model = load_pictures(photo)[0].pictures[0], shelf.open(MODEL)
    whole = enlarged(picture, model, Progress()).array
    monkeypatch.setattr(enlarge, "TILE", 16)
    parts = enlarged(picture, model, Progress()).array
    assert whole.shape == (160, 200, 3)
    assert np.abs(whole.astype(int) - parts).max() <= 1


def test_tiles_cover_each_pixel_once_and_see_around_it() -> None:
    count = np.zeros((70, 33), int)
    for tile in tiles(70, 33, 32, 5):
        count[tile.kept] += 1
        for seen, kept, size in zip(tile.seen, tile.kept, count.shape, strict=True):
            assert seen.start == max(0, kept.start - 5)
            assert seen.stop == min(size, kept.stop + 5)
    assert (count == 1).all()


def test_the_command_line_enlarges_and_replays(photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "large.png"
    assert run(CARDS, ["imagine", MODEL, "--input", str(photo), "--set", "factor=16", "--out", str(out)]) == 0
    with Image.open(out) as large, Image.open(photo) as small:
        assert large.size == (800, 640)
        again = np.asarray(large.resize(small.size, Image.Resampling.BOX)).astype(int)
        assert np.abs(again - np.asarray(small.convert("RGB"))).mean() < 6  # the same picture, only larger
    capsys.readouterr()
    assert run(CARDS, ["replay", str(out)]) == 0
    assert capsys.readouterr().out.startswith("bit-exact")


def test_without_a_picture_or_with_too_large_a_one_it_says_so(
    shelf: ModelShelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(CARDS, ["imagine", MODEL, "--out", str(tmp_path / "x.png")]) == 2
    assert "--input" in capsys.readouterr().err
    large = Picture.of_array(np.zeros((700, 700), np.uint8))
    with pytest.raises(AtelierError, match="too large: 11200 × 11200"):
        list(enlarge.enlarge_pictures(enlarging(large, 16), shelf.open(MODEL), Progress()))


def test_enlarge_makes_the_chosen_picture_larger_and_sliders_work_on_the_small_one(
    page: ImaginePage, qtbot: QtBot, tmp_path: Path
) -> None:
    before = page.state.document
    qtbot.mouseClick(page.enlarging.enlarge, Qt.MouseButton.LeftButton)
    settle(page, qtbot)
    chosen = page.state.document.chosen
    assert chosen is not None
    assert (chosen.width, chosen.height, chosen.channels) == (112, 112, 1)
    assert page.state.document.pictures[1:] == before.pictures[1:]
    page.state.save(tmp_path / "large.png")
    settle(page, qtbot)
    page.new()
    page.open_path(tmp_path / "large.png")
    settle(page, qtbot)
    assert page.state.settings.model == "gan-2014"
    assert page.state.settings.seed == 3
    page.undo()
    page.undo()
    steering = page.instrument.steering
    steering.move(steering.directions[0], 1.0, "all")
    settle(page, qtbot)
    assert page.state.document.chosen is not None
    assert page.state.document.chosen.width == 28
    page.undo()
    page.undo()
    assert page.state.document == before


def test_a_copy_is_saved_enlarged_and_stop_leaves_nothing(page: ImaginePage, qtbot: QtBot, tmp_path: Path) -> None:
    before = page.state.document
    page.enlarging.factor.setCurrentIndex(1)
    with qtbot.waitSignal(page.state.saved, timeout=30_000):
        page.enlarging.save_enlarged(tmp_path / "large.png")
    with Image.open(tmp_path / "large.png") as large:
        assert large.size == (448, 448)
    settle(page, qtbot)
    page.enlarging.save_enlarged(tmp_path / "stopped.png")
    qtbot.mouseClick(page.enlarging.save, Qt.MouseButton.LeftButton)  # it says Stop now
    settle(page, qtbot)
    assert not (tmp_path / "stopped.png").exists()
    assert page.state.document == before
