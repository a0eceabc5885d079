"""The score, its edits and what may change in it: values in, values out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.errors import AtelierError
from app.studios.compose.bars import bars_of
from app.studios.compose.cast import with_choir
from app.studios.compose.document import (
    TICKS,
    KeySignature,
    Meter,
    Note,
    Score,
    Tempo,
    Track,
    blank,
    shares,
    tidy,
)
from app.studios.compose.edits import (
    NOTHING,
    add,
    delete,
    duplicate,
    everything,
    give_to,
    move,
    regions_of,
    resize,
    trim,
    within,
)
from app.studios.compose.piece import in_force, set_bars, set_key, set_meter, set_tempo
from app.studios.compose.request import Ask, Mark, Region, compose, harmonise, refill
from app.studios.compose.sound.timing import timing_of
from app.studios.compose.words import bar_and_beat, key_name

notes = st.lists(
    st.builds(
        Note,
        start=st.integers(0, 4000),
        pitch=st.integers(55, 60),
        duration=st.integers(1, 900),
        velocity=st.integers(1, 127),
        maker=st.sampled_from(["user", "machine", "edited"]),
    ),
    max_size=25,
)


def melody(*pitches: int) -> Score:
    """Quarters in the soprano."""
    return blank(2).with_track(0, [Note(index * TICKS, pitch, TICKS) for index, pitch in enumerate(pitches)])


def pitches_of(score: Score, track: int = 0) -> list[int]:
    return [note.pitch for note in score.tracks[track].notes]


@given(notes)
def test_no_pitch_sounds_twice_at_once(found: list[Note]) -> None:
    kept = tidy(found)
    assert list(kept) == sorted(kept)
    for pitch in {note.pitch for note in kept}:
        same = [note for note in kept if note.pitch == pitch]
        assert all(one.end <= two.start for one, two in pairwise(same))


@given(notes, st.integers(-2000, 2000), st.integers(-70, 70))
def test_moving_everything_keeps_the_shape(found: list[Note], ticks: int, semitones: int) -> None:
    score = blank().with_track(0, found)
    before = score.tracks[0].notes
    moved, selection = move(score, everything(score), ticks, semitones)
    after = moved.tracks[0].notes
    assert len(after) == len(before) == len(selection)
    if before:
        shift = after[0].start - before[0].start
        assert [note.start - shift for note in after] == [note.start for note in before]
        assert all(0 <= note.pitch <= 127 and note.start >= 0 for note in after)


def test_what_the_machine_made_is_edited_once_touched_and_the_rest_stays() -> None:
    score = blank().with_track(0, [Note(0, 60, TICKS, 80, "machine"), Note(TICKS, 62, TICKS, 80, "machine")])
    moved, _ = move(score, within(score, (0, TICKS), (0, 127)), 0, 2)
    assert [note.maker for note in moved.tracks[0].notes] == ["edited", "machine"]
    assert shares(moved) == {"user": 0, "machine": 0.5, "edited": 0.5}


def test_a_drawn_note_pushes_aside_the_one_in_its_way() -> None:
    score, selection = add(melody(60, 60), 0, Note(TICKS // 2, 60, TICKS))
    assert [(note.start, note.end) for note in score.tracks[0].notes] == [(0, TICKS // 2), (TICKS // 2, TICKS * 3 // 2)]
    assert len(selection) == 1
    assert not delete(score, everything(score))[0].tracks[0].notes


def test_lengths_stop_at_the_grid_and_at_the_beginning() -> None:
    score = melody(60, 64)
    shorter, chosen = resize(score, everything(score), -10 * TICKS, TICKS // 4)
    assert {note.duration for note in shorter.tracks[0].notes} == {TICKS // 4}
    trimmed, _ = trim(shorter, chosen, -10 * TICKS, TICKS // 4)
    assert [(note.start, note.end) for note in trimmed.tracks[0].notes] == [(0, TICKS // 4), (0, TICKS * 5 // 4)]


def test_copies_come_behind_and_are_the_users() -> None:
    score = blank().with_track(0, [Note(0, 60, TICKS, 80, "machine")])
    twice, selection = duplicate(score, everything(score), TICKS)
    assert [(note.start, note.maker) for note in twice.tracks[0].notes] == [(0, "machine"), (TICKS, "user")]
    given_away, _ = give_to(twice, selection, 2)
    assert pitches_of(given_away, 2) == [60]
    assert pitches_of(given_away) == [60]


def test_length_is_never_shorter_than_the_music() -> None:
    score = melody(60, 62, 64, 65, 67)
    assert set_bars(score, 5).length == 5 * 4 * TICKS
    assert set_bars(score, 1).length == score.end
    assert set_tempo(score, 96).tempos[0].bpm == pytest.approx(96)


def test_bars_follow_the_metre() -> None:
    meters = (Meter(0, 4, 4), Meter(4 * TICKS, 3, 4), Meter(10 * TICKS, 2, 4))
    score = Score(tracks=(Track(name="x"),), length=12 * TICKS, meters=meters)
    bars = bars_of(score)
    assert [bars.nth(number).start // TICKS for number in range(bars.count)] == [0, 4, 7, 10]
    assert [bar.number for bar in bars.between(5 * TICKS, 7.5 * TICKS)] == [1, 2]
    assert bar_and_beat(score, 8 * TICKS) == "bar 3, beat 2"


def test_a_change_that_changes_nothing_is_no_change() -> None:
    score = set_tempo(set_tempo(blank(), 100, 4 * TICKS), 120, 8 * TICKS)
    assert [round(tempo.bpm) for tempo in score.tempos] == [80, 100, 120]
    assert len(set_tempo(score, 80, 4 * TICKS).tempos) == 2
    assert set_meter(set_meter(blank(), 3, 4, 4 * TICKS), 4, 4, 4 * TICKS) == blank()
    keyed = set_key(set_key(blank(), 1), -3, True, 8 * TICKS)
    assert [key_name(key) for key in keyed.keys] == ["G major", "C minor"]
    assert in_force(keyed.keys, 8 * TICKS) == KeySignature(8 * TICKS, -3, True)
    assert set_key(keyed, None, tick=8 * TICKS).keys == (KeySignature(0, 1),)


def test_scales_are_those_of_the_keys() -> None:
    assert KeySignature(0, 2).tonic == 2
    assert KeySignature(0, 2).scale == {2, 4, 6, 7, 9, 11, 1}
    assert KeySignature(0, -3, True).tonic == 0
    assert KeySignature(0, -3, True).scale == {0, 2, 3, 5, 7, 8, 10}


def test_time_runs_through_changes_of_tempo_and_back() -> None:
    score = Score(tracks=(), length=8 * TICKS, tempos=(Tempo(0, 500_000), Tempo(4 * TICKS, 1_000_000)))
    timing = timing_of(score)
    assert timing.second(6 * TICKS) == pytest.approx(4.0)
    for tick in (0, 100, 4 * TICKS, 7 * TICKS):
        assert timing.tick(timing.second(tick)) == pytest.approx(tick)


# --- what may change --------------------------------------------------------------------------------------------------


def test_refill_takes_notes_whole_and_leaves_those_that_began_before() -> None:
    score = blank(2).with_track(1, [Note(0, 60, 2 * TICKS), Note(2 * TICKS, 62, 3 * TICKS)])
    left, marks, *_ = refill(score, [Region(1, TICKS, 3 * TICKS)])
    assert pitches_of(left, 1) == [60]
    assert marks == (Mark(1, TICKS, 5 * TICKS),)


def test_marks_that_touch_are_one_request() -> None:
    score = melody(60)
    assert refill(score, [Region(2, 0, 100), Region(2, 100, 200)]) == refill(score, [Region(2, 0, 200)])


def test_harmonising_keeps_the_soprano_and_asks_for_whole_quarters() -> None:
    score = blank().with_track(0, [Note(TICKS + 7, 67, TICKS)])
    kept, marks, *_ = harmonise(score)
    assert kept == score
    assert marks == tuple(Mark(voice, TICKS, 3 * TICKS) for voice in (1, 2, 3))


def test_generate_keeps_the_voices_of_the_user_and_replaces_those_of_the_machine() -> None:
    score = melody(60, 62, 64, 65).with_track(1, [Note(0, 55, TICKS, 80, "machine")])
    left, marks, *_ = compose(score)
    assert left.tracks[0] == score.tracks[0]
    assert not left.tracks[1].notes
    assert {mark.voice for mark in marks} == {1, 2, 3}


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (lambda: harmonise(blank()), "no melody"),
        (lambda: refill(blank(), []), "Nothing is marked"),
        (lambda: refill(blank(), regions_of(blank(), NOTHING)), "Nothing is marked"),
        (
            lambda: compose(blank().map_notes(lambda *_: None).with_track(0, [Note(0, 60, 1)]).with_track(
                1, [Note(0, 60, 1)]).with_track(2, [Note(0, 60, 1)]).with_track(3, [Note(0, 48, 1)])),
            "All four voices",
        ),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(ask: object, why: str) -> None:
    with pytest.raises(AtelierError, match=why):
        ask()  # pyright: ignore[reportCallIssue]


def test_a_share_of_the_notes_may_change_and_no_other() -> None:
    score = blank().with_track(1, [Note(i * TICKS, 60 + i % 5, TICKS) for i in range(20)])
    region = [Region(1, 0, 20 * TICKS)]
    left, marks, *_ = refill(score, region, change=0.25, seed=1)
    assert len(left.tracks[1].notes) == 15
    assert sum(mark.end - mark.start for mark in marks) == 5 * TICKS
    assert set(left.tracks[1].notes) < set(score.tracks[1].notes)
    assert refill(score, region, change=0.25, seed=1) == Ask(left, marks, (0, 1, 2, 3))
    assert refill(score, region, change=0.25, seed=2).score != left


def piece(*names: str) -> Score:
    tracks = [Track(name=name, drums=name == "Kit", notes=(Note(0, 60, 10),)) for name in names]
    return Score(tracks=tuple(tracks), length=TICKS)


@pytest.mark.parametrize(
    ("names", "melody", "voices"),
    [
        (("Kit", "Flute"), None, (1, 2, 3, 4)),
        (("Violin", "Piano", "Cello"), 2, (2, 3, 4, 5)),
        (("One", "Two", "Kit", "Three", "Four"), None, (0, 1, 3, 4)),
        (("Piano", "bass", "Tenor", "Alto", "Soprano"), 0, (4, 3, 2, 1)),
        (("V1", "V2", "V3", "V4", "V5"), None, (0, 5, 6, 7)),
        (("Soprano", "Kit"), None, (0, 2, 3, 4)),
    ],
)
def test_which_tracks_sing(names: tuple[str, ...], melody: int | None, voices: tuple[int, ...]) -> None:
    score, found = with_choir(piece(*names), melody)
    assert found == voices
    assert score.tracks[: len(names)] == piece(*names).tracks
    assert all(not track.notes for track in score.tracks[len(names) :])


def test_a_track_that_does_not_sing_can_not_be_refilled() -> None:
    score = piece("Soprano", "Alto", "Tenor", "Bass", "Piano")
    with pytest.raises(AtelierError, match="“Piano” is none of the four voices"):
        refill(score, [Region(4, 0, TICKS)])
