"""Musenet as a composer uses it: the real window and command line, the real network and its critic."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mido
import msgspec
import numpy as np
import pretty_midi
import pytest
import symusic
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.cli import run
from app.runtime.model import Model, ModelShelf
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.compose.asks import go_on, with_instruments
from app.studios.compose.bars import bars_of
from app.studios.compose.critic import CRITIC, ranked, reader_of
from app.studios.compose.document import TICKS, Note, Score, blank
from app.studios.compose.engine import ENGINE
from app.studios.compose.expectations import expectations, read
from app.studios.compose.files import load_midi, save_midi
from app.studios.compose.instruments import INSTRUMENTS, class_of
from app.studios.compose.measure import measured
from app.studios.compose.page import ComposePage
from app.studios.compose.request import ComposeRequest

MODEL = "musenet-mini"
Key = Qt.Key


@pytest.fixture
def model(shelf: ModelShelf) -> Model:
    return shelf.open(MODEL)


@pytest.fixture
def tune() -> Score:
    """Four bars of a scale for the piano, with a bass."""
    score, _ = with_instruments(blank(1), "piano")
    steps = [60, 62, 64, 65, 67, 65, 64, 62] * 4
    notes = [Note(place * TICKS // 2, pitch, TICKS // 2, 72) for place, pitch in enumerate(steps)]
    return score.with_track(0, [*notes, *(Note(bar * 4 * TICKS, 48, 4 * TICKS, 72) for bar in range(4))])


@pytest.fixture
def page(open_window: Callable[..., Window], tune: Score) -> ComposePage:
    found = open_window("compose").page
    assert isinstance(found, ComposePage)
    found.new()
    found.state.set_model(MODEL)
    found.state.set_seed(0)
    found.state.edit("Draw", tune)
    found.roll.setFocus()
    return found


def request(
    model: Model, score: Score, bars: int, names: str = "", seed: int = 0, **controls: object
) -> ComposeRequest:
    grown, tracks = with_instruments(score, names)
    ask = go_on(grown, score.end, bars, tracks)
    return ComposeRequest(
        model=MODEL,
        seed=seed,
        controls={**model.manifest.defaults(), **controls},  # pyright: ignore[reportArgumentType]
        score=ask.score,
        marks=ask.marks,
        voices=ask.voices,
    )


def with_a_wrong_note(tune: Score) -> Score:
    """C sharp in place of F, in the last bar but one of a piece in C."""
    return tune.map_notes(lambda _, note: note if note.start != 13 * TICKS else Note(note.start, 73, note.duration, 72))


def made(asked: ComposeRequest, model: Model) -> Score:
    *_, last = ENGINE.generate(asked, model, Progress())
    return last


def wait(page: ComposePage, qtbot: QtBot, act: Callable[[], object]) -> None:
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=60_000):
        act()


def test_it_goes_on_for_named_instruments_in_range_and_keeps_what_was_there(model: Model, tune: Score) -> None:
    score = made(request(model, tune, 4, "piano, violin, drums", composer="Chopin"), model)
    assert bars_of(score).count == 8
    assert score.tracks[0].notes[: len(tune.tracks[0].notes)] == tune.tracks[0].notes
    new = [(track, note) for track in score.tracks for note in track.notes if note.maker == "machine"]
    assert len(new) > 8
    assert all(4 * 4 * TICKS <= note.start < 8 * 4 * TICKS for _, note in new)
    for track, note in new:
        assert INSTRUMENTS[class_of(track)].lowest <= note.pitch <= INSTRUMENTS[class_of(track)].highest
    again = made(request(model, tune, 4, "piano, violin, drums", composer="Chopin"), model)
    assert again == score
    assert made(request(model, tune, 4, "piano, violin, drums", seed=1), model) != score


def test_every_instrument_that_was_asked_for_is_heard_however_odd_the_pair(model: Model) -> None:
    score = made(request(model, blank(1), 6, "piano, cello, drums", composer="Schubert"), model)
    assert all(len(track.notes) > 3 for track in score.tracks)


def test_wishes_are_met_as_measured_on_the_result(model: Model, tune: Score) -> None:
    def density(wish: float) -> float:
        found = [made(request(model, tune, 2, "piano", seed=seed, density=wish), model) for seed in range(3)]
        fresh = [score.map_notes(lambda _, note: note if note.maker == "machine" else None) for score in found]
        return float(np.mean([measured(score, [0]).density for score in fresh]))

    assert density(1.0) > 1.3 * density(-1.0)


def test_a_scale_is_expected_and_a_wrong_note_is_not(model: Model, tune: Score) -> None:
    wrong = tune.map_notes(
        lambda _, note: note if note.start != 13 * TICKS else Note(note.start, 73, note.duration, 72)
    )
    usual, odd = (expectations(model, score, Progress()) for score in (tune, wrong))
    scale = [usual[key].place for key in usual if key.start >= 8 * TICKS and key.pitch > 55]
    (strange,) = (found for key, found in odd.items() if key.pitch == 73)
    assert np.median(scale) <= 3
    assert strange.place > 8
    assert [chance for _, chance in strange.likely] == sorted((c for _, c in strange.likely), reverse=True)
    reading = read(model, wrong, Progress())
    assert reading.notes.sum() == len(wrong.tracks[0].notes)


def test_a_window_longer_than_the_network_reads_is_read_in_parts(model: Model, tune: Score) -> None:
    notes = tune.tracks[0].notes
    later = [[msgspec.structs.replace(n, start=n.start + turn * 16 * TICKS) for n in notes] for turn in range(60)]
    long = tune.with_track(0, [note for turn in later for note in turn])
    reading = read(model, long, Progress())
    assert len(reading.tokens) > int(model.codec["context"])
    assert reading.notes.sum() == 60 * len(notes)
    assert np.isfinite(reading.nats).all()


def test_the_critic_judges_its_readers_music_alone(model: Model, shelf: ModelShelf, tune: Score) -> None:
    asked = [request(model, tune, 4, "piano", seed=seed) for seed in range(3)]
    verdicts = ranked(asked, [made(one, model) for one in asked], shelf, Progress())
    assert sorted(verdict.place for verdict in verdicts) == [1, 2, 3]
    likeness = [verdict.likeness or 0 for verdict in sorted(verdicts, key=lambda verdict: verdict.place)]
    assert likeness == sorted(likeness, reverse=True)
    assert all(0 < chance < 1 for chance in likeness)
    critic = shelf.open(CRITIC)
    critic.codec["reader_sha256"] = "0"
    with pytest.raises(AtelierError, match="another version"):
        reader_of(critic, shelf)


def test_the_command_line_writes_ranked_files_that_others_open(
    tmp_path: Path, tune: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = tmp_path / "in.mid"
    save_midi(begun, tune, None)
    words = ["--composer", "bach", "--instruments", "piano,violin", "--continue", str(begun), "--bars", "2"]
    assert run(CARDS, ["compose", MODEL, *words, "--alternatives", "3"]) == 0
    files = [tmp_path / f"in-continued-{place}.mid" for place in (1, 2, 3)]
    told = capsys.readouterr()
    assert told.out.split() == [str(path) for path in files]
    assert [line.split(":")[1].strip() for line in told.err.splitlines() if "critic" in line] == ["1", "2", "3"]
    for path in files:
        score, recipe = load_midi(path)
        count = sum(len(track.notes) for track in score.tracks)
        assert recipe is not None
        assert recipe.request["controls"]["composer"] == "Bach"
        assert [track.program for track in score.tracks if track.notes] in ([0, 40], [0])
        assert sum(m.type == "note_on" and m.velocity > 0 for t in mido.MidiFile(path).tracks for m in t) == count
        in_ticks: Any = symusic.Score(path)
        assert sum(len(track.notes) for track in in_ticks.tracks) == count
        assert sum(len(part.notes) for part in pretty_midi.PrettyMIDI(str(path)).instruments) == count
    assert run(CARDS, ["replay", str(files[0])]) == 0
    assert run(CARDS, ["score", MODEL, str(begun)]) == 0
    found = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert found["notes"] == len(tune.tracks[0].notes)
    assert found["nats_per_note"] == pytest.approx(found["nats_per_token"] * found["tokens"] / found["notes"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--composer", "nobody"], "--composer can't be nobody"),
        (["--instruments", "kazoo"], "no instrument"),
        (["--bars", "0"], "--bars can't be 0"),
        (["--melody", "IN"], "--melody needs a --mask"),
        (["--continue", "IN", "--from-bar", "9"], "--from-bar can't be 9"),
        (["--melody", "IN", "--mask", "flute:1"], "names no part"),
    ],
)
def test_what_can_not_be_asked_is_said_in_a_line(
    words: list[str], message: str, tmp_path: Path, tune: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    save_midi(tmp_path / "in.mid", tune, None)
    words = [str(tmp_path / "in.mid") if word == "IN" else word for word in words]
    assert run(CARDS, ["compose", MODEL, *words, "--out", str(tmp_path / "out.mid")]) == 2
    assert message in capsys.readouterr().err


def test_four_answers_from_the_cursor_come_ranked_and_one_is_taken(
    page: ComposePage, qtbot: QtBot, tune: Score
) -> None:
    assert page.asking.go_on.isVisibleTo(page.asking)
    assert not page.asking.harmonise.isVisibleTo(page.asking)
    page.asking.form.fields["answers"].set_value(4)
    page.asking.going_on.fields["bars"].set_value(2)
    instruments = page.asking.going_on.fields["instruments"]
    told = page.asking.of_drums.isVisibleTo(page.asking)
    line = instruments.findChild(QLineEdit)
    assert line is not None
    qtbot.keyClicks(line, "piano, drums")
    qtbot.keyClick(line, Key.Key_Return)
    assert (told, page.asking.of_drums.isVisibleTo(page.asking)) == (False, True)
    line.clear()
    qtbot.keyClicks(line, "piano, cello")
    qtbot.keyClick(line, Key.Key_Return)
    assert not page.asking.of_drums.isVisibleTo(page.asking)
    page.seek(tune.end)
    with qtbot.waitSignal(page.alternatives.busyChanged, check_params_cb=lambda busy: not busy, timeout=90_000):
        qtbot.mouseClick(page.asking.go_on, Qt.MouseButton.LeftButton)
    assert page.state.document == tune
    likeness = [verdict.likeness or 0 for verdict in page.alternatives.verdicts]
    assert len(likeness) == 4
    assert likeness == sorted(likeness, reverse=True)
    assert "critic" in page.strip.buttons[1].toolTip()
    qtbot.keyClick(page.roll, Key.Key_T)
    taken = page.state.document
    assert bars_of(taken).count == 6
    assert [track.program for track in taken.tracks] == [0, 42]
    assert {note.maker for note in taken.tracks[1].notes} <= {"machine"}
    page.undo()
    assert page.state.document == tune


def test_marked_bars_are_refilled_and_the_rest_stays(page: ComposePage, qtbot: QtBot, tune: Score) -> None:
    page.roll.set_marked((4 * TICKS, 8 * TICKS))
    wait(page, qtbot, page.refill)
    before, after = ({n for n in s.tracks[0].notes if not 4 * TICKS <= n.start < 8 * TICKS}
                     for s in (tune, page.state.document))  # fmt: skip
    assert before == after
    assert any(note.maker == "machine" for note in page.state.document.tracks[0].notes)


def test_until_stop_it_writes_on_and_what_was_written_stays(page: ComposePage, qtbot: QtBot, tune: Score) -> None:
    page.asking.going_on.fields["endless"].set_value(True)
    page.seek(tune.end)
    page.go_on()
    qtbot.waitUntil(lambda: bars_of(page.state.document).count > 13, timeout=60_000)
    page.stop()
    assert not page.state.busy
    written = page.state.document
    assert 13 < bars_of(written).count < 300
    assert written.end <= written.length


def test_the_surprise_map_colours_notes_and_a_click_offers_likelier_ones(
    page: ComposePage, qtbot: QtBot, tune: Score
) -> None:
    wrong = tune.map_notes(
        lambda _, note: note if note.start != 13 * TICKS else Note(note.start, 73, note.duration, 72)
    )
    page.state.edit("Draw", wrong)
    page.roll.fit()
    plain = page.roll.grab().toImage()
    page.tools.surprise.click()
    qtbot.waitUntil(lambda: bool(page.roll.expected), timeout=60_000)
    assert page.roll.grab().toImage() != plain
    geometry = page.roll.geometry_
    note = next(note for note in wrong.tracks[0].notes if note.pitch == 73)
    at = QPoint(round(geometry.x(note.start + note.duration / 2)), round(geometry.y(73) + geometry.row / 2))
    qtbot.mouseClick(page.roll.viewport(), Qt.MouseButton.LeftButton, pos=at)
    menu = page.likelier
    assert menu is not None
    chances = [int(action.text().rpartition(" %")[0].split()[-1]) for action in menu.actions()]
    assert chances == sorted(chances, reverse=True)
    menu.actions()[0].trigger()
    menu.close()
    assert not any(note.pitch == 73 for note in page.state.document.tracks[0].notes)
    changed = [n for n in page.state.document.tracks[0].notes if n.start == 13 * TICKS and n.pitch > 48]
    assert len(changed) == 1
    page.tools.surprise.click()
    assert not page.roll.expected


def test_a_model_says_what_it_can_not_do(page: ComposePage) -> None:
    page.harmonise()
    assert "can't do that" in page.errors.text
    page.state.set_model("coconet-bach")
    assert page.asking.harmonise.isVisibleTo(page.asking)
    page.go_on()
    assert "musenet" in page.errors.text.lower()
