"""The likeliest words at a place: by mouse, by key, in the real window with both kinds of models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.cli import replay
from app.runtime.model import ModelShelf
from app.runtime.recipe import Match
from app.studios.cards import CARDS
from app.studios.write.chances import Chances, chances_at
from app.studios.write.document import Text
from app.studios.write.engine import ENGINE
from app.studios.write.page import WritePage
from app.studios.write.predictions import decoder_of, predictions
from app.studios.write.request import Choice, WriteRequest

MODELS = ["char-rnn-shakespeare", "gpt-prose-en"]
TEXT = "It was a long evening, and the rain had not stopped."
AT = TEXT.index("rain") + 1


@pytest.fixture(params=MODELS)
def written(page: WritePage, request: pytest.FixtureRequest) -> WritePage:
    page.state.set_model(request.param)
    page.state.set_control("length", 20)
    page.editor.insertPlainText(TEXT)
    page.editor.mark(len(TEXT), len(TEXT))
    return page


def _spot(page: WritePage) -> QPoint:
    return page.editor.rectangle_of(AT, in_viewport=True).center()


def _rest(qtbot: QtBot, page: WritePage) -> None:
    """Rest with the mouse on the word, coming from elsewhere."""
    qtbot.mouseMove(page.editor.viewport(), QPoint(5, 400))
    qtbot.mouseMove(page.editor.viewport(), _spot(page))


def _list(qtbot: QtBot, page: WritePage) -> Chances:
    qtbot.waitUntil(page.aids.chances.isVisible, timeout=30_000)
    found = page.aids.chances.chances
    assert found is not None
    return found


def _saved(qtbot: QtBot, page: WritePage, path: Path) -> Path:
    with qtbot.waitSignal(page.state.saved):
        page.state.save(path)
    return path


@pytest.mark.parametrize("name", MODELS)
def test_they_are_those_of_one_reading_of_the_whole_text(shelf: ModelShelf, name: str) -> None:
    model, text = shelf.open(name), TEXT.replace("\n", " ")
    found, whole = chances_at(model, text, AT, Progress()), predictions(model, text, Progress())
    (row,) = (number for number, (start, end) in enumerate(whole.spans.tolist()) if start <= AT < end)
    spell = decoder_of(model)
    top = [(spell(int(token)), chance) for token, chance in zip(whole.top[row], whole.top_chances[row], strict=True)]
    words = [(word, chance) for word, chance in top if word]  # the mark of an end stands for no word
    assert len(words) >= 9
    assert [option for option, _ in found.options][: len(words)] == [word for word, _ in words]
    chances = [chance for _, chance in found.options][: len(words)]
    np.testing.assert_allclose(chances, [chance for _, chance in words], rtol=1e-3)
    assert (found.start, found.end) == (whole.spans[row, 0], TEXT.index("rain") + 4)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("text", ["", " ", "a", "word " * 3000, "x" * 9000, "🙂日本語 and"])
def test_any_place_of_any_text_has_some(shelf: ModelShelf, name: str, text: str) -> None:
    for at in (0, len(text) // 2, len(text)):
        found = chances_at(shelf.open(name), text, at, Progress())
        assert len(found.options) == 10
        assert 0 <= found.start <= at <= max(at, found.end) <= len(text)
        chances = [chance for _, chance in found.options]
        assert chances == sorted(chances, reverse=True)
        assert 0 < sum(chances) <= 1 + 1e-9


def test_resting_on_a_word_shows_ten_and_a_click_goes_on_from_one(
    qtbot: QtBot, written: WritePage, tmp_path: Path
) -> None:
    _rest(qtbot, written)
    found = _list(qtbot, written)
    popup = written.aids.chances
    assert popup.list.count() == 10
    assert written.editor.hasFocus()
    assert popup.y() > written.editor.rectangle_of(AT).top()
    assert written.editor.toPlainText() == TEXT
    row = next(row for row, (text, _) in enumerate(found.options) if not TEXT.startswith(text, found.start))
    spot = popup.list.visualItemRect(popup.list.item(row)).center()
    qtbot.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    chosen = found.options[row][0]
    expected = TEXT[: found.start] + chosen + TEXT[found.end :]
    assert written.state.document.text == written.editor.toPlainText() == expected
    assert written.editor.place() == (found.start + len(chosen),) * 2
    assert written.state.document.share("machine") > 0
    assert written.aids.suggestions.ghost is not None
    assert written.aids.suggestions.ghost.place == found.start + len(chosen)
    assert not popup.isVisible()
    recipe, seed = written.state.recipe(), written.state.settings.seed
    assert recipe is not None
    assert ENGINE.load(_saved(qtbot, written, tmp_path / "chosen.docx"))[0] == written.state.document
    assert replay(CARDS, written.state.services.shelf, tmp_path / "chosen.docx").match is Match.EXACT
    written.state.set_seed(seed + 5)
    written.undo()
    assert (written.state.document.text, written.state.settings.seed) == (TEXT, seed)
    written.state.redo()
    qtbot.waitUntil(lambda: written.state.history() != [])
    assert written.state.history()[-1].title == chosen.strip()


def test_alt_click_and_the_key_show_it_at_once_and_the_keyboard_chooses(qtbot: QtBot, written: WritePage) -> None:
    written.aids.form.hover.setChecked(False)
    _rest(qtbot, written)
    qtbot.mouseClick(
        written.editor.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, pos=_spot(written)
    )
    _list(qtbot, written)
    assert written.editor.place() == (len(TEXT), len(TEXT))
    qtbot.mouseMove(written.editor.viewport(), QPoint(5, 400))
    assert not written.aids.chances.isVisible()
    written.editor.mark(AT, AT)
    qtbot.keyClick(written.editor, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    found = _list(qtbot, written)
    listed = written.aids.chances.list
    assert listed.hasFocus()
    qtbot.keyClick(listed, Qt.Key.Key_Escape)
    assert written.editor.hasFocus()
    assert not written.aids.chances.isVisible()
    qtbot.keyClick(written.editor, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    _list(qtbot, written)
    qtbot.keyClick(listed, Qt.Key.Key_Down)
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert written.state.document.text == TEXT[: found.start] + found.options[1][0] + TEXT[found.end :]


def test_it_can_be_switched_off_and_typing_takes_it_away(qtbot: QtBot, written: WritePage) -> None:
    _rest(qtbot, written)
    _list(qtbot, written)
    qtbot.keyClicks(written.editor, "x")
    assert not written.aids.chances.isVisible()
    written.aids.form.hover.setChecked(False)
    assert written.state.services.settings.section("write")["hover"] is False
    _rest(qtbot, written)
    qtbot.wait(900)
    assert not written.aids.chances.isVisible()


def test_the_newest_place_counts(qtbot: QtBot, written: WritePage) -> None:
    for at in (3, 9, AT):
        written.aids.chances.look(at)
    found = _list(qtbot, written)
    assert found.start <= AT < found.end


@pytest.mark.parametrize(("at", "number", "why"), [(AT, 10, "only 10"), (AT, -1, "outside"), (0, 1, "outside")])
def test_a_choice_that_is_none_is_refused(shelf: ModelShelf, at: int, number: int, why: str) -> None:
    choice = Choice(at=at, number=number)
    request = WriteRequest(model=MODELS[0], document=Text.by("user", TEXT), start=AT - 1, end=AT + 3, choice=choice)
    with pytest.raises(AtelierError, match=why):
        list(ENGINE.generate(request, shelf.open(MODELS[0]), Progress()))
