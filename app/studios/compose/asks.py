"""What can be asked of a model that plays all instruments: go on from a bar, or fill what is marked in any track."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.compose.bars import bars_of
from app.studios.compose.document import Score, Track
from app.studios.compose.instruments import class_of, named
from app.studios.compose.piece import set_bars
from app.studios.compose.request import Ask, Mark, Region, cleared

ENDLESS_BARS = 500
"""Until Stop, but no further than this."""


def go_on(score: Score, tick: float, bars: int, tracks: Sequence[int], endless: bool = False) -> Ask:
    """Write *bars* bars of some *tracks* anew, from the bar of *tick* on; before and behind, and elsewhere, all stays.

    The piece grows where it is too short. Raises ``AtelierError`` (``BAD_INPUT``) when there is no track to write.
    """
    if not tracks:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("No track may change."), tr("Tick the tracks that are to be written.")
        )
    found = bars_of(score)
    first = found.count if tick >= score.length else found.at(tick).number
    last = first + (ENDLESS_BARS if endless else bars)
    score = set_bars(score, max(last, found.count))
    start, end = bars_of(score).nth(first).start, bars_of(score).nth(last - 1).end
    everything = tuple(range(len(score.tracks)))
    ask = cleared(score, everything, [Mark(track, start, end) for track in tracks], grow=False)
    return ask._replace(endless=endless)


def refill_tracks(score: Score, regions: Iterable[Region], change: float = 1.0, seed: int = 0) -> Ask:
    """The score without the notes that begin in a region, or a share of them; what is written begins in it, too."""
    marks = [Mark(region.track, region.start, region.end) for region in regions]
    return cleared(score, tuple(range(len(score.tracks))), marks, change, seed, grow=False)


def with_instruments(score: Score, names: str) -> tuple[Score, list[int]]:
    """The score with a track for each instrument of a list such as ``piano, violin``, and which tracks they are.

    A track that plays such an instrument already is it; the others are added, and empty tracks that none of them is
    make room. Raises ``AtelierError`` (``BAD_INPUT``) for an unknown name.
    """
    wanted = [named(name) for name in names.split(",") if name.strip()]
    tracks = [track for track in score.tracks if track.notes] if wanted else list(score.tracks)
    free, chosen = list(range(len(tracks))), []
    for track in wanted:
        found = next((number for number in free if class_of(tracks[number]) == class_of(track)), None)
        if found is None:
            found = len(tracks)
            tracks.append(msgspec.structs.replace(track, name=_fresh_name(track.name, tracks)))
        else:
            free.remove(found)
        chosen.append(found)
    return msgspec.structs.replace(score, tracks=tuple(tracks)), chosen or list(range(len(tracks)))


def _fresh_name(name: str, tracks: Sequence[Track]) -> str:
    """“Violin”, or “Violin 2” where there is one."""
    taken = {track.name for track in tracks}
    numbered = (f"{name} {number}" for number in range(2, len(tracks) + 2))
    return name if name not in taken else next(other for other in numbered if other not in taken)
