"""What a hand can do to notes: each edit takes a score and a selection and gives both anew."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from app.studios.compose.document import MAX_PITCH, Note, Score, edited
from app.studios.compose.request import Region


class Key(NamedTuple):
    """Names one note of a score: in one track no pitch is struck twice at one tick."""

    track: int
    start: int
    pitch: int


Selection = frozenset[Key]
NOTHING: Selection = frozenset()


def key_of(track: int, note: Note) -> Key:
    return Key(track, note.start, note.pitch)


def chosen(score: Score, selection: Iterable[Key]) -> list[tuple[int, Note]]:
    """The selected notes that are in the score, as (track, note), in order."""
    wanted: dict[int, set[tuple[int, int]]] = {}
    for key in selection:
        wanted.setdefault(key.track, set()).add((key.start, key.pitch))
    return [
        (track, note)
        for track in sorted(wanted)
        if track < len(score.tracks)
        for note in score.tracks[track].notes
        if (note.start, note.pitch) in wanted[track]
    ]


def everything(score: Score) -> Selection:
    return frozenset(key_of(index, note) for index, track in enumerate(score.tracks) for note in track.notes)


def within(
    score: Score, ticks: tuple[int, int], pitches: tuple[int, int], tracks: Iterable[int] | None = None
) -> Selection:
    """The notes that sound between two ticks (the second excluded) and lie between two pitches (both included).

    *tracks* are those that are looked at, all if it is None.
    """
    start, end = ticks
    low, high = pitches
    return frozenset(
        key_of(index, note)
        for index in (range(len(score.tracks)) if tracks is None else tracks)
        for note in score.tracks[index].notes
        if note.start < end and note.end > start and low <= note.pitch <= high
    )


def add(score: Score, track: int, note: Note) -> tuple[Score, Selection]:
    """Put one note in, selected."""
    return _replaced(score, [], [(track, note)])


def delete(score: Score, selection: Selection) -> tuple[Score, Selection]:
    return _replaced(score, chosen(score, selection), [])


def move(score: Score, selection: Selection, ticks: int, semitones: int) -> tuple[Score, Selection]:
    """Shift the selected notes together, no further than the first tick and the range of MIDI."""
    notes = chosen(score, selection)
    if not notes:
        return score, selection
    ticks = max(ticks, -min(note.start for _, note in notes))
    semitones = max(semitones, -min(note.pitch for _, note in notes))
    semitones = min(semitones, MAX_PITCH - max(note.pitch for _, note in notes))
    if not ticks and not semitones:
        return score, selection
    return _changed(
        score, notes, lambda _, note: edited(note, start=note.start + ticks, pitch=note.pitch + semitones)
    )  # fmt: skip


def resize(score: Score, selection: Selection, ticks: int, least: int) -> tuple[Score, Selection]:
    """Make the selected notes longer by *ticks* (shorter if negative), none shorter than *least*."""

    def longer(_: int, note: Note) -> Note:
        duration = max(min(least, note.duration), note.duration + ticks)
        return note if duration == note.duration else edited(note, duration=duration)

    return _changed(score, chosen(score, selection), longer)


def trim(score: Score, selection: Selection, ticks: int, least: int) -> tuple[Score, Selection]:
    """Move the beginning of the selected notes by *ticks*; their ends stay."""

    def later(_: int, note: Note) -> Note:
        start = min(max(0, note.start + ticks), note.end - min(least, note.duration))
        return note if start == note.start else edited(note, start=start, duration=note.end - start)

    return _changed(score, chosen(score, selection), later)


def duplicate(score: Score, selection: Selection, grid: int) -> tuple[Score, Selection]:
    """Copy the selected notes to behind themselves, on the next multiple of *grid*; the copies are selected.

    A copy is the user's doing, whoever made the original.
    """
    notes = chosen(score, selection)
    if not notes:
        return score, selection
    start = min(note.start for _, note in notes) // grid * grid
    shift = -(-(max(note.end for _, note in notes) - start) // grid) * grid
    copies = [(t, msgspec.structs.replace(note, start=note.start + shift, maker="user")) for t, note in notes]
    return _replaced(score, [], copies)


def give_to(score: Score, selection: Selection, track: int) -> tuple[Score, Selection]:
    """Let another voice sing the selected notes."""
    notes = chosen(score, selection)
    return _replaced(score, notes, [(track, note if index == track else edited(note)) for index, note in notes])


def paste(score: Score, track: int, notes: Iterable[Note], tick: int) -> tuple[Score, Selection]:
    """Put copies into a track so that the first begins at *tick*; they are the user's and selected."""
    notes = list(notes)
    first = min((note.start for note in notes), default=0)
    copies = [msgspec.structs.replace(note, start=note.start - first + tick, maker="user") for note in notes]
    return _replaced(score, [], [(track, note) for note in copies])


def set_velocities(score: Score, velocities: Mapping[Key, int]) -> Score:
    """The score with other velocities of some notes."""
    notes = chosen(score, velocities)
    return _changed(score, notes, lambda track, note: _struck(note, velocities[key_of(track, note)]))[0]


def louder(score: Score, selection: Selection, steps: int) -> tuple[Score, Selection]:
    """Make the selected notes louder, or softer if *steps* is negative, within 1..127."""
    notes = chosen(score, selection)
    return _changed(score, notes, lambda _, note: _struck(note, min(127, max(1, note.velocity + steps))))


def _struck(note: Note, velocity: int) -> Note:
    return note if velocity == note.velocity else edited(note, velocity=velocity)


def quantise(
    score: Score, selection: Selection, grid: int, strength: float = 1.0, swing: float = 0.5
) -> tuple[Score, Selection]:
    """Move the beginnings of the selected notes towards the grid; their lengths stay.

    *strength* 1 moves them all the way, 0 not at all. *swing* says where between two even lines of the grid the odd one
    lies: 0.5 in the middle, 2/3 as triplets have it.
    """

    def aligned(_: int, note: Note) -> Note:
        pair, inside = divmod(note.start, 2 * grid)
        lines = (0, round(2 * grid * swing), 2 * grid)
        target = 2 * grid * pair + min(lines, key=lambda line: abs(line - inside))
        start = note.start + round(strength * (target - note.start))
        return note if start == note.start else edited(note, start=start)

    return _changed(score, chosen(score, selection), aligned)


def regions_of(score: Score, selection: Selection) -> list[Region]:
    """The stretches the selected notes fill."""
    return [Region(track, note.start, note.end) for track, note in chosen(score, selection)]


def _changed(
    score: Score, notes: list[tuple[int, Note]], change: Callable[[int, Note], Note]
) -> tuple[Score, Selection]:
    return _replaced(score, notes, [(track, change(track, note)) for track, note in notes])


def _replaced(score: Score, gone: list[tuple[int, Note]], new: list[tuple[int, Note]]) -> tuple[Score, Selection]:
    """Take some notes out and put others in. A note in the way of a new one of its pitch gives way."""
    for index in sorted({track for track, _ in [*gone, *new]}):
        out = {note for track, note in gone if track == index}
        put = [note for track, note in new if track == index]
        spans = _spans(put)
        stay = [left for note in score.tracks[index].notes if note not in out and (left := _beside(note, spans))]
        score = score.with_track(index, [*stay, *put])
    return score, frozenset(key_of(track, note) for track, note in new)


def _spans(notes: list[Note]) -> dict[int, list[tuple[int, int]]]:
    """By pitch, when these notes begin and end, in order."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for note in sorted(notes):
        spans.setdefault(note.pitch, []).append((note.start, note.end))
    return spans


def _beside(note: Note, spans: dict[int, list[tuple[int, int]]]) -> Note | None:
    """The note as far as it leaves room for others of its pitch."""
    same = spans.get(note.pitch, [])
    after = bisect.bisect_right(same, note.start, key=lambda span: span[0])
    if after and same[after - 1][1] > note.start:
        return None
    if after < len(same) and same[after][0] < note.end:
        return msgspec.structs.replace(note, duration=same[after][0] - note.start)
    return note
