"""The studio as an artist uses it: the real window, the real network, a pen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.cli import run
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.paint.document import Drawing
from app.studios.paint.page import PaintPage


@pytest.fixture
def page(open_window: Callable[..., Window]) -> PaintPage:
    found = open_window("paint").page
    assert isinstance(found, PaintPage)
    found.new()
    found.state.set_model("sketch-rnn")  # the example's settings give way to the model's own
    return found


def generate(page: PaintPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=30_000):
        qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def settle(page: PaintPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy(), timeout=20_000)


def drag(page: PaintPage, qtbot: QtBot, *places: tuple[int, int]) -> None:
    canvas = page.canvas
    points = [canvas.from_sheet(QPointF(*place)).toPoint() for place in places]
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=points[0])
    for point in points[1:]:
        qtbot.mouseMove(canvas, point)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=points[-1])


def tablet(page: PaintPage, kind: QEvent.Type, place: tuple[float, float], pressure: float) -> bool:
    position = page.canvas.from_sheet(QPointF(*place))
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.TabletRelease else Qt.MouseButton.LeftButton
    device = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure, 1, 1,
    )  # fmt: skip
    event = QTabletEvent(
        kind, device, position, page.canvas.mapToGlobal(position), pressure, 0.0, 0.0, 0.0, 0.0, 0.0,
        Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, held,
    )  # fmt: skip
    QApplication.sendEvent(page.canvas, event)
    return event.isAccepted()


def test_a_mouse_stroke_lands_where_it_was_drawn_and_shows(page: PaintPage, qtbot: QtBot) -> None:
    drag(page, qtbot, (200, 300), (400, 300), (600, 300))
    (stroke,) = page.state.document.strokes
    assert np.abs(stroke.places - [[200, 300], [400, 300], [600, 300]]).max() < 2
    shown = page.canvas.grab().toImage()
    ratio = shown.devicePixelRatio()
    where = (page.canvas.from_sheet(QPointF(500, 300)) * ratio).toPoint()
    assert shown.pixelColor(where).lightness() < 120
    assert page.state.status() == "1 strokes, 100 % by hand"


def test_a_pen_stroke_keeps_every_point_and_its_pressure(page: PaintPage) -> None:
    pressures = [0.1, 0.4, 0.9]
    kinds = [QEvent.Type.TabletPress, QEvent.Type.TabletMove, QEvent.Type.TabletMove]
    accepted = [
        tablet(page, kind, (100 + 50 * i, 100), pressure)
        for i, (kind, pressure) in enumerate(zip(kinds, pressures, strict=True))
    ]
    accepted.append(tablet(page, QEvent.Type.TabletRelease, (200, 100), 0.0))
    assert all(accepted)
    (stroke,) = page.state.document.strokes
    assert [round(point[2], 1) for point in stroke.points] == pressures


def test_undo_takes_one_stroke_back_and_redo_returns_it(page: PaintPage, qtbot: QtBot) -> None:
    drag(page, qtbot, (200, 300), (400, 300))
    drag(page, qtbot, (200, 500), (400, 500))
    both = page.state.document
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(page.state.document.strokes) == 1
    page.redo()
    assert page.state.document == both


def test_the_machine_goes_on_and_undo_leaves_what_the_hand_drew(page: PaintPage, qtbot: QtBot) -> None:
    drag(page, qtbot, (350, 300), (500, 250), (650, 300), (500, 400), (350, 300))
    mine = page.state.document
    generate(page, qtbot)
    assert page.state.document.strokes[:1] == mine.strokes
    assert {stroke.maker for stroke in page.state.document.strokes[1:]} == {"machine"}
    page.undo()
    assert page.state.document == mine


def test_something_else_replaces_the_machines_strokes_only(page: PaintPage, qtbot: QtBot) -> None:
    drag(page, qtbot, (350, 300), (500, 250), (650, 300))
    mine = page.state.document.strokes
    generate(page, qtbot)
    first = page.state.document
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=30_000):
        page.refill()
    assert page.state.document.strokes[:1] == mine
    assert page.state.document != first
    assert page.state.document.without_last_machine().strokes == mine


def test_stopping_half_way_keeps_what_was_drawn(page: PaintPage, qtbot: QtBot) -> None:
    page.state.set_control("points", 250)
    page.state.set_control("temperature", 1.2)
    drag(page, qtbot, (350, 300), (500, 250), (650, 300))
    page.generate()
    qtbot.waitUntil(lambda: len(page.state.document.strokes) > 1, timeout=30_000)
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.state.busy
    kept = page.state.document
    settle(page, qtbot)
    assert page.state.document == kept
    assert len(kept.strokes) > 1


def test_the_eraser_takes_whole_strokes(page: PaintPage, qtbot: QtBot) -> None:
    drag(page, qtbot, (200, 300), (600, 300))
    drag(page, qtbot, (200, 500), (600, 500))
    qtbot.keyClick(page, Qt.Key.Key_E)
    drag(page, qtbot, (400, 450), (400, 480), (400, 500), (400, 505))
    assert len(page.state.document.strokes) == 1
    assert page.state.document.strokes[0].places[0][1] == pytest.approx(300, abs=2)


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_window_and_command_line_write_the_same_bytes(
    page: PaintPage, qtbot: QtBot, tmp_path: Path, suffix: str
) -> None:
    page.state.set_seed(11)
    generate(page, qtbot)
    with qtbot.waitSignal(page.state.saved, timeout=20_000):
        page.state.save(tmp_path / f"window{suffix}")
    arguments = ["paint", "sketch-rnn", "--seed", "11", "--out", str(tmp_path / f"cli{suffix}")]
    assert run(CARDS, arguments) == 0
    assert (tmp_path / f"cli{suffix}").read_bytes() == (tmp_path / f"window{suffix}").read_bytes()


def test_a_saved_drawing_opens_with_its_settings(page: PaintPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.state.set_seed(11)
    page.state.set_control("class", "sun")
    generate(page, qtbot)
    made = page.state.document
    with qtbot.waitSignal(page.state.saved):
        page.state.save(tmp_path / "sun.svg")
    page.new()
    page.state.set_control("class", "crab")
    page.open_path(tmp_path / "sun.svg")
    qtbot.waitUntil(lambda: page.state.document == made)
    assert page.state.settings.seed == 11
    assert page.state.settings.controls["class"] == "sun"


def test_a_file_that_is_no_drawing_is_told_in_place(page: PaintPage, qtbot: QtBot, tmp_path: Path) -> None:
    drag(page, qtbot, (200, 300), (400, 300))
    before = page.state.document
    (tmp_path / "bad.svg").write_bytes(b"\xff\xd8\xff")
    page.open_path(tmp_path / "bad.svg")
    qtbot.waitUntil(lambda: "can't be read" in page.errors.text)
    assert page.state.document == before


def test_zoom_keeps_the_point_under_the_pointer(page: PaintPage) -> None:
    about = QPointF(300, 200)
    before = page.canvas.to_sheet(about)
    page.canvas.zoom(3.0, about)
    after = page.canvas.to_sheet(about)
    assert (after - before).manhattanLength() < 0.01
    page.canvas.fit()
    assert page.canvas.scale < 1.5


def test_colour_and_width_are_those_chosen(page: PaintPage, qtbot: QtBot) -> None:
    page.pens.colourChosen.emit("#a3262a")
    qtbot.keyClick(page, Qt.Key.Key_BracketRight)
    drag(page, qtbot, (200, 300), (400, 300))
    (stroke,) = page.state.document.strokes
    assert (stroke.colour, stroke.size) == ("#a3262a", 6.0)


def test_an_empty_sheet_can_be_saved_nowhere_else_than_asked(page: PaintPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.state.save(tmp_path / "gone" / "x.svg")
    qtbot.waitUntil(lambda: "folder does not exist" in page.errors.text)
    assert page.state.document == Drawing()
