"""What lies around the page: chapters, find and replace, words and goal, the look, the focus mode."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from app.shell.window import Window
from app.studios.write.document import Run, Text
from app.studios.write.page import WritePage
from app.studios.write.views.find import FindBar

BOOK = """# The sea

It was calm.

CHAPTER I

The ship was old, and Was was its name.

## Below deck

Rats.

Chapter Two: Ashore

It was over.
"""


def _put(page: WritePage, text: str) -> None:
    page.state.edit("x", Text.by("user", text))
    page.desk.follow()


def _titles(page: WritePage) -> list[str]:
    return [page.desk.chapters.list.item(row).text() for row in range(page.desk.chapters.list.count())]


def _find(qtbot: QtBot, page: WritePage, pattern: str, count: str) -> FindBar:
    find = page.desk.find
    find.pattern.clear()
    qtbot.keyClicks(find.pattern, pattern)
    qtbot.waitUntil(lambda: find.count.text() == count if count else bool(find.error))
    return find


# --- chapters ---------------------------------------------------------------------------------------------------------


def test_chapters_are_listed_and_a_click_goes_there(qtbot: QtBot, page: WritePage) -> None:
    _put(page, BOOK)
    assert _titles(page) == ["The sea", "\u2003CHAPTER I", "\u2003Below deck", "\u2003Chapter Two: Ashore"]
    chapters = page.desk.chapters.list
    place = chapters.visualItemRect(chapters.item(3)).center()
    qtbot.mouseClick(chapters.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert page.editor.place()[0] == BOOK.index("Chapter Two")
    assert page.editor.hasFocus()


def test_the_chapter_with_the_caret_is_marked_and_new_ones_appear(qtbot: QtBot, page: WritePage) -> None:
    _put(page, BOOK)
    page.editor.mark(BOOK.index("Rats"), BOOK.index("Rats"))
    qtbot.waitUntil(lambda: page.desk.chapters.list.currentRow() == 2)
    page.editor.mark(len(BOOK), len(BOOK))
    qtbot.keyClicks(page.editor, "# The end")
    qtbot.waitUntil(lambda: _titles(page)[-1] == "The end")
    assert page.desk.chapters.list.currentRow() == 4
    page.editor.mark(0, 2)
    qtbot.keyClick(page.editor, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(_titles(page)) == 4)


def test_from_chapter_to_chapter_by_keys(qtbot: QtBot, page: WritePage) -> None:
    _put(page, BOOK)
    page.editor.mark(0, 0)
    starts = [heading.start for heading in page.desk.chapters.headings]
    seen = []
    for _ in range(4):
        qtbot.keyClick(page.editor, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
        seen.append(page.editor.place()[0])
    assert seen == [*starts[1:], starts[-1]]
    page.editor.mark(starts[1] + 3, starts[1] + 3)
    for expected in (starts[1], starts[0], starts[0]):
        qtbot.keyClick(page.editor, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
        assert page.editor.place()[0] == expected


# --- find and replace -------------------------------------------------------------------------------------------------


def test_find_marks_all_and_goes_round(qtbot: QtBot, page: WritePage) -> None:
    _put(page, BOOK)
    page.editor.mark(0, 0)
    qtbot.keyClick(page.editor, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    find = _find(qtbot, page, "was", "1 of 5")
    assert len(list(page.editor.found_rectangles())) == 5
    places = []
    for _ in range(5):
        places.append(page.editor.place()[0])
        qtbot.keyClick(find.pattern, Qt.Key.Key_Return)
    assert places == sorted(places)
    assert page.editor.place()[0] == places[0]
    qtbot.keyClick(find.pattern, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert (page.editor.place()[0], find.count.text()) == (places[4], "5 of 5")
    qtbot.keyClick(find.pattern, Qt.Key.Key_Escape)
    assert find.isHidden()
    assert page.editor.hasFocus()
    assert not list(page.editor.found_rectangles())


@pytest.mark.parametrize(
    ("pattern", "switches", "count"),
    [
        ("Was", ["case"], "1 of 1"),
        ("ship wa", ["whole"], "0 found"),
        (r"\bwas\b.", ["regex"], "1 of 5"),
        (".", [], "1 of 4"),
    ],
)
def test_case_words_and_patterns(qtbot: QtBot, page: WritePage, pattern: str, switches: list[str], count: str) -> None:
    _put(page, BOOK)
    page.editor.mark(0, 0)
    page.show_find()
    for switch in switches:
        getattr(page.desk.find, switch).click()
    assert _find(qtbot, page, pattern, count).count.text() == count


def test_a_bad_pattern_is_told_in_place(qtbot: QtBot, page: WritePage) -> None:
    _put(page, BOOK)
    page.show_find()
    page.desk.find.regex.click()
    find = _find(qtbot, page, "(was", "")
    assert "The pattern can't be read: missing )" in find.error
    find = _find(qtbot, page, "(was)", "1 of 5")
    assert not find.error
    page.show_replace()
    qtbot.waitUntil(lambda: "of 5" in find.count.text())
    find.new.setText(r"\2")
    find.replace_all()
    qtbot.waitUntil(lambda: "The replacement can't be read" in find.error)
    assert page.state.document.text == BOOK


def test_a_pattern_that_never_ends_is_given_up_and_the_window_lives(
    qtbot: QtBot, page: WritePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.studios.write.search.SECONDS", 0.3)
    _put(page, "x" * 5000)
    page.show_find()
    page.desk.find.regex.click()
    find = _find(qtbot, page, "(x+x+)+y", "")
    assert "It takes too long" in find.error


def test_replace_one_and_go_on(qtbot: QtBot, page: WritePage) -> None:
    _put(page, "one two one two one")
    page.editor.mark(0, 0)
    page.show_replace()
    find = _find(qtbot, page, "one", "1 of 3")
    qtbot.keyClicks(find.new, "1")
    qtbot.keyClick(find.new, Qt.Key.Key_Return)
    assert page.state.document.text == "1 two one two one"
    assert page.editor.place() == (6, 9)
    qtbot.keyClick(find.new, Qt.Key.Key_Return)
    assert page.state.document.text == "1 two 1 two one"
    page.undo()
    assert page.state.document.text == "1 two one two one"


def test_replace_all_is_one_step_and_keeps_who_wrote_the_rest(qtbot: QtBot, page: WritePage) -> None:
    text = Text("mine cat, its cat 🙂 cat", (Run(10, "user"), Run(7, "machine"), Run(6, "user")))
    page.state.edit("x", text.check())
    page.show_replace()
    find = _find(qtbot, page, "cat", "1 of 3")
    find.new.setText("tiger")
    find.replace_all()
    qtbot.waitUntil(lambda: find.count.text() == "3 replaced" or page.state.document != text)
    found = page.state.document
    assert found.text == "mine tiger, its tiger 🙂 tiger" == page.editor.toPlainText()
    assert found.runs == (Run(12, "user"), Run(4, "machine"), Run(5, "edited"), Run(8, "user"))
    page.undo()
    assert page.state.document == text


def test_replacing_in_a_novel_does_not_stall_the_window(qtbot: QtBot, page: WritePage) -> None:
    novel = ("It was a long sentence that went on and on. " * 10 + "\n") * 3400
    _put(page, novel)
    page.show_replace()
    find = _find(qtbot, page, "was", "1 of 34,000")
    find.new.setText("were")
    beats = [time.monotonic()]
    find.replace_all()
    while page.state.document.text == novel:
        qtbot.wait(5)
        beats.append(time.monotonic())
    assert page.state.document.text == novel.replace("was", "were")
    # On a machine with much else to do a beat may be late; searching in the window's thread would take a second.
    assert max(later - earlier for earlier, later in itertools.pairwise(beats)) < 0.5


# --- words and goal ---------------------------------------------------------------------------------------------------


def test_words_and_goal_are_counted_and_kept(qtbot: QtBot, page: WritePage, open_window: Callable[..., Window]) -> None:
    goal = page.desk.goal
    qtbot.keyClicks(page.editor, "one two three")
    qtbot.waitUntil(lambda: (goal.text_of("document"), goal.text_of("session")) == ("3", "+3"))
    page.editor.mark(0, 7)
    qtbot.waitUntil(lambda: goal.text_of("marked") == "2")
    assert goal.progress.isHidden()
    goal.words.setValue(4)
    assert not goal.progress.isHidden()
    assert goal.progress.value() / goal.progress.maximum() == 0.75
    page.state.services.settings.save()
    again = open_window("write").page
    assert isinstance(again, WritePage)
    goal = again.desk.goal
    assert (goal.words.value(), goal.text_of("document"), goal.text_of("session")) == (4, "3", "0")
    goal.of.setCurrentIndex(1)
    assert goal.progress.value() == 0


# --- the look ---------------------------------------------------------------------------------------------------------


def test_typeface_line_height_and_width_change_the_page_alone(qtbot: QtBot, page: WritePage) -> None:
    _put(page, "word " * 300)
    field = page.desk.form.fields

    def lines() -> tuple[int, float]:
        block = page.editor.document().firstBlock()
        page.editor.viewport().grab()
        return block.layout().lineCount(), page.editor.blockBoundingRect(block).height()

    count, height = lines()
    page.desk.set_look("line_height", 200)
    assert lines()[0] == count
    assert lines()[1] > 1.2 * height
    page.desk.set_look("measure", 40)
    assert lines()[0] > 1.3 * count
    before = page.editor.fontMetrics().horizontalAdvance("iiii")
    page.desk.set_look("typeface", "Mono")
    assert page.editor.fontMetrics().horizontalAdvance("iiii") != before
    assert (field["measure"].value(), field["typeface"].value()) == (40, "Mono")
    assert page.state.document.text == "word " * 300
    assert page.state.services.settings.section("write")["look"]["line_height"] == 200


@pytest.mark.parametrize("start", [0, 20, 500, 999])
def test_as_on_a_typewriter_the_line_stays_in_the_middle(qtbot: QtBot, page: WritePage, start: int) -> None:
    _put(page, "line\n" * 200)
    page.editor.mark(start, start)
    page.toggle_typewriter()
    places = []
    for _ in range(8):
        qtbot.keyClick(page.editor, Qt.Key.Key_Return)
        places.append(page.editor.rectangle_of(page.editor.place()[0]).center().y())
    line = page.editor.cursorRect().height()
    assert all(abs(place - page.editor.height() / 2) < 2 * line for place in places)
    assert max(places) - min(places) <= line
    page.toggle_typewriter()
    assert page.editor.viewport().y() < line


def test_f11_leaves_nothing_but_the_page_and_esc_returns(qtbot: QtBot, window: Window, page: WritePage) -> None:
    around = [window.menuBar(), window.statusBar(), page.bar, page.panel, page.film]
    qtbot.keyClicks(page.editor, "ROMEO:")
    qtbot.keyClick(page.editor, Qt.Key.Key_F11)
    assert not any(widget.isVisible() for widget in around)
    assert window.isFullScreen()
    page.state.set_control("length", 40)
    qtbot.keyClick(page.editor, Qt.Key.Key_Tab)
    qtbot.keyClick(page.editor, Qt.Key.Key_Escape)
    assert not page.state.busy
    assert window.isFullScreen()
    qtbot.keyClick(page.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(page.editor, Qt.Key.Key_Escape)
    assert all(widget.isVisible() for widget in around)
    assert not window.isFullScreen()
    assert page.editor.hasFocus()


def test_what_was_hidden_before_stays_hidden_after(qtbot: QtBot, window: Window, page: WritePage) -> None:
    page.toggle_history()
    qtbot.keyClick(page.editor, Qt.Key.Key_F11)
    qtbot.keyClick(page.editor, Qt.Key.Key_F11)
    assert page.film.isHidden()
    assert page.bar.isVisible()


def test_the_text_column_is_as_wide_as_seventy_letters(page: WritePage) -> None:
    page.editor.moveCursor(QTextCursor.MoveOperation.Start)
    letters = page.editor.viewport().width() / page.editor.fontMetrics().averageCharWidth()
    assert 66 < letters < 76
    assert page.editor.mapTo(page, QPoint(0, 0)).x() == 0
