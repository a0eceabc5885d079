"""The tracks of a MIDI file as parts: one for each track, channel and program that plays, notes paired with their ends.

In a file all tracks share one state of each channel (a first track may set up the instruments of all others), so the
tracks are read as one stream in order of time.
"""

from __future__ import annotations

import contextlib
import heapq
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import mido

from app.studios.compose.document import BEND, FULL_VOLUME, MIDDLE, PAN, VOLUME, Control, Note, Track, tidy
from app.studios.compose.words import instrument_name

DRUMS = 9
RANGE_OF_WHEEL = (6, 38, 98, 99, 100, 101)
"""Controllers that mean something in their order only."""
_PLAYED = ("note_on", "note_off", "program_change", "control_change", "pitchwheel")


@dataclass
class _Part:
    """What one channel of one track plays with one program, while it is read."""

    place: int
    channel: tuple[int, int]
    program: int
    notes: list[Note] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    state: dict[int, int] = field(default_factory=dict)
    """Each controller's last value."""

    def control(self, tick: int, number: int, value: int) -> None:
        self.controls.append(Control(tick, number, value))
        self.state[number] = value


class _Reader:
    """Takes the messages of a file in order of time."""

    def __init__(self) -> None:
        self.parts: dict[tuple[int, tuple[int, int], int], _Part] = {}
        self._programs: dict[tuple[int, int], int] = defaultdict(int)
        self._states: dict[tuple[int, tuple[int, int]], dict[int, int]] = defaultdict(dict)
        self._open: dict[tuple[int, tuple[int, int], int], deque[tuple[int, int, _Part]]] = defaultdict(deque)

    def take(self, tick: int, place: int, port: int, message: Any) -> None:
        channel = (port, message.channel)
        if message.type == "program_change":
            self._programs[channel] = message.program
            self._hand_on(tick, place, channel)
        elif message.type == "control_change":
            self._control(tick, place, channel, message.control, message.value)
        elif message.type == "pitchwheel":
            self._control(tick, place, channel, BEND, message.pitch)
        elif message.type == "note_on" and message.velocity > 0:
            part = self._part(place, channel)
            self._open[place, channel, message.note].append((tick, message.velocity, part))
        else:
            self._off(tick, (place, channel, message.note))

    def close(self, ends: list[int]) -> None:
        """End what still sounds with its track: notes whose end the file forgot."""
        for key, waiting in self._open.items():
            for _ in range(len(waiting)):
                self._off(ends[key[0]], key)

    def _control(self, tick: int, place: int, channel: tuple[int, int], number: int, value: int) -> None:
        self._part(place, channel).control(tick, number, value)
        if number not in RANGE_OF_WHEEL:
            self._states[place, channel][number] = value

    def _hand_on(self, tick: int, place: int, channel: tuple[int, int]) -> None:
        """To the part of another program, the controllers as they are: the channel keeps them."""
        part = self._part(place, channel)
        for number, value in self._states[place, channel].items():
            if part.state.get(number) != value:
                part.control(tick, number, value)

    def _off(self, tick: int, key: tuple[int, tuple[int, int], int]) -> None:
        if self._open[key]:
            start, velocity, part = self._open[key].popleft()
            part.notes.append(Note(start, key[2], max(1, tick - start), velocity))

    def _part(self, place: int, channel: tuple[int, int]) -> _Part:
        key = (place, channel, self._programs[channel])
        if key not in self.parts:
            self.parts[key] = _Part(*key)
        return self.parts[key]


def read_parts(file: mido.MidiFile) -> list[Track]:
    """The parts in the order of the file. Silent ones that only set up a channel for others are not among them."""
    reader = _Reader()
    ports = [_port(track) for track in file.tracks]
    for tick, place, message in _in_time(file):
        reader.take(tick, place, ports[place], message)
    reader.close([sum(message.time for message in track) for track in file.tracks])
    parts = _without_setup(list(reader.parts.values()))
    parts.sort(key=lambda part: part.place)
    several = defaultdict(int)
    for part in parts:
        several[part.place] += 1
    names = [decoded(track.name).strip() for track in file.tracks]
    return [_track(part, names[part.place], several[part.place] > 1) for part in parts]


def _in_time(file: mido.MidiFile) -> Iterator[tuple[int, int, Any]]:
    """What is played, in order of time; at one tick in the order of the tracks."""
    streams = (_played(place, track) for place, track in enumerate(file.tracks))
    return heapq.merge(*streams, key=lambda event: event[:2])


def _played(place: int, track: mido.MidiTrack) -> Iterator[tuple[int, int, Any]]:
    now = 0
    for message in track:
        now += message.time
        if message.type in _PLAYED:
            yield now, place, message


def _port(track: mido.MidiTrack) -> int:
    """The MIDI port a track names; more than sixteen channels need it."""
    return next((message.port for message in track if message.type == "midi_port"), 0)


def _without_setup(parts: list[_Part]) -> list[_Part]:
    """Silent parts give their controllers to one that plays on their channel, of the same track if there is one."""
    playing: dict[tuple[int, int], list[_Part]] = defaultdict(list)
    for part in parts:
        if part.notes:
            playing[part.channel].append(part)
    kept = []
    for part in parts:
        heirs = playing[part.channel]
        if part.notes or not heirs:
            kept.append(part)
            continue
        heir = next((other for other in heirs if other.place == part.place), heirs[0])
        heir.controls.extend(part.controls)
    return kept


def _track(part: _Part, name: str, several: bool) -> Track:
    drums = part.channel[1] == DRUMS
    instrument = instrument_name(part.program, drums)
    notes = tidy(part.notes)
    controls = sorted(part.controls, key=lambda control: control.tick)
    first = notes[0].start if notes else 0
    volume, controls = _initial(controls, VOLUME, first, FULL_VOLUME)
    pan, controls = _initial(controls, PAN, first, MIDDLE)
    return Track(
        name=" · ".join(dict.fromkeys([name, instrument] if name and several else [name or instrument])),
        program=part.program,
        drums=drums,
        notes=notes,
        volume=volume,
        pan=pan,
        controls=tuple(controls),
    )


def _initial(controls: list[Control], number: int, first: int, default: int) -> tuple[int, list[Control]]:
    """The setting in force at the first note, which is the mixer's, and the controllers without it."""
    before = [control for control in controls if control.number == number and control.tick <= first]
    after = [control for control in controls if control.number != number or control.tick > first]
    return before[-1].value if before else default, after


def decoded(text: str) -> str:
    """A text event as it was meant: mido reads Latin-1, and most files today are UTF-8."""
    with contextlib.suppress(UnicodeError):
        return text.encode("latin1").decode("utf8")
    return text
