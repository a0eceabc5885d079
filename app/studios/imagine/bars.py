"""When the bars of a MIDI file begin, so that a film can be cut to its music."""

from __future__ import annotations

import bisect
import io
from pathlib import Path

import mido

from app.base.errors import AtelierError, ErrorKind
from app.base.files import read_bytes
from app.base.i18n import tr

MAX_BYTES = 16 << 20
MOST_BARS = 10_000
QUARTER = 500_000
"""Microseconds of a quarter note where a file says nothing else (Standard MIDI Files 1.0)."""


def bars_of(path: Path) -> tuple[float, ...]:
    """The seconds at which the bars begin, from the first to the one the last note ends in.

    Raises :class:`AtelierError` (``BAD_FILE``) for what is no MIDI file, and for one without bars: no notes in it, or
    its time in film frames.
    """
    file = _parsed(read_bytes(path, MAX_BYTES), path.name)
    tempos: list[tuple[int, int]] = [(0, QUARTER)]
    meters: list[tuple[int, int, int]] = [(0, 4, 4)]
    end = 0
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "set_tempo":
                tempos.append((tick, message.tempo))
            elif message.type == "time_signature":
                meters.append((tick, message.numerator, message.denominator))
            elif message.type in ("note_on", "note_off"):
                end = max(end, tick)
    quarter = file.ticks_per_beat
    if end == 0 or not 0 < quarter < 1 << 15:
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("“{name}” has no bars.", name=path.name),
            tr("It needs notes, and its time in beats, not in film frames."),
        )
    clock = _Clock(sorted(tempos, key=lambda pair: pair[0]), quarter)
    return tuple(clock.seconds(tick) for tick in _lines(sorted(meters, key=lambda m: m[0]), quarter, end))


class _Clock:
    """Ticks to seconds."""

    def __init__(self, tempos: list[tuple[int, int]], quarter: int) -> None:
        self._ticks, self._paces, self._seconds = [0], [QUARTER / 1e6 / quarter], [0.0]
        for tick, tempo in tempos:
            self._seconds.append(self.seconds(tick))
            self._ticks.append(tick)
            self._paces.append(tempo / 1e6 / quarter)

    def seconds(self, tick: int) -> float:
        place = bisect.bisect_right(self._ticks, tick) - 1
        return self._seconds[place] + (tick - self._ticks[place]) * self._paces[place]


def _lines(meters: list[tuple[int, int, int]], quarter: int, end: int) -> list[int]:
    """The ticks of the bar lines up to *end*; a change of metre begins a bar."""
    lines: list[int] = []
    for place, (start, beats, unit) in enumerate(meters):
        stop = min(end, meters[place + 1][0]) if place + 1 < len(meters) else end
        bar = max(1, quarter * 4 * max(1, beats) // max(1, unit))
        lines += list(range(start, stop, bar))[: MOST_BARS - len(lines)]
    return lines


def _parsed(content: bytes, name: str) -> mido.MidiFile:
    try:
        return mido.MidiFile(file=io.BytesIO(content), clip=True)
    except (OSError, EOFError, ValueError, IndexError, KeyError, TypeError) as error:
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("“{name}” is not a MIDI file that can be read.", name=name),
            tr("It may be damaged or of another kind."),
        ) from error
