"""A score <-> tokens: bars of notes on a grid of twelfths of a quarter; used by the application and the training.

The events are those of REMI (Huang & Yang 2020) with tracks (Ens & Pasquier 2020), and what would only repeat is left
out. A bar is ``BAR`` with its metre, ``TEMPO`` where it changes, then for each onset ``POSITION`` and its notes, in the
order of part, falling duration, and pitch::

    BAR 4/4 | POSITION 0  PART violin  VELOCITY 5  DURATION 12  PITCH 67  PITCH 71 | POSITION 12  DURATION 6  PITCH 74

``PART``, and the velocity and duration of a part, are said in each bar when first needed and then only where they
change. So a bar can be read without those before it, and two or three tokens make a note. Drums have pitches of their
own and no duration. Before the bars stands a head: who wrote it (*group*), tempo, parts, and ``START`` where the piece
begins. ``SUFFIX`` later bars ``PREFIX`` earlier bars … ``END`` is a gap to be filled (Bavarian et al. 2022).
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from app.studios.compose.bars import bars_of
from app.studios.compose.document import Note, Score
from app.studios.compose.instruments import HIGHEST_DRUM, LOWEST_DRUM, PARTS, is_drums, parts_of
from app.studios.compose.piece import in_force

UNITS = 12
"""Steps of the grid in a quarter: sixteenths and triplets both lie on it."""
METERS = (
    (4, 4), (3, 4), (2, 4), (6, 8), (2, 2), (2, 1), (3, 8), (3, 2), (12, 8), (9, 8), (6, 4), (4, 2), (4, 8), (5, 4),
    (2, 8), (5, 8), (7, 8), (1, 4), (1, 2), (7, 4), (8, 4), (9, 16), (12, 16), (6, 16), (1, 8), (1, 16), (10, 8),
)  # fmt: skip
LONGEST = 96
"""Units of the longest bar; longer ones are told in parts."""
DURATIONS = (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 21, 24, 27, 30, 32, 36, 42, 48, 54, 60, 72, 84, 96, 120,
             144, 192)  # fmt: skip
"""In units; others are told as the one nearest in proportion."""
DRUM_DURATION = 3
VELOCITIES = 8
TEMPOS = tuple(round(30 * 1.19**step) for step in range(13))
"""Quarters a minute."""
END, START, SUFFIX, PREFIX = range(4)
BAR = 4
POSITION = BAR + len(METERS)
PART = POSITION + LONGEST
DURATION = PART + PARTS
VELOCITY = DURATION + len(DURATIONS)
TEMPO = VELOCITY + VELOCITIES
PITCH = TEMPO + len(TEMPOS)
DRUM = PITCH + 128
GROUP = DRUM + HIGHEST_DRUM - LOWEST_DRUM + 1
"""The first token of each kind; those of composers and styles come last."""
_NEAREST = tuple(int(np.abs(np.log(np.array(DURATIONS) / units)).argmin()) for units in range(1, DURATIONS[-1] + 1))


class Event(NamedTuple):
    """A note in its bar, all as the numbers their tokens count from: *position* in units, *part*, *duration* (its
    place among :data:`DURATIONS`, falling ones first), *pitch*, *velocity* (its eighth)."""

    position: int
    part: int
    duration: int
    pitch: int
    velocity: int

    @property
    def order(self) -> tuple[int, int, int, int]:
        """In which order the notes of a bar are told."""
        return self.position, self.part, -self.duration, self.pitch


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A bar on the grid: it begins at tick *start* and has *units*; metre and tempo by their place in the tables."""

    start: int
    units: int
    meter: int
    tempo: int
    events: tuple[Event, ...] = ()


def measures_of(score: Score, parts: Sequence[int] | None = None) -> list[Measure]:
    """The bars of a score with their notes; *parts* are those of its tracks, if they are not :func:`parts_of`."""
    empty = list(_grid(score))
    found: list[set[Event]] = [set() for _ in empty]
    for _, _, place, event in _placed(score, parts or parts_of(score), empty):
        found[place].add(event)
    return [
        msgspec.structs.replace(measure, events=tuple(sorted(events, key=lambda event: event.order)))
        for measure, events in zip(empty, found, strict=True)
    ]


def places_of(score: Score) -> dict[tuple[int, Event], tuple[int, Note]]:
    """For each bar and event of :func:`measures_of`, a track and a note that it tells of."""
    placed = _placed(score, parts_of(score), list(_grid(score)))
    return {(place, event): (track, note) for track, note, place, event in placed}


def _placed(score: Score, parts: Sequence[int], empty: list[Measure]) -> Iterator[tuple[int, Note, int, Event]]:
    """Each note with its track, its bar and its event."""
    starts = np.array([measure.start for measure in empty])
    for number, (part, track) in enumerate(zip(parts, score.tracks, strict=True)):
        for note in track.notes:
            place = int(starts.searchsorted(note.start, side="right")) - 1
            position = to_units(note.start - empty[place].start, score)
            if position >= empty[place].units and place + 1 < len(empty):
                place, position = place + 1, 0
            yield number, note, place, event_of(note, min(position, empty[place].units - 1), part, score)


def event_of(note: Note, position: int, part: int, score: Score) -> Event:
    """A note of a part as it is told; drums outside the kit are its nearest."""
    if is_drums(part):
        pitch = min(max(note.pitch, LOWEST_DRUM), HIGHEST_DRUM)
        return Event(position, part, 0, pitch, velocity_class(note.velocity))
    units = min(max(1, to_units(note.duration, score)), DURATIONS[-1])
    return Event(position, part, _NEAREST[units - 1], note.pitch, velocity_class(note.velocity))


def note_of(event: Event, measure: Measure, score: Score) -> Note:
    """The note an event stands for, made by the machine."""
    start = measure.start + to_ticks(event.position, score)
    units = DRUM_DURATION if is_drums(event.part) else DURATIONS[event.duration]
    end = measure.start + to_ticks(event.position + units, score)
    return Note(start, event.pitch, max(1, end - start), velocity_of(event.velocity), "machine")


def to_units(ticks: int, score: Score) -> int:
    """The nearest unit."""
    return (2 * ticks * UNITS + score.ticks_per_quarter) // (2 * score.ticks_per_quarter)


def to_ticks(units: int, score: Score) -> int:
    """The nearest tick."""
    return (2 * units * score.ticks_per_quarter + UNITS) // (2 * UNITS)


def velocity_class(velocity: int) -> int:
    return velocity * VELOCITIES // 128


def velocity_of(number: int) -> int:
    """The middle of a class of velocities."""
    return (2 * number + 1) * 128 // (2 * VELOCITIES)


def tempo_class(bpm: float) -> int:
    """The nearest of :data:`TEMPOS` in proportion."""
    return int(np.abs(np.log(np.array(TEMPOS) / bpm)).argmin())


def _grid(score: Score) -> Iterator[Measure]:
    """The bars without notes; those of a metre that has no token are told in parts that have one."""
    bars = bars_of(score)
    for bar in map(bars.nth, range(bars.count)):
        meter, tempo = in_force(score.meters, bar.start), in_force(score.tempos, bar.start)
        kind = tempo_class(tempo.bpm if tempo else 120)
        if meter and (meter.numerator, meter.denominator) in METERS:
            number = METERS.index((meter.numerator, meter.denominator))
            yield Measure(start=bar.start, units=units_of(number), meter=number, tempo=kind)
            continue
        at, end = bar.start, bar.end
        while at < end:
            number = _fitting(to_units(end - at, score))
            yield Measure(start=at, units=units_of(number), meter=number, tempo=kind)
            at += to_ticks(units_of(number), score)


def units_of(meter: int) -> int:
    """The units of a bar of that metre."""
    return METERS[meter][0] * 4 * UNITS // METERS[meter][1]


def _fitting(units: int) -> int:
    """The longest usual metre that fits into so many units, or the shortest there is."""
    fitting = [number for number, (_, beat) in enumerate(METERS) if beat in (4, 8, 16) and units_of(number) <= units]
    return max(fitting, key=units_of, default=METERS.index((1, 16)))


def head(group: int | None, tempo: int, parts: Iterable[int], begins: bool) -> list[int]:
    """What stands before the bars: who wrote it (None: nobody in particular), tempo, parts, whether it begins here."""
    told = [] if group is None else [GROUP + group]
    return [*told, TEMPO + tempo, *(PART + part for part in sorted(set(parts))), *([START] if begins else [])]


def tokens_of(measure: Measure, tempo: int) -> list[int]:
    """A bar after one of that *tempo*."""
    tokens = [BAR + measure.meter]
    if measure.tempo != tempo:
        tokens.append(TEMPO + measure.tempo)
    state = State()
    for event in measure.events:
        tokens += state.told(event)
    return tokens


class State:
    """What has been said in a bar so far, so that it need not be said again."""

    def __init__(self) -> None:
        self.position = self.part = -1
        self.durations: dict[int, int] = {}
        self.velocities: dict[int, int] = {}

    def told(self, event: Event) -> list[int]:
        """The tokens of the next event; it is remembered."""
        tokens = []
        if event.position != self.position:
            tokens.append(POSITION + event.position)
        if event.part != self.part:
            tokens.append(PART + event.part)
        if self.velocities.get(event.part) != event.velocity:
            tokens.append(VELOCITY + event.velocity)
        if not is_drums(event.part) and self.durations.get(event.part) != event.duration:
            tokens.append(DURATION + event.duration)
        self.remember(event)
        return [*tokens, DRUM + event.pitch - LOWEST_DRUM if is_drums(event.part) else PITCH + event.pitch]

    def remember(self, event: Event) -> None:
        self.position, self.part = event.position, event.part
        self.durations[event.part] = event.duration
        self.velocities[event.part] = event.velocity


def events_in(tokens: Iterable[int]) -> list[list[Event]]:
    """The notes of each bar in tokens that begin with one; the inverse of :func:`tokens_of`. What makes no sense in
    its place says nothing."""
    bars: list[list[Event]] = []
    state = State()
    for token in tokens:
        if BAR <= token < POSITION:
            bars.append([])
            state = State()
        elif (event := taken(token, state)) is not None and bars:
            bars[-1].append(event)
    return bars


def taken(token: int, state: State) -> Event | None:
    """Change the state by one token of a bar; returns the note it completes, if any."""
    if POSITION <= token < PART:
        state.position = token - POSITION
    elif PART <= token < DURATION:
        state.part = token - PART
    elif DURATION <= token < VELOCITY:
        state.durations[state.part] = token - DURATION
    elif VELOCITY <= token < TEMPO:
        state.velocities[state.part] = token - VELOCITY
    elif PITCH <= token < GROUP and state.part >= 0 and state.position >= 0:
        pitch = token - PITCH if token < DRUM else token - DRUM + LOWEST_DRUM
        duration = state.durations.get(state.part, 0)
        return Event(state.position, state.part, duration, pitch, state.velocities.get(state.part, VELOCITIES // 2))
    return None


_BOUNDS = (BAR, POSITION, PART, DURATION, VELOCITY, TEMPO, PITCH, GROUP)
KINDS = ("mark", "bar", "position", "part", "duration", "velocity", "tempo", "note", "group")


def kind_of(token: int) -> str:
    """What a token says, one of :data:`KINDS`."""
    return KINDS[bisect.bisect_right(_BOUNDS, token)]


def is_note(tokens: np.ndarray) -> np.ndarray:
    """Where tokens (…) complete a note."""
    return (tokens >= PITCH) & (tokens < GROUP)


def to_pitch(tokens: np.ndarray) -> np.ndarray:
    """The keys that tokens of notes (…) stand for."""
    return np.where(tokens < DRUM, tokens - PITCH, tokens - DRUM + LOWEST_DRUM)


def transposed(tokens: np.ndarray, semitones: int) -> np.ndarray:
    """Tokens (n,) with all pitches moved; drums stay."""
    return np.where((tokens >= PITCH) & (tokens < DRUM), tokens + semitones, tokens)
