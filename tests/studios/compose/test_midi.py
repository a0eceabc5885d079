"""MIDI files as other programs and other years wrote them: each opens, or says why not."""

from __future__ import annotations

import io
import struct
import time
from typing import Any

import mido
import pretty_midi
import pytest
import symusic
from hypothesis import given, settings
from hypothesis import strategies as st

from app.base.errors import AtelierError, ErrorKind
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
    audible,
    tidy,
)
from app.studios.compose.midi.reading import MAX_QUARTERS, read_midi
from app.studios.compose.midi.writing import channels_of, write_midi

OFF_THE_FIRST = st.integers(1, 4_000)
controls = st.builds(
    Control, tick=OFF_THE_FIRST, number=st.sampled_from([1, 7, 10, 11, PEDAL, 91]), value=st.integers(0, 127)
)
bends = st.builds(Control, tick=OFF_THE_FIRST, number=st.just(BEND), value=st.integers(-8192, 8191))
notes = st.builds(
    Note,
    start=st.integers(0, 4_000),
    pitch=st.integers(0, 127),
    duration=st.integers(1, 900),
    velocity=st.integers(1, 127),
    maker=st.sampled_from(["user", "machine", "edited"]),
)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    """A track with a note at the first tick, so that its controllers are no setting of the mixer."""
    found = sorted(draw(st.lists(controls | bends, max_size=6)), key=lambda control: control.tick)
    return Track(
        name=draw(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)),
        program=draw(st.integers(0, 127)),
        drums=draw(st.booleans()),
        notes=tidy([Note(0, 60, 10), *draw(st.lists(notes, max_size=12))]),
        controls=tuple(found),
        volume=draw(st.integers(0, 127)),
        pan=draw(st.integers(0, 127)),
        muted=draw(st.booleans()),
        solo=draw(st.booleans()),
    )


@st.composite
def scores(draw: st.DrawFn) -> Score:
    places = st.lists(st.integers(1, 5_000), unique=True, max_size=4).map(sorted)
    tempos = [Tempo(tick, draw(st.integers(1, 0xFFFFFF))) for tick in [0, *draw(places)]]
    numbers = st.integers(1, 32)
    meters = [Meter(tick, draw(numbers), 2 ** draw(st.integers(0, 6))) for tick in [0, *draw(places)]]
    keys = [KeySignature(tick, draw(st.integers(-7, 7)), draw(st.booleans())) for tick in draw(places)]
    return Score(
        tracks=tuple(draw(st.lists(tracks(), min_size=1, max_size=20))),
        length=20 * TICKS,
        tempos=tuple(tempos),
        meters=tuple(meters),
        keys=tuple(keys),
    )


def smf(*chunks: bytes, kind: int = 1, division: int = 480) -> bytes:
    """A MIDI file from the bytes of its tracks."""
    head = b"MThd" + struct.pack(">IHHH", 6, kind, len(chunks), division & 0xFFFF)
    return head + b"".join(b"MTrk" + struct.pack(">I", len(chunk)) + chunk for chunk in chunks)


def first_track(content: bytes) -> tuple[Note, ...]:
    return read_midi(content, "x.mid")[0].tracks[0].notes


@settings(max_examples=40, deadline=None)
@given(scores())
def test_everything_of_a_score_survives_a_file_of_type_1(score: Score) -> None:
    assert read_midi(write_midi(score, makers=True), "x.mid")[0] == score


@settings(max_examples=25, deadline=None)
@given(scores())
def test_the_music_survives_a_file_of_type_0(score: Score) -> None:
    if any(port for port, _ in channels_of(score.tracks)):
        with pytest.raises(AtelierError, match="type 1"):
            write_midi(score, kind=0)
        return
    read = read_midi(write_midi(score, kind=0), "x.mid")[0]
    assert (read.tempos, read.meters, read.keys) == (score.tempos, score.meters, score.keys)
    plain = [[(n.start, n.pitch, n.duration, n.velocity) for n in track.notes] for track in score.tracks]
    assert sorted(plain) == sorted([(n.start, n.pitch, n.duration, n.velocity) for n in t.notes] for t in read.tracks)
    assert sorted((t.program, t.drums, t.volume, t.pan, t.controls) for t in read.tracks) == sorted(
        (t.program, t.drums, t.volume, t.pan, t.controls) for t in score.tracks
    )


@settings(max_examples=20, deadline=None)
@given(scores())
def test_other_programs_read_the_same_notes(score: Score) -> None:
    content = write_midi(score)
    count = sum(len(track.notes) for track in score.tracks)
    theirs: Any = symusic.Score.from_midi(content)
    assert theirs.note_num() == count
    other = pretty_midi.PrettyMIDI(io.BytesIO(content))
    assert sum(len(instrument.notes) for instrument in other.instruments) == count


def test_running_status_is_understood() -> None:
    track = bytes([0, 0x90, 60, 80, 96, 62, 80, 96, 60, 0, 0, 62, 0, 0, 0xFF, 0x2F, 0])
    assert first_track(smf(track)) == (Note(0, 60, 192, 80), Note(96, 62, 96, 80))


def test_a_note_of_no_length_gets_one_tick_and_one_never_ended_ends_with_its_track() -> None:
    track = bytes([0, 0x90, 60, 80, 0, 0x80, 60, 0, 0, 0x90, 64, 80, 96, 0xFF, 0x2F, 0])
    assert first_track(smf(track)) == (Note(0, 60, 1, 80), Note(0, 64, 96, 80))


@pytest.mark.parametrize(("frames", "rate"), [(24, 24), (25, 25), (29, 30 / 1.001), (30, 30)])
def test_time_in_film_frames_keeps_each_second(frames: int, rate: float) -> None:
    division = (256 - frames) << 8 | 40
    ticks = round(2 * rate * 40)
    track = bytes(
        [0, 0xFF, 0x51, 3, 1, 0, 0, 0, 0x90, 60, 80, 0x80 | ticks >> 7, ticks & 127, 0x80, 60, 0, 0, 0xFF, 0x2F, 0]
    )
    score, _ = read_midi(smf(track, division=division), "x.mid")
    seconds = score.tracks[0].notes[0].duration * score.tempos[0].microseconds / (1e6 * score.ticks_per_quarter)
    assert seconds == pytest.approx(2, abs=0.002)


def test_a_first_track_sets_up_the_channels_of_all_others() -> None:
    setup = bytes([0, 0xC0, 40, 0, 0xC1, 42, 0, 0xB1, 7, 50, 0, 0xFF, 0x2F, 0])
    one = bytes([0, 0x90, 60, 80, 96, 0x80, 60, 0, 0, 0xFF, 0x2F, 0])
    two = bytes([0, 0x91, 50, 80, 96, 0x81, 50, 0, 0, 0xFF, 0x2F, 0])
    score, _ = read_midi(smf(setup, one, two), "x.mid")
    assert [(track.name, track.program, track.volume) for track in score.tracks] == [
        ("Violin", 40, 100),
        ("Cello", 42, 50),
    ]


def test_a_channel_that_changes_its_instrument_is_several_tracks() -> None:
    track = bytes(
        [0, 0xC0, 40, 0, 0x90, 60, 80, 96, 0x80, 60, 0, 0, 0xC0, 56, 0, 0x90, 62, 80, 96, 0x80, 62, 0, 0, 0xFF, 0x2F, 0]
    )
    score, _ = read_midi(smf(track), "x.mid")
    assert [(t.program, t.notes[0].pitch) for t in score.tracks] == [(40, 60), (56, 62)]


def test_a_thousand_tracks_keep_their_programs_and_names() -> None:
    many = tuple(Track(name=f"T{i}", program=i % 128, notes=(Note(i, 60, 10),)) for i in range(1_000))
    score = Score(tracks=many, length=4 * TICKS)
    assert read_midi(write_midi(score), "x.mid")[0] == score
    with pytest.raises(AtelierError, match="2500 tracks"):
        read_midi(write_midi(Score(tracks=many * 2 + many[:500], length=TICKS)), "x.mid")


def test_ten_hours_open_and_a_month_is_told() -> None:
    ten_hours = 10 * 3600 * 2 * TICKS  # at 120 quarters a minute
    score = Score(tracks=(Track(name="x", notes=(Note(ten_hours - 5, 60, 5),)),), length=ten_hours)
    assert read_midi(write_midi(score), "x.mid")[0].end == ten_hours
    long = Score(tracks=(Track(name="x", notes=(Note(0, 60, MAX_QUARTERS * TICKS + 1),)),), length=TICKS)
    with pytest.raises(AtelierError, match="too long"):
        read_midi(write_midi(long), "x.mid")


def test_a_file_of_a_hundred_thousand_controllers_is_read_in_time() -> None:
    events = b"".join(bytes([1, 0xB0, 7, i % 128]) for i in range(100_000))
    content = smf(events + bytes([1, 0x90, 60, 80, 96, 0x80, 60, 0, 0, 0xFF, 0x2F, 0]))
    started = time.monotonic()
    assert read_midi(content, "x.mid")[0].tracks[0].volume == 99_999 % 128
    assert time.monotonic() - started < 30


messages = st.one_of(
    st.tuples(
        st.sampled_from([0x80, 0x90, 0xB0, 0xE0, 0xA0]), st.integers(0, 15), st.integers(0, 127), st.integers(0, 127)
    ).map(lambda m: bytes([m[0] | m[1], m[2], m[3]])),
    st.tuples(st.sampled_from([0xC0, 0xD0]), st.integers(0, 15), st.integers(0, 127)).map(
        lambda m: bytes([m[0] | m[1], m[2]])
    ),
    st.tuples(st.integers(0, 127), st.binary(max_size=8)).map(lambda m: bytes([0xFF, m[0], len(m[1])]) + m[1]),
    st.binary(max_size=5).map(lambda m: bytes([0xF0, len(m) + 1]) + bytes(b & 127 for b in m) + b"\xf7"),
    st.tuples(st.integers(0, 127), st.integers(0, 127)).map(bytes),
)
deltas = st.integers(0, 127).map(lambda delta: bytes([delta])) | st.sampled_from([b"\x81\x00", b"\xff\xff\xff\x7f"])
chunks = st.lists(st.tuples(deltas, messages), max_size=30).map(lambda events: b"".join(a + b for a, b in events))


@settings(max_examples=300, deadline=None)
@given(st.lists(chunks, max_size=4), st.integers(0, 2), st.integers(0, 0xFFFF), st.booleans())
def test_any_structure_opens_or_says_why_not(parts: list[bytes], kind: int, division: int, ended: bool) -> None:
    end = b"\x00\xff\x2f\x00" if ended else b""
    opens_or_says(smf(*(part + end for part in parts), kind=kind, division=division))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_open_or_say_why_not(content: bytes, headed: bool) -> None:
    opens_or_says(b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk" + content if headed else content)


def opens_or_says(content: bytes) -> None:
    """What opens can be saved and opens again with the same music; what does not says so as a bad file."""
    score = opened(content)
    if isinstance(score, ErrorKind):
        assert score is ErrorKind.BAD_FILE
        return
    again, _ = read_midi(write_midi(score), "x.mid")
    sounding = [(t.program, t.drums, t.volume, t.pan, t.notes) for t in score.tracks if t.notes]
    assert [(t.program, t.drums, t.volume, t.pan, t.notes) for t in again.tracks if t.notes] == sounding
    assert (again.tempos, again.meters, again.keys) == (score.tempos, score.meters, score.keys)


def opened(content: bytes) -> Score | ErrorKind:
    try:
        return read_midi(content, "x.mid")[0]
    except AtelierError as error:
        return error.kind


def test_solo_and_mute_decide_what_is_heard() -> None:
    one, two, three = (Track(name=name) for name in "abc")
    score = Score(tracks=(one, two, three), length=TICKS)
    assert audible(score) == [0, 1, 2]
    assert audible(score.change_track(1, muted=True)) == [0, 2]
    assert audible(score.change_track(1, solo=True).change_track(2, solo=True, muted=True)) == [1]


def test_mido_agrees_on_the_channels_of_a_band() -> None:
    band = tuple(Track(name=str(i), drums=i == 3, notes=(Note(0, 60, 10),)) for i in range(5))
    file = mido.MidiFile(file=io.BytesIO(write_midi(Score(tracks=band, length=TICKS))))
    found = [next(m.channel for m in track if m.type == "note_on") for track in file.tracks[1:]]
    assert found == [0, 1, 2, 9, 3]
