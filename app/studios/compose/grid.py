"""The score as the network hears it: four voices on a grid, and back to notes that leave the given ones as they are."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.compose.codec import REST, VOICES, Codec
from app.studios.compose.document import Note, Score
from app.studios.compose.request import ComposeRequest, Mark
from app.studios.compose.words import bar_and_beat, pitch_name

MAX_STEPS = 16_384
"""A thousand bars of four quarters."""
VELOCITY = 80


@dataclass(frozen=True)
class Window:
    """The part of a score that matters: whole quarters from step *first* up to step *last*.

    *pitch* is a grid (last - first, 4); *marked* bool of the same shape says which cells are to be made.
    """

    first: int
    last: int
    pitch: np.ndarray
    marked: np.ndarray


class Ruler:
    """Ticks <-> steps of the grid. A step may be a fraction of a tick; both directions round to the nearest."""

    def __init__(self, ticks_per_quarter: int, codec: Codec) -> None:
        self._ticks, self._steps = ticks_per_quarter, codec.steps_per_quarter

    def step(self, tick: int) -> int:
        return (2 * tick * self._steps + self._ticks) // (2 * self._ticks)

    def tick(self, step: int) -> int:
        return (2 * step * self._ticks + self._steps) // (2 * self._steps)


def open_window(request: ComposeRequest, codec: Codec) -> Window:
    """Lay the request on the grid. Raises ``AtelierError`` (``BAD_INPUT``): chords in a voice, no voices, too long."""
    score, ruler = request.score, Ruler(request.score.ticks_per_quarter, codec)
    _check(request)
    ends = [note.end for track in request.voices for note in score.tracks[track].notes[-1:]]
    last = max(ruler.step(end) for end in [*ends, *(mark.end for mark in request.marks)])
    last = -(-last // codec.steps_per_quarter) * codec.steps_per_quarter
    if last > MAX_STEPS:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The piece has {quarters} quarters, and at most {most} can be worked on at once.",
               quarters=last // codec.steps_per_quarter, most=MAX_STEPS // codec.steps_per_quarter),
            tr("Cut it into parts."),
        )  # fmt: skip
    pitch = voices_grid(score, request.voices, last, codec)
    marked = _cells(request.marks, pitch, ruler)
    occupied = np.flatnonzero(((pitch != REST) | marked).any(axis=1))
    first = int(occupied[0]) // codec.steps_per_quarter * codec.steps_per_quarter if occupied.size else 0
    return Window(first, last, pitch[first:], marked[first:])


def voices_grid(score: Score, voices: tuple[int, ...], steps: int, codec: Codec) -> np.ndarray:
    """Four tracks as a grid (steps, 4). Raises ``AtelierError`` (``BAD_INPUT``) where one has a chord."""
    ruler = Ruler(score.ticks_per_quarter, codec)
    grid = np.full((steps, VOICES), REST, np.int64)
    for voice, track in enumerate(score.tracks[place] for place in voices):
        before: tuple[int, int] | None = None
        for note in track.notes:
            start = ruler.step(note.start)
            end = max(start + 1, ruler.step(note.end))
            # One step of overlap is legato playing; the later note takes it.
            if before is not None and (start <= before[0] or start < before[1] - 1):
                raise _chord(score, voices[voice], note)
            grid[start:end, voice] = note.pitch
            before = (start, end)
    return grid


def completed(request: ComposeRequest, window: Window, pitch: np.ndarray, codec: Codec) -> Score:
    """The request's score with the notes of the marked cells of *pitch* added; each given note stays as it is."""
    score, ruler = request.score, Ruler(request.score.ticks_per_quarter, codec)
    velocity = _velocity(request)
    for voice in sorted({mark.voice for mark in request.marks}):
        runs = _runs(pitch[:, voice], window.marked[:, voice])
        track = request.voices[voice]
        given = score.tracks[track].notes
        ticks = [(ruler.tick(window.first + a), ruler.tick(window.first + b), key) for a, b, key in runs]
        made = [Note(start, key, end - start, velocity, "machine") for start, end, key in ticks]
        fitted = [note for note in (_between(note, given) for note in made) if note is not None]
        score = score.with_track(track, [*given, *fitted])
    return score


def _check(request: ComposeRequest) -> None:
    tracks = range(len(request.score.tracks))
    sung = all(voice in tracks for voice in request.voices) and len(set(request.voices)) == VOICES
    if not sung or any(not 0 <= mark.voice < VOICES for mark in request.marks):
        raise AtelierError(ErrorKind.BAD_INPUT, tr("This model writes for soprano, alto, tenor and bass."))
    if not any(mark.end > mark.start for mark in request.marks):
        raise AtelierError(ErrorKind.BAD_INPUT, tr("Nothing is marked, so there is nothing to write."))


def _cells(marks: tuple[Mark, ...], pitch: np.ndarray, ruler: Ruler) -> np.ndarray:
    marked = np.zeros(pitch.shape, bool)
    for mark in marks:
        marked[ruler.step(max(0, mark.start)) : ruler.step(mark.end), mark.voice] = True
    return marked & (pitch == REST)


def _runs(pitch: np.ndarray, marked: np.ndarray) -> list[tuple[int, int, int]]:
    """The stretches (start, end, pitch) of marked cells that hold one pitch; silence gives none."""
    key = np.where(marked, pitch, REST)
    edges = np.flatnonzero(np.diff(key)) + 1
    starts, ends = [0, *edges.tolist()], [*edges.tolist(), len(key)]
    return [(a, b, int(key[a])) for a, b in zip(starts, ends, strict=True) if b > a and key[a] != REST]


def _between(note: Note, given: tuple[Note, ...]) -> Note | None:
    """The note cut so that it sounds neither into nor out of a given one, which may stand beside the grid."""
    after = bisect.bisect_right(given, note.start, key=lambda other: other.start)
    start = max(note.start, given[after - 1].end) if after else note.start
    end = min(note.end, given[after].start) if after < len(given) else note.end
    return msgspec.structs.replace(note, start=start, duration=end - start) if end > start else None


def _velocity(request: ComposeRequest) -> int:
    given = [note.velocity for track in request.voices for note in request.score.tracks[track].notes]
    return round(sum(given) / len(given)) if given else VELOCITY


def _chord(score: Score, track: int, note: Note) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_INPUT,
        tr("“{track}” has more than one note at a time ({pitch} in {place}).",
           track=score.tracks[track].name, pitch=pitch_name(note.pitch), place=bar_and_beat(score, note.start)),
        tr("A voice sings one note at a time: give each voice a track of its own, or take the chord apart."),
    )  # fmt: skip
