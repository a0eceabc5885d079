"""What may be said next: events written token by token, so that each bar keeps its metre and each part its range.

The model chooses among the tokens that make sense where it stands. Given notes are said where their turn comes, and the
model reads them as if it had written them; a cell, a place in the bar of one part, is either given or free.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Sequence

import numpy as np

from app.studios.compose.events import (
    BAR,
    DRUM,
    DURATION,
    DURATIONS,
    END,
    PART,
    PITCH,
    POSITION,
    TEMPO,
    VELOCITIES,
    VELOCITY,
    Event,
    State,
    kind_of,
    taken,
)
from app.studios.compose.instruments import LOWEST_DRUM, is_drums, range_of
from app.studios.compose.plan import BarPlan

LONGING, LONGEST_WAIT = 3.0, 4
"""By so many nats a bar, for so many bars at most, a part that is silent is pushed to begin: who asks for an instrument
wants to hear it, also beside others that the network never heard it with."""
Cell = tuple[int, int]
NOWHERE: Cell = (1 << 30, 0)


class Row:
    """Writes the bars of *plans* one token at a time; *vocabulary* is the number of tokens."""

    def __init__(self, plans: Sequence[BarPlan], tempo: int, vocabulary: int) -> None:
        self._plans, self._tempo, self._vocabulary = plans, tempo, vocabulary
        self.made: list[tuple[int, Event]] = []
        """The notes written, each with the number of its bar among the plans."""
        self.bar = -1
        self.hurried = False
        """Whether each bar is ended as soon as it can be, since there is no more room."""
        self.push = np.zeros(vocabulary, np.float32)
        """What is added to the scores of the tokens in this bar."""
        self._heard: dict[int, int] = {}
        """In which bar a part was last heard."""
        self._forced: deque[int] = deque()
        self._next_bar()

    @property
    def done(self) -> bool:
        return self.bar >= len(self._plans)

    def forced(self) -> int | None:
        """The token that must come now; it is taken."""
        return self._forced.popleft() if self._forced else None

    def all_forced(self, most: int) -> list[int]:
        """The tokens, at most so many, of which each must come after the one before; they are taken."""
        return [self._forced.popleft() for _ in range(min(most, len(self._forced)))]

    def allowed(self) -> np.ndarray:
        """The tokens that may come now, bool (vocabulary,), at least one."""
        mask = np.zeros(self._vocabulary, bool)
        if self._said in ("bar", "note"):
            self._allow_onward(mask)
        if self._said == "note" and self._last is not None:
            self._allow_chord(mask)
        if self._said in ("position", "note"):
            self._allow_parts(mask)
        if self._said in ("part", "velocity", "duration") or (self._said == "position" and self._is_free(self._here)):
            self._allow_note(mask)
        return mask

    def take(self, token: int) -> None:
        """Go on by a token that was allowed."""
        if token < POSITION:
            self._next_bar()
            return
        if self._begins_given(token):
            self._say_given()
            return
        self._said = kind_of(token)
        if self._said == "position":
            self._reached = -1
        if self._said in ("position", "part"):
            self._last = None
        event = taken(token, self._state)
        if event is not None:
            self._note(event)

    # --- inside --------------------------------------------------------------------------------------------------

    def _next_bar(self) -> None:
        self.bar += 1
        self._state, self._said = State(), "bar"
        self._reached = -1
        """The last part that has begun at this place."""
        self._last: Event | None = None
        """The note before, where another one may join it to a chord."""
        if self.done:
            return
        plan = self._plans[self.bar]
        self._given = deque(plan.given)
        self._free = plan.free
        self._any = np.zeros(plan.measure.units, bool)
        for part, units in plan.free.items():
            self._any |= units
            silent = self.bar - self._heard.get(part, -1)
            self.push[PART + part] = LONGING * min(silent - (part in self._heard), LONGEST_WAIT)
        self._forced.append(BAR + plan.measure.meter)
        if plan.measure.tempo != self._tempo:
            self._forced.append(TEMPO + plan.measure.tempo)
        self._tempo = plan.measure.tempo

    @property
    def _here(self) -> Cell:
        return self._state.position, self._state.part

    @property
    def _pending(self) -> Cell:
        """The next cell of given notes in this bar."""
        return self._given[0][0] if self._given else NOWHERE

    def _is_free(self, cell: Cell) -> bool:
        position, part = cell
        return cell < self._pending and part in self._free and bool(self._free[part][position])

    def _allow_onward(self, mask: np.ndarray) -> None:
        """Later places of the bar, up to the next given note; without one, the end of the bar."""
        first, last = self._state.position + 1, min(self._pending[0], len(self._any))
        if not self.hurried:
            mask[POSITION + first : POSITION + last] = self._any[first:last]
        if not self._given:
            mask[BAR:POSITION] = mask[END] = True
        elif self._pending[0] >= first:
            mask[POSITION + self._pending[0]] = True

    def _allow_parts(self, mask: np.ndarray) -> None:
        """The parts that come after those heard here already."""
        position = self._state.position
        for part in self._free:
            if part > self._reached and part != self._state.part and self._is_free((position, part)):
                mask[PART + part] = True
        if self._pending[0] == position:
            mask[self._first_given()] = True

    def _allow_note(self, mask: np.ndarray) -> None:
        """What is not said of the next note: its velocity and duration where they are new, or its pitch."""
        part, said = self._state.part, self._said
        known = self._state.velocities.get(part)
        if said in ("position", "part"):
            mask[VELOCITY : VELOCITY + VELOCITIES] = True
            if known is None:
                return
            mask[VELOCITY + known] = False
        self._allow_lengths(mask, part)
        if is_drums(part) or part in self._state.durations:
            self._allow_pitches(mask, part)

    def _allow_lengths(self, mask: np.ndarray, part: int) -> None:
        if is_drums(part) or self._said == "duration":
            return
        most = self._last.duration if self._last else len(DURATIONS)
        mask[DURATION : DURATION + most] = True
        if part in self._state.durations:
            mask[DURATION + self._state.durations[part]] = False

    def _allow_pitches(self, mask: np.ndarray, part: int) -> None:
        lowest, highest = range_of(part)
        if self._last is not None and self._state.durations.get(part) == self._last.duration:
            lowest = min(max(lowest, self._last.pitch + 1), highest)
        first = DRUM - LOWEST_DRUM if is_drums(part) else PITCH
        mask[first + lowest : first + highest + 1] = True

    def _allow_chord(self, mask: np.ndarray) -> None:
        """A note above, or a shorter one, at the same place in the same part; perhaps in another velocity."""
        assert self._last is not None
        part, (lowest, highest) = self._last.part, range_of(self._last.part)
        first = DRUM - LOWEST_DRUM if is_drums(part) else PITCH
        mask[first + max(lowest, self._last.pitch + 1) : first + highest + 1] = True
        if self._last.pitch < highest:
            mask[VELOCITY : VELOCITY + VELOCITIES] = True
            mask[VELOCITY + self._last.velocity] = False
        if not is_drums(part):
            mask[DURATION : DURATION + self._last.duration] = True

    def _note(self, event: Event) -> None:
        self._last, self._reached = event, event.part
        self._heard[event.part], self.push[PART + event.part] = self.bar, 0.0
        self.made.append((self.bar, event))

    def _first_given(self) -> int:
        """The first token of the next given note after what was said."""
        return copy.deepcopy(self._state).told(self._given[0][1][0])[0]

    def _begins_given(self, token: int) -> bool:
        """Whether a token leads to the next given notes; it leads to nothing else then, for their cell is not free."""
        here = self._said in ("position", "note") and self._pending[0] == self._state.position
        return here and token == self._first_given()

    def _say_given(self) -> None:
        """Say all notes of the next given cell; its first token was taken already."""
        (_, part), events = self._given.popleft()
        tokens = [token for event in events for token in self._state.told(event)]
        self._forced.extend(tokens[1:])
        self._said, self._last, self._reached = "note", None, part
