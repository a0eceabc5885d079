"""A standard MIDI file of type 0 or 1 as a score.

Kept are tracks, programs, drums, volume, pan, pedal and all other controllers, pitch bends, tempo, metre, key, and
velocities; aftertouch, lyrics and system messages are not. A file whose time is in film frames gets a tempo of 120
quarters a minute, so that each note keeps its second.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import mido

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.recipe import KEY, Recipe, recipe_from_json
from app.studios.compose.document import KeySignature, Meter, Score, Tempo, Track
from app.studios.compose.midi.keys import key_from_text
from app.studios.compose.midi.parts import read_parts
from app.studios.compose.midi.texts import MAKERS, MIXER, apply_makers, apply_mixer

MAX_BYTES = 16 << 20
MAX_EVENTS = 200_000
"""Notes and controllers."""
MAX_TRACKS = 2_000
MAX_QUARTERS = 250_000
"""Ten hours, and at 400 quarters a minute still."""
HALF_SECOND = 500_000
"""Microseconds of a quarter where a file says nothing else."""
FRAMES = (24, 25, 29, 30)
"""Frames a second that a file can have its time in."""
DROP_FRAME = 29
"""Stands for 30 / 1.001 frames a second."""


def read_midi(content: bytes, name: str) -> tuple[Score, Recipe | None]:
    """The score in the bytes of a MIDI file, and its recipe; *name* is for the messages.

    Notes without an end stop with their track, those without length get one tick. Raises ``AtelierError``
    (``BAD_FILE``).
    """
    file = _parsed(content, name)
    quarter, tempos = _time_of(file)
    tracks = tuple(read_parts(file))
    end = max((note.end for track in tracks for note in track.notes), default=0)
    _check(tracks, end, quarter, name)
    total = min(max(sum(message.time for message in track) for track in file.tracks), MAX_QUARTERS * quarter)
    score = Score(
        tracks=tracks,
        length=-(-max(end, total) // quarter) * quarter,
        ticks_per_quarter=quarter,
        tempos=tempos,
        meters=_meters(file),
        keys=_keys(file),
    )
    texts = [message.text for _, message in _absolute(file) if message.type == "text"]
    score = apply_makers(score, _starting(texts, MAKERS))
    recipe = _starting(texts, f"{KEY}:")
    return apply_mixer(score, _starting(texts, MIXER)), recipe_from_json(recipe) if recipe else None


def _parsed(content: bytes, name: str) -> mido.MidiFile:
    if not content.startswith(b"MThd"):
        raise _bad(name, tr("it is empty") if not content else tr("it is no MIDI file, whatever its name says"))
    try:
        file = mido.MidiFile(file=io.BytesIO(content), clip=True)
    except (EOFError, OSError, ValueError, IndexError, KeyError, TypeError, mido.KeySignatureError) as error:
        raise _bad(name, tr("it is damaged or cut off")) from error
    if file.ticks_per_beat <= 0 and _frames(file) not in FRAMES:
        raise _bad(name, tr("it does not say how long a quarter is"))
    if file.type not in (0, 1):
        raise _bad(name, tr("it is of type {type}; types 0 and 1 can be opened", type=file.type))
    return file


def _check(tracks: tuple[Track, ...], end: int, quarter: int, name: str) -> None:
    if not any(track.notes for track in tracks):
        raise _bad(name, tr("there are no notes in it"))
    if len(tracks) > MAX_TRACKS:
        raise _bad(name, tr("it has {count} tracks, and at most {most} can be opened",
                            count=len(tracks), most=MAX_TRACKS))  # fmt: skip
    events = sum(len(track.notes) + len(track.controls) for track in tracks)
    if events > MAX_EVENTS or end > MAX_QUARTERS * quarter:
        raise _bad(name, tr("it is too long: at most {events} events and {quarters} quarters can be opened",
                            events=MAX_EVENTS, quarters=MAX_QUARTERS))  # fmt: skip


def _time_of(file: mido.MidiFile) -> tuple[int, tuple[Tempo, ...]]:
    """The ticks of a quarter, and the tempo changes: 120 quarters a minute until the first."""
    division = file.ticks_per_beat
    if division > 0:
        found = {
            tick: Tempo(tick, message.tempo)
            for tick, message in _absolute(file)
            if message.type == "set_tempo" and message.tempo > 0
        }
        tempos = {0: Tempo(0, HALF_SECOND)} | found
        return division, tuple(tempos[tick] for tick in sorted(tempos))
    frames, ticks = _frames(file), division & 255
    each_second = max(1, ticks) * (30 / 1.001 if frames == DROP_FRAME else frames)
    quarter = max(1, round(each_second / 2))
    return quarter, (Tempo(0, round(1e6 * quarter / each_second)),)


def _frames(file: mido.MidiFile) -> int:
    """Frames a second, of a file whose division is negative."""
    return 256 - (file.ticks_per_beat >> 8 & 255)


def _meters(file: mido.MidiFile) -> tuple[Meter, ...]:
    """The time signatures that make sense; four quarters until the first."""
    found = {
        tick: Meter(tick, message.numerator, message.denominator)
        for tick, message in _absolute(file)
        if message.type == "time_signature" and 0 < message.numerator <= 64 and 0 < message.denominator <= 64
    }
    meters = {0: Meter(0, 4, 4)} | found
    return tuple(meters[tick] for tick in sorted(meters))


def _keys(file: mido.MidiFile) -> tuple[KeySignature, ...]:
    found = {
        tick: key_from_text(tick, message.key) for tick, message in _absolute(file) if message.type == "key_signature"
    }
    return tuple(found[tick] for tick in sorted(found))


def _absolute(file: mido.MidiFile) -> Iterator[tuple[int, Any]]:
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.is_meta:
                yield now, message


def _starting(texts: list[str], prefix: str) -> str:
    """What follows *prefix* in the first text that begins with it; empty if none does."""
    return next((text.removeprefix(prefix) for text in texts if text.startswith(prefix)), "")


def _bad(name: str, why: str) -> AtelierError:
    return AtelierError(ErrorKind.BAD_FILE, tr("“{name}” can't be opened: {why}.", name=name, why=why))
