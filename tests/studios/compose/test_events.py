"""The tokens of a score: what they keep, and that they are few."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.base.errors import AtelierError
from app.studios.compose.document import TICKS, Meter, Note, Score, Tempo, Track
from app.studios.compose.events import (
    BAR,
    DRUM,
    DURATION,
    DURATIONS,
    END,
    GROUP,
    LONGEST,
    METERS,
    PART,
    PITCH,
    POSITION,
    TEMPO,
    TEMPOS,
    UNITS,
    VELOCITY,
    events_in,
    head,
    measures_of,
    note_of,
    tokens_of,
    transposed,
    units_of,
    velocity_of,
)
from app.studios.compose.instruments import DRUM_CLASS, INSTRUMENTS, class_of, named, parts_of

STEP = TICKS // UNITS
note = st.builds(
    Note,
    start=st.integers(0, 20 * UNITS).map(lambda units: units * STEP),
    pitch=st.integers(40, 80),
    duration=st.sampled_from(DURATIONS).map(lambda units: units * STEP),
    velocity=st.integers(0, 7).map(velocity_of),
)
voices = st.lists(st.lists(note, max_size=30), min_size=1, max_size=4)


def score(*notes: list[Note], meters: tuple[Meter, ...] = (Meter(0, 4, 4),), drums: bool = False) -> Score:
    tracks = tuple(Track(name="", program=40, drums=drums, notes=tuple(sorted(track))) for track in notes)
    length = max([1, *(one.end for track in notes for one in track)])
    return Score(tracks=tracks, length=length, meters=meters)


def told(piece: Score) -> list[list[int]]:
    tempo, bars = -1, []
    for measure in measures_of(piece):
        bars.append(tokens_of(measure, measure.tempo if tempo < 0 else tempo))
        tempo = measure.tempo
    return bars


@settings(max_examples=40)
@given(voices, st.booleans(), st.sampled_from([(4, 4), (3, 4), (6, 8), (5, 8), (11, 16), (3, 1)]))
def test_a_score_on_the_grid_survives_note_for_note(tracks, drums, meter) -> None:
    piece = score(*tracks, meters=(Meter(0, *meter),), drums=drums)
    parts, measures = parts_of(piece), measures_of(piece)
    back = [
        [note_of(event, measure, piece) for event in events if event.part == part]
        for part in parts
        for measure, events in [
            (m, e) for m, tokens in zip(measures, told(piece), strict=True) for e in events_in(tokens)
        ]
    ]
    found = {(one.start, one.pitch, one.velocity, one.duration) for bar in back for one in bar}
    lengths = (lambda one: 3 * STEP) if drums else (lambda one: one.duration)
    assert found == {(one.start, one.pitch, one.velocity, lengths(one)) for track in tracks for one in track}


@settings(max_examples=40)
@given(voices)
def test_each_bar_is_told_by_itself(tracks) -> None:
    piece = score(*tracks)
    whole = [tuple(events) for bar in told(piece) for events in events_in(bar)]
    assert whole == [measure.events for measure in measures_of(piece)]


def test_what_would_repeat_is_left_out() -> None:
    chord = [Note(0, pitch, TICKS, 72) for pitch in (60, 64, 67)] + [Note(TICKS, 72, TICKS, 72)]
    (bar,) = told(score(chord))
    part = parts_of(score(chord))[0]
    assert bar == [
        BAR, POSITION, PART + part, VELOCITY + 4, DURATION + DURATIONS.index(12), PITCH + 60, PITCH + 64, PITCH + 67,
        POSITION + 12, PITCH + 72,
    ]  # fmt: skip


def test_notes_between_two_places_of_the_grid_go_to_the_nearest_and_never_out_of_their_bar() -> None:
    late = Note(4 * TICKS - 1, 60, 1, 80)
    first, second = measures_of(score([late, Note(5 * TICKS, 62, TICKS, 80)]))
    assert [event.position for event in first.events] == []
    assert [(event.position, event.pitch) for event in second.events] == [(0, 60), (12, 62)]
    (alone,) = measures_of(score([late]))
    assert [event.position for event in alone.events] == [47]


def test_tempo_is_told_where_it_changes() -> None:
    piece = Score(
        tracks=(Track(name="", notes=(Note(0, 60, 12 * TICKS),)),),
        length=12 * TICKS,
        tempos=(Tempo(0, 500_000), Tempo(4 * TICKS, 1_000_000)),
    )
    changes = [[token - TEMPO for token in bar if TEMPO <= token < TEMPO + len(TEMPOS)] for bar in told(piece)]
    slow = int(np.abs(np.log(np.array(TEMPOS) / 60)).argmin())
    assert changes == [[], [slow], []]


def test_every_metre_fits_a_bar_and_has_a_length_of_its_own_tokens() -> None:
    assert max(units_of(number) for number in range(len(METERS))) == LONGEST
    bounds = [END, BAR, POSITION, PART, DURATION, VELOCITY, TEMPO, PITCH, DRUM, GROUP]
    assert bounds == sorted(bounds)


def test_moving_to_another_key_leaves_drums_alone() -> None:
    tokens = np.array([*told(score([Note(0, 60, TICKS)]))[0], *told(score([Note(0, 38, TICKS)], drums=True))[0]])
    moved = transposed(tokens, 3)
    assert moved[moved != tokens].tolist() == [PITCH + 63]


def test_the_head_says_who_how_fast_and_what_plays() -> None:
    assert head(3, 5, [9, 2, 9], begins=True) == [GROUP + 3, TEMPO + 5, PART + 2, PART + 9, 1]
    assert head(None, 5, [], begins=False) == [TEMPO + 5]


def test_each_program_has_a_class_and_each_class_a_range() -> None:
    classes = {class_of(Track(name="", program=program)) for program in range(128)}
    assert classes == set(range(DRUM_CLASS))
    assert sorted(p for one in INSTRUMENTS for p in one.programs) == list(range(128))
    assert all(0 <= one.lowest < one.highest <= 127 for one in INSTRUMENTS)


def test_instruments_are_known_by_their_names() -> None:
    assert named("Violin").program == 40
    assert named("harps").program == 6
    assert named("drums").drums
    for bad in ("", "kazoo", "b"):
        with pytest.raises(AtelierError, match="no instrument"):
            named(bad)


def test_tracks_of_one_instrument_are_told_apart_by_their_order() -> None:
    quartet = [named(name) for name in ("violin", "violin", "viola", "cello")]
    first, second, viola, cello = parts_of(Score(tracks=tuple(quartet), length=1))
    assert second == first + 1
    assert len({first, second, viola, cello}) == 4
