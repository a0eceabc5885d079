"""Presets: named sets of controls, in the real window and by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.base.paths import resources_dir
from app.runtime.manifest import Control
from app.runtime.presets import Preset, bundled_presets, kept_presets, values_for
from app.shell.window import Window
from app.ui.presets import PresetRow
from app.ui.studio_page import StudioPage

OpenWindow = Callable[..., Window]
CONTROLS = [
    Control(id="temperature", label="T", kind="float", default=1.0, minimum=0.2, maximum=1.0),
    Control(id="top_k", label="K", kind="int", default=0, maximum=50),
    Control(id="key", label="Key", kind="choice", default="C", choices=["C", "D"]),
    Control(id="lock", label="L", kind="bool", default=False),
]


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        ({"temperature": 1.7, "unknown": 3}, {"temperature": 1.0}),
        ({"top_k": 99.6, "key": "D", "lock": True}, {"top_k": 50, "key": "D", "lock": True}),
        ({"top_k": "many", "key": "H", "lock": 1}, {}),
    ],
)
def test_a_preset_is_fitted_to_the_model(values: dict[str, Any], meant: dict[str, Any]) -> None:
    assert values_for(Preset(name="x", studio="write", values=values), CONTROLS) == meant


def test_the_bundled_ones_can_be_read_and_damaged_settings_are_passed_over() -> None:
    assert [preset.name for preset in bundled_presets(resources_dir() / "presets.toml", "write")] == [
        "Careful",
        "Lively",
        "Wild",
    ]
    assert kept_presets({"mine": {"a": 1}}, "write") == [Preset(name="mine", studio="write", values={"a": 1})]
    assert kept_presets({"mine": [1]}, "write") == []


def _row(page: StudioPage[Any]) -> PresetRow:
    """That of the chosen model; one of a model chosen before may not be gone yet."""
    (row,) = [row for row in page.findChildren(PresetRow) if row is page._presets]
    return row


def _choose(qtbot: QtBot, row: PresetRow, name: str) -> None:
    row.box.setCurrentIndex(row.box.findText(name))
    row.box.activated.emit(row.box.currentIndex())


def test_choosing_one_moves_the_sliders_and_moving_a_slider_leaves_it(qtbot: QtBot, open_window: OpenWindow) -> None:
    page = open_window("write").page
    row = _row(page)
    _choose(qtbot, row, "Wild")
    assert page.state.settings.controls["temperature"] == 1.3
    length = page.state.settings.controls["length"]
    assert row.box.currentText() == "Wild"
    page.state.set_control("temperature", 0.9)
    assert row.box.currentIndex() == -1
    _choose(qtbot, row, "Careful")
    assert page.state.settings.controls["temperature"] == 0.5
    assert page.state.settings.controls["length"] == length


@pytest.mark.parametrize("studio", ["write", "compose", "imagine", "paint"])
def test_ones_own_is_saved_found_again_and_thrown_away(qtbot: QtBot, open_window: OpenWindow, studio: str) -> None:
    page = open_window(studio).page
    qtbot.waitUntil(lambda: page.state.document != page.state.empty())
    row = _row(page)
    assert not row.remove.isEnabled()
    before = dict(page.state.settings.controls)
    row.add.click()
    qtbot.keyClicks(row.name, "Mine")
    qtbot.keyClick(row.name, Qt.Key.Key_Return)
    assert (row.box.currentText(), row.remove.isEnabled()) == ("Mine", True)
    page.state.services.settings.save()
    page = open_window(studio).page
    qtbot.waitUntil(lambda: page.state.settings.controls == before)
    row = _row(page)
    slider = next(name for name, value in before.items() if isinstance(value, float))
    page.state.set_control(slider, before[slider] / 2 + 0.01)
    assert row.box.currentIndex() == -1
    _choose(qtbot, row, "Mine")
    assert page.state.settings.controls == before
    row.remove.click()
    assert row.box.findText("Mine") == -1
