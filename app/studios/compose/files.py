"""MIDI files of type 0 and 1 (The Complete MIDI 1.0 Detailed Specification, Standard MIDI Files 1.0), in and out.

What we write also says, in text events, which notes the machine made and the recipe; both stay out when no recipe is
wanted. What is read keeps tracks, programs, drums, tempo, metre, velocities; pedals and other controllers are dropped.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mido

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, read_bytes
from app.base.i18n import tr
from app.runtime.recipe import KEY, Recipe, recipe_from_json
from app.studios.compose.document import Meter, Score, Tempo, Track, with_voices
from app.studios.compose.makers import MAKERS, apply_makers, makers_text
from app.studios.compose.parts import read_parts

MAX_BYTES = 16 << 20
MAX_NOTES = 200_000
MAX_QUARTERS = 100_000
DRUMS = 9


def write_midi(score: Score, recipe: Recipe | None = None, makers: bool = False) -> bytes:
    """The score as a MIDI file of type 1: a first track of tempo and metre, then one for each track.

    The same score gives the same bytes. *makers* also writes who made which note.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=score.ticks_per_quarter, charset="utf8")
    file.tracks.append(_conductor(score, recipe, makers))
    channels = _channels(score)
    file.tracks.extend(_track(track, channel) for track, channel in zip(score.tracks, channels, strict=True))
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def save_midi(path: Path, score: Score, recipe: Recipe | None) -> list[Path]:
    """Write a ``.mid`` file. Raises :class:`AtelierError` (``DISK``)."""
    atomic_write(path, write_midi(score, recipe, makers=recipe is not None))
    return [path]


def load_midi(path: Path) -> tuple[Score, Recipe | None]:
    """Read a MIDI file. Raises :class:`AtelierError` (``BAD_FILE``) that says what is wrong with it."""
    return read_midi(read_bytes(path, MAX_BYTES), path.name)


def read_midi(content: bytes, name: str) -> tuple[Score, Recipe | None]:
    """The score in the bytes of a MIDI file, and its recipe; *name* is for the messages.

    Notes without an end stop with their track, those without length get one tick. Raises ``AtelierError``
    (``BAD_FILE``).
    """
    file = _parsed(content, name)
    tracks = tuple(read_parts(file))
    count = sum(len(track.notes) for track in tracks)
    end = max((note.end for track in tracks for note in track.notes), default=0)
    if not count:
        raise _bad(name, tr("there are no notes in it"))
    if count > MAX_NOTES or end > MAX_QUARTERS * file.ticks_per_beat:
        raise _bad(name, tr("it is too long: at most {notes} notes and {quarters} quarters can be opened",
                            notes=MAX_NOTES, quarters=MAX_QUARTERS))  # fmt: skip
    total = max(sum(message.time for message in track) for track in file.tracks)
    score = Score(
        tracks=tracks,
        length=max(end, min(total, MAX_QUARTERS * file.ticks_per_beat)),
        ticks_per_quarter=file.ticks_per_beat,
        tempos=_tempos(file),
        meters=_meters(file),
    )
    score = with_voices(score)
    texts = _texts(file)
    makers = next((text for text in texts if text.startswith(MAKERS)), "")
    recipe = next((text for text in texts if text.startswith(f"{KEY}:")), None)
    return apply_makers(score, makers), recipe_from_json(recipe.removeprefix(f"{KEY}:")) if recipe else None


# --- writing ----------------------------------------------------------------------------------------------------------


def _conductor(score: Score, recipe: Recipe | None, makers: bool) -> mido.MidiTrack:
    events = [(tempo.tick, 0, mido.MetaMessage("set_tempo", tempo=tempo.microseconds)) for tempo in score.tempos]
    events += [
        (meter.tick, 1, mido.MetaMessage("time_signature", numerator=meter.numerator, denominator=meter.denominator))
        for meter in score.meters
    ]
    if makers:
        events.append((0, 2, mido.MetaMessage("text", text=makers_text(score))))
    if recipe is not None:
        events.append((0, 3, mido.MetaMessage("text", text=f"{KEY}:{recipe.to_json()}")))
    return _timed(events, score.length)


def _track(track: Track, channel: int) -> mido.MidiTrack:
    start = [
        (0, 0, mido.MetaMessage("track_name", name=track.name)),
        (0, 1, mido.Message("program_change", channel=channel, program=track.program)),
    ]
    notes = []
    for note in track.notes:
        notes.append((note.end, 2, mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)))
        on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
        notes.append((note.start, 3, on))
    return _timed([*start, *notes], 0)


def _timed(events: list[tuple[int, int, Any]], end: int) -> mido.MidiTrack:
    """Messages at absolute ticks, in order of tick and rank, as a track of differences."""
    track, now = mido.MidiTrack(), 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
    return track


def _channels(score: Score) -> list[int]:
    """A channel for each track, the tenth for drums; beyond fifteen voices they are used again from the first."""
    free = [channel for channel in range(16) if channel != DRUMS]
    melodic = iter(range(len(score.tracks)))
    return [DRUMS if track.drums else free[next(melodic) % len(free)] for track in score.tracks]


# --- reading ----------------------------------------------------------------------------------------------------------


def _parsed(content: bytes, name: str) -> mido.MidiFile:
    if not content.startswith(b"MThd"):
        raise _bad(name, tr("it is empty") if not content else tr("it is no MIDI file, whatever its name says"))
    try:
        file = mido.MidiFile(file=io.BytesIO(content), clip=True)
    except (EOFError, OSError, ValueError, IndexError, KeyError, TypeError, mido.KeySignatureError) as error:
        raise _bad(name, tr("it is damaged or cut off")) from error
    if file.ticks_per_beat <= 0:
        raise _bad(name, tr("its time is in film frames (SMPTE) instead of quarters, which is not supported"))
    if file.type not in (0, 1):
        raise _bad(name, tr("it is of type {type}; types 0 and 1 can be opened", type=file.type))
    return file


def _absolute(file: mido.MidiFile) -> Iterator[tuple[int, Any]]:
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            yield now, message


def _tempos(file: mido.MidiFile) -> tuple[Tempo, ...]:
    """The tempo changes; the standard's 120 quarters a minute until the first."""
    found = {
        tick: Tempo(tick, message.tempo)
        for tick, message in _absolute(file)
        if message.type == "set_tempo" and message.tempo > 0
    }
    tempos = {0: Tempo(0, 500_000)} | found
    return tuple(tempos[tick] for tick in sorted(tempos))


def _meters(file: mido.MidiFile) -> tuple[Meter, ...]:
    """The time signatures that make sense; four quarters until the first."""
    found = {
        tick: Meter(tick, message.numerator, message.denominator)
        for tick, message in _absolute(file)
        if message.type == "time_signature" and 0 < message.numerator <= 64 and 0 < message.denominator <= 64
    }
    meters = {0: Meter(0, 4, 4)} | found
    return tuple(meters[tick] for tick in sorted(meters))


def _texts(file: mido.MidiFile) -> list[str]:
    return [message.text for _, message in _absolute(file) if message.type == "text"]


def _bad(name: str, why: str) -> AtelierError:
    return AtelierError(ErrorKind.BAD_FILE, tr("“{name}” can't be opened: {why}.", name=name, why=why))
