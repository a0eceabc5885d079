"""What a model of events is to write: the bars of a request, what is given in each, and where it may add notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.compose.document import Note, Score
from app.studios.compose.events import PREFIX, SUFFIX, Event, Measure, head, measures_of, note_of, to_ticks, tokens_of
from app.studios.compose.instruments import parts_of
from app.studios.compose.request import ComposeRequest, Region

AFTER = 8
"""So many bars behind what is to be written are read before it is, as in training."""
SPARE = 8
"""Room for the marks and the head."""


@dataclass(frozen=True)
class BarPlan:
    """A bar: its *measure* with the given notes, and for each part that may write in it, at which units (bool)."""

    measure: Measure
    free: dict[int, np.ndarray] = field(default_factory=dict)

    @property
    def given(self) -> list[tuple[tuple[int, int], list[Event]]]:
        """The given notes by cell (position, part), in order."""
        cells: dict[tuple[int, int], list[Event]] = {}
        for event in self.measure.events:
            cells.setdefault((event.position, event.part), []).append(event)
        return sorted(cells.items())


class Plan:
    """A request laid out in bars; *group* is the composer or style asked for. Raises ``AtelierError`` (``BAD_INPUT``)
    where nothing is marked."""

    def __init__(self, request: ComposeRequest, group: int | None) -> None:
        self.score, self._group = request.score, group
        self._regions = _regions(request)
        self._parts = parts_of(self.score)
        self._measures = measures_of(self.score, self._parts)
        starts = np.array([measure.start for measure in self._measures])
        begin, end = min(region.start for region in self._regions), max(region.end for region in self._regions)
        self.first = max(0, int(starts.searchsorted(begin, side="right")) - 1)
        self.last = max(self.first + 1, int(starts.searchsorted(end, side="left")))
        """The bars that are written: from *first* up to *last*."""
        self._end = max(end, self.end_of(self.last - 1))
        """Nothing that is written sounds any longer."""

    def bars(self, first: int, last: int) -> list[BarPlan]:
        """The plans of some bars."""
        return [BarPlan(measure, self._free(measure)) for measure in self._measures[first:last]]

    def context(self, first: int, last: int, room: int, made: Iterable[tuple[int, Note]] = ()) -> list[int]:
        """What is read before the bars from *first* up to *last*: at most *room* tokens of what stands around them.

        *made* are the notes written so far, with their tracks.
        """
        measures = measures_of(completed(self.score, made), self._parts)[: len(self._measures)]
        ahead = measures[last : last + AFTER] if last >= self.last else []
        behind = told(ahead)[: room // 3] if any(measure.events for measure in ahead) else []
        begin = _begin(measures[:first], room - len(behind) - len(self._parts) - SPARE)
        before = head(self._group, measures[min(begin, first)].tempo, self._playing(), begin == 0)
        if behind:
            before += [SUFFIX, *behind, PREFIX]
        return before + told(measures[begin:first])

    def tempo_before(self, bar: int) -> int:
        """The tempo that a bar follows."""
        return self._measures[max(0, bar - 1)].tempo

    def note(self, event: Event, bar: int) -> tuple[int, Note]:
        """The track and the note of an event in that bar."""
        note = note_of(event, self._measures[bar], self.score)
        end = min(note.end, max(note.start + 1, self._end))
        return self._track(event.part, note.start), msgspec.structs.replace(note, duration=end - note.start)

    def end_of(self, bar: int) -> int:
        """The tick at which that bar ends."""
        return self._measures[bar + 1].start if bar + 1 < len(self._measures) else self.score.length

    def _playing(self) -> set[int]:
        """The parts that have notes, or are to have some."""
        marked = {region.track for region in self._regions}
        tracks = enumerate(zip(self._parts, self.score.tracks, strict=True))
        return {part for number, (part, track) in tracks if track.notes or number in marked}

    def _free(self, measure: Measure) -> dict[int, np.ndarray]:
        ticks = measure.start + np.array([to_ticks(unit, self.score) for unit in range(measure.units)])
        free: dict[int, np.ndarray] = {}
        for region in self._regions:
            inside = (ticks >= region.start) & (ticks < region.end)
            part = self._parts[region.track]
            free[part] = free.get(part, False) | inside
        for event in measure.events:
            if event.part in free:
                free[event.part][event.position] = False
        return {part: units for part, units in free.items() if units.any()}

    def _track(self, part: int, tick: int) -> int:
        """The first track of a part that is marked at a tick."""
        fitting = [region.track for region in self._regions if self._parts[region.track] == part]
        inside = [r.track for r in self._regions if r.track in fitting and r.start <= tick < r.end]
        return (inside or fitting)[0]


def completed(score: Score, made: Iterable[tuple[int, Note]]) -> Score:
    """The score with notes added to its tracks; what would end a given note, or strike it twice, is cut or left out."""
    added: dict[int, list[Note]] = {}
    for track, note in made:
        added.setdefault(track, []).append(note)
    for track, notes in added.items():
        given = score.tracks[track].notes
        by_pitch: dict[int, list[Note]] = {}
        for note in given:
            by_pitch.setdefault(note.pitch, []).append(note)
        fitted = [fit for note in notes if (fit := _beside(note, by_pitch.get(note.pitch, ()))) is not None]
        score = score.with_track(track, [*given, *fitted])
    return score


def told(measures: list[Measure]) -> list[int]:
    """The tokens of bars that follow each other."""
    before = measures[:1] + measures[:-1]
    return [token for one, last in zip(measures, before, strict=True) for token in tokens_of(one, last.tempo)]


def _beside(note: Note, given: Iterable[Note]) -> Note | None:
    """The note up to the next given one of its pitch; None if one sounds already."""
    end = note.end
    for other in given:
        if other.start <= note.start < other.end:
            return None
        if note.start < other.start < end:
            end = other.start
    return msgspec.structs.replace(note, duration=end - note.start)


def _begin(measures: list[Measure], room: int) -> int:
    """From which bar on is read: as many as fit, begun where it stays for half a room, so that little is read anew."""
    ends = np.cumsum([0, *(len(tokens_of(measure, -1)) for measure in measures)])
    if ends[-1] <= room:
        return 0
    step = max(1, room // 2)
    return min(len(measures), int(ends.searchsorted(-(-(int(ends[-1]) - room) // step) * step)))


def _regions(request: ComposeRequest) -> list[Region]:
    """What is marked, by track."""
    if not any(mark.end > mark.start for mark in request.marks):
        raise AtelierError(ErrorKind.BAD_INPUT, tr("Nothing is marked, so there is nothing to write."))
    if any(not 0 <= mark.voice < len(request.voices) for mark in request.marks):
        raise AtelierError(ErrorKind.BAD_INPUT, tr("What is marked is no track of the piece."))
    return [Region(request.voices[mark.voice], mark.start, mark.end) for mark in request.marks]
