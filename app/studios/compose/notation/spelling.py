"""Notes as notation has them: on a grid, cut at bars, each length a written value or several tied, pitches spelt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.studios.compose.bars import Bar, bars_of
from app.studios.compose.document import KeySignature, Note, Score

GRID = 12
"""Parts of a quarter that can be written: sixteenths and triplets of eighths."""
PLACES = (0, 3, 4, 6, 8, 9, GRID)
VALUES = ((48, "whole"), (24, "half"), (12, "quarter"), (6, "eighth"), (3, "16th"))
"""Written values in parts of a quarter / 12; dotted ones are half longer."""
TRIPLETS = {8: "quarter", 4: "eighth", 2: "16th"}
SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
ALTERS = {"": 0, "#": 1, "b": -1}


@dataclass(frozen=True)
class Chord:
    """Pitches that are struck together, or none for a rest, for *length* grid units; tied from before, tied on."""

    pitches: tuple[int, ...]
    length: int
    before: bool = False
    after: bool = False


@dataclass(frozen=True)
class Value:
    """A written value: its name, dots, and whether it is one of three in the time of two."""

    name: str
    dots: int = 0
    triplet: bool = False


def value_of(length: int) -> Value | None:
    """The value that is *length* grid units long; None where one value does not do."""
    for units, name in VALUES:
        if length == units:
            return Value(name)
        if 2 * length == 3 * units:
            return Value(name, dots=1)
    if length in TRIPLETS:
        return Value(TRIPLETS[length], triplet=True)
    return Value("32nd", triplet=True) if length == 1 else None


def spelt(pitch: int, key: KeySignature | None) -> tuple[str, int, int]:
    """Step, alteration and octave of a pitch: with flats in flat keys, else with sharps."""
    name = (FLATS if key is not None and key.fifths < 0 else SHARPS)[pitch % 12]
    return name[0], ALTERS[name[1:]], pitch // 12 - 1


def measures(score: Score, track: int) -> Iterator[tuple[Bar, list[Chord]]]:
    """Each bar with what is in it, without gaps. A chord ends where the next begins: one voice a staff."""
    chords = _chords(score.tracks[track].notes, score.ticks_per_quarter)
    for bar in bars_of(score).between(0, score.length):
        first, last = (_units(tick, score.ticks_per_quarter) for tick in (bar.start, bar.end))
        yield bar, list(_in_bar(chords, first, last))


def _units(tick: int, quarter: int) -> int:
    """The nearest place that can be written: sixteenths, or thirds of a quarter."""
    beat, inside = divmod(tick, quarter)
    return beat * GRID + min(PLACES, key=lambda place: abs(place * quarter - inside * GRID))


def _chords(notes: tuple[Note, ...], quarter: int) -> list[tuple[int, int, tuple[int, ...]]]:
    """(start, end, pitches) on the grid, none reaching into the next."""
    struck: dict[int, dict[int, int]] = {}
    for note in notes:
        start = _units(note.start, quarter)
        end = max(start + 1, _units(note.end, quarter))
        struck.setdefault(start, {})[note.pitch] = end
    starts = sorted(struck)
    following = [*starts[1:], 1 << 60][: len(starts)]
    return [
        (start, min(after, max(struck[start].values())), tuple(sorted(struck[start])))
        for start, after in zip(starts, following, strict=True)
    ]


def _in_bar(chords: list[tuple[int, int, tuple[int, ...]]], first: int, last: int) -> Iterator[Chord]:
    now = first
    for start, end, pitches in chords:
        if end <= first or start >= last:
            continue
        begin, stop = max(start, first), min(end, last)
        yield from _split((), begin - now, first, now)
        yield from _split(pitches, stop - begin, first, begin, start < first, end > last)
        now = stop
    yield from _split((), last - now, first, now)


def _split(
    pitches: tuple[int, ...], length: int, bar: int, start: int, before: bool = False, after: bool = False
) -> Iterator[Chord]:
    """A length as written values: one if it can be, else up to the next beat and then the longest that fit."""
    while length > 0:
        part = _part(length, (start - bar) % GRID)
        tied = bool(pitches)
        yield Chord(pitches, part, before, after if part == length else tied)
        before, length, start = tied, length - part, start + part


def _part(length: int, inside: int) -> int:
    if value_of(length) is not None and (inside == 0 or inside + length <= GRID or length % GRID == 0):
        return length
    to_beat = GRID - inside
    if inside and length > to_beat and value_of(to_beat) is not None:
        return to_beat
    return max(part for part in range(1, length + 1) if value_of(part) is not None)


def beams(chords: list[Chord], bar: Bar, quarter: int) -> list[str]:
    """For each chord of a bar whether a beam begins, goes on or ends there; empty for none. None goes over a beat."""
    beat = max(1, _units(bar.beat, quarter))
    short = [bool(chord.pitches) and 2 * chord.length <= GRID * 3 // 2 for chord in chords]
    marks = [""] * len(chords)
    for run in _runs(chords, short, beat):
        if len(run) > 1:
            marks[run[0]], marks[run[-1]] = "begin", "end"
            for inner in run[1:-1]:
                marks[inner] = "continue"
    return marks


def tuplets(chords: list[Chord]) -> list[tuple[str, ...]]:
    """For each chord of a bar whether three in the time of two begin or end there; none goes over a quarter."""
    three = [value is not None and value.triplet for value in (value_of(chord.length) for chord in chords)]
    marks: list[tuple[str, ...]] = [()] * len(chords)
    for run in _runs(chords, three, GRID):
        marks[run[0]] = (*marks[run[0]], "start")
        marks[run[-1]] = (*marks[run[-1]], "stop")
    return marks


def _runs(chords: list[Chord], wanted: list[bool], beat: int) -> list[list[int]]:
    """The places of neighbours that are wanted, parted at each beat."""
    runs: list[list[int]] = []
    now, going = 0, False
    for place, chord in enumerate(chords):
        if wanted[place]:
            if not going or now % beat == 0:
                runs.append([])
            runs[-1].append(place)
        going = wanted[place]
        now += chord.length
    return runs
