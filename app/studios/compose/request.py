"""What is asked of a composing model: a score, and which part of it may change."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.manifest import ControlValue
from app.studios.compose.codec import VOICES
from app.studios.compose.document import Note, Score


class Mark(msgspec.Struct, frozen=True, order=True, array_like=True):
    """A stretch of one voice (0 soprano … 3 bass) from tick *start* up to *end*."""

    voice: int
    start: int
    end: int


class ComposeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Fill the *marks* of *score*. Every note of the score is given: it is in the result as it is here.

    Notes that begin in a mark are gone before the request is made (see :func:`refill`), so that two ways to ask the
    same are the same request.
    """

    model: str
    seed: int = 0
    controls: dict[str, ControlValue] = {}
    score: Score
    marks: tuple[Mark, ...]


def refill(score: Score, marks: Iterable[Mark]) -> tuple[Score, tuple[Mark, ...]]:
    """The score without the notes that begin in a mark, and the marks grown to where those notes ended.

    A note is replaced whole or kept whole: one that began before the mark stays, one that begins in it goes to its end.
    Raises :class:`AtelierError` (``BAD_INPUT``) when nothing is marked.
    """
    grown: list[Mark] = []
    for mark in _joined(marks):
        notes = score.tracks[mark.voice].notes
        gone = [note for note in notes if mark.start <= note.start < mark.end]
        kept = [note for note in notes if note not in gone]
        score = score.with_track(mark.voice, kept)
        grown.append(msgspec.structs.replace(mark, end=max([mark.end, *(note.end for note in gone)])))
    if not grown:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("Nothing is marked."), tr("Draw a frame around what may change, or choose notes.")
        )
    return score, tuple(_joined(grown))


def harmonise(score: Score) -> tuple[Score, tuple[Mark, ...]]:
    """Keep the soprano, write alto, tenor and bass as far as it goes. Raises ``AtelierError`` without a soprano."""
    if not score.tracks[0].notes:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("There is no melody to harmonise."), tr("Draw one in the soprano, or open one.")
        )
    return refill(score, [Mark(voice, *_extent(score, [0])) for voice in range(1, VOICES)])


def compose(score: Score) -> tuple[Score, tuple[Mark, ...]]:
    """Keep each voice in which a note is the user's or was edited, write the others; with none kept, a new piece.

    Raises :class:`AtelierError` (``BAD_INPUT``) when all four voices are the user's.
    """
    voices = range(VOICES)
    kept = [voice for voice in voices if any(note.maker != "machine" for note in score.tracks[voice].notes)]
    if len(kept) == VOICES:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("All four voices have notes of yours, so none was changed."),
            tr("Mark what may change and press Refill."),
        )
    start, end = _extent(score, kept) if kept else (0, score.length)
    return refill(score, [Mark(voice, start, end) for voice in voices if voice not in kept])


def _extent(score: Score, voices: list[int]) -> tuple[int, int]:
    """From the quarter in which the first note of these voices begins to the end of that in which the last one ends."""
    notes: list[Note] = [note for voice in voices for note in score.tracks[voice].notes]
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
