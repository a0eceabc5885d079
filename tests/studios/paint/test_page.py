"""The studio as an artist uses it: the real window, the real network, a pen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.cli import run
from app.studios.cards import CARDS
from app.studios.paint.document import Drawing
from app.studios.paint.page import PaintPage

if TYPE_CHECKING:
    from tests.studios.paint.conftest import Hand


def test_a_mouse_stroke_lands_where_it_was_drawn_and_shows(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.drag((200, 300), (400, 300), (600, 300))
    (stroke,) = page.state.document.strokes
    assert np.abs(stroke.places - [[200, 300], [400, 300], [600, 300]]).max() < 2
    assert QColor(hand.shown(500, 300)).lightness() < 120
    assert page.state.status() == "1 strokes, 100 % by hand"


def test_a_pen_stroke_keeps_every_point_and_its_pressure(page: PaintPage, hand: Hand) -> None:
    pressures = [0.1, 0.4, 0.9]
    kinds = [QEvent.Type.TabletPress, QEvent.Type.TabletMove, QEvent.Type.TabletMove]
    accepted = [
        hand.pen(kind, (100 + 50 * i, 100), pressure)
        for i, (kind, pressure) in enumerate(zip(kinds, pressures, strict=True))
    ]
    accepted.append(hand.pen(QEvent.Type.TabletRelease, (200, 100), 0.0))
    assert all(accepted)
    (stroke,) = page.state.document.strokes
    assert [round(point[2], 1) for point in stroke.points] == pressures


def test_undo_takes_one_stroke_back_and_redo_returns_it(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.drag((200, 300), (400, 300))
    hand.drag((200, 500), (400, 500))
    both = page.state.document
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(page.state.document.strokes) == 1
    page.redo()
    assert page.state.document == both


def test_the_machine_goes_on_and_undo_leaves_what_the_hand_drew(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.drag((350, 300), (500, 250), (650, 300), (500, 400), (350, 300))
    mine = page.state.document
    hand.generate()
    assert page.state.document.strokes[:1] == mine.strokes
    assert {stroke.maker for stroke in page.state.document.strokes[1:]} == {"machine"}
    page.undo()
    assert page.state.document == mine


def test_something_else_replaces_the_machines_strokes_only(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.drag((350, 300), (500, 250), (650, 300))
    mine = page.state.document.strokes
    hand.generate()
    first = page.state.document
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=30_000):
        page.refill()
    assert page.state.document.strokes[:1] == mine
    assert page.state.document != first
    assert page.state.document.without_last_machine().strokes == mine


def test_stopping_half_way_keeps_what_was_drawn(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    page.state.set_control("points", 250)
    page.state.set_control("temperature", 1.2)
    hand.drag((350, 300), (500, 250), (650, 300))
    page.generate()
    qtbot.waitUntil(lambda: len(page.state.document.strokes) > 1, timeout=30_000)
    hand.key(Qt.Key.Key_Escape)
    assert not page.state.busy
    kept = page.state.document
    hand.settle()
    assert page.state.document == kept
    assert len(kept.strokes) > 1


def test_the_eraser_takes_whole_strokes(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.drag((200, 300), (600, 300))
    hand.drag((200, 500), (600, 500))
    hand.key(Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    hand.drag((400, 450), (400, 480), (400, 500), (400, 505))
    assert len(page.state.document.strokes) == 1
    assert page.state.document.strokes[0].places[0][1] == pytest.approx(300, abs=2)


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_window_and_command_line_write_the_same_bytes(
    page: PaintPage, hand: Hand, qtbot: QtBot, tmp_path: Path, suffix: str
) -> None:
    page.state.set_seed(11)
    hand.generate()
    with qtbot.waitSignal(page.state.saved, timeout=20_000):
        page.state.save(tmp_path / f"window{suffix}")
    arguments = ["paint", "sketch-rnn", "--seed", "11", "--out", str(tmp_path / f"cli{suffix}")]
    assert run(CARDS, arguments) == 0
    assert (tmp_path / f"cli{suffix}").read_bytes() == (tmp_path / f"window{suffix}").read_bytes()


def test_a_saved_drawing_opens_with_its_settings(page: PaintPage, hand: Hand, qtbot: QtBot, tmp_path: Path) -> None:
    page.state.set_seed(11)
    page.state.set_control("class", "sun")
    hand.generate()
    made = page.state.document
    with qtbot.waitSignal(page.state.saved):
        page.state.save(tmp_path / "sun.svg")
    page.new()
    page.state.set_control("class", "crab")
    page.open_path(tmp_path / "sun.svg")
    qtbot.waitUntil(lambda: page.state.document == made)
    assert page.state.settings.seed == 11
    assert page.state.settings.controls["class"] == "sun"


def test_a_file_that_is_no_drawing_is_told_in_place(page: PaintPage, hand: Hand, qtbot: QtBot, tmp_path: Path) -> None:
    hand.drag((200, 300), (400, 300))
    before = page.state.document
    (tmp_path / "bad.svg").write_bytes(b"\xff\xd8\xff")
    page.open_path(tmp_path / "bad.svg")
    qtbot.waitUntil(lambda: "damaged" in page.errors.text)
    assert page.state.document == before


def test_zoom_keeps_the_point_under_the_pointer(page: PaintPage) -> None:
    about = QPointF(300, 200)
    before = page.canvas.to_sheet(about)
    page.canvas.zoom(3.0, about)
    after = page.canvas.to_sheet(about)
    assert (after - before).manhattanLength() < 0.01
    page.canvas.fit()
    assert page.canvas.scale < 1.5


def test_colour_and_width_are_those_chosen(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    page.colours.chosen.emit("#a3262a")
    hand.key(Qt.Key.Key_BracketRight)
    hand.drag((200, 300), (400, 300))
    (stroke,) = page.state.document.strokes
    assert (stroke.colour, stroke.size) == ("#a3262a", 6.0)


def test_an_empty_sheet_can_be_saved_nowhere_else_than_asked(
    page: PaintPage, hand: Hand, qtbot: QtBot, tmp_path: Path
) -> None:
    page.state.save(tmp_path / "gone" / "x.svg")
    qtbot.waitUntil(lambda: "folder does not exist" in page.errors.text)
    assert page.state.document == Drawing()
