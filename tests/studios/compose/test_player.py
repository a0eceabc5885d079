"""Playback, with a sound device that remembers what it was given."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.jobs.services import Services
from app.studios.compose.document import TICKS, Note, Score, Track
from app.studios.compose.output import AHEAD
from app.studios.compose.player import Player
from app.studios.compose.sound.export import render
from app.studios.compose.sound.sampler import RATE
from app.studios.compose.transport import Transport


class Tape:
    """Takes what it is given at once, and has played what it was told to."""

    def __init__(self) -> None:
        self.sound: list[np.ndarray] = []
        self.heard = 0
        self.closed = False

    def free(self) -> int:
        return max(0, self.heard + AHEAD - self.taken)

    def write(self, sound: np.ndarray) -> None:
        self.sound.append(sound)

    def played(self) -> int:
        return min(self.heard, self.taken)

    def close(self) -> None:
        self.closed = True

    @property
    def taken(self) -> int:
        return sum(map(len, self.sound))

    def whole(self) -> np.ndarray:
        return np.concatenate([np.zeros((0, 2), np.float32), *self.sound])


@pytest.fixture
def tape() -> Tape:
    return Tape()


@pytest.fixture
def player(services: Services, qtbot: QtBot, tape: Tape) -> Iterator[Player]:
    made = Player(services.jobs)
    made.open_sink = lambda: tape
    yield made
    made.close()


def piece(*notes: Note) -> Score:
    """At 120 quarters a minute: half a second each."""
    from app.studios.compose.document import Tempo

    track = Track(name="x", program=73, notes=notes)
    return Score(tracks=(track, Track(name="y")), length=8 * TICKS, tempos=(Tempo(0, 500_000),))


SCALE = piece(*(Note(i * TICKS, 60 + i, TICKS) for i in range(4)))


def run(qtbot: QtBot, tape: Tape, seconds: float) -> None:
    """Let some time pass for the device."""
    goal = round(seconds * RATE)
    while tape.heard < goal:
        tape.heard = min(goal, tape.heard + AHEAD // 2)
        qtbot.waitUntil(lambda: tape.taken >= tape.heard or tape.closed, timeout=10_000)


def test_what_is_played_is_what_is_exported_and_the_cursor_follows(player: Player, qtbot: QtBot, tape: Tape) -> None:
    places: list[float] = []
    player.moved.connect(places.append)
    with qtbot.waitSignal(player.playingChanged, timeout=10_000):
        player.play(SCALE, 0)
    run(qtbot, tape, 1.5)
    expected = render(SCALE)
    assert np.allclose(tape.whole()[:RATE], expected[:RATE], atol=1e-6)
    qtbot.waitUntil(lambda: places[-1] == pytest.approx(3 * TICKS, abs=2))
    assert places == sorted(places)


def test_it_ends_with_the_music(player: Player, qtbot: QtBot, tape: Tape) -> None:
    places: list[float] = []
    player.moved.connect(places.append)
    player.play(piece(Note(0, 60, TICKS)), 0)
    qtbot.waitUntil(lambda: player.playing, timeout=10_000)
    tape.heard = RATE
    qtbot.waitUntil(lambda: not player.playing, timeout=10_000)
    assert places[-1] == TICKS
    assert tape.closed


def test_a_loop_comes_back_without_a_gap(player: Player, qtbot: QtBot, tape: Tape) -> None:
    player.set_loop((0, 2 * TICKS))
    player.play(SCALE, TICKS)
    qtbot.waitUntil(lambda: player.playing, timeout=10_000)
    run(qtbot, tape, 2.0)
    sound, whole = tape.whole(), render(SCALE)
    bar = round(1.0 * RATE)
    for start in (bar // 2, bar // 2 + bar):
        assert np.allclose(sound[start : start + bar // 4], whole[: bar // 4], atol=1e-6)
    assert player.playing


def test_the_mixer_is_heard_at_once_and_new_notes_soon(player: Player, qtbot: QtBot, tape: Tape) -> None:
    long = piece(Note(0, 60, 8 * TICKS))
    player.play(long, 0)
    qtbot.waitUntil(lambda: player.playing, timeout=10_000)
    run(qtbot, tape, 0.5)
    before = tape.taken
    player.update(long.change_track(0, muted=True))
    run(qtbot, tape, 1.0)
    assert not tape.whole()[before:].any()
    player.update(long.with_track(1, [Note(0, 72, 8 * TICKS)]).change_track(0, muted=True))
    run(qtbot, tape, 2.0)
    qtbot.waitUntil(
        lambda: bool(tape.sound[-1].any()) or bool(run(qtbot, tape, tape.heard / RATE + 0.1)), timeout=10_000
    )


def test_a_note_is_heard_within_thirty_milliseconds(player: Player, qtbot: QtBot, tape: Tape) -> None:
    player.warm()
    qtbot.waitUntil(lambda: not player._jobs.busy(), timeout=10_000)
    times = []
    for key in range(60, 72):
        tape.sound.clear()
        tape.heard = 0
        started = time.perf_counter()
        player.preview(SCALE.tracks[0], key, 90)
        times.append(time.perf_counter() - started)
        assert tape.whole().any()
    assert min(times) < 0.03  # the figure itself is a benchmark


def test_pausing_and_playing_again_goes_on_from_there(player: Player, qtbot: QtBot, tape: Tape) -> None:
    player.play(SCALE, 2 * TICKS)
    qtbot.waitUntil(lambda: player.playing, timeout=10_000)
    run(qtbot, tape, 0.25)
    assert np.allclose(tape.whole()[:2000], render(SCALE)[RATE : RATE + 2000], atol=1e-6)
    player.pause()
    assert not player.playing
    assert tape.closed


def test_the_transport_counts_through_loops() -> None:
    transport = Transport(100, 1000)
    transport.loop = (50, 200)
    assert transport.next(500) == (100, 100)
    assert transport.next(500) == (50, 150)
    assert transport.next(10) == (50, 10)
    assert [transport.heard(played) for played in (0, 99, 100, 249, 250, 260, 999)] == [100, 199, 50, 199, 50, 60, 60]
    transport.loop = None
    assert transport.next(5000) == (60, 940)
    assert transport.over
    assert not transport.done(1199)
    assert transport.done(1200)
