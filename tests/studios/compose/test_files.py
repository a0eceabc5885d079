"""MIDI in and out, and sound: what is saved opens the same, and what can't be opened says why."""

from __future__ import annotations

import io
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.base.errors import AtelierError, ErrorKind
from app.runtime.recipe import Recipe
from app.studios.compose.document import (
    BEND,
    PEDAL,
    TICKS,
    Control,
    KeySignature,
    Meter,
    Note,
    Score,
    Tempo,
    Track,
    blank,
)
from app.studios.compose.files import load_midi, save_midi
from app.studios.compose.midi.reading import MAX_BYTES, read_midi
from app.studios.compose.midi.writing import write_midi
from app.studios.compose.sound.timing import timing_of

RECIPE = Recipe(
    studio="compose", model="m", model_sha256="0" * 64, request={"seed": 1}, result_sha256="1" * 64, app_version="0.1.0"
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")


def song() -> Score:
    """Four voices, two metres, two tempos, notes of all makers, drums, a pitch struck again at once."""
    tracks = list(blank().tracks)
    tracks[0] = tracks[0].with_notes(
        [Note(0, 72, TICKS, 90), Note(TICKS, 72, TICKS, 70, "machine"), Note(TICKS, 76, 30, 1, "edited")]
    )
    tracks[3] = tracks[3].with_notes([Note(TICKS // 3, 40, TICKS, 127, "machine")])
    tracks.append(Track(name="Schlagzeug äöü 太鼓", program=8, drums=True, notes=(Note(0, 36, 60, 100),), solo=True))
    pedal = (Control(0, PEDAL, 127), Control(TICKS, BEND, -8192), Control(TICKS, BEND, 0), Control(2 * TICKS, PEDAL, 0))
    tracks.append(
        Track(name="Klavier", program=0, notes=(Note(0, 60, 60),), controls=pedal, volume=64, pan=1, muted=True)
    )
    return Score(
        tracks=tuple(tracks),
        length=8 * TICKS,
        tempos=(Tempo(0, 750_000), Tempo(TICKS, 400_000)),
        meters=(Meter(0, 3, 4), Meter(3 * TICKS, 6, 8)),
        keys=(KeySignature(0, -3, True), KeySignature(3 * TICKS, 7)),
    )


def midi(*tracks: list[mido.Message | mido.MetaMessage], kind: int = 1) -> bytes:
    file = mido.MidiFile(type=kind, ticks_per_beat=480)
    file.tracks.extend(mido.MidiTrack(track) for track in tracks)
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def test_a_saved_score_opens_as_it_was_with_makers_and_recipe(tmp_path: Path) -> None:
    save_midi(tmp_path / "song.mid", song(), RECIPE)
    score, recipe = load_midi(tmp_path / "song.mid")
    assert score == song()
    assert recipe == RECIPE
    assert write_midi(score, RECIPE, makers=True) == (tmp_path / "song.mid").read_bytes()


def test_without_recipe_nothing_tells_who_made_it(tmp_path: Path) -> None:
    save_midi(tmp_path / "song.mid", song(), None)
    content = (tmp_path / "song.mid").read_bytes()
    assert b"atelie" not in content
    score, recipe = load_midi(tmp_path / "song.mid")
    assert recipe is None
    assert {note.maker for track in score.tracks for note in track.notes} == {"user"}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(Note, start=st.integers(0, 5000), pitch=st.integers(0, 127), duration=st.integers(1, 2000),
                  velocity=st.integers(1, 127)),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_every_score_survives_a_midi_file(notes: list[Note]) -> None:
    score = blank().with_track(2, notes)
    read, _ = read_midi(write_midi(score), "x.mid")
    assert read.tracks == score.tracks


def test_other_peoples_players_read_our_file() -> None:
    file = mido.MidiFile(file=io.BytesIO(write_midi(song())))
    assert file.length == pytest.approx(timing_of(song()).second(song().length), abs=0.01)
    channels = {message.channel for track in file.tracks for message in track if message.type == "note_on"}
    assert 9 in channels  # the drums


def test_type_0_is_taken_apart_by_channel() -> None:
    on = [mido.Message("note_on", channel=channel, note=60 + channel, time=0) for channel in (0, 3)]
    off = [mido.Message("note_off", channel=channel, note=60 + channel, time=480 * (not channel)) for channel in (0, 3)]
    score, _ = read_midi(midi([*on, *off], kind=0), "x.mid")
    assert [note.pitch for track in score.tracks for note in track.notes] == [60, 63]
    assert score.tracks[0].notes != score.tracks[1].notes


def test_a_note_without_end_stops_with_its_track() -> None:
    track = [mido.Message("note_on", note=60, time=0), mido.MetaMessage("end_of_track", time=960)]
    score, _ = read_midi(midi(track), "x.mid")
    assert score.tracks[0].notes == (Note(0, 60, 960, 64),)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (JPEG, "it is no MIDI file"),
        (b"just words", "it is no MIDI file"),
        (write_midi(song())[:60], "damaged or cut off"),
        (b"MThd\0\0\0\6\0\1\0\0\0\0", "how long a quarter is"),
        (midi([mido.Message("note_on", note=60), mido.Message("note_off", note=60, time=9)], kind=2), "type 2"),
        (midi([]), "no notes"),
        (midi([mido.Message("note_on", note=60), mido.Message("note_off", note=60, time=260_000 * 480)]), "too long"),
    ],
)
def test_what_is_no_midi_file_says_why(content: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "x.mid").write_bytes(content)
    with pytest.raises(AtelierError, match=why) as caught:
        load_midi(tmp_path / "x.mid")
    assert caught.value.kind is ErrorKind.BAD_FILE


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_opens_or_says_so(data: st.DataObject) -> None:
    content = bytearray(write_midi(song()))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(14, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        score, _ = read_midi(bytes(content), "x.mid")
    except AtelierError as error:
        found = error.kind
    else:
        found = None
        assert write_midi(score)
    assert found in (None, ErrorKind.BAD_FILE)


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "x.mid").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(AtelierError, match="too large"):
        load_midi(tmp_path / "x.mid")
