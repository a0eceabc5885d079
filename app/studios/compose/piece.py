"""Edits of the piece as a whole: its length and tracks, and tempo, metre and key from a bar on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from app.base.i18n import tr
from app.studios.compose.bars import bars_of
from app.studios.compose.document import KeySignature, Meter, Score, Tempo, Track

Change = TypeVar("Change", Tempo, Meter, KeySignature)


def set_bars(score: Score, bars: int) -> Score:
    """The score *bars* bars of its last metre long, but never shorter than its last note."""
    found = bars_of(score)
    if bars < found.count:
        length = found.nth(bars).start
    else:
        last = found.nth(found.count - 1)
        whole = last.beat * score.meters[-1].numerator
        length = last.start + (bars - found.count + 1) * whole
    return msgspec.structs.replace(score, length=max(length, score.end))


def set_tempo(score: Score, bpm: float, tick: int = 0) -> Score:
    """Another tempo, in quarters a minute, from *tick* on up to the next change."""
    return msgspec.structs.replace(score, tempos=_put(score.tempos, Tempo(tick, round(60_000_000 / bpm))))


def set_meter(score: Score, numerator: int, denominator: int, tick: int = 0) -> Score:
    """Another metre from *tick* on, which begins a bar, up to the next change."""
    return msgspec.structs.replace(score, meters=_put(score.meters, Meter(tick, numerator, denominator)))


def set_key(score: Score, fifths: int | None, minor: bool = False, tick: int = 0) -> Score:
    """Another key from *tick* on up to the next change; None takes away what was said of the key there."""
    if fifths is None:
        return msgspec.structs.replace(score, keys=tuple(key for key in score.keys if key.tick != tick))
    return msgspec.structs.replace(score, keys=_put(score.keys, KeySignature(tick, fifths, minor)))


def add_track(score: Score) -> Score:
    """The score with an empty piano at its end."""
    number = len(score.tracks) + 1
    track = Track(name=tr("Track {number}", number=number), program=0)
    return msgspec.structs.replace(score, tracks=(*score.tracks, track))


def remove_track(score: Score, index: int) -> Score:
    """The score without one track; the last one left stays."""
    tracks = (*score.tracks[:index], *score.tracks[index + 1 :])
    return msgspec.structs.replace(score, tracks=tracks) if tracks else score


def in_force(changes: Sequence[Change], tick: float) -> Change | None:
    """The last change at or before *tick*."""
    return next((change for change in reversed(changes) if change.tick <= tick), None)


def _put(changes: tuple[Change, ...], new: Change) -> tuple[Change, ...]:
    """The changes with *new* among them; one that changes nothing is left out."""
    kept: list[Change] = []
    for change in sorted([*(old for old in changes if old.tick != new.tick), new], key=lambda change: change.tick):
        if not kept or msgspec.structs.replace(change, tick=kept[-1].tick) != kept[-1]:
            kept.append(change)
    return tuple(kept)
