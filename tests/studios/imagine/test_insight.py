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
    assert first.opinion != second.opinion


def test_a_network_without_styles_says_that_it_cant_be_looked_into(shelf: ModelShelf) -> None:
    with pytest.raises(AtelierError, match="can't be looked into"):
        look_inside(ImagineRequest(model="gan-2014"), shelf.open("gan-2014"), Progress())


def test_the_window_shows_what_is_inside_the_chosen_picture(open_window: Callable[..., Window], qtbot: QtBot) -> None:
    page = open_window("imagine").page
    assert isinstance(page, ImaginePage)
    page.state.set_model(MODEL)
    page.state.count = 1
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=30_000):
        page.generate()
    qtbot.mouseClick(page.insight.look, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.insight.found is not None, timeout=20_000)
    assert page.insight.opinion.text().startswith("The discriminator: ")
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy(), timeout=20_000)
