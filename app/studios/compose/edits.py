"""What a hand can do to notes: each edit takes a score and a selection and gives both anew."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable
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


def within(score: Score, ticks: tuple[int, int], pitches: tuple[int, int]) -> Selection:
    """The notes that sound between two ticks (the second excluded) and lie between two pitches (both included)."""
    start, end = ticks
    low, high = pitches
    return frozenset(
        key_of(index, note)
        for index, track in enumerate(score.tracks)
        for note in track.notes
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
        score, notes, lambda note: edited(note, start=note.start + ticks, pitch=note.pitch + semitones)
    )  # fmt: skip


def resize(score: Score, selection: Selection, ticks: int, least: int) -> tuple[Score, Selection]:
    """Make the selected notes longer by *ticks* (shorter if negative), none shorter than *least*."""

    def longer(note: Note) -> Note:
        duration = max(min(least, note.duration), note.duration + ticks)
        return note if duration == note.duration else edited(note, duration=duration)

    return _changed(score, chosen(score, selection), longer)


def trim(score: Score, selection: Selection, ticks: int, least: int) -> tuple[Score, Selection]:
    """Move the beginning of the selected notes by *ticks*; their ends stay."""

    def later(note: Note) -> Note:
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


def regions_of(score: Score, selection: Selection) -> list[Region]:
    """The stretches the selected notes fill."""
    return [Region(track, note.start, note.end) for track, note in chosen(score, selection)]


def _changed(score: Score, notes: list[tuple[int, Note]], change: Callable[[Note], Note]) -> tuple[Score, Selection]:
    return _replaced(score, notes, [(track, change(note)) for track, note in notes])


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
