"""Tools, layers and the view, in the real window with a mouse and a tablet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.shell.window import Window
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.page import PaintPage
from app.studios.paint.render import render

if TYPE_CHECKING:
    from tests.studios.paint.conftest import Hand

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def strokes(page: PaintPage) -> tuple[Stroke, ...]:
    return page.state.document.strokes


def matches_a_fresh_picture(page: PaintPage) -> bool:
    """Whether the screen's pixels are those that the command line would write."""
    page.canvas.surface.refresh((0, 0, page.canvas.surface.width, page.canvas.surface.height))
    while not page.canvas.surface.refresh((0, 0, page.canvas.surface.width, page.canvas.surface.height)):
        pass
    wanted = np.asarray(render(page.state.document))
    shown = page.canvas.surface._pixels[0][: wanted.shape[0], : wanted.shape[1], 2::-1]
    return bool((wanted == shown).all())


# --- the brush --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("brush", ["ink", "pencil", "oil", "airbrush"])
def test_what_the_pen_paints_is_what_a_file_will_show(page: PaintPage, hand: Hand, brush: str) -> None:
    page.state.take_brush(brush)
    page.toggle_symmetry()
    hand.stroke((100, 100), (300, 200), (500, 120), (520, 400), tilt=(20, -35))
    hand.drag((150, 300), (600, 310), (620, 500))
    assert len(strokes(page)) == 4
    hand.settle()
    assert matches_a_fresh_picture(page)


def test_tilt_time_and_pressure_are_kept(page: PaintPage, hand: Hand) -> None:
    hand.stroke((100, 100), (200, 150), (300, 100), pressure=0.4, tilt=(10.0, -30.0))
    (stroke,) = strokes(page)
    assert stroke.tilts == ((10.0, -30.0),) * 3
    assert [point[2] for point in stroke.points] == pytest.approx([0.4] * 3, abs=0.01)
    assert len(stroke.times) == 3
    assert stroke.maker == "user"


def test_a_mouse_that_echoes_the_pen_draws_nothing(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.pen(QEvent.Type.TabletPress, (100, 100), 0.5)
    qtbot.mousePress(page.canvas, Qt.MouseButton.LeftButton, pos=page.canvas.from_sheet(QPointF(100, 100)).toPoint())
    hand.pen(QEvent.Type.TabletMove, (300, 100), 0.5)
    qtbot.mouseMove(page.canvas, page.canvas.from_sheet(QPointF(300, 100)).toPoint())
    hand.pen(QEvent.Type.TabletRelease, (300, 100), 0.0)
    qtbot.mouseRelease(page.canvas, Qt.MouseButton.LeftButton)
    (stroke,) = strokes(page)
    assert len(stroke.points) == 2


def test_a_thousand_points_a_second_are_all_kept(page: PaintPage, hand: Hand) -> None:
    ways = [(100 + 0.4 * i, 300 + 100 * np.sin(i / 50)) for i in range(1000)]
    hand.stroke(*ways)
    assert len(strokes(page)[0].points) == 1000


def test_pressure_that_is_no_number_is_taken_for_none(page: PaintPage, hand: Hand) -> None:
    hand.stroke((100, 100), (300, 100), pressure=float("nan"))
    (stroke,) = strokes(page)
    assert {point[2] for point in stroke.points} == {0.0}


def test_a_touch_without_a_way_is_a_dot(page: PaintPage, hand: Hand) -> None:
    page.state.set_head(size=20.0)
    hand.drag((300, 300))
    assert len(strokes(page)[0].points) == 1
    assert QColor(hand.shown(300, 300)).lightness() < 100


def test_the_stabiliser_calms_a_shaking_hand_and_ends_where_the_pen_was_lifted(page: PaintPage, hand: Hand) -> None:
    shaking = [(200 + 4 * i, 300 + (12 if i % 2 else -12)) for i in range(100)]
    hand.stroke(*shaking)
    page.brushes.steady.changed.emit(0.6)
    hand.stroke(*shaking)
    raw, calm = (np.ptp(np.diff(stroke.places[5:-1, 1])) for stroke in strokes(page))
    assert calm < raw / 3
    assert strokes(page)[1].places[-1] == pytest.approx(shaking[-1], abs=1)


def test_symmetry_draws_mirror_images_as_strokes_of_their_own(page: PaintPage, hand: Hand) -> None:
    hand.key(Qt.Key.Key_M)
    hand.drag((100, 200), (300, 250))
    first, second = strokes(page)
    assert np.abs(second.places - [[1024, 0]] * 2 + first.places * [1, -1]).max() < 0.02
    page.brushes.symmetry.setCurrentIndex(page.brushes.symmetry.findData("turns-6"))
    hand.drag((500, 100), (520, 150))
    assert len(strokes(page)) == 8
    page.undo()
    assert len(strokes(page)) == 2


def test_the_rubber_and_the_pens_other_end_take_pixels_away(page: PaintPage, hand: Hand) -> None:
    page.state.set_head(size=30.0)
    hand.drag((200, 300), (800, 300))
    hand.stroke((400, 200), (400, 400), pressure=1.0, eraser=True)
    assert hand.shown(400, 300) == "#ffffff"
    assert QColor(hand.shown(600, 300)).lightness() < 100
    hand.key(Qt.Key.Key_E)
    hand.drag((600, 200), (600, 400))
    assert hand.shown(600, 300) == "#ffffff"
    assert [stroke.mode for stroke in strokes(page)] == ["draw", "erase", "erase"]
    assert matches_a_fresh_picture(page)


def test_alt_and_the_picker_take_the_colour_under_the_pen(page: PaintPage, hand: Hand) -> None:
    page.state.set_head(size=40.0, colour="#d9822b")
    hand.drag((200, 300), (400, 300))
    hand.key(Qt.Key.Key_I)
    hand.drag((800, 600))
    assert page.state.head.colour == "#ffffff"
    hand.key(Qt.Key.Key_B)
    hand.drag((300, 300), modifier=ALT)
    assert page.state.head.colour == "#d9822b"
    assert len(strokes(page)) == 1
    hand.key(Qt.Key.Key_X)
    assert page.state.head.colour == "#ffffff"


def test_filling_colours_the_inside_of_a_line_as_one_object(page: PaintPage, hand: Hand) -> None:
    hand.drag((300, 200), (700, 200), (700, 500), (300, 500), (300, 200))
    page.state.set_head(colour="#2b5797")
    hand.key(Qt.Key.Key_F)
    hand.drag((500, 350))
    hand.settle()
    assert hand.shown(500, 350) == hand.shown(304, 204) == "#2b5797"
    assert hand.shown(200, 350) == "#ffffff"
    assert strokes(page)[1].mode == "fill"
    assert matches_a_fresh_picture(page)


# --- choosing and changing --------------------------------------------------------------------------------------------


@pytest.fixture
def two(page: PaintPage, hand: Hand) -> PaintPage:
    """A level line at y = 200 and one at y = 400; the select tool in hand."""
    hand.drag((200, 200), (400, 200))
    hand.drag((200, 400), (400, 400))
    hand.key(Qt.Key.Key_V)
    return page


def test_a_click_chooses_a_drag_moves_and_arrows_nudge(two: PaintPage, hand: Hand) -> None:
    hand.drag((300, 200))
    assert two.state.selection == {0}
    hand.drag((300, 200), (350, 260))
    assert strokes(two)[0].places == pytest.approx(np.array([[250, 260], [450, 260]]), abs=2.5)
    assert strokes(two)[1].places[0] == pytest.approx([200, 400], abs=1)
    before = strokes(two)[0].places
    hand.key(Qt.Key.Key_Right, SHIFT)
    assert strokes(two)[0].places == pytest.approx(before + np.array([10, 0]))
    two.undo()
    two.undo()
    assert strokes(two)[0].places[0] == pytest.approx([200, 200], abs=1)


def test_a_frame_chooses_shift_adds_and_delete_takes_away(two: PaintPage, hand: Hand) -> None:
    hand.drag((150, 150), (500, 250))
    assert two.state.selection == {0}
    hand.drag((300, 400), modifier=SHIFT)
    assert two.state.selection == {0, 1}
    hand.key(Qt.Key.Key_Delete)
    assert strokes(two) == ()
    two.undo()
    assert len(strokes(two)) == 2


def test_corners_scale_and_the_handle_above_turns(two: PaintPage, hand: Hand) -> None:
    hand.key(Qt.Key.Key_A, CONTROL)
    hand.drag((402, 402), (602, 602))
    assert np.ptp(strokes(two)[0].places[:, 0]) == pytest.approx(400, abs=8)
    assert strokes(two)[0].size == pytest.approx(8, abs=0.3)
    left, top, right, bottom = 198, 198, 604, 604
    above = top - 28 / two.canvas.scale
    hand.drag(((left + right) / 2, above), (right + 200, (top + bottom) / 2))
    turned = strokes(two)[0].places
    assert np.ptp(turned[:, 0]) < 12
    assert np.ptp(turned[:, 1]) == pytest.approx(400, abs=10)


def test_recolour_rebrush_reorder_duplicate_and_to_layer(two: PaintPage, hand: Hand) -> None:
    two.state.select(frozenset({0}))
    two.state.take_brush("marker")
    two.state.set_head(colour="#a3262a")
    hand.key(Qt.Key.Key_U, CONTROL)
    hand.key(Qt.Key.Key_B, CONTROL)
    assert (strokes(two)[0].colour, strokes(two)[0].brush, strokes(two)[0].size) == ("#a3262a", "marker", 26.0)
    hand.key(Qt.Key.Key_BracketRight, CONTROL)
    assert [stroke.colour for stroke in strokes(two)] == ["#1d1f21", "#a3262a"]
    assert two.state.selection == {1}
    hand.key(Qt.Key.Key_BracketLeft, CONTROL)
    assert two.state.selection == {0}
    hand.key(Qt.Key.Key_J, CONTROL)
    assert len(strokes(two)) == 3
    assert two.state.selection == {2}
    two.add_layer()
    two.state.select(frozenset({2}))
    two.to_layer()
    assert strokes(two)[2].layer == two.state.head.layer == 1


def test_what_is_chosen_is_forgotten_when_the_strokes_change(two: PaintPage, hand: Hand) -> None:
    two.state.select(frozenset({1}))
    two.undo()
    assert two.state.selection == frozenset()
    hand.key(Qt.Key.Key_Delete)
    assert "Nothing is chosen" in two.errors.text


# --- layers -----------------------------------------------------------------------------------------------------------


def test_layers_cover_hide_and_mix(page: PaintPage, hand: Hand) -> None:
    page.state.set_head(size=60.0, colour="#ff0000")
    hand.drag((300, 300), (500, 300))
    hand.key(Qt.Key.Key_N, CONTROL | SHIFT)
    page.state.set_head(colour="#0000ff")
    hand.drag((300, 300), (500, 300))
    assert hand.shown(400, 300) == "#0000ff"
    page.layers.opacity.changed.emit(0.5)
    assert hand.shown(400, 300) == "#800080"
    page.layers.blend.setCurrentIndex(page.layers.blend.findData("screen"))
    page.layers.opacity.changed.emit(1.0)
    assert hand.shown(400, 300) == "#ff00ff"
    page.layers.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert hand.shown(400, 300) == "#ff0000"
    page.undo()
    page.lower_layer()
    assert [layer.number for layer in page.state.document.layers] == [1, 0]
    page.remove_layer()
    assert len(strokes(page)) == 1
    page.remove_layer()
    assert "at least one layer" in page.errors.text


def test_a_locked_or_hidden_layer_says_so_and_stays_as_it_is(page: PaintPage, hand: Hand) -> None:
    hand.drag((200, 200), (400, 200))
    before = strokes(page)
    page.layers.lock.setChecked(True)
    hand.drag((200, 300), (400, 300))
    assert "locked" in page.errors.text
    hand.key(Qt.Key.Key_E, SHIFT)
    hand.drag((300, 200))
    assert strokes(page) == before
    page.layers.lock.setChecked(False)
    page.layers.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    hand.key(Qt.Key.Key_B)
    hand.drag((200, 300), (400, 300))
    assert "hidden" in page.errors.text
    assert strokes(page) == before


def test_painting_on_the_mask_hides_and_rubbing_shows_again(page: PaintPage, hand: Hand) -> None:
    page.state.set_head(size=60.0)
    hand.drag((200, 300), (800, 300))
    page.layers.mask_button.setChecked(True)
    page.layers.on_mask_button.setChecked(True)
    hand.drag((400, 200), (400, 400))
    assert hand.shown(400, 300) == "#ffffff"
    hand.key(Qt.Key.Key_E)
    hand.drag((400, 200), (400, 400))
    assert QColor(hand.shown(400, 300)).lightness() < 100
    assert matches_a_fresh_picture(page)
    page.layers.mask_button.setChecked(False)
    assert not page.state.head.on_mask


def test_renaming_a_layer(page: PaintPage) -> None:
    page.layers.list.item(0).setText("Sky")
    assert page.state.layer.name == "Sky"
    page.undo()
    assert page.layers.list.item(0).text() == "Layer 1"


# --- the view ---------------------------------------------------------------------------------------------------------


def test_the_pen_hits_its_place_on_a_turned_zoomed_and_moved_sheet(page: PaintPage, hand: Hand) -> None:
    hand.key(Qt.Key.Key_R)
    page.zoom_in()
    page.canvas.move_view(-37, 21)
    assert page.canvas.view.angle == pytest.approx(15)
    hand.stroke((300, 300), (500, 350))
    assert strokes(page)[0].places == pytest.approx(np.array([[300, 300], [500, 350]]), abs=0.05)
    hand.key(Qt.Key.Key_0, CONTROL)
    assert page.canvas.view.angle == 0


def test_space_or_the_hand_moves_the_sheet_and_draws_nothing(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    before = page.canvas.from_sheet(QPointF(0, 0))
    qtbot.keyPress(page.canvas, Qt.Key.Key_Space)
    hand.drag((300, 300), (400, 300))
    qtbot.keyRelease(page.canvas, Qt.Key.Key_Space)
    moved = page.canvas.from_sheet(QPointF(0, 0)) - before
    assert moved.x() == pytest.approx(100 * page.canvas.scale, abs=2)
    assert strokes(page) == ()
    hand.drag((300, 300), (400, 300))
    assert len(strokes(page)) == 1


def test_a_large_sheet_is_painted_in_the_background_and_comes_back_after_a_crash(
    page: PaintPage, hand: Hand, qtbot: QtBot, open_window: Callable[..., Window]
) -> None:
    page.state.new_sheet(2400, 2000)
    rng = np.random.default_rng(0)
    lines = [Stroke.of_points(rng.uniform(0, 2000, (6, 2)), 30, "#2b5797", "user", brush="pencil") for _ in range(30)]
    page.state.edit("Many", page.state.document.adding(*lines))
    assert not page.canvas.complete
    hand.settle()
    assert page.canvas.complete
    assert matches_a_fresh_picture(page)
    kept = page.state.document
    page.state.autosave()
    hand.settle()
    again = open_window("paint").page
    assert isinstance(again, PaintPage)
    assert again.state.document == kept


def test_the_tint_shows_the_machines_strokes_only(page: PaintPage, hand: Hand) -> None:
    line = Stroke.of_points(np.array([[200, 500], [800, 500]]), 30, "#1d1f21", "machine")
    page.state.set_head(size=30.0)
    hand.drag((200, 200), (800, 200))
    light = Stroke.of_points(np.array([[200, 580], [800, 580]]), 30, "#efc18b", "machine")
    page.state.edit("Machine", page.state.document.adding(line, light))
    hand.key(Qt.Key.Key_F7)
    assert QColor(hand.shown(500, 580)).lightness() > QColor(hand.shown(500, 500)).lightness() + 20  # it can be read
    assert QColor(hand.shown(500, 500)).saturation() > 60
    assert hand.shown(500, 200) == "#1d1f21"
    hand.key(Qt.Key.Key_F7)
    assert hand.shown(500, 500) == "#1d1f21"


def test_a_new_sheet_of_another_size(page: PaintPage) -> None:
    page.sheets.setCurrentIndex(page.sheets.findText("4,000 × 4,000"))
    page.state.new_sheet(*page.sheets.currentData())
    assert page.state.document == Drawing(width=4000, height=4000)
    assert page.canvas.scale < 0.25
    page.undo()
    assert page.state.document.width == 1024
