"""A GPT-2 of the user's, added in the real window and written with there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.shell.models import ModelsDialog
from app.shell.window import Window
from app.studios.write.page import WritePage
from tests.make_tiny_gpt2 import KEPT, TEXT

Opener = Callable[..., Window]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "Tiny"
    source.mkdir()
    for name in ("config.json", "merges.txt", "vocab.json", "model.onnx"):
        shutil.copy(KEPT / name, source / name)
    return source


def _dialog(window: Window) -> ModelsDialog:
    window.show_models()
    return window.findChildren(ModelsDialog)[-1]


def test_a_folder_is_chosen_added_and_writes(
    open_window: Opener, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("write")
    state = window.page.state
    dialog = _dialog(window)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.add.isEnabled(), timeout=20_000)
    assert dialog.errors.text == ""
    assert "A GPT-2 of yours" in dialog.card.toPlainText()
    dialog.reject()
    models = window.page.bar.models
    assert models.findData("tiny") >= 0
    state.set_model("tiny")
    assert state.settings.controls["length"] == 32
    page = window.page
    assert isinstance(page, WritePage)
    page.editor.setPlainText(TEXT)
    page.editor.mark(len(TEXT), len(TEXT))
    page.generate()
    qtbot.waitUntil(lambda: not state.busy, timeout=20_000)
    assert state.document.text.startswith(TEXT)
    assert len(state.document) > len(TEXT)
    assert state.document.share("machine") > 0


def test_what_is_wrong_with_a_folder_is_said_in_place(open_window: Opener, qtbot: QtBot, folder: Path) -> None:
    (folder / "merges.txt").unlink()
    dialog = _dialog(open_window("write"))
    before = dialog.list.count()
    dialog.add_path(folder)
    qtbot.waitUntil(lambda: bool(dialog.errors.text), timeout=20_000)
    assert "its tokenizer lacks merges.txt" in dialog.errors.text
    assert dialog.add.isEnabled()
    assert dialog.list.count() == before
    dialog.reject()
