"""The score: tracks of notes, tempo, metre and key, and who made each note. Immutable; editing returns a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

Maker = Literal["user", "machine", "edited"]
"""``edited`` is a note the machine made and the user changed."""

TICKS = 480
VOICE_NAMES = ("Soprano", "Alto", "Tenor", "Bass")
CHOIR = 52
"""General MIDI program “Choir Aahs”, counted from 0."""
MAX_PITCH = 127
PEDAL, VOLUME, PAN, EXPRESSION = 64, 7, 10, 11
"""Controllers of the MIDI 1.0 specification."""
BEND = 128
"""Stands among the controllers for the pitch wheel, whose value is -8192..8191."""
FULL_VOLUME, MIDDLE = 100, 64
"""The volume and the place between left and right that General MIDI prescribes at the start."""


class Note(msgspec.Struct, frozen=True, order=True, array_like=True):
    """One note: MIDI pitch 0..127, start and duration in ticks (duration at least 1), velocity 1..127, its maker."""

    start: int
    pitch: int
    duration: int
    velocity: int = 80
    maker: Maker = "user"

    @property
    def end(self) -> int:
        return self.start + self.duration


class Tempo(msgspec.Struct, frozen=True, order=True, array_like=True):
    """From *tick* on, a quarter lasts *microseconds*, as MIDI files have it."""

    tick: int
    microseconds: int

    @property
    def bpm(self) -> float:
        """Quarters per minute."""
        return 60_000_000 / self.microseconds


class Meter(msgspec.Struct, frozen=True, order=True, array_like=True):
    """The time signature from *tick* on."""

    tick: int
    numerator: int
    denominator: int


class KeySignature(msgspec.Struct, frozen=True, order=True, array_like=True):
    """The key from *tick* on: sharps (negative: flats), -7..7, and whether it is minor."""

    tick: int
    fifths: int
    minor: bool = False

    @property
    def tonic(self) -> int:
        """The pitch class of the first degree, 0 for C."""
        return (7 * self.fifths + (9 if self.minor else 0)) % 12

    @property
    def scale(self) -> frozenset[int]:
        """The pitch classes of the major or natural minor scale."""
        return frozenset((7 * self.fifths + step) % 12 for step in (0, 2, 4, 5, 7, 9, 11))


class Control(msgspec.Struct, frozen=True, order=True, array_like=True):
    """At *tick*, a controller (0..127, or :data:`BEND`) takes a value (0..127). The pedal is one of them."""

    tick: int
    number: int
    value: int


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the score and its place in the mixer.

    Name, General MIDI program (0..127; of a drum kit if it is *drums*), notes in order of start and pitch, controllers
    in order; *volume* and *pan* 0..127; a muted track is not heard, and beside solo tracks only those are.
    """

    name: str
    program: int = CHOIR
    drums: bool = False
    notes: tuple[Note, ...] = ()
    controls: tuple[Control, ...] = ()
    volume: int = FULL_VOLUME
    pan: int = MIDDLE
    muted: bool = False
    solo: bool = False

    def with_notes(self, notes: Iterable[Note]) -> Track:
        """The same track with these notes, in order and without one pitch sounding twice at once."""
        return msgspec.structs.replace(self, notes=tidy(notes))


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A whole piece. ``length`` in ticks is at least the end of the last note; a page may end in silence."""

    tracks: tuple[Track, ...]
    length: int
    ticks_per_quarter: int = TICKS
    tempos: tuple[Tempo, ...] = (Tempo(0, 750_000),)
    meters: tuple[Meter, ...] = (Meter(0, 4, 4),)
    keys: tuple[KeySignature, ...] = ()
    """Empty while nobody has said in which key the piece is."""

    @property
    def end(self) -> int:
        """The tick at which the last note ends; 0 when there is none."""
        return max((note.end for track in self.tracks for note in track.notes), default=0)

    def with_track(self, index: int, notes: Iterable[Note]) -> Score:
        """The same score with other notes in one track; grows if they end later."""
        track = self.tracks[index].with_notes(notes)
        tracks = (*self.tracks[:index], track, *self.tracks[index + 1 :])
        end = max((note.end for note in track.notes), default=0)
        return msgspec.structs.replace(self, tracks=tracks, length=max(self.length, end))

    def change_track(self, index: int, **changes: object) -> Score:
        """The same score with other fields in one track (its notes are for :meth:`with_track`)."""
        track = msgspec.structs.replace(self.tracks[index], **changes)
        return msgspec.structs.replace(self, tracks=(*self.tracks[:index], track, *self.tracks[index + 1 :]))

    def map_notes(self, change: Callable[[int, Note], Note | None]) -> Score:
        """Each note replaced by ``change(track index, note)``; None takes it away."""
        score = self
        for index, track in enumerate(self.tracks):
            notes = [new for note in track.notes if (new := change(index, note)) is not None]
            if tuple(notes) != track.notes:
                score = score.with_track(index, notes)
        return score


def blank(bars: int = 8) -> Score:
    """Four empty voices, four quarters a bar, 80 quarters a minute."""
    tracks = tuple(Track(name=name) for name in VOICE_NAMES)
    return Score(tracks=tracks, length=bars * 4 * TICKS)


def tidy(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Notes in order of start and pitch; one struck again while it sounds ends there, two struck at once are one."""
    last: dict[int, int] = {}
    kept: list[Note | None] = []
    for note in sorted(notes):
        before = last.get(note.pitch)
        previous = kept[before] if before is not None else None
        if before is not None and previous is not None and previous.end > note.start:
            kept[before] = _cut(previous, note.start)
        last[note.pitch] = len(kept)
        kept.append(note)
    return tuple(note for note in kept if note is not None)


def _cut(note: Note, end: int) -> Note | None:
    return msgspec.structs.replace(note, duration=end - note.start) if end > note.start else None


def edited(note: Note, **changes: int) -> Note:
    """The note as the user changed it; what the machine made is marked as edited from then on."""
    maker: Maker = "user" if note.maker == "user" else "edited"
    return msgspec.structs.replace(note, maker=maker, **changes)


def shares(score: Score) -> dict[Maker, float]:
    """The share of the notes made by each; all 0 for an empty score."""
    notes = [note for track in score.tracks for note in track.notes]
    makers: tuple[Maker, ...] = ("user", "machine", "edited")
    return {maker: sum(note.maker == maker for note in notes) / max(1, len(notes)) for maker in makers}


def audible(score: Score) -> list[int]:
    """The tracks that are heard: none that is muted, and only the solo ones if there are any."""
    alone = any(track.solo for track in score.tracks)
    return [i for i, track in enumerate(score.tracks) if not track.muted and (track.solo or not alone)]
