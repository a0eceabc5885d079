"""MIDI ports of this machine, where there are any: playing through one and recording from one.

They need python-rtmidi (the extra ``midi``). Virtual ports are the system's business; Windows has none of its own.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import mido

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.studios.compose.document import Note, Score, audible
from app.studios.compose.midi.writing import channels_of, played, settings_of
from app.studios.compose.sound.timing import Timing, timing_of

BACKEND = "mido.backends.rtmidi"
PULSE = 0.002
"""Seconds between two looks at the clock or the port."""
TOLD = 0.02
"""Seconds between two reports of where it is."""
UNHEARD = 80
"""The velocity of a note for which a keyboard gave none."""


class Ports:
    """The ports of one backend of mido. Raises :class:`AtelierError` (``NO_DEVICE``) where nothing can be used."""

    def __init__(self, backend: str = BACKEND) -> None:
        self._name = backend

    def names(self) -> tuple[list[str], list[str]]:
        """The names of the outputs and of the inputs; at least one name among them."""
        backend = self._backend()
        try:
            outputs, inputs = list(backend.get_output_names()), list(backend.get_input_names())
        except OSError as error:  # what rtmidi raises for a system without MIDI
            raise _no_port(tr("this system offers none")) from error
        if not outputs and not inputs:
            raise _no_port(tr("none is connected"))
        return outputs, inputs

    def output(self, name: str) -> Any:
        return self._open(self._backend().open_output, name)

    def input(self, name: str) -> Any:
        return self._open(self._backend().open_input, name)

    def _open(self, opener: Callable[[str], Any], name: str) -> Any:
        try:
            return opener(name)
        except OSError as error:
            raise _no_port(tr("“{name}” can't be opened", name=name)) from error

    def _backend(self) -> Any:
        try:
            importlib.import_module(self._name)
            return mido.Backend(self._name, load=True)
        except ImportError as error:
            raise AtelierError(
                ErrorKind.NO_DEVICE,
                tr("MIDI ports can't be used: the library python-rtmidi is not installed."),
                tr("Install Ateliê with its extra “midi”."),
            ) from error


def perform(score: Score, tick: float, port: Any, progress: Progress) -> Iterator[float]:
    """Play a score through a port from *tick* on, yielding the tick that is played now; Stop silences it.

    Channels beyond the sixteenth have no place in a port and are left out.
    """
    timing = timing_of(score)
    start = timing.second(tick)
    begun = time.monotonic()
    told = 0.0
    try:
        for due, message in _schedule(score, timing, start):
            while (now := time.monotonic() - begun) < due:
                progress.check()
                if now - told >= TOLD:
                    told = now
                    yield timing.tick(start + now)
                time.sleep(min(PULSE, due - now))
            port.send(message)
        yield float(score.end)
    finally:
        port.reset()
        port.close()


def record(port: Any, score: Score, tick: float, progress: Progress) -> Iterator[tuple[Note, ...]]:
    """The notes that come in through a port, as if *tick* were now; yields all of them, again with each new one.

    A key that is still held counts too, up to now, so that Stop loses nothing.
    """
    timing = timing_of(score)
    start, begun = timing.second(tick), time.monotonic()
    held: dict[int, tuple[int, int]] = {}
    notes: list[Note] = []
    told = 0.0
    with contextlib.closing(port):
        while True:
            progress.check()
            passed = time.monotonic() - begun
            now = round(timing.tick(start + passed))
            heard = [note for message in port.iter_pending() if (note := _heard(message, now, held)) is not None]
            notes += heard
            if heard or (held and passed - told >= TOLD):
                told = passed
                yield (*notes, *(_played(pitch, key, now) for pitch, key in held.items()))
            time.sleep(PULSE)


def _heard(message: Any, now: int, held: dict[int, tuple[int, int]]) -> Note | None:
    """The note that a message ends; a pressed key is remembered in *held*."""
    if message.type == "note_on" and message.velocity > 0:
        held[message.note] = (now, message.velocity)
    elif message.type in ("note_on", "note_off") and message.note in held:
        return _played(message.note, held.pop(message.note), now)
    return None


def _played(pitch: int, key: tuple[int, int], now: int) -> Note:
    """The note of a key that was pressed at a tick with a velocity and is let go now."""
    start, velocity = key
    return Note(start, pitch, max(1, now - start), velocity or UNHEARD)


def _schedule(score: Score, timing: Timing, start: float) -> Iterator[tuple[float, Any]]:
    """Seconds from now and message, in order; instruments and controllers in force come at once."""
    events: list[tuple[int, int, Any]] = []
    for track in audible(score):
        port, channel = channels_of(score.tracks)[track]
        if port == 0:
            events += [(0, 1, message) for message in settings_of(score.tracks[track], channel)]
            events += played(score.tracks[track], channel)
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        due = timing.second(tick) - start
        if due >= 0 or not message.type.startswith("note"):
            yield max(0.0, due), message


def _no_port(why: str) -> AtelierError:
    hint = tr("Connect a keyboard or an instrument.")
    if sys.platform == "win32":
        hint = tr("Connect one; Windows has no virtual ports of its own, a program such as loopMIDI makes them.")
    return AtelierError(ErrorKind.NO_DEVICE, tr("There is no MIDI port to use: {why}.", why=why), hint)
