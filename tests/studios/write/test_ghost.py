"""Suggestions at the caret, in the real window with both kinds of models."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from pytestqt.qtbot import QtBot

from app.cli import replay
from app.runtime.recipe import Match
from app.studios.write.card import CARD
from app.studios.write.document import Text
from app.studios.write.ghost import LONGEST, Ghost
from app.studios.write.page import WritePage
from app.studios.write.request import WriteRequest

MODELS = ["char-rnn-shakespeare", "gpt-prose-en"]
BEFORE, AFTER = "It was a long evening, and she said that", " nothing would come of it.\nThe end."
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(params=MODELS)
def between(page: WritePage, request: pytest.FixtureRequest) -> WritePage:
    """The page with the caret between two passages, for each model."""
    page.state.set_model(request.param)
    page.editor.insertPlainText(BEFORE + AFTER)
    page.editor.mark(len(BEFORE), len(BEFORE))
    page.state.set_seed(3)
    page.state.set_control("length", 30)
    return page


def ghost(page: WritePage) -> Ghost:
    found = page.aids.suggestions.ghost
    assert found is not None
    return found


def ask(qtbot: QtBot, page: WritePage) -> str:
    """Press Tab and wait for all that is suggested."""
    qtbot.keyClick(page.editor, Qt.Key.Key_Tab)
    wait(qtbot, page)
    return ghost(page).rest


def wait(qtbot: QtBot, page: WritePage) -> None:
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy("write.ghost"), timeout=60_000)
    qtbot.waitUntil(lambda: _shown(page) == (page.aids.suggestions.ghost.rest if page.aids.suggestions.ghost else ""))


def _shown(page: WritePage) -> str:
    """What is laid out in the page that is not in its text."""
    block, shown = page.editor.document().firstBlock(), ""
    while block.isValid():
        shown += block.layout().preeditAreaText().replace("\u2028", "\n")
        block = block.next()
    return shown


def _untouched(page: WritePage) -> bool:
    return page.state.document.text == page.editor.toPlainText() == BEFORE + AFTER


def test_it_is_shown_at_the_caret_and_is_not_in_the_text(qtbot: QtBot, between: WritePage) -> None:
    steps = between.state.undo_title
    rest = ask(qtbot, between)
    assert rest
    assert _shown(between) == rest
    assert _untouched(between)
    assert between.state.undo_title == steps
    assert between.state.document.share("machine") == 0
    assert between.editor.place() == (len(BEFORE), len(BEFORE))


def test_it_streams(qtbot: QtBot, between: WritePage) -> None:
    between.editor.mark(len(BEFORE + AFTER), len(BEFORE + AFTER))
    between.state.set_control("length", 200)
    seen: list[str] = []
    between.aids.suggestions.changed.connect(lambda: seen.append(getattr(between.aids.suggestions.ghost, "rest", "")))
    assert ask(qtbot, between) == seen[-1]
    assert any("" < earlier != seen[-1] for earlier in seen)
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(seen))


def test_what_follows_is_pushed_along_and_the_ghost_is_dimmed(qtbot: QtBot, between: WritePage) -> None:
    block = between.editor.document().firstBlock()
    lines = block.layout().lineCount()
    before = between.editor.viewport().grab().toImage()
    ask(qtbot, between)
    assert block.layout().lineCount() > lines
    assert block.layout().preeditAreaPosition() == len(BEFORE)
    assert between.editor.viewport().grab().toImage() != before
    qtbot.keyClick(between.editor, Qt.Key.Key_Escape)
    wait(qtbot, between)
    assert block.layout().lineCount() == lines
    assert _untouched(between)


def test_tab_takes_all_as_one_step_that_brings_back_seed_and_request(qtbot: QtBot, between: WritePage) -> None:
    ask(qtbot, between)
    qtbot.keyClick(between.editor, Qt.Key.Key_Escape)
    rest = ask(qtbot, between)
    assert ghost(between).request.seed == 4
    assert between.state.settings.seed == 3
    qtbot.keyClick(between.editor, Qt.Key.Key_Tab)
    document = between.state.document
    assert document.text == between.editor.toPlainText() == BEFORE + rest + AFTER
    assert list(document.spans("machine")) == [(len(BEFORE), len(BEFORE) + len(rest))]
    assert between.aids.suggestions.ghost is None
    assert between.state.settings.seed == 4
    assert between.editor.place() == (len(BEFORE + rest),) * 2
    qtbot.waitUntil(lambda: len(between.state.history()) == 1)
    between.undo()
    assert _untouched(between)
    assert between.state.settings.seed == 3
    assert between.state.recipe() is None
    between.redo()
    assert (between.state.document, between.state.settings.seed) == (document, 4)


def test_words_are_taken_one_by_one_and_the_recipe_makes_that_part_again(
    qtbot: QtBot, between: WritePage, tmp_path: Path
) -> None:
    rest = ask(qtbot, between)
    for _ in range(3):
        qtbot.keyClick(between.editor, Qt.Key.Key_Right, CONTROL)
    part = rest[: ghost(between).used]
    assert len(part.split()) >= 2
    assert ghost(between).rest == rest[len(part) :]
    assert between.state.document.text == between.editor.toPlainText() == BEFORE + part + AFTER
    wait(qtbot, between)
    recipe = between.state.recipe()
    assert recipe is not None
    asked = msgspec.convert(recipe.request, type=WriteRequest)
    assert (asked.document.text, asked.taken, asked.controls["length"]) == (BEFORE + AFTER, len(part), 30)
    path = tmp_path / "x.txt"
    with qtbot.waitSignal(between.state.saved):
        between.state.save(path)
    assert replay((CARD,), between.state.services.shelf, path).match is Match.EXACT
    qtbot.waitUntil(lambda: len(between.state.history()) == 1)
    node = between.state.history()[0]
    assert node.title == " ".join(part.split())
    assert node.parent is None
    for _ in range(3):
        between.undo()
    assert _untouched(between)


def test_typing_what_it_says_eats_into_it_and_anything_else_drops_it(qtbot: QtBot, between: WritePage) -> None:
    rest = ask(qtbot, between)
    begun = rest[: len(rest) - len(rest.lstrip()) + 1]
    between.editor.insertPlainText(begun)
    assert ghost(between).rest == rest[len(begun) :]
    wait(qtbot, between)
    assert between.state.document.share("machine") == 0
    qtbot.keyClick(between.editor, Qt.Key.Key_Tab)
    text = between.state.document
    assert text.text == BEFORE + rest + AFTER
    assert list(text.spans("machine")) == [(len(BEFORE + begun), len(BEFORE + rest))]
    between.undo()
    between.undo()
    between.editor.mark(len(BEFORE), len(BEFORE))
    ask(qtbot, between)
    qtbot.keyClicks(between.editor, "#")
    assert between.aids.suggestions.ghost is None
    assert between.state.document.text == BEFORE + "#" + AFTER
    wait(qtbot, between)
    assert _shown(between) == ""


def test_esc_moving_and_a_change_of_settings_drop_it(qtbot: QtBot, between: WritePage) -> None:
    for drop in (
        lambda: qtbot.keyClick(between.editor, Qt.Key.Key_Escape),
        lambda: qtbot.keyClick(between.editor, Qt.Key.Key_Left),
        lambda: between.state.set_control("temperature", 1.1),
        lambda: (between.undo(), between.redo()),
    ):
        between.editor.mark(len(BEFORE), len(BEFORE))
        qtbot.keyClick(between.editor, Qt.Key.Key_Tab)
        assert between.aids.suggestions.ghost is not None
        drop()
        assert between.aids.suggestions.ghost is None
    assert _untouched(between)


def test_a_click_sets_the_caret_where_it_is_seen(qtbot: QtBot, between: WritePage) -> None:
    ask(qtbot, between)
    block = between.editor.document().firstBlock()
    layout, ahead = block.layout(), len(_shown(between))
    at = len(BEFORE) + ahead + 9
    line = layout.lineForTextPosition(at)
    place = between.editor.blockBoundingGeometry(block).translated(between.editor.contentOffset())
    x, _ = line.cursorToX(at)  # pyright: ignore[reportGeneralTypeIssues]
    spot = QPoint(int(place.left() + x) + 1, int(place.top() + line.y() + line.height() / 2))
    qtbot.mouseClick(between.editor.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert between.aids.suggestions.ghost is None
    assert between.editor.place() == (len(BEFORE) + 9,) * 2
    assert _shown(between) == ""


def test_a_key_held_down_does_not_take_it(qtbot: QtBot, between: WritePage) -> None:
    ask(qtbot, between)
    none = Qt.KeyboardModifier.NoModifier
    between.editor.event(QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Tab, none, "\t", True))
    held = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Tab, none, "\t", True)
    assert between.aids.ghost.eventFilter(between.editor, held)
    assert _untouched(between)


def test_after_a_pause_only_where_that_is_wished(qtbot: QtBot, between: WritePage) -> None:
    qtbot.keyClicks(between.editor, "x")
    qtbot.wait(900)
    assert between.aids.suggestions.ghost is None
    between.aids.form.pause.setChecked(True)
    assert between.state.services.settings.section("write")["suggest"] is True
    qtbot.keyClicks(between.editor, "y")
    qtbot.waitUntil(
        lambda: between.aids.suggestions.ghost is not None and bool(between.aids.suggestions.ghost.rest), timeout=20_000
    )
    assert between.editor.toPlainText() == BEFORE + "xy" + AFTER
    between.aids.suggestions.drop()
    qtbot.keyClicks(between.editor, "z")
    between.aids.form.pause.setChecked(False)
    qtbot.wait(900)
    assert between.aids.suggestions.ghost is None


def test_control_space_asks_again_for_something_else(qtbot: QtBot, between: WritePage) -> None:
    first = ask(qtbot, between)
    qtbot.keyClick(between.editor, Qt.Key.Key_Space, CONTROL)
    wait(qtbot, between)
    assert ghost(between).rest != first
    assert ghost(between).request.seed == 4
    between.state.lock_seed = True
    between.go_on()
    assert ghost(between).request.seed == 3
    wait(qtbot, between)
    assert ghost(between).rest == first


def test_generate_begins_as_the_ghost_with_its_seed_did(qtbot: QtBot, between: WritePage) -> None:
    rest = ask(qtbot, between)
    between.generate()
    assert between.aids.suggestions.ghost is None
    qtbot.waitUntil(lambda: not between.state.busy, timeout=60_000)
    assert between.state.document.text.startswith(BEFORE + rest)


def test_on_an_empty_page_it_stands_alone(qtbot: QtBot, page: WritePage) -> None:
    rest = ask(qtbot, page)
    assert rest
    assert page.editor.toPlainText() == ""
    qtbot.keyClick(page.editor, Qt.Key.Key_Tab)
    assert page.editor.toPlainText() == page.state.document.text == rest


def test_it_is_no_longer_than_can_be_read_at_a_glance(qtbot: QtBot, page: WritePage) -> None:
    page.state.set_control("length", 2000)
    rest = ask(qtbot, page)
    assert LONGEST // 2 < len(rest) <= LONGEST


def test_a_ghost_follows_only_what_agrees() -> None:
    text = Text.by("user", "ab")
    one = Ghost(WriteRequest(model="m", document=text, start=1, end=1), text, " it’s so.")
    assert one.word == 5
    typed = text.replaced(1, 1, " i", "user")
    left = one.typed(typed, 1, 3)
    assert left is not None
    assert (left.rest, left.place, left.word) == ("t’s so.", 3, 3)
    assert left.taken(3).text.text == "a it’sb"
    assert left.taken(3).recipe_request.taken == 5
    assert one.typed(text.replaced(0, 0, " i", "user"), 0, 2) is None
    assert one.typed(text.replaced(1, 2, " i", "user"), 1, 3) is None
    assert one.typed(text.replaced(1, 1, "x", "user"), 1, 2) is None
