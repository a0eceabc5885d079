"""What may change in a score, in words: ``alto,tenor:3-4`` for two voices in bars 3 and 4, ``2`` for all in bar 2."""

from __future__ import annotations

import re

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.compose.bars import bars_of
from app.studios.compose.cast import with_choir
from app.studios.compose.document import VOICE_NAMES, Score
from app.studios.compose.request import Region

_FORM = re.compile(r"(?:(?P<voices>[^:]+):)?(?P<first>\d{1,6})(?:-(?P<last>\d{1,6}))?")


def regions_from(text: str, score: Score) -> list[Region]:
    """The stretches a mask names; bars are counted from 1, the last is included, voices can be shortened.

    Raises :class:`AtelierError` (``BAD_INPUT``).
    """
    (start, end), names = _parsed(text, score)
    _, tracks = with_choir(score)
    voices = [_voice(name, text) for name in names] if names else range(len(tracks))
    return [Region(tracks[voice], start, end) for voice in voices]


def track_regions_from(text: str, score: Score) -> list[Region]:
    """The same for any tracks: named by their number from 1, or by the beginning of a name that only they have."""
    bars, tracks = _parsed(text, score)
    numbers = [_track(name, score, text) for name in tracks] if tracks else range(len(score.tracks))
    return [Region(number, *bars) for number in numbers]


def _parsed(text: str, score: Score) -> tuple[tuple[int, int], list[str]]:
    """Where the bars of a mask begin and end, in ticks, and the names before the colon."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise _bad(text)
    bars = bars_of(score)
    first = int(found["first"])
    last = int(found["last"] or first)
    if not 1 <= first <= last <= bars.count:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("There are no bars {first} to {last} in a piece of {count}.", first=first, last=last, count=bars.count),
        )
    return (bars.nth(first - 1).start, bars.nth(last - 1).end), found["voices"].split(",") if found["voices"] else []


def _track(name: str, score: Score, text: str) -> int:
    wanted = name.strip().casefold()
    if wanted.isdecimal() and 1 <= int(wanted) <= len(score.tracks):
        return int(wanted) - 1
    fitting = [i for i, track in enumerate(score.tracks) if wanted and track.name.casefold().startswith(wanted)]
    if len(fitting) != 1:
        raise _bad(text)
    return fitting[0]


def _voice(name: str, text: str) -> int:
    wanted = name.strip().casefold()
    fitting = [i for i, voice in enumerate(VOICE_NAMES) if wanted and voice.casefold().startswith(wanted)]
    if len(fitting) != 1:
        raise _bad(text)
    return fitting[0]


def _bad(text: str) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_INPUT,
        tr("“{mask}” names no part of the piece.", mask=text),
        tr("Write it as alto,tenor:3-4 (voices, first bar – last bar), or 3-4 for all voices."),
    )
