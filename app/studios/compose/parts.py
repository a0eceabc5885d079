"""The tracks of a MIDI file as parts: type 0 is taken apart by channel, notes are paired with their ends."""

from __future__ import annotations

import contextlib
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import mido

from app.base.i18n import tr
from app.studios.compose.document import VOICE_NAMES, Note, Track, tidy

DRUMS = 9


@dataclass
class _Part:
    """What one channel of one track plays, while it is read."""

    name: str
    channel: int
    program: int | None = None
    notes: list[Note] = field(default_factory=list)
    open: dict[int, deque[tuple[int, int]]] = field(default_factory=lambda: defaultdict(deque))

    def on(self, tick: int, pitch: int, velocity: int) -> None:
        self.open[pitch].append((tick, velocity))

    def off(self, tick: int, pitch: int) -> None:
        if self.open[pitch]:
            start, velocity = self.open[pitch].popleft()
            self.notes.append(Note(start, pitch, max(1, tick - start), velocity))

    def close(self, tick: int) -> None:
        """End what still sounds: notes whose end the file forgot."""
        for pitch, waiting in self.open.items():
            for _ in range(len(waiting)):
                self.off(tick, pitch)


def read_parts(file: mido.MidiFile) -> Iterator[Track]:
    """The parts that have notes or bear the name of a voice, in the order of the file."""
    for track in file.tracks:
        parts = _read(track)
        several = len(parts) > 1
        for part in parts:
            name = f"{part.name} {part.channel + 1}".strip() if several or not part.name else part.name
            program, drums = part.program or 0, part.channel == DRUMS
            yield Track(name=name or tr("Part"), program=program, drums=drums, notes=tidy(part.notes))


def _read(track: mido.MidiTrack) -> list[_Part]:
    name = decoded(track.name.strip())
    parts: dict[int, _Part] = {}
    now = 0
    message: Any  # mido gives its messages their attributes at run time
    for message in track:
        now += message.time
        if message.type in ("note_on", "note_off", "program_change"):
            _take(parts.setdefault(message.channel, _Part(name, message.channel)), now, message)
    for part in parts.values():
        part.close(now)
    # A voice without notes is kept by its name; other silent tracks only set up instruments.
    return [parts[channel] for channel in sorted(parts) if parts[channel].notes or name in VOICE_NAMES]


def _take(part: _Part, now: int, message: Any) -> None:
    if message.type == "program_change":
        part.program = message.program if part.program is None else part.program
    elif message.type == "note_on" and message.velocity > 0:
        part.on(now, message.note, message.velocity)
    else:
        part.off(now, message.note)


def decoded(text: str) -> str:
    """A text event as it was meant: mido reads Latin-1, and most files today are UTF-8."""
    with contextlib.suppress(UnicodeError):
        return text.encode("latin1").decode("utf8")
    return text
