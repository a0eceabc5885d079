"""The surprise view and the evidence panel in the real window."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from app.base.progress import Progress
from app.studios.write.document import Text
from app.studios.write.evidence import DETECTOR, Says
from app.studios.write.page import WritePage
from app.studios.write.predictions import predictions
from app.studios.write.views.surprise import MOST
from app.ui.bands import GROUNDS

SCENE = (
    "ROMEO:\nBut soft, what light through yonder window breaks?\nIt is the east, and Juliet is the sun.\n\n"
    "JULIET:\nO Romeo, wherefore art thou zyxgol?\n\n"
)
MODELS = ["char-rnn-shakespeare", "gpt-prose-en"]


def put(page: WritePage, text: str) -> None:
    page.state.edit("Test", Text.by("user", text))


def read(qtbot: QtBot, page: WritePage) -> None:
    qtbot.waitUntil(lambda: bool(page.surprise.placed), timeout=60_000)
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy(), timeout=60_000)


def colours(page: WritePage) -> set[str]:
    image = page.editor.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)  # pyright: ignore
    return {QColor(int(value)).name() for value in np.unique(pixels)} - {"#000000"}  # the caret, which blinks


@pytest.mark.parametrize("model", MODELS)
def test_f5_colours_every_token_and_fills_the_charts(qtbot: QtBot, page: WritePage, model: str) -> None:
    page.state.set_model(model)
    put(page, SCENE)
    assert not set(GROUNDS[False]) & colours(page)
    page.window().activateWindow()
    qtbot.keyClick(page.editor, Qt.Key.Key_F5)
    read(qtbot, page)
    assert page.surprise.is_on
    (part,) = page.surprise.placed
    found = predictions(page.state.services.shelf.open(model), SCENE, Progress())
    assert np.array_equal(part.found.ranks, found.ranks)
    assert {GROUNDS[False][0], GROUNDS[False][3]} <= colours(page)
    panel = page.surprise.panel
    assert panel.told == f"All {len(SCENE)} characters were read."
    assert all(not chart.isHidden() and "%" in chart.accessibleDescription() for chart in (panel.ranks, panel.chances))
    qtbot.keyClick(page.editor, Qt.Key.Key_F5)
    assert not set(GROUNDS[False]) & colours(page)


def test_rank_and_chance_are_told_at_the_pointer(qtbot: QtBot, page: WritePage) -> None:
    put(page, SCENE)
    page.toggle_surprise()
    read(qtbot, page)
    place = SCENE.index("zyxgol")
    page.editor.mark(place, place)
    there = page.editor.cursorRect().center() + QPoint(1, 0)
    found = predictions(page.state.services.shelf.open(page.state.settings.model), SCENE, Progress())
    told = page.surprise.told_at(place)
    assert f"Guess number {found.ranks[place]:,} " in told
    assert f"chance {100 * np.exp(found.chances[place]):.3g} %" in told
    event = QHelpEvent(QHelpEvent.Type.ToolTip, there, page.editor.viewport().mapToGlobal(there))
    QApplication.sendEvent(page.editor.viewport(), event)
    qtbot.waitUntil(lambda: QToolTip.text() == told)
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_colours_move_with_the_text_and_what_changed_is_read_again(qtbot: QtBot, page: WritePage) -> None:
    put(page, SCENE)
    page.toggle_surprise()
    read(qtbot, page)
    at = SCENE.index("It is")
    before = page.surprise.told_at(SCENE.index("zyxgol"))
    page.editor.mark(at, at)
    qtbot.keyClicks(page.editor, "Alas! ")
    text = page.state.document.text
    assert page.surprise.told_at(text.index("zyxgol")) == before
    assert page.surprise.told_at(text.index("Alas")) == ""
    qtbot.waitUntil(lambda: bool(page.surprise.told_at(text.index("Alas"))), timeout=30_000)
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy())
    found = predictions(page.state.services.shelf.open(page.state.settings.model), text, Progress())
    assert np.array_equal(page.surprise.placed[0].found.ranks, found.ranks)


def test_of_a_novel_what_is_seen_is_read_and_stop_ends_it(qtbot: QtBot, page: WritePage) -> None:
    put(page, SCENE * 12_000)
    page.editor.mark(0, 0)
    page.editor.ensureCursorVisible()
    page.toggle_surprise()
    qtbot.waitUntil(lambda: bool(page.surprise.placed), timeout=60_000)
    assert page.surprise.told_at(20)
    stop = page.surprise.panel.stop
    qtbot.waitUntil(lambda: not stop.isHidden())
    started = time.monotonic()
    stop.click()
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy())
    assert time.monotonic() - started < 2
    assert stop.isHidden()
    told = page.surprise.panel.told
    assert "around what is seen" in told
    assert sum(part.end - part.start for part in page.surprise.placed) <= MOST


def test_generating_does_not_wait_for_the_reading(qtbot: QtBot, page: WritePage) -> None:
    put(page, SCENE * 300)
    page.state.set_control("length", 40)
    page.toggle_surprise()
    qtbot.waitUntil(lambda: not page.surprise.panel.stop.isHidden(), timeout=60_000)
    reading = len(page.surprise.placed)
    page.state.generate()
    qtbot.waitUntil(lambda: not page.state.busy, timeout=60_000)
    assert page.state.document.share("machine") > 0
    assert len(page.surprise.placed) <= reading + 3
    page.toggle_surprise()
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy())


def test_the_tint_comes_back_when_the_surprise_goes(page: WritePage, qtbot: QtBot) -> None:
    page.state.edit("Test", Text.by("machine", SCENE))
    plain = colours(page)
    page.toggle_surprise()
    read(qtbot, page)
    assert colours(page) != plain
    page.toggle_surprise()
    assert colours(page) == plain


def test_the_evidence_of_a_text_is_shown_with_its_error_rate(qtbot: QtBot, page: WritePage) -> None:
    put(page, SCENE * 8)
    panel = page.evidence.panel
    page.weigh_evidence()
    qtbot.waitUntil(lambda: page.evidence.found is not None, timeout=60_000)
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy())
    found = page.evidence.found
    assert found is not None
    assert f"{round(100 * found.whole.chance)} % (between" in panel.head.text()
    metric = page.state.services.shelf.open(DETECTOR).manifest.metrics[0]
    shown = " ".join(label.text() for label in panel.findChildren(type(panel.head)) if label.isVisibleTo(panel))
    assert f"AUC {metric.ours:.3f} (95 % interval" in shown
    assert "never a verdict" in shown
    assert "The text has changed since." not in shown
    last = len(found.passages) - 1
    qtbot.mouseClick(panel.strip, Qt.MouseButton.LeftButton, pos=panel.strip.place(last).center().toPoint())
    assert page.editor.place() == (found.passages[last].start, found.passages[last].end)
    qtbot.keyClicks(page.editor, "x")
    shown = " ".join(label.text() for label in panel.findChildren(type(panel.head)) if label.isVisibleTo(panel))
    assert "The text has changed since." in shown


def test_what_is_marked_is_weighed_alone_and_short_text_is_not_judged(qtbot: QtBot, page: WritePage) -> None:
    put(page, SCENE * 8)
    page.editor.mark(100, 220)
    page.evidence.panel.weigh.click()
    qtbot.waitUntil(lambda: page.evidence.found is not None, timeout=60_000)
    found = page.evidence.found
    assert found is not None
    assert found.whole.says is Says.TOO_SHORT
    assert found.judged <= 120
    assert page.evidence.panel.head.text() == "Under 200 characters nothing can be said."


def test_an_empty_page_is_told_in_place(qtbot: QtBot, page: WritePage) -> None:
    page.weigh_evidence()
    qtbot.waitUntil(lambda: "nothing to be judged" in page.errors.text, timeout=60_000)
    page.toggle_surprise()
    qtbot.waitUntil(lambda: "page is empty" in page.surprise.panel.told)
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy())


def test_the_detector_is_no_writing_model(page: WritePage) -> None:
    assert DETECTOR not in [entry.id for entry in page.state.models()]
    assert page.bar.models.findData(DETECTOR) < 0


def test_a_tool_tip_over_a_passage_tells_its_chance(qtbot: QtBot, page: WritePage) -> None:
    put(page, SCENE * 8)
    page.weigh_evidence()
    qtbot.waitUntil(lambda: page.evidence.found is not None, timeout=60_000)
    strip = page.evidence.panel.strip
    place = QPointF(strip.place(0).center()).toPoint()
    QApplication.sendEvent(strip, QHelpEvent(QHelpEvent.Type.ToolTip, place, strip.mapToGlobal(place)))
    qtbot.waitUntil(lambda: "% (between" in QToolTip.text())
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
