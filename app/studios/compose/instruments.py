"""The instruments a model of events knows: General MIDI's programs in classes, each with its range."""

from __future__ import annotations

from typing import NamedTuple

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.compose.document import Score, Track

DRUMS = "drums"
LOWEST_DRUM, HIGHEST_DRUM = 27, 87
"""The keys of General MIDI 2's drum kits."""
DESKS = 4
"""Tracks of one class are told apart by their order, as first and second violin; from the fourth on they are one."""


class Instrument(NamedTuple):
    """A class of programs: the *programs* it takes, the first of them for new tracks, and the keys it can play."""

    name: str
    programs: tuple[int, ...]
    lowest: int
    highest: int


def _programs(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1))


INSTRUMENTS = (
    Instrument("piano", _programs(0, 5), 21, 108),
    Instrument("harpsichord", (6, 7), 29, 89),
    Instrument("bells", _programs(8, 15), 48, 108),
    Instrument("organ", _programs(16, 20), 24, 96),
    Instrument("accordion", _programs(21, 23), 41, 93),
    Instrument("guitar", _programs(24, 31), 38, 88),
    Instrument("bass guitar", _programs(32, 39), 28, 67),
    Instrument("violin", (40, 110), 55, 103),
    Instrument("viola", (41,), 48, 91),
    Instrument("cello", (42,), 36, 84),
    Instrument("double bass", (43,), 24, 67),
    Instrument("strings", (48, 44, 45, 49, 50, 51, 55), 28, 100),
    Instrument("harp", (46,), 23, 103),
    Instrument("timpani", (47, *_programs(112, 127)), 36, 60),
    Instrument("voice", (52, 53, 54, 85, 91), 36, 84),
    Instrument("trumpet", (56, 59), 52, 84),
    Instrument("trombone", (57,), 34, 77),
    Instrument("tuba", (58,), 26, 65),
    Instrument("horn", (60,), 34, 77),
    Instrument("brass", _programs(61, 63), 34, 84),
    Instrument("saxophone", (66, 64, 65, 67), 36, 92),
    Instrument("oboe", (68, 111), 58, 93),
    Instrument("english horn", (69,), 52, 84),
    Instrument("bassoon", (70, 109), 34, 77),
    Instrument("clarinet", (71,), 50, 94),
    Instrument("flute", (73, 72, *_programs(74, 79)), 55, 103),
    Instrument("synthesizer", (80, *_programs(81, 84), *_programs(86, 90), *_programs(92, 103)), 24, 108),
    Instrument("lute", (106, *_programs(104, 105), 107, 108), 36, 88),
    Instrument(DRUMS, (), LOWEST_DRUM, HIGHEST_DRUM),
)
"""Ranges are those of the whole family in an orchestra; a voice reaches from the bass's low to the soprano's high C."""
DRUM_CLASS = len(INSTRUMENTS) - 1
PARTS = len(INSTRUMENTS) * DESKS
_CLASS_OF = {program: number for number, one in enumerate(INSTRUMENTS) for program in one.programs}


def class_of(track: Track) -> int:
    """The class of a track's program."""
    return DRUM_CLASS if track.drums else _CLASS_OF[track.program]


def parts_of(score: Score) -> tuple[int, ...]:
    """For each track its part, ``class * DESKS + desk``: the second violin is desk 1 of its class."""
    seen: dict[int, int] = {}
    parts = []
    for number in map(class_of, score.tracks):
        desk = seen.get(number, 0)
        seen[number] = desk + 1
        parts.append(number * DESKS + min(desk, DESKS - 1))
    return tuple(parts)


def is_drums(part: int) -> bool:
    return part // DESKS == DRUM_CLASS


def range_of(part: int) -> tuple[int, int]:
    """The lowest and highest key of a part."""
    instrument = INSTRUMENTS[part // DESKS]
    return instrument.lowest, instrument.highest


def named(name: str) -> Track:
    """An empty track of the instrument so called; the beginning of a name will do.

    Raises :class:`AtelierError` (``BAD_INPUT``) for an unknown or ambiguous one.
    """
    wanted = name.strip().casefold()
    exact = [one for one in INSTRUMENTS if one.name == wanted]
    found = exact or [one for one in INSTRUMENTS if wanted and one.name.startswith(wanted)]
    if len(found) != 1:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("“{name}” is no instrument this model knows.", name=name),
            tr("It knows: {names}.", names=", ".join(one.name for one in INSTRUMENTS)),
        )
    (one,) = found
    return Track(name=one.name.capitalize(), program=one.programs[0] if one.programs else 0, drums=not one.programs)
