"""The score: tracks of notes with tempo and metre, and who made each note. Immutable; editing returns a new one."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Iterator
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
    """One voice: name, General MIDI program (0..127), whether it is drums, its notes in order of start and pitch."""

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

    def bars(self) -> Iterator[tuple[int, int]]:
        """The first tick of each bar up to the end, and the ticks of its beats; a change of metre begins a bar."""
        changes = [*self.meters[1:], None]
        for meter, after in zip(self.meters, changes, strict=True):
            beat = max(1, self.ticks_per_quarter * 4 // meter.denominator)
            end = self.length if after is None else min(after.tick, self.length)
            for tick in range(meter.tick, max(end, meter.tick), beat * meter.numerator):
                yield tick, beat


def blank(bars: int = 8) -> Score:
    """Four empty voices, four quarters a bar, 80 quarters a minute."""
    tracks = tuple(Track(name=name) for name in VOICE_NAMES)
    return Score(tracks=tracks, length=bars * 4 * TICKS)


def with_voices(score: Score) -> Score:
    """The score as the studio wants it: soprano, alto, tenor and bass first, then what else there is; whole quarters.

    Four or more tracks that are no drums are taken as the voices in their order, and so are tracks that bear their
    names. Otherwise the first track is the melody, and three empty voices come after it.
    """
    quarter = score.ticks_per_quarter
    length = -(-score.length // quarter) * quarter
    return msgspec.structs.replace(score, tracks=_voices_first(score.tracks), length=length)


def _voices_first(tracks: tuple[Track, ...]) -> tuple[Track, ...]:
    voices = len(VOICE_NAMES)
    if len(tracks) >= voices and not any(track.drums for track in tracks[:voices]):
        return tracks
    named = [track.name for track in tracks[:voices]]
    first = next((i for i, track in enumerate(tracks) if not track.drums), None)
    melody = [] if first is None else [tracks[first]]
    if tuple(named) == VOICE_NAMES[: len(named)]:
        melody, others = list(tracks[:voices]), tracks[voices:]
    else:
        others = tuple(track for i, track in enumerate(tracks) if i != first)
    return (*melody, *(Track(name=name) for name in VOICE_NAMES[len(melody) :]), *others)


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


_PITCH_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


def pitch_name(pitch: int) -> str:
    """“C4” for 60."""
    return f"{_PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


def bar_and_beat(score: Score, tick: int) -> str:
    """“bar 3, beat 2” in the user's language, counted from 1."""
    bars = list(score.bars()) or [(0, score.ticks_per_quarter)]
    number = max(1, bisect.bisect_right(bars, tick, key=lambda bar: bar[0]))
    start, beat = bars[number - 1]
    return tr("bar {bar}, beat {beat}", bar=number, beat=(tick - start) // beat + 1)
