"""Three suggestions side by side, and Refill with a choice, in the real window with both kinds of models."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.base.progress import Progress
from app.cli import replay
from app.runtime.recipe import Match
from app.studios.write.card import CARD
from app.studios.write.engine import ENGINE
from app.studios.write.page import WritePage
from app.studios.write.request import WriteRequest

MODELS = ["char-rnn-shakespeare", "gpt-prose-en"]
BEFORE, SPAN, AFTER = "It was a long evening, and ", "she said nothing at all", " to those who came.\n🙂 The end.\n"


@pytest.fixture(params=MODELS)
def written(page: WritePage, request: pytest.FixtureRequest) -> WritePage:
    """The page with some text, for each model."""
    page.state.set_model(request.param)
    page.editor.insertPlainText(BEFORE + SPAN + AFTER)
    page.state.set_seed(5)
    page.state.set_control("length", 25)
    page.editor.mark(len(BEFORE), len(BEFORE))
    return page


def _all(qtbot: QtBot, page: WritePage) -> tuple[str, ...]:
    qtbot.waitUntil(lambda: not page.aids.choices.working, timeout=60_000)
    return page.aids.choices.passages


def _press(qtbot: QtBot, page: WritePage, key: Qt.Key) -> None:
    qtbot.keyClick(page.aids.alternatives, key)


def test_three_stand_side_by_side_under_the_caret_with_their_seeds(qtbot: QtBot, written: WritePage) -> None:
    qtbot.keyClick(
        written.editor, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    strip = written.aids.alternatives
    assert strip.isVisible()
    assert strip.hasFocus()
    passages = _all(qtbot, written)
    assert len(set(passages)) == 3
    assert [column.text for column in strip.columns] == [passage.strip("\n") for passage in passages]
    assert "seed 6" in strip.columns[1].accessibleName()
    lefts = [column.mapTo(written.editor, column.rect().topLeft()).x() for column in strip.columns]
    assert lefts == sorted(set(lefts))
    assert strip.y() >= written.editor.cursorRect().bottom()
    assert written.editor.contentsRect().contains(strip.geometry())
    assert written.editor.toPlainText() == BEFORE + SPAN + AFTER
    request = written.aids.choices.request
    assert request is not None
    model = written.state.services.shelf.open(request.model)
    *_, alone = ENGINE.generate(msgspec.structs.replace(request, seed=7), model, Progress())
    assert request.written(alone).startswith(passages[2])


def test_all_three_are_seen_while_they_are_written(qtbot: QtBot, written: WritePage) -> None:
    written.state.set_control("length", 200)
    streamed: set[tuple[str, ...]] = set()
    written.aids.choices.changed.connect(lambda: streamed.add(written.aids.choices.passages))
    written.offer()
    passages = _all(qtbot, written)
    begun = [seen for seen in streamed if all(seen) and seen != passages]
    assert begun
    assert all(whole.startswith(part) for seen in begun for part, whole in zip(seen, passages, strict=True))


def test_a_number_takes_one_as_one_step_that_can_be_made_again(
    qtbot: QtBot, written: WritePage, tmp_path: Path
) -> None:
    written.offer()
    passage = _all(qtbot, written)[1]
    _press(qtbot, written, Qt.Key.Key_2)
    assert not written.aids.alternatives.isVisible()
    assert written.editor.hasFocus()
    assert written.state.document.text == written.editor.toPlainText() == BEFORE + passage + SPAN + AFTER
    assert list(written.state.document.spans("machine")) == [(len(BEFORE), len(BEFORE + passage))]
    assert written.editor.place() == (len(BEFORE + passage),) * 2
    assert written.state.settings.seed == 6
    with qtbot.waitSignal(written.state.saved):
        written.state.save(tmp_path / "x.txt")
    assert replay((CARD,), written.state.services.shelf, tmp_path / "x.txt").match is Match.EXACT
    written.undo()
    assert written.state.document.text == BEFORE + SPAN + AFTER
    assert written.state.settings.seed == 5


def test_arrows_walk_enter_takes_and_more_gives_others(qtbot: QtBot, written: WritePage) -> None:
    written.offer()
    first = _all(qtbot, written)
    _press(qtbot, written, Qt.Key.Key_M)
    assert written.aids.choices.seeds == (8, 9, 10)
    second = _all(qtbot, written)
    assert not set(first) & set(second)
    qtbot.mouseClick(written.aids.alternatives.more, Qt.MouseButton.LeftButton)
    third = _all(qtbot, written)
    assert written.aids.choices.seeds == (11, 12, 13)
    _press(qtbot, written, Qt.Key.Key_Left)
    assert [column.property("current") for column in written.aids.alternatives.columns] == [False, False, True]
    _press(qtbot, written, Qt.Key.Key_Return)
    assert written.state.document.text == BEFORE + third[2] + SPAN + AFTER


def test_a_click_takes_one(qtbot: QtBot, written: WritePage) -> None:
    written.offer()
    passage = _all(qtbot, written)[2]
    qtbot.mouseClick(written.aids.alternatives.columns[2], Qt.MouseButton.LeftButton)
    assert written.state.document.text == BEFORE + passage + SPAN + AFTER


def test_esc_closes_and_any_letter_is_typed(qtbot: QtBot, written: WritePage) -> None:
    written.offer()
    _press(qtbot, written, Qt.Key.Key_Escape)
    assert not written.aids.alternatives.isVisible()
    assert written.editor.hasFocus()
    assert written.editor.toPlainText() == BEFORE + SPAN + AFTER
    written.offer()
    _press(qtbot, written, Qt.Key.Key_Q)
    assert not written.aids.alternatives.isVisible()
    assert written.state.document.text == BEFORE + "q" + SPAN + AFTER
    assert not written.aids.choices.working


def test_refill_offers_three_and_leaves_the_rest_as_it_is_to_the_byte(
    qtbot: QtBot, written: WritePage, tmp_path: Path
) -> None:
    start, end = len(BEFORE), len(BEFORE + SPAN)
    written.editor.mark(start, end)
    qtbot.keyClick(written.editor, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    passages = _all(qtbot, written)
    assert len({SPAN, *passages}) == 4
    _press(qtbot, written, Qt.Key.Key_3)
    text = written.state.document.text
    assert text == written.editor.toPlainText() == BEFORE + passages[2] + AFTER
    assert text.encode()[: len(BEFORE.encode())] == BEFORE.encode()
    assert text.encode()[-len(AFTER.encode()) :] == AFTER.encode()
    assert written.editor.place() == (start, start + len(passages[2]))
    assert all(
        start <= one < other <= start + len(passages[2]) for one, other in written.state.document.spans("machine")
    )
    recipe = written.state.recipe()
    assert recipe is not None
    asked = msgspec.convert(recipe.request, type=WriteRequest)
    assert (asked.start, asked.end, asked.seed, asked.taken) == (start, end, 7, None)
    with qtbot.waitSignal(written.state.saved):
        written.state.save(tmp_path / "x.txt")
    assert replay((CARD,), written.state.services.shelf, tmp_path / "x.txt").match is Match.EXACT
    written.undo()
    assert written.state.document.text == BEFORE + SPAN + AFTER


def test_what_is_not_there_yet_is_not_taken_and_a_changed_text_takes_all_away(qtbot: QtBot, written: WritePage) -> None:
    written.editor.mark(len(BEFORE), len(BEFORE + SPAN))
    written.refill()
    _press(qtbot, written, Qt.Key.Key_3)
    assert written.editor.toPlainText() == BEFORE + SPAN + AFTER
    assert written.aids.alternatives.isVisible()
    written.undo()
    assert not written.aids.alternatives.isVisible()
    assert not written.aids.choices.working
