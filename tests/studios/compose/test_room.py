"""The room as a whole, through the real window: listening, copying, whole files in and out, what is no good."""

from __future__ import annotations

import itertools
import struct
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QDoubleSpinBox, QWidget
from pytestqt.qtbot import QtBot

from app.studios.compose.document import PEDAL, TICKS, Control, Meter, Note, Score, Tempo, Track, blank
from app.studios.compose.edits import everything
from app.studios.compose.files import load_midi, save_midi
from app.studios.compose.measure import measured
from app.studios.compose.midi.reading import MAX_QUARTERS
from app.studios.compose.midi.writing import write_midi
from app.studios.compose.page import ComposePage
from app.studios.compose.views.geometry import RULER
from app.studios.compose.views.tracks_model import MUTED, NAME

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
END = bytes([0, 0xFF, 0x2F, 0])


@pytest.fixture(autouse=True)
def _no_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for before the window, which then finds no sound card to wait for."""
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)


def drag_over_ruler(page: ComposePage, qtbot: QtBot, start: int, end: int) -> None:
    """Mark what lies between two ticks, as the mouse does it."""
    view, geometry = page.roll.viewport(), page.roll.geometry_
    first, last = (QPointF(geometry.x(tick) + by, RULER / 2).toPoint() for tick, by in ((start, 3), (end, -3)))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=first)
    qtbot.mouseMove(view, (first + last) / 2)
    qtbot.mouseMove(view, last)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=last)


def opened(page: ComposePage, qtbot: QtBot, path: Path) -> None:
    """Open a file and wait until it is there or was refused."""
    told: list[object] = []
    page.state.opened.connect(told.append)
    page.open_path(path)
    qtbot.waitUntil(lambda: bool(told) or bool(page.errors.text), timeout=30_000)


# --- listening --------------------------------------------------------------------------------------------------------


def test_marked_bars_are_played_again_and_again_with_a_click(page: ComposePage, qtbot: QtBot) -> None:
    page.state.edit("Draw", blank(4).with_track(0, [Note(i * TICKS, 67, TICKS) for i in range(16)]))
    page.piece.tempo.setValue(240)
    drag_over_ruler(page, qtbot, 4 * TICKS, 8 * TICKS)
    assert page.roll.marked == (4 * TICKS, 8 * TICKS)
    qtbot.keyClick(page.roll, Key.Key_L)
    qtbot.keyClick(page.roll, Key.Key_M)
    assert page.loop_button.isChecked()
    assert page.player.metronome
    page.seek(4 * TICKS)
    heard: list[float] = []
    page.player.moved.connect(heard.append)
    qtbot.keyClick(page.roll, Key.Key_Space)
    qtbot.waitUntil(lambda: any(b < a for a, b in itertools.pairwise(heard)), timeout=30_000)
    assert min(heard) >= 4 * TICKS
    assert max(heard) <= 8 * TICKS
    assert page.player.playing
    qtbot.keyClick(page.roll, Key.Key_Space)
    assert not page.player.playing


def test_a_loop_is_gone_into_from_outside_of_it(page: ComposePage, qtbot: QtBot) -> None:
    page.state.edit("Draw", blank(8).with_track(0, [Note(i * TICKS, 67, TICKS) for i in range(32)]))
    drag_over_ruler(page, qtbot, 4 * TICKS, 8 * TICKS)
    qtbot.keyClick(page.roll, Key.Key_L)
    for outside, begun in ((20 * TICKS, 4 * TICKS), (0, 4 * TICKS), (6 * TICKS, 6 * TICKS)):
        page.seek(outside)
        qtbot.keyClick(page.roll, Key.Key_Space)
        assert page.roll.playhead == begun
        qtbot.keyClick(page.roll, Key.Key_Space)


def test_marking_bars_does_not_scroll_up(page: ComposePage, qtbot: QtBot) -> None:
    top = page.roll.geometry_.top
    drag_over_ruler(page, qtbot, 4 * TICKS, 8 * TICKS)
    assert page.roll.marked == (4 * TICKS, 8 * TICKS)
    assert page.roll.geometry_.top == top > 0


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_notes_are_doubled_and_moved_by_key_and_each_step_is_taken_back(page: ComposePage, qtbot: QtBot) -> None:
    before = blank(2).with_track(0, [Note(0, 60, TICKS), Note(TICKS, 64, TICKS)])
    page.state.edit("Draw", before)
    qtbot.keyClick(page.roll, Key.Key_A, CONTROL)
    qtbot.keyClick(page.roll, Key.Key_D, CONTROL)
    qtbot.keyClick(page.roll, Key.Key_Up)
    qtbot.keyClick(page.roll, Key.Key_Up, SHIFT)
    found = [(note.start // TICKS, note.pitch) for note in page.state.document.tracks[0].notes]
    assert found == [(0, 60), (1, 64), (2, 73), (3, 77)]
    while page.state.document != before:
        page.undo()
    assert {key.pitch for key in everything(page.state.document)} == {60, 64}


def test_space_plays_but_presses_what_tab_went_to(page: ComposePage, qtbot: QtBot) -> None:
    page.state.edit("Draw", blank(4).with_track(0, [Note(0, 67, 8 * TICKS)]))
    page.roll.setFocus()
    qtbot.mouseClick(page.tracks.add, Qt.MouseButton.LeftButton)
    assert len(page.state.document.tracks) == 5
    assert page.roll.hasFocus()  # so that keys go on being the roll's

    def play_and_pause(widget: QWidget) -> None:
        for _ in range(2):
            with qtbot.waitSignal(page.player.playingChanged, timeout=30_000):
                qtbot.keyClick(widget, Key.Key_Space)

    play_and_pause(page.roll)
    switch, table = page.tools.scale, page.tracks.table
    switch.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(switch, Key.Key_Space)
    assert switch.isChecked()
    table.setFocus(Qt.FocusReason.TabFocusReason)
    table.setCurrentIndex(page.tracks.model.index(2, MUTED))
    qtbot.keyClick(table, Key.Key_Space)
    assert page.state.document.tracks[2].muted
    assert not page.player.playing
    table.setCurrentIndex(page.tracks.model.index(2, NAME))
    play_and_pause(table)


# --- the machine ------------------------------------------------------------------------------------------------------


def test_the_passes_can_be_watched_as_they_happen(page: ComposePage, qtbot: QtBot, melody: Score) -> None:
    page.state.edit("Draw", melody)
    seen: list[Score] = []
    page.state.documentChanged.connect(lambda: seen.append(page.roll.score))
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=90_000):
        qtbot.keyClick(page.roll, Key.Key_H, CONTROL)
    assert len({score.tracks for score in seen}) >= 3  # not the end alone
    assert all(score.tracks[0] == melody.tracks[0] for score in seen)


def test_a_wish_set_with_its_slider_is_measured_on_what_is_made(page: ComposePage, qtbot: QtBot, melody: Score) -> None:
    page.state.edit("Draw", melody)
    page.state.lock_seed = True
    slider = next(box for box in page.findChildren(QDoubleSpinBox) if box.accessibleName() == "Density")
    found = []
    for wish in (-1.0, 1.0):
        slider.setValue(wish)
        with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=90_000):
            page.harmonise()
        found.append(measured(page.state.document, (1, 2, 3)).density)
    assert found[1] > 1.3 * found[0]


def test_what_is_written_is_in_view_unless_one_has_scrolled_away(
    page: ComposePage, qtbot: QtBot, melody: Score
) -> None:
    geometry = page.roll.geometry_
    page.state.edit("Draw", melody)
    page.roll.fit()
    assert geometry.y(40) > geometry.bottom
    deep = melody.with_track(3, [Note(0, 40, TICKS)])
    page.state.edit("Deep", deep)
    assert RULER < geometry.y(40) < geometry.bottom
    page.undo()
    page.roll.fit()
    page.roll.verticalScrollBar().setValue(page.roll.verticalScrollBar().value() - 60)
    where = geometry.top
    page.state.edit("Deep", deep)
    assert geometry.top == where


def test_who_wrote_which_note_is_kept_in_the_file(
    page: ComposePage, qtbot: QtBot, melody: Score, tmp_path: Path
) -> None:
    page.state.edit("Draw", melody)
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=90_000):
        page.harmonise()
    bass = min(key for key in everything(page.state.document) if key.track == 3)
    page.roll.select(frozenset([bass]))
    qtbot.keyClick(page.roll, Key.Key_Up, CONTROL)
    with qtbot.waitSignal(page.state.saved, timeout=20_000):
        page.state.save(tmp_path / "a.mid")
    made = page.state.document
    page.new()
    opened(page, qtbot, tmp_path / "a.mid")
    assert page.state.document == made
    makers = [{note.maker for note in track.notes} for track in made.tracks]
    assert makers == [{"user"}, {"machine"}, {"machine"}, {"machine", "edited"}]
    mine = round(100 * (len(melody.tracks[0].notes) + 1) / sum(len(track.notes) for track in made.tracks))
    assert f"{mine} % by hand" in page.state.status()


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_whole_score_goes_through_the_window_unharmed(page: ComposePage, qtbot: QtBot, tmp_path: Path) -> None:
    pedal = (Control(TICKS, PEDAL, 127), Control(3 * TICKS, PEDAL, 0))
    piano = Track(name="Piano", controls=pedal, volume=90, pan=30)
    kit = Track(name="Kit", drums=True)
    score = Score(
        tracks=(
            piano.with_notes([Note(0, 60, TICKS, 33), Note(0, 64, 2 * TICKS, 99), Note(5 * TICKS, 72, 7, 1)]),
            Track(name="Violin", program=40).with_notes([Note(TICKS // 3, 81, 3 * TICKS, 64)]),
            kit.with_notes([Note(0, 36, 10, 127), Note(2 * TICKS, 38, 10, 80)]),
        ),
        length=8 * TICKS,
        tempos=(Tempo(0, 500_000), Tempo(4 * TICKS, 400_000)),
        meters=(Meter(0, 3, 4), Meter(3 * TICKS, 5, 8)),
    )
    save_midi(tmp_path / "in.mid", score, None)
    opened(page, qtbot, tmp_path / "in.mid")
    assert page.state.document == score
    with qtbot.waitSignal(page.state.saved, timeout=20_000):
        page.state.save(tmp_path / "out.mid")
    assert load_midi(tmp_path / "out.mid")[0] == score


def smf(*chunks: bytes, division: int = 480) -> bytes:
    head = b"MThd" + struct.pack(">IHHH", 6, 1, len(chunks), division & 0xFFFF)
    return head + b"".join(b"MTrk" + struct.pack(">I", len(chunk)) + chunk for chunk in chunks)


def long(quarters: int) -> bytes:
    return write_midi(blank(1).with_track(0, [Note(quarters * TICKS - 5, 60, 5)]))


RUNNING = bytes([0, 0x90, 60, 80, 96, 62, 80, 96, 60, 0, 0, 62, 0, *END])
HANGING = bytes([0, 0x90, 60, 80, 0, 0x80, 60, 0, 0, 0x90, 64, 80, 96, 0xFF, 0x2F, 0])


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        pytest.param(smf(RUNNING), 2, id="running status"),
        pytest.param(smf(HANGING), 2, id="no tick, no end"),
        pytest.param(smf(RUNNING, division=(256 - 25) << 8 | 40), 2, id="film frames"),
        pytest.param(smf(*[RUNNING] * 1_000), 2_000, id="a thousand tracks"),
        pytest.param(long(10 * 3600 * 2), 1, id="ten hours"),
    ],
)
def test_odd_files_open_in_the_window(
    content: bytes, notes: int, page: ComposePage, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "odd.mid").write_bytes(content)
    opened(page, qtbot, tmp_path / "odd.mid")
    assert page.errors.text == ""
    assert len(everything(page.state.document)) == notes
    assert not page.roll.grab().isNull()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(smf(RUNNING)[:-9], "odd.mid", id="cut off"),
        pytest.param(long(MAX_QUARTERS + 1), "too long", id="a month"),
        pytest.param(b"", "odd.mid", id="nothing"),
    ],
)
def test_bad_files_are_told_in_place_and_the_piece_stays(
    content: bytes, why: str, page: ComposePage, qtbot: QtBot, tmp_path: Path, melody: Score
) -> None:
    page.state.edit("Draw", melody)
    (tmp_path / "odd.mid").write_bytes(content)
    opened(page, qtbot, tmp_path / "odd.mid")
    assert why in page.errors.text
    assert page.state.document == melody


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".pdf", ".svg"])
def test_what_holds_no_notes_is_told(suffix: str, page: ComposePage, qtbot: QtBot, tmp_path: Path) -> None:
    score = blank(1).with_track(0, [Note(0, 60, TICKS)])
    page.state.edit("Draw", score)
    with qtbot.waitSignal(page.state.saved, timeout=60_000):
        page.state.save(tmp_path / f"in{suffix}")
    (path,) = tmp_path.glob(f"*{suffix}")
    opened(page, qtbot, path)
    assert "holds no notes that can be read" in page.errors.text
    assert "MusicXML" in page.errors.text
    assert page.state.document == score


@pytest.mark.parametrize(
    ("notes", "why"),
    [
        ((Note(0, 60, TICKS), Note(0, 64, TICKS)), "more than one note at a time"),
        ((Note(0, 100, TICKS),), "outside what this model knows"),
    ],
)
def test_a_melody_it_can_not_sing_is_told_with_its_bar(
    notes: tuple[Note, ...], why: str, page: ComposePage, qtbot: QtBot
) -> None:
    score = blank(1).with_track(0, notes)
    page.state.edit("Draw", score)
    page.harmonise()
    qtbot.waitUntil(lambda: bool(page.errors.text), timeout=30_000)
    assert why in page.errors.text
    assert "bar 1" in page.errors.text
    assert page.state.document == score
