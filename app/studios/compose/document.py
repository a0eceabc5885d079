"""The score: tracks of notes with tempo and metre, and for each note who made it. Immutable; editing returns a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from app.base.i18n import tr

Maker = Literal["user", "machine", "edited"]
"""``edited`` is a note the machine made and the user changed."""

TICKS = 480
VOICE_NAMES = ("Soprano", "Alto", "Tenor", "Bass")
CHOIR = 52
"""General MIDI program “Choir Aahs”, counted from 0."""
MAX_PITCH = 127


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


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """One voice: a name, a General MIDI program (0..127), whether it is drums, its notes in order of start and pitch."""

    name: str
    program: int = CHOIR
    drums: bool = False
    notes: tuple[Note, ...] = ()

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

    def map_notes(self, change: Callable[[int, Note], Note | None]) -> Score:
        """Each note replaced by ``change(track index, note)``; None takes it away."""
        score = self
        for index, track in enumerate(self.tracks):
            notes = [new for note in track.notes if (new := change(index, note)) is not None]
            if tuple(notes) != track.notes:
                score = score.with_track(index, notes)
        return score

    def bar_ticks(self) -> int:
        """Ticks of a bar in the first metre."""
        first = self.meters[0]
        return self.ticks_per_quarter * 4 * first.numerator // first.denominator


def blank(bars: int = 8) -> Score:
    """Four empty voices, four quarters a bar, 80 quarters a minute."""
    tracks = tuple(Track(name=name) for name in VOICE_NAMES)
    return Score(tracks=tracks, length=bars * 4 * TICKS)


def tidy(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Notes in order of start and pitch; one struck again while it sounds ends there, one struck twice at once is one."""
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
    makers = [note.maker for track in score.tracks for note in track.notes]
    counts: dict[Maker, int] = {"user": 0, "machine": 0, "edited": 0}
    for maker in makers:
        counts[maker] += 1
    return {maker: count / max(1, len(makers)) for maker, count in counts.items()}


_PITCH_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


def pitch_name(pitch: int) -> str:
    """“C4” for 60."""
    return f"{_PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


def bar_and_beat(score: Score, tick: int) -> str:
    """“bar 3, beat 2” in the user's language, counted from 1."""
    bar, rest = divmod(tick, score.bar_ticks())
    beat = rest * score.meters[0].denominator // (4 * score.ticks_per_quarter)
    return tr("bar {bar}, beat {beat}", bar=bar + 1, beat=beat + 1)
