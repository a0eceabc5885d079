"""A look into the generator while it makes the chosen picture, in the real window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.runtime.model import ModelShelf
from app.shell.window import Window
from app.studios.imagine.insight import look_inside
from app.studios.imagine.page import ImaginePage
from app.studios.imagine.request import ImagineRequest

MODEL = "stylegan-portraits"


def test_the_maps_grow_with_the_picture_and_differ_from_picture_to_picture(shelf: ModelShelf) -> None:
    model = shelf.open(MODEL)
    first, second = (look_inside(ImagineRequest(model=MODEL, seed=seed), model, Progress()) for seed in (1, 2))
    assert list(first.maps) == sorted(first.maps)
    assert all(values.shape == (side, side) for side, values in first.maps.items())
    assert first.maps[64].tobytes() != second.maps[64].tobytes()
    assert {side: len(values) for side, values in first.channels.items()} == {4: 192, 8: 192, 16: 128, 32: 64, 64: 32}
    assert first.channels[64].shape[1:] == (64, 64)
    assert sorted(first.numbers[16]) == list(range(128))
    assert first.channels[16].max((1, 2)).min() == 255
    assert first.opinion != second.opinion


def test_a_network_without_styles_says_that_it_cant_be_looked_into(shelf: ModelShelf) -> None:
    with pytest.raises(AtelierError, match="can't be looked into"):
        look_inside(ImagineRequest(model="gan-2014"), shelf.open("gan-2014"), Progress())


def test_the_window_shows_each_feature_and_an_opinion_of_each_candidate(
    open_window: Callable[..., Window], qtbot: QtBot
) -> None:
    page = open_window("imagine").page
    assert isinstance(page, ImaginePage)
    page.state.set_model(MODEL)
    page.state.count = 3
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=30_000):
        page.generate()
    panel, jobs = page.insight, page.state.services.jobs
    qtbot.mouseClick(panel.look, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.found is not None, timeout=20_000)
    assert panel.opinion.text().startswith("The discriminator: ")
    assert len(panel.features) == len(panel.found.channels[panel.maps.checkedId()])  # pyright: ignore[reportOptionalMemberAccess]
    panel.maps.button(64).click()
    assert len(panel.features) == 32
    assert panel.features.text_at(panel.features.cell(31).center()).endswith(" of 32")
    plain = page.grid.grab().toImage()
    panel.opinions.setChecked(True)
    qtbot.waitUntil(lambda: len(panel.opinions.known) == 3, timeout=20_000)
    inside = look_inside(page.state.document.pictures[1].request, page.state.services.shelf.open(MODEL), Progress())  # pyright: ignore[reportArgumentType]
    assert panel.opinions.known[page.state.document.pictures[1].key] == pytest.approx(inside.opinion, abs=0.1)
    assert page.grid.grab().toImage() != plain
    panel.opinions.setChecked(False)
    assert page.grid.grab().toImage() == plain
    page.state.set_model("abstract-cppn")
    assert not panel.opinions.isEnabled()
    qtbot.waitUntil(lambda: not jobs.busy(), timeout=20_000)
