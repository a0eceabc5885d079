"""MIDI ports: a clear word without them; with them, what is played goes out in time and what comes in is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import mido
import pytest
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError
from app.shell.window import Window
from app.studios.compose.document import TICKS, Note, Score, Tempo, Track
from app.studios.compose.midi.ports import Ports
from app.studios.compose.page import ComposePage
from tests.studios.compose import loopback
from tests.studios.compose.test_player import Tape

BACKEND = "tests.studios.compose.loopback"


@pytest.fixture
def page(open_window: Callable[..., Window]) -> Iterator[ComposePage]:
    found = open_window("compose").page
    assert isinstance(found, ComposePage)
    found.new()
    found.player.open_sink = Tape
    loopback.sent.clear()
    loopback.coming.clear()
    yield found
    found.stop()


def quick(*notes: Note) -> Score:
    """Five quarters a second."""
    tempos = (Tempo(0, 200_000),)
    return Score(tracks=(Track(name="x", program=73, notes=notes, volume=90),), length=8 * TICKS, tempos=tempos)


def test_without_ports_it_says_so_in_place(page: ComposePage, monkeypatch: pytest.MonkeyPatch) -> None:
    page.band.ports = Ports("no.such.backend")
    page.midi.look.click()
    assert "python-rtmidi is not installed" in page.errors.text
    monkeypatch.setattr(loopback, "get_devices", lambda **_: [])
    page.band.ports = Ports(BACKEND)
    page.record()
    assert "no MIDI port to use: none is connected" in page.errors.text
    assert not page.midi.record.isEnabled()


def test_a_system_without_midi_and_windows_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> list[object]:
        raise OSError("no sequencer")

    monkeypatch.setattr(loopback, "get_devices", refuse)
    with pytest.raises(AtelierError, match="this system offers none"):
        Ports(BACKEND).names()
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(AtelierError, match="Windows has no virtual ports"):
        Ports(BACKEND).names()


def test_music_goes_out_through_a_port_in_time(page: ComposePage, qtbot: QtBot) -> None:
    page.band.ports = Ports(BACKEND)
    page.midi.look.click()
    page.midi.output.setCurrentText(loopback.NAME)
    page.state.edit("Draw", quick(Note(TICKS, 60, TICKS), Note(2 * TICKS, 64, TICKS)))
    places: list[float] = []
    page.band.moved.connect(places.append)
    page.play()
    assert page.band.playing
    qtbot.waitUntil(lambda: not page.band.playing, timeout=10_000)
    kinds = [message.type for _, message in loopback.sent[:6]]
    assert kinds == ["program_change", "control_change", "note_on", "note_off", "note_on", "note_off"]
    on, off = (loopback.sent[place][0] for place in (2, 3))
    assert off - on == pytest.approx(0.2, abs=0.1)
    assert places == sorted(places)
    assert places[-1] == 3 * TICKS


def test_stop_silences_the_port(page: ComposePage, qtbot: QtBot) -> None:
    page.band.ports = Ports(BACKEND)
    page.midi.look.click()
    page.midi.output.setCurrentText(loopback.NAME)
    page.state.edit("Draw", quick(Note(0, 60, 8 * TICKS)))
    page.play()
    qtbot.waitUntil(lambda: any(m.type == "note_on" for _, m in loopback.sent))
    page.play()
    qtbot.waitUntil(lambda: not page.band.playing)
    assert any(m.type == "control_change" and m.control == 123 for _, m in loopback.sent)


@pytest.mark.parametrize("align", [False, True])
def test_what_is_played_is_written_into_the_track_as_one_step(page: ComposePage, qtbot: QtBot, align: bool) -> None:
    page.band.ports = Ports(BACKEND)
    page.midi.look.click()
    before = quick()
    page.state.edit("Draw", before)
    page.midi.align.setChecked(align)
    page.seek(2 * TICKS)
    page.record()
    assert page.midi.record.isChecked()
    for kind, velocity in (("note_on", 99), ("note_off", 0)):
        qtbot.wait(60)
        loopback.coming.append(mido.Message(kind, note=67, velocity=velocity))
    qtbot.waitUntil(lambda: not loopback.coming)
    qtbot.wait(50)
    page.record()
    qtbot.waitUntil(lambda: bool(page.state.document.tracks[0].notes), timeout=10_000)
    (note,) = page.state.document.tracks[0].notes
    assert (note.pitch, note.velocity, note.maker) == (67, 99, "user")
    assert 2 * TICKS <= note.start < 4 * TICKS
    assert (note.start % (TICKS // 2) == 0) is align
    assert not page.midi.record.isChecked()
    page.undo()
    assert page.state.document == before


def test_a_key_that_is_held_when_one_stops_is_kept(page: ComposePage, qtbot: QtBot) -> None:
    page.band.ports = Ports(BACKEND)
    page.midi.look.click()
    page.state.edit("Draw", quick())
    page.record()
    loopback.coming.append(mido.Message("note_on", note=64, velocity=70))
    qtbot.waitUntil(lambda: not loopback.coming)
    qtbot.wait(100)
    page.record()
    qtbot.waitUntil(lambda: bool(page.state.document.tracks[0].notes), timeout=10_000)
    (note,) = page.state.document.tracks[0].notes
    assert (note.pitch, note.velocity) == (64, 70)
    assert note.duration >= TICKS // 4
