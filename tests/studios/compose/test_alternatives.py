"""Several answers side by side: shown and heard one after the other, taken as one step, or put away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.shell.window import Window
from app.studios.compose.alternatives import MINE
from app.studios.compose.document import TICKS, Note, Score, blank
from app.studios.compose.page import ComposePage

Key = Qt.Key


@pytest.fixture
def page(open_window: Callable[..., Window], melody: Score) -> ComposePage:
    found = open_window("compose").page
    assert isinstance(found, ComposePage)
    found.new()
    found.state.set_control("passes", 8)
    found.state.set_seed(0)
    found.state.edit("Draw", melody)
    found.roll.setFocus()
    return found


def answers(page: ComposePage, qtbot: QtBot, count: int) -> None:
    """Harmonise with so many answers and wait for them."""
    page.asking.form.fields["answers"].set_value(count)
    with qtbot.waitSignal(page.alternatives.busyChanged, check_params_cb=lambda busy: not busy, timeout=60_000):
        page.harmonise()


def test_answers_are_shown_side_by_side_and_one_is_taken_as_one_step(
    page: ComposePage, qtbot: QtBot, melody: Score
) -> None:
    answers(page, qtbot, 3)
    assert page.state.document == melody
    scores = page.alternatives.scores
    assert len(set(map(str, scores))) == 3
    assert all(score.tracks[0] == melody.tracks[0] for score in scores)
    assert page.strip.isVisible()
    assert "% consonant" in page.strip.buttons[1].toolTip()
    assert page.roll.score == scores[0]
    qtbot.keyClick(page.roll, Key.Key_N)
    assert page.roll.score == scores[1]
    qtbot.mouseClick(page.strip.buttons[0], Qt.MouseButton.LeftButton)
    assert page.roll.score == melody
    assert not page.strip.take.isEnabled()
    qtbot.mouseClick(page.strip.buttons[3], Qt.MouseButton.LeftButton)
    page.roll.setFocus()
    qtbot.keyClick(page.roll, Key.Key_T)
    assert page.state.document == scores[2]
    assert page.strip.isHidden()
    assert page.state.settings.seed == 2
    recipe = page.state.recipe()
    assert recipe is not None
    assert recipe.request["seed"] == 2
    page.undo()
    assert page.state.document == melody
    qtbot.waitUntil(lambda: page.film.count() == 1)


def test_an_answer_is_what_its_seed_alone_gives(page: ComposePage, qtbot: QtBot, melody: Score) -> None:
    answers(page, qtbot, 2)
    second = page.alternatives.scores[1]
    page.alternatives.clear()
    assert page.roll.score == melody
    page.asking.form.fields["answers"].set_value(1)
    page.state.set_seed(1)
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=60_000):
        page.harmonise()
    assert page.state.document == second


def test_an_edit_takes_the_answer_it_was_made_in(page: ComposePage, qtbot: QtBot) -> None:
    answers(page, qtbot, 2)
    shown = page.alternatives.scores[0]
    page.roll.set_voice(0)
    page.roll.move_caret(0, 90)
    qtbot.keyClick(page.roll, Key.Key_Return)
    assert any(note.pitch == 90 for note in page.state.document.tracks[0].notes)
    assert page.alternatives.shown == MINE
    page.undo()
    assert page.state.document == shown


def test_a_change_of_the_piece_puts_answers_to_the_old_one_away(page: ComposePage, qtbot: QtBot) -> None:
    answers(page, qtbot, 2)
    page.piece.tempo.setValue(101)
    assert not page.alternatives.scores
    assert page.roll.score == page.state.document


def test_stop_keeps_what_came_and_what_can_not_be_asked_is_told(page: ComposePage, qtbot: QtBot) -> None:
    page.state.set_control("passes", 256)
    page.asking.form.fields["answers"].set_value(4)
    page.harmonise()
    qtbot.waitUntil(lambda: bool(page.alternatives.scores), timeout=30_000)
    page.stop()
    qtbot.waitUntil(lambda: not page.alternatives.busy, timeout=20_000)
    assert page.alternatives.scores
    page.state.edit("Empty", blank())
    page.harmonise()
    assert "no melody" in page.errors.text


def test_how_much_may_change_is_kept_to(page: ComposePage, qtbot: QtBot) -> None:
    score = page.state.document
    for voice in (1, 2, 3):
        score = score.with_track(voice, [Note(i * TICKS, 60 - 5 * voice, TICKS) for i in range(16)])
    page.state.edit("Draw", score)
    page.roll.set_marked((0, 16 * TICKS))
    page.asking.form.fields["change"].set_value(25)
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=60_000):
        page.refill()
    after = page.state.document
    kept = sum(len(set(a.notes) & set(b.notes)) for a, b in zip(score.tracks, after.tracks, strict=True))
    total = sum(len(track.notes) for track in score.tracks)
    assert round(0.75 * total) <= kept < total
