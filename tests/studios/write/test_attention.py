"""Where the network looks: what the graph says, in the real window, chosen by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.runtime.model import ModelShelf
from app.shell.window import Window
from app.studios.write.attention import TOKENS, read_attention
from app.studios.write.page import WritePage
from app.studios.write.views.attention import AttentionDialog

MODEL = "gpt-prose-en"
TEXT = "The old house stood at the end of the lane. She closed the door behind her, and the old house “was” still."


def test_each_piece_shares_itself_out_among_those_up_to_it(shelf: ModelShelf) -> None:
    model = shelf.open(MODEL)
    found = read_attention(model, TEXT * 20, Progress())
    assert len(found.pieces) == TOKENS + 1
    assert TEXT.endswith("".join(found.pieces[-12:]))
    assert found.weights.shape == (model.codec["layers"], model.codec["heads"], TOKENS + 1, TOKENS + 1)
    np.testing.assert_allclose(found.weights.sum(-1), 1, atol=1e-4)
    assert not np.triu(found.weights, 1).any()
    np.testing.assert_allclose(found.looked(9, None), found.weights[:, :, 9].mean((0, 1)))


def test_a_model_without_the_graph_and_an_empty_text_say_so(shelf: ModelShelf) -> None:
    with pytest.raises(AtelierError, match="can't show where it looks"):
        read_attention(shelf.open("char-rnn-shakespeare"), TEXT, Progress())
    with pytest.raises(AtelierError, match="no text before the caret"):
        read_attention(shelf.open(MODEL), "", Progress())


def _opened(open_window: Callable[..., Window], theme: str, model: str, text: str) -> tuple[WritePage, AttentionDialog]:
    page = open_window("write", theme).page
    assert isinstance(page, WritePage)
    page.state.set_model(model)
    page.editor.setPlainText(text)
    page.editor.mark(len(text), len(text))
    page.show_attention()
    return page, page.findChildren(AttentionDialog)[-1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_clicked_word_is_shaded_by_head_and_average(
    open_window: Callable[..., Window], qtbot: QtBot, theme: str
) -> None:
    page, dialog = _opened(open_window, theme, MODEL, TEXT)
    qtbot.waitUntil(lambda: dialog.heads.attention is not None, timeout=20_000)
    found = dialog.heads.attention
    assert found is not None
    assert "".join(dialog.text.pieces) == TEXT
    at = len(dialog.text.pieces) // 2
    qtbot.mouseClick(dialog.text, Qt.MouseButton.LeftButton, pos=dialog.text.place_of(at).center().toPoint())
    np.testing.assert_array_equal(dialog.text.shades, found.looked(at, None))
    qtbot.mouseClick(dialog.heads, Qt.MouseButton.LeftButton, pos=dialog.heads.cell(1, 2).center())
    assert not dialog.average.isChecked()
    np.testing.assert_array_equal(dialog.text.shades, found.weights[1, 2, at])
    assert dialog.told.text().startswith("Layer 2, head 3: most from")
    qtbot.keyClick(dialog.heads, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.text, Qt.Key.Key_Left)
    np.testing.assert_array_equal(dialog.text.shades, found.weights[2, 2, at - 1])
    place = dialog.text.place_of(int(found.weights[2, 2, at - 1].argmax()))
    picture = dialog.text.grab().toImage()
    shaded = picture.pixelColor(place.topLeft().toPoint())
    later = dialog.text.place_of(len(dialog.text.pieces) - 1)
    assert shaded != picture.pixelColor(later.topLeft().toPoint())
    dialog.average.setChecked(True)
    np.testing.assert_array_equal(dialog.text.shades, found.looked(at - 1, None))
    dialog.reject()
    assert page.state.document.text == TEXT


def test_a_model_that_keeps_it_inside_is_said_in_place(open_window: Callable[..., Window], qtbot: QtBot) -> None:
    _, dialog = _opened(open_window, "light", "char-rnn-shakespeare", TEXT)
    qtbot.waitUntil(lambda: bool(dialog.errors.text), timeout=20_000)
    assert "can't show where it looks" in dialog.errors.text
    assert dialog.again.isEnabled()
    dialog.reject()
