"""What is asked of a composing model: a score, and which part of it may change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.manifest import ControlValue
from app.runtime.sampling import rng
from app.studios.compose.cast import cast_of, with_choir
from app.studios.compose.codec import VOICES
from app.studios.compose.document import Note, Score


class Mark(msgspec.Struct, frozen=True, order=True, array_like=True):
    """A stretch of one of the voices (0 soprano … 3 bass, or a track) from tick *start* up to *end*."""

    voice: int
    start: int
    end: int


class ComposeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Fill the *marks* of *score*. Every note of the score is given: it is in the result as it is here.

    *voices* are the tracks of soprano, alto, tenor and bass, and other tracks are neither heard nor changed; for a
    model of all instruments they are all tracks. Notes that begin in a mark are gone before the request is made (see
    :func:`refill`), so that two ways to ask the same are the same request. *endless*: the result is as long as what is
    written until Stop.
    """

    model: str
    seed: int = 0
    controls: dict[str, ControlValue] = {}
    score: Score
    marks: tuple[Mark, ...]
    voices: tuple[int, ...] = (0, 1, 2, 3)
    endless: bool = False


class Ask(NamedTuple):
    """The part of a request that depends on the score."""

    score: Score
    marks: tuple[Mark, ...]
    voices: tuple[int, ...]
    endless: bool = False


class Region(NamedTuple):
    """Ticks *start* up to *end* of one track, marked by the user."""

    track: int
    start: int
    end: int


def refill(score: Score, regions: Iterable[Region], change: float = 1.0, seed: int = 0) -> Ask:
    """The score without the notes that begin in a region, and the marks grown to where those notes ended.

    A note is replaced whole or kept whole: one that began before the region stays, one that begins in it goes to its
    end. With a *change* below 1 only that share of these notes goes, chosen by the *seed*, and nothing else is marked.
    Raises :class:`AtelierError` (``BAD_INPUT``) when nothing is marked, or no track of the four voices.
    """
    regions = list(regions)
    roles = {track: voice for voice, track in cast_of(score).items()}
    marks = [Mark(roles[region.track], region.start, region.end) for region in regions if region.track in roles]
    if regions and not marks:
        raise _no_voice(score, regions[0].track)
    score, voices = with_choir(score)
    return cleared(score, voices, marks, change, seed)


def harmonise(score: Score, melody: int | None = None) -> Ask:
    """Keep the soprano, write alto, tenor and bass as far as it goes.

    In a score without a soprano, track *melody* is it. Raises ``AtelierError`` (``BAD_INPUT``) without a melody.
    """
    score, voices = with_choir(score, melody)
    if not score.tracks[voices[0]].notes:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("There is no melody to harmonise."), tr("Draw one in the soprano, or open one.")
        )
    extent = _extent(score, [voices[0]])
    return cleared(score, voices, [Mark(voice, *extent) for voice in range(1, VOICES)])


def compose(score: Score) -> Ask:
    """Keep each voice in which a note is the user's or was edited, write the others; with none kept, a new piece.

    Raises :class:`AtelierError` (``BAD_INPUT``) when all four voices are the user's.
    """
    score, voices = with_choir(score)
    kept = [
        voice
        for voice, track in enumerate(voices)
        if any(note.maker != "machine" for note in score.tracks[track].notes)
    ]
    if len(kept) == VOICES:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("All four voices have notes of yours, so none was changed."),
            tr("Mark what may change and press Refill."),
        )
    start, end = _extent(score, [voices[voice] for voice in kept]) if kept else (0, score.length)
    return cleared(score, voices, [Mark(voice, start, end) for voice in range(VOICES) if voice not in kept])


def cleared(
    score: Score,
    voices: tuple[int, ...],
    marks: Iterable[Mark],
    change: float = 1.0,
    seed: int = 0,
    grow: bool = True,
) -> Ask:
    """What :func:`refill` does, with marks in the voices *voices*; unless they *grow*, marks end where they were drawn.

    Raises ``AtelierError`` (``BAD_INPUT``) where nothing is marked.
    """
    joined = _joined(marks)
    going = [(m.voice, n) for m in joined for n in score.tracks[voices[m.voice]].notes if m.start <= n.start < m.end]
    if change < 1.0:
        going = _some(going, change, seed)
        joined = []
    for voice in {voice for voice, _ in going}:
        gone = {note for other, note in going if other == voice}
        score = score.with_track(voices[voice], [n for n in score.tracks[voices[voice]].notes if n not in gone])
    spans = (Mark(voice, note.start, note.end) for voice, note in going)
    grown = _joined([*joined, *spans]) if grow or not joined else joined
    if not grown:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("Nothing is marked."), tr("Draw a frame around what may change, or choose notes.")
        )
    return Ask(score, tuple(grown), voices)


def _some(going: list[tuple[int, Note]], change: float, seed: int) -> list[tuple[int, Note]]:
    """A share of the notes, at least one, the same for the same seed."""
    if not going:
        return going
    count = max(1, round(change * len(going)))
    return [going[place] for place in np.sort(rng(seed, 3).permutation(len(going))[:count])]


def _extent(score: Score, tracks: list[int]) -> tuple[int, int]:
    """From the quarter in which the first note of these tracks begins to the end of that in which the last one ends."""
    notes: list[Note] = [note for track in tracks for note in score.tracks[track].notes]
    quarter = score.ticks_per_quarter
    start = min(note.start for note in notes) // quarter * quarter
    return start, -(-max(note.end for note in notes) // quarter) * quarter


def _joined(marks: Iterable[Mark]) -> list[Mark]:
    """In order, those of a voice that touch made one, empty ones left out."""
    joined: list[Mark] = []
    for mark in sorted(mark for mark in marks if mark.end > mark.start):
        last = joined[-1] if joined else None
        if last and last.voice == mark.voice and mark.start <= last.end:
            joined[-1] = Mark(mark.voice, last.start, max(last.end, mark.end))
        else:
            joined.append(mark)
    return joined


def _no_voice(score: Score, track: int) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_INPUT,
        tr("“{track}” is none of the four voices this model writes.", track=score.tracks[track].name),
        tr("Mark notes of soprano, alto, tenor or bass; a track sings what it is called."),
    )
