"""The writing studio, open on an empty page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from app.shell.window import Window
from app.studios.write.page import WritePage


@pytest.fixture
def window(open_window: Callable[..., Window], qtbot: QtBot) -> Window:
    found = open_window("write")
    qtbot.waitUntil(lambda: bool(found.page.state.document.text))
    found.page.new()
    return found


@pytest.fixture
def page(window: Window) -> WritePage:
    found = window.page
    assert isinstance(found, WritePage)
    found.editor.setFocus()
    return found
