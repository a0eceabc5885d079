"""A score as a standard MIDI file of type 1 or 0 (MIDI Manufacturers Association, Standard MIDI Files 1.0).

What is written can also say, in text events, who made each note, what the mixer mutes, and the recipe; all that stays
out when no recipe is wanted.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import mido

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.recipe import KEY, Recipe
from app.studios.compose.document import BEND, FULL_VOLUME, MIDDLE, PAN, VOLUME, Control, Score, Track
from app.studios.compose.midi.keys import key_text
from app.studios.compose.midi.parts import DRUMS
from app.studios.compose.midi.texts import makers_text, mixer_text

MELODIC = [channel for channel in range(16) if channel != DRUMS]


def write_midi(score: Score, recipe: Recipe | None = None, makers: bool = False, kind: int = 1) -> bytes:
    """The score as a MIDI file: a first track of tempo, metre and key, then one for each track; or, of *kind* 0, one.

    The same score gives the same bytes. *makers* also writes who made which note. Raises ``AtelierError``
    (``BAD_INPUT``) when a file of type 0 has too few channels for the tracks.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=score.ticks_per_quarter, charset="utf8")
    file.tracks.append(_conductor(score, recipe, makers))
    channels = channels_of(score.tracks)
    file.tracks.extend(_track(track, *channel) for track, channel in zip(score.tracks, channels, strict=True))
    if kind == 0:
        file = _in_one_track(file, channels)
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def channels_of(tracks: tuple[Track, ...]) -> list[tuple[int, int]]:
    """A port and a channel for each track, no two the same: drums have the tenth of each port, others the rest."""
    drums = melodic = 0
    channels = []
    for track in tracks:
        if track.drums:
            channels.append((drums, DRUMS))
            drums += 1
        else:
            channels.append((melodic // len(MELODIC), MELODIC[melodic % len(MELODIC)]))
            melodic += 1
    return channels


def settings_of(track: Track, channel: int) -> Iterator[mido.Message]:
    """What sets up a channel before its first note; volume and pan only where they are not as General MIDI has them."""
    yield mido.Message("program_change", channel=channel, program=track.program)
    if track.volume != FULL_VOLUME:
        yield mido.Message("control_change", channel=channel, control=VOLUME, value=track.volume)
    if track.pan != MIDDLE:
        yield mido.Message("control_change", channel=channel, control=PAN, value=track.pan)


def played(track: Track, channel: int) -> list[tuple[int, int, mido.Message]]:
    """The notes and controllers as (tick, rank, message); at one tick ends come first, then controllers, then notes."""
    events = [(control.tick, 3, _control(control, channel)) for control in track.controls]
    for note in track.notes:
        events.append((note.end, 2, mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)))
        on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
        events.append((note.start, 4, on))
    return events


def _control(control: Control, channel: int) -> mido.Message:
    if control.number == BEND:
        return mido.Message("pitchwheel", channel=channel, pitch=control.value)
    return mido.Message("control_change", channel=channel, control=control.number, value=control.value)


def _conductor(score: Score, recipe: Recipe | None, makers: bool) -> mido.MidiTrack:
    events = [(tempo.tick, 0, mido.MetaMessage("set_tempo", tempo=tempo.microseconds)) for tempo in score.tempos]
    events += [
        (meter.tick, 1, mido.MetaMessage("time_signature", numerator=meter.numerator, denominator=meter.denominator))
        for meter in score.meters
    ]
    events += [(key.tick, 2, mido.MetaMessage("key_signature", key=key_text(key))) for key in score.keys]
    texts = [makers_text(score), mixer_text(score)] if makers else []
    if recipe is not None:
        texts.append(f"{KEY}:{recipe.to_json()}")
    events += [(0, 3, mido.MetaMessage("text", text=text)) for text in texts if text]
    return _timed(events, score.length)


def _track(track: Track, port: int, channel: int) -> mido.MidiTrack:
    start: list[tuple[int, int, Any]] = [(0, 0, mido.MetaMessage("track_name", name=track.name))]
    if port:
        start.append((0, 0, mido.MetaMessage("midi_port", port=port)))
    start += [(0, 1, message) for message in settings_of(track, channel)]
    return _timed([*start, *played(track, channel)], 0)


def _timed(events: list[tuple[int, int, Any]], end: int) -> mido.MidiTrack:
    """Messages at absolute ticks, in order of tick and rank, as a track of differences."""
    track, now = mido.MidiTrack(), 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
    return track


def _in_one_track(file: mido.MidiFile, channels: list[tuple[int, int]]) -> mido.MidiFile:
    if any(port for port, _ in channels):
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A MIDI file of type 0 holds at most fifteen instruments and one drum kit."),
            tr("Save it as type 1."),
        )
    merged = mido.MidiFile(type=0, ticks_per_beat=file.ticks_per_beat, charset="utf8")
    merged.tracks.append(mido.merge_tracks(file.tracks))
    return merged
