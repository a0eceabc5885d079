"""Which tracks of a score sing soprano, alto, tenor and bass."""

from __future__ import annotations

import msgspec

from app.studios.compose.document import VOICE_NAMES, Score, Track

Cast = tuple[int, int, int, int]
"""The tracks of soprano, alto, tenor and bass."""


def cast_of(score: Score, melody: int | None = None) -> dict[int, int]:
    """The tracks that sing already, by voice (0 soprano … 3 bass).

    Exactly four tracks that are no drums are the voices in their order; else tracks sing by their names, and where none
    is called soprano, *melody* is (or, if it is None, the first track that is free and no drums).
    """
    pitched = [index for index, track in enumerate(score.tracks) if not track.drums]
    if len(pitched) == len(VOICE_NAMES):
        return dict(enumerate(pitched))
    names = [name.casefold() for name in VOICE_NAMES]
    found: dict[int, int] = {}
    for index in pitched:
        name = score.tracks[index].name.casefold()
        if name in names:
            found.setdefault(names.index(name), index)
    free = [index for index in pitched if index not in found.values()]
    if 0 not in found and free:
        found[0] = melody if melody in free else free[0]
    return found


def with_choir(score: Score, melody: int | None = None) -> tuple[Score, Cast]:
    """The score with a track for each of the four voices, new empty ones at the end, and which tracks they are."""
    found = cast_of(score, melody)
    tracks = list(score.tracks)
    for voice, name in enumerate(VOICE_NAMES):
        if voice not in found:
            found[voice] = len(tracks)
            tracks.append(Track(name=name))
    soprano, alto, tenor, bass = (found[voice] for voice in range(len(VOICE_NAMES)))
    return msgspec.structs.replace(score, tracks=tuple(tracks)), (soprano, alto, tenor, bass)
