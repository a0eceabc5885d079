"""Who wrote what: to the character, on the page, in the file and after undo."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.studios.write.document import Run, Text
from app.studios.write.page import WritePage

LINE = "The quick brown fox jumps over the lazy dog."


def _machine_writes(page: WritePage) -> None:
    page.state.edit("A line", Text.by("machine", LINE))


def test_editing_three_characters_of_the_machines_changes_exactly_three(
    qtbot: QtBot, page: WritePage, tmp_path: Path
) -> None:
    _machine_writes(page)
    page.editor.mark(4, 7)
    qtbot.keyClicks(page.editor, "sly")
    text = page.state.document
    assert text.text == LINE.replace("qui", "sly")
    assert text.runs == (Run(4, "machine"), Run(3, "edited"), Run(len(LINE) - 7, "machine"))
    assert page.state.status() == "9 words · 93 % by the machine · 7 % edited"
    page.undo()
    assert page.state.document == Text.by("machine", LINE)
    page.redo()
    assert page.state.document == text


def test_what_is_typed_behind_the_machines_is_ones_own(qtbot: QtBot, page: WritePage) -> None:
    _machine_writes(page)
    page.editor.mark(len(LINE), len(LINE))
    qtbot.keyClicks(page.editor, " Amen.")
    qtbot.keyClick(page.editor, Qt.Key.Key_Return)
    qtbot.keyClicks(page.editor, "So it is.")
    assert list(page.state.document.spans("user")) == [(len(LINE), len(page.state.document))]


def test_the_edited_part_is_underlined_and_the_line_goes_with_the_tint(qtbot: QtBot, page: WritePage) -> None:
    _machine_writes(page)
    page.editor.mark(4, 9)
    qtbot.keyClicks(page.editor, "swift")
    (place,) = page.editor.tinted_rectangles("edited")
    spot = QPoint(int(place.center().x()), int(place.bottom()) - 1)

    def colour() -> str:
        return page.editor.viewport().grab().toImage().pixelColor(spot).name()

    drawn = colour()
    page.toggle_tint()
    assert colour() == "#ffffff" != drawn


def test_two_hundred_steps_in_a_novel_do_not_keep_two_hundred_novels(page: WritePage) -> None:
    page.state.edit("A novel", Text.by("user", "It was a dark and stormy night.\n" * 60_000))
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    texts = []
    for step in range(40):
        texts.append(hash(page.state.document.text))
        page.state.edit("Step", page.state.document.typed(700 * step, 700 * step, "Again: "))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 4 * len(page.state.document)
    for text in reversed(texts):
        page.undo()
        assert hash(page.state.document.text) == text
