"""What a row of events may say: whatever the network would like, metre, range and given notes are kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.base.errors import AtelierError
from app.studios.compose.asks import go_on, refill_tracks, with_instruments
from app.studios.compose.bars import bars_of
from app.studios.compose.document import TICKS, Meter, Note, Score, Track, blank
from app.studios.compose.events import BAR, GROUP, PITCH, PREFIX, SUFFIX, units_of
from app.studios.compose.grammar import Row
from app.studios.compose.instruments import INSTRUMENTS, class_of, range_of
from app.studios.compose.plan import Plan, completed
from app.studios.compose.request import Ask, ComposeRequest, Region

VOCABULARY = GROUP + 3


def plan_of(ask: Ask) -> Plan:
    return Plan(ComposeRequest(model="", score=ask.score, marks=ask.marks, voices=ask.voices), None)


def babbled(ask: Ask, seed: int) -> tuple[Score, list[int]]:
    """What a network of no taste at all makes of a request, and all it said."""
    plan, random = plan_of(ask), np.random.default_rng(seed)
    row = Row(plan.bars(plan.first, plan.last), plan.tempo_before(plan.first), VOCABULARY)
    said: list[int] = []
    while not row.done:
        assert len(said) < 20_000
        token = row.forced()
        if token is None:
            allowed = row.allowed()
            assert allowed.any()
            # It likes to end bars now and then, or it would fill each place.
            token = int(random.choice(np.flatnonzero(allowed))) if random.random() < 0.9 or not allowed[BAR] else BAR
            row.take(token)
        said.append(token)
    return completed(ask.score, [plan.note(event, plan.first + bar) for bar, event in row.made]), said


def keys(score: Score) -> set[tuple[int, Note]]:
    return {(index, note) for index, track in enumerate(score.tracks) for note in track.notes}


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 9999),
    st.sampled_from(["piano", "violin, violin, cello", "drums", "flute, drums, bass guitar"]),
    st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 16)]),
)
def test_bars_keep_their_metre_and_notes_their_range(seed, names, meter) -> None:
    score, tracks = with_instruments(Score(tracks=blank().tracks, length=1, meters=(Meter(0, *meter),)), names)
    written, _ = babbled(go_on(score, 0, 3, tracks), seed)
    assert bars_of(written).count == 3
    for track in written.tracks:
        lowest, highest = INSTRUMENTS[class_of(track)].lowest, INSTRUMENTS[class_of(track)].highest
        assert all(lowest <= note.pitch <= highest for note in track.notes)
        assert all(note.end <= written.length and note.maker == "machine" for note in track.notes)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 9999), st.sampled_from([0.3, 1.0]), st.integers(0, 7))
def test_what_is_not_marked_stays_note_for_note(seed, change, shift) -> None:
    score, tracks = with_instruments(blank(1), "violin, viola, drums")
    score, _ = babbled(go_on(score, 0, 4, tracks), seed)
    quarter = score.ticks_per_quarter
    regions = [Region(0, shift * quarter // 2, 9 * quarter), Region(2, 4 * quarter, 8 * quarter)]
    try:
        ask = refill_tracks(score, regions, change, seed)
    except AtelierError:  # nothing was there to be changed
        return
    written, _ = babbled(ask, seed + 1)
    assert keys(ask.score) <= keys(written)
    assert written.tracks[1] == score.tracks[1]
    for track, note in keys(written) - keys(ask.score):
        assert any(m.voice == track and m.start <= note.start + 20 and note.start < m.end for m in ask.marks)


def test_given_notes_are_said_where_their_turn_comes() -> None:
    score, _ = with_instruments(blank(2), "violin, cello")
    low = [Note(place * TICKS, 40 + place, TICKS, 80) for place in range(8)]
    _, said = babbled(refill_tracks(score.with_track(1, low), [Region(0, 0, 8 * TICKS)]), 5)
    below_the_violin = [token - PITCH for token in said if PITCH <= token < PITCH + 55]
    assert below_the_violin == [note.pitch for note in low]


def test_what_is_read_first_is_told_from_what_follows() -> None:
    score, _ = with_instruments(blank(6), "piano")
    score = score.with_track(0, [Note(place * TICKS, 60 + place % 5, TICKS) for place in range(24)])
    bars = bars_of(score)
    plan = plan_of(refill_tracks(score, [Region(0, bars.nth(2).start, bars.nth(4).start)]))
    context = plan.context(plan.first, plan.last, 4000)
    assert context.count(SUFFIX) == context.count(PREFIX) == 1
    inside = context[context.index(SUFFIX) : context.index(PREFIX)]
    assert sum(BAR <= token < BAR + 27 for token in inside) == 2
    narrow = plan.context(plan.first, plan.last, 60)
    assert len(narrow) <= 60


def test_a_piece_grows_where_it_is_too_short_and_is_not_cut() -> None:
    score, tracks = with_instruments(blank(2), "piano")
    score = score.with_track(0, [Note(0, 60, TICKS), Note(7 * TICKS, 62, TICKS)])
    ask = go_on(score, 4 * TICKS, 3, tracks)
    assert (bars_of(ask.score).count, [note.pitch for note in ask.score.tracks[0].notes]) == (4, [60])
    assert [(mark.start, mark.end) for mark in ask.marks] == [(4 * TICKS, 16 * TICKS)]
    with pytest.raises(AtelierError, match="No track"):
        go_on(score, 0, 1, [])


def test_instruments_take_the_tracks_that_play_them() -> None:
    played = Track(name="Mine", program=40, notes=(Note(0, 70, TICKS),))
    score = Score(tracks=(played, Track(name="Empty", program=0)), length=4 * TICKS)
    with_two, chosen = with_instruments(score, "Violin, piano")
    assert [track.name for track in with_two.tracks] == ["Mine", "Piano"]
    assert chosen == [0, 1]
    same, all_tracks = with_instruments(score, "")
    assert same == score
    assert all_tracks == [0, 1]


def test_what_would_strike_a_sounding_note_again_is_left_out() -> None:
    score = Score(
        tracks=(Track(name="", program=0, notes=(Note(0, 60, 4 * TICKS), Note(8 * TICKS, 60, TICKS))),), length=9
    )
    made = [(0, Note(TICKS, 60, TICKS)), (0, Note(5 * TICKS, 60, 10 * TICKS)), (0, Note(0, 64, TICKS))]
    notes = completed(score, made).tracks[0].notes
    assert [(note.start, note.pitch, note.duration) for note in notes] == [
        (0, 60, 4 * TICKS), (0, 64, TICKS), (5 * TICKS, 60, 3 * TICKS), (8 * TICKS, 60, TICKS),
    ]  # fmt: skip


def test_every_metre_is_as_long_as_its_bars() -> None:
    score = Score(tracks=(Track(name="", program=0),), length=1, meters=(Meter(0, 5, 8),))
    plan = plan_of(go_on(score, 0, 2, [0]))
    assert [bar.measure.units for bar in plan.bars(0, 2)] == [30, 30] == [units_of(15)] * 2
    assert range_of(0) == (21, 108)
