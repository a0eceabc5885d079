"""The studio as a composer uses it: the real window, the real network, mouse and keyboard."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import mido
import msgspec
import pytest
import soundfile
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QDoubleSpinBox, QFileDialog
from pytestqt.qtbot import QtBot

from app.cli import run
from app.jobs.autosave import WorkingFile
from app.jobs.snapshot import Snapshot, StudioSettings, encode
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.compose.document import TICKS, Note, Score, blank
from app.studios.compose.edits import NOTHING, everything
from app.studios.compose.files import save_midi
from app.studios.compose.page import ComposePage
from app.studios.compose.sound.sampler import default_font
from app.studios.compose.views.geometry import KEYS, RULER

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def notes(page: ComposePage, voice: int = 0) -> list[tuple[int, int, int]]:
    """(start, pitch, duration) of a voice, times in quarters of a quarter."""
    step = TICKS // 4
    return [(n.start // step, n.pitch, n.duration // step) for n in page.state.document.tracks[voice].notes]


def place(page: ComposePage, tick: float, pitch: int) -> QPoint:
    geometry = page.roll.geometry_
    return QPointF(geometry.x(tick), geometry.y(pitch) + geometry.row / 2).toPoint()


def drag(
    page: ComposePage, qtbot: QtBot, start: QPoint, end: QPoint, modifier: Qt.KeyboardModifier | None = None
) -> None:
    view = page.roll.viewport()
    held = modifier or Qt.KeyboardModifier.NoModifier
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, held, start)
    qtbot.mouseMove(view, (start + end) / 2)
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, held, end)


def wait(page: ComposePage, qtbot: QtBot, act: Callable[[], object]) -> None:
    """Do something that makes the model work, and wait until it is done."""
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=60_000):
        act()
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy(), timeout=20_000)


def save(page: ComposePage, qtbot: QtBot, path: Path) -> bytes:
    with qtbot.waitSignal(page.state.saved):
        page.state.save(path)
    return path.read_bytes()


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_the_pen_draws_a_note_as_long_as_the_drag_on_the_grid(page: ComposePage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.roll, Qt.Key.Key_D)
    drag(page, qtbot, place(page, 40, 67), place(page, 2 * TICKS - 40, 67))
    assert notes(page) == [(0, 67, 8)]
    qtbot.mouseClick(page.roll.viewport(), Qt.MouseButton.LeftButton, pos=place(page, 3 * TICKS + 20, 60))
    assert notes(page)[1] == (12, 60, 2)
    assert page.state.status() == "2 notes · 100 % by hand"


def test_a_drawn_note_is_seen_where_it_sounds(page: ComposePage, qtbot: QtBot) -> None:
    where = place(page, TICKS, 67)
    before = page.roll.viewport().grab().toImage().pixelColor(where)
    page.state.edit("Draw", page.state.document.with_track(0, [Note(0, 67, 2 * TICKS)]))
    after = page.roll.viewport().grab().toImage().pixelColor(where)
    assert after != before
    assert after.hslSaturation() > before.hslSaturation()


def test_the_arrow_moves_stretches_and_trims(page: ComposePage, qtbot: QtBot) -> None:
    page.state.edit("Draw", page.state.document.with_track(0, [Note(4 * TICKS, 67, 4 * TICKS)]))
    drag(page, qtbot, place(page, 6 * TICKS, 67), place(page, 7 * TICKS, 71))
    assert notes(page) == [(20, 71, 16)]
    drag(page, qtbot, place(page, 9 * TICKS, 71) - QPoint(2, 0), place(page, 11 * TICKS, 71) - QPoint(2, 0))
    assert notes(page) == [(20, 71, 24)]
    drag(page, qtbot, place(page, 5 * TICKS, 71) + QPoint(2, 0), place(page, 6 * TICKS, 71) + QPoint(2, 0))
    assert notes(page) == [(24, 71, 20)]
    for expected in ([(20, 71, 24)], [(20, 71, 16)], [(16, 67, 16)], []):
        page.undo()
        assert notes(page) == expected


def test_a_frame_selects_and_delete_takes_away(page: ComposePage, qtbot: QtBot) -> None:
    score = page.state.document.with_track(0, [Note(i * TICKS, 67, TICKS) for i in range(4)])
    page.state.edit("Draw", score)
    drag(page, qtbot, place(page, 1.5 * TICKS, 70), place(page, 2.5 * TICKS, 64))
    assert len(page.roll.selection) == 2
    qtbot.keyClick(page.roll, Qt.Key.Key_Delete)
    assert notes(page) == [(0, 67, 4), (12, 67, 4)]
    page.undo()
    assert page.state.document == score


def test_a_melody_can_be_written_by_keys_alone(page: ComposePage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.roll, Qt.Key.Key_Home)
    write, up, right = Qt.Key.Key_Return, Qt.Key.Key_Up, Qt.Key.Key_Right
    for key in (write, up, up, write, right, write):
        qtbot.keyClick(page.roll, key)
    assert notes(page) == [(0, 67, 2), (2, 69, 2), (6, 69, 2)]
    qtbot.keyClick(page.roll, Qt.Key.Key_A, CONTROL)
    qtbot.keyClick(page.roll, Qt.Key.Key_Up, SHIFT)
    qtbot.keyClick(page.roll, Qt.Key.Key_Right)
    assert notes(page) == [(2, 79, 2), (4, 81, 2), (8, 81, 2)]
    qtbot.keyClick(page.roll, Qt.Key.Key_D, CONTROL)
    assert len(notes(page)) == 6
    qtbot.keyClick(page.roll, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert page.roll.voice == 1
    assert page.tracks.table.currentIndex().row() == 1


def test_tempo_and_length_can_be_set_and_taken_back(page: ComposePage) -> None:
    page.piece.tempo.setValue(120)
    page.piece.bars.setValue(4)
    assert page.state.document.tempos[0].bpm == pytest.approx(120)
    assert page.state.document.length == 16 * TICKS
    page.undo()
    page.undo()
    assert page.state.document == blank()
    assert (page.piece.tempo.value(), page.piece.bars.value()) == (80, 8)


# --- with the machine -------------------------------------------------------------------------------------------------


def test_harmonise_refill_undo(page: ComposePage, qtbot: QtBot, melody: Score) -> None:
    page.state.edit("Draw", melody)
    wait(page, qtbot, lambda: qtbot.keyClick(page.roll, Qt.Key.Key_H, CONTROL))
    harmony = page.state.document
    assert harmony.tracks[0] == melody.tracks[0]
    assert all(track.notes for track in harmony.tracks)
    # mark bar 2 on the ruler, leave only the alto ticked, refill
    geometry = page.roll.geometry_
    middle = RULER // 2
    drag(
        page, qtbot, QPoint(int(geometry.x(4 * TICKS)) + 3, middle), QPoint(int(geometry.x(8 * TICKS)) - 3, middle)
    )  # fmt: skip
    assert page.roll.marked == (4 * TICKS, 8 * TICKS)
    for voice in (0, 2, 3):
        page.tracks.model.keep(voice, True)
    page.state.set_control("temperature", 1.4)
    wait(page, qtbot, lambda: qtbot.keyClick(page.roll, Qt.Key.Key_R, CONTROL))
    filled = page.state.document
    assert [filled.tracks[i] for i in (0, 2, 3)] == [harmony.tracks[i] for i in (0, 2, 3)]
    assert filled.tracks[1] != harmony.tracks[1]
    assert page.film.count() == 2
    page.undo()
    assert page.state.document == harmony
    page.redo()
    assert page.state.document == filled


def test_the_rule_of_voice_leading_is_on_and_can_be_left_to_the_network(
    page: ComposePage, qtbot: QtBot, melody: Score
) -> None:
    page.state.edit("Draw", melody)
    (box,) = (box for box in page.findChildren(QDoubleSpinBox) if box.accessibleName() == "Voice leading")
    assert box.value() == 1.0
    found: dict[float, Score] = {}
    for strength in (1.0, 0.0):
        box.setValue(strength)
        page.state.set_seed(3)
        wait(page, qtbot, page.harmonise)
        found[strength] = page.state.document
        recipe = page.state.recipe()
        assert recipe is not None
        assert recipe.request["controls"]["voice_leading"] == strength
        page.undo()
    assert found[1.0] != found[0.0]


def test_selected_notes_can_be_refilled(page: ComposePage, qtbot: QtBot, melody: Score) -> None:
    page.state.edit("Draw", melody)
    wait(page, qtbot, page.harmonise)
    before = page.state.document
    chosen = sorted(key for key in everything(before) if key.track == 3)[2:4]
    page.roll.select(frozenset(chosen))
    wait(page, qtbot, page.refill)
    after = page.state.document
    assert after.tracks[:3] == before.tracks[:3]
    kept = [note for note in before.tracks[3].notes if (note.start, note.pitch) not in [key[1:] for key in chosen]]
    assert set(kept) <= set(after.tracks[3].notes)


def test_what_can_not_be_asked_is_told_in_place(page: ComposePage, qtbot: QtBot) -> None:
    page.harmonise()
    assert "no melody" in page.errors.text
    page.refill()
    assert "Nothing is marked" in page.errors.text
    assert page.state.document == blank()


def test_stop_keeps_the_voices_made_so_far(page: ComposePage, qtbot: QtBot, melody: Score) -> None:
    page.state.edit("Draw", melody)
    page.state.set_control("passes", 256)
    page.harmonise()
    qtbot.waitUntil(lambda: bool(page.state.document.tracks[3].notes), timeout=30_000)
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.state.busy
    kept = page.state.document
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy(), timeout=20_000)
    assert page.state.document == kept
    assert kept.tracks[0] == melody.tracks[0]


def test_window_and_command_line_write_the_same_bytes(page: ComposePage, qtbot: QtBot, tmp_path: Path) -> None:
    page.state.set_seed(6)
    page.state.set_control("passes", 64)
    wait(page, qtbot, page.generate)
    saved = save(page, qtbot, tmp_path / "window.mid")
    assert run(CARDS, ["compose", "coconet-bach", "--seed", "6", "--out", str(tmp_path / "cli.mid")]) == 0
    assert (tmp_path / "cli.mid").read_bytes() == saved


def test_a_saved_piece_opens_with_its_settings_and_replays(
    page: ComposePage, qtbot: QtBot, tmp_path: Path, melody: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    page.state.edit("Draw", melody)
    page.state.set_seed(5)
    wait(page, qtbot, page.harmonise)
    made = page.state.document
    save(page, qtbot, tmp_path / "a.mid")
    page.new()
    page.state.set_seed(1)
    page.state.set_control("passes", 64)
    page.open_path(tmp_path / "a.mid")
    qtbot.waitUntil(lambda: page.state.document == made)
    assert (page.state.settings.seed, page.state.settings.controls["passes"]) == (5, 16)
    assert run(CARDS, ["replay", str(tmp_path / "a.mid")]) == 0
    assert capsys.readouterr().out.startswith("bit-exact")


def test_a_picture_called_midi_is_told_in_place_and_nothing_is_lost(
    page: ComposePage, qtbot: QtBot, tmp_path: Path, melody: Score
) -> None:
    page.state.edit("Draw", melody)
    (tmp_path / "x.mid").write_bytes(b"\xff\xd8\xff\xe0 JFIF")
    page.open_path(tmp_path / "x.mid")
    qtbot.waitUntil(lambda: "no MIDI file" in page.errors.text)
    assert page.state.document == melody


def test_a_piece_of_before_a_control_shows_what_it_replays_with(
    page: ComposePage, qtbot: QtBot, tmp_path: Path, melody: Score
) -> None:
    page.state.edit("Draw", melody)
    page.state.set_control("voice_leading", 0.0)
    wait(page, qtbot, page.harmonise)
    made, recipe = page.state.document, page.state.recipe()
    assert recipe is not None
    older = {name: value for name, value in recipe.request["controls"].items() if name != "voice_leading"}
    save_midi(
        tmp_path / "old.mid", made, msgspec.structs.replace(recipe, request={**recipe.request, "controls": older})
    )
    page.new()
    page.state.set_control("voice_leading", 1.0)
    slider = next(field for field in page.findChildren(QDoubleSpinBox) if field.accessibleName() == "Voice leading")
    assert slider.value() == 1.0
    with qtbot.waitSignal(page.state.opened):
        page.open_path(tmp_path / "old.mid")
    assert slider.value() == 0.0
    assert page.state.settings.controls["voice_leading"] == 0.0
    assert run(CARDS, ["replay", str(tmp_path / "old.mid")]) == 0
    page.state.set_model("coconet-bach")
    assert slider.value() == 1.0  # what is new has the default


def test_work_in_progress_of_before_a_control_shows_what_it_was_made_with(
    open_window: Callable[..., Window], melody: Score
) -> None:
    page = open_window("compose").page
    assert isinstance(page, ComposePage)
    older = {"temperature": 0.5, "passes": 16}
    working = WorkingFile(page.state.services.paths.data / "studios" / "compose")
    page.window().close()
    working.write(encode(Snapshot(melody, StudioSettings(model="coconet-bach", seed=3, controls=dict(older)))))
    again = open_window("compose").page
    assert isinstance(again, ComposePage)
    assert again.state.document == melody
    assert again.state.settings.controls == {
        **older, "voice_leading": 0.0, "density": 0.0, "spread": 0.0, "consonance": 0.0
    }  # fmt: skip


def test_a_recipe_that_was_tampered_with_does_not_keep_the_music_from_opening(
    page: ComposePage, qtbot: QtBot, tmp_path: Path, melody: Score
) -> None:
    page.state.edit("Draw", melody)
    wait(page, qtbot, page.harmonise)
    made, recipe = page.state.document, page.state.recipe()
    assert recipe is not None
    save_midi(tmp_path / "x.mid", made, msgspec.structs.replace(recipe, request={"seed": "seven"}))
    page.new()
    page.open_path(tmp_path / "x.mid")
    qtbot.waitUntil(lambda: page.state.document == made or bool(page.errors.text))
    assert page.state.document == made


# --- playing ----------------------------------------------------------------------------------------------------------


def test_without_a_sound_device_it_says_so_and_the_cursor_runs(
    page: ComposePage, qtbot: QtBot, melody: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    page.state.edit("Draw", melody)
    with qtbot.waitSignal(page.player.playingChanged, timeout=20_000):
        qtbot.keyClick(page.roll, Qt.Key.Key_Space)
    assert "No sound can be played" in page.errors.text
    qtbot.waitUntil(lambda: page.roll.playhead > TICKS / 4)
    qtbot.keyClick(page.roll, Qt.Key.Key_Space)
    assert not page.player.playing
    stood = page.roll.playhead
    qtbot.keyClick(page.roll, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.player.playing, timeout=20_000)
    assert page.roll.playhead == pytest.approx(stood, abs=TICKS / 4)
    page.rewind()
    assert page.roll.playhead < TICKS / 2
    page.play()


def test_playing_ends_with_the_music(page: ComposePage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    score = page.state.document.with_track(0, [Note(0, 67, TICKS // 2)])
    page.state.edit("Draw", score)
    with qtbot.waitSignal(page.player.playingChanged, check_params_cb=lambda on: not on, timeout=20_000):
        page.play()
    assert page.roll.playhead == score.end


def test_a_click_on_the_ruler_puts_the_cursor_there(page: ComposePage, qtbot: QtBot) -> None:
    x = int(page.roll.geometry_.x(4 * TICKS)) + 2
    qtbot.mouseClick(page.roll.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, RULER // 2))
    assert page.roll.playhead == 4 * TICKS


# --- the view ---------------------------------------------------------------------------------------------------------


def test_the_whole_piece_fits_and_zoom_keeps_what_is_under_the_mouse(page: ComposePage, melody: Score) -> None:
    page.state.edit("Draw", melody)
    page.fit()
    geometry = page.roll.geometry_
    assert geometry.x(0) == KEYS
    assert page.roll.viewport().width() - 120 < geometry.x(melody.length) <= page.roll.viewport().width()
    tick = geometry.tick(500)
    page.roll.zoom(2.0, 500)
    assert geometry.tick(500) == pytest.approx(tick, abs=10)
    page.roll.select(NOTHING)


def test_sound_files_type_0_and_a_soundfont_of_ones_own(
    page: ComposePage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.state.edit("Draw", page.state.document.with_track(0, [Note(0, 67, TICKS)]))
    for name in ("a.wav", "a.flac"):
        save(page, qtbot, tmp_path / name)
        sound, rate = soundfile.read(tmp_path / name)
        assert (rate, sound.shape[1], len(sound) > 0.75 * rate) == (44_100, 2, True)
        assert 0.01 < abs(sound).max() < 0.9
    monkeypatch.setattr(page, "_ask_path", lambda: tmp_path / "flat.mid")
    with qtbot.waitSignal(page.state.saved):
        page.save_type_0()
    assert mido.MidiFile(tmp_path / "flat.mid").type == 0
    font = tmp_path / "mine.sf2"
    font.write_bytes(default_font().read_bytes())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(font), ""))
    page.choose_font()
    assert page.state.font == font
    assert save(page, qtbot, tmp_path / "b.wav") == (tmp_path / "a.wav").read_bytes()
    font.with_name("none.sf2").write_bytes(b"RIFF")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(font.with_name("none.sf2")), ""))
    page.choose_font()
    qtbot.waitUntil(lambda: page.state.font is None, timeout=10_000)
    assert "none.sf2" in page.errors.text
