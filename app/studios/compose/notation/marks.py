"""What MusicXML says beside notes: keys, tempos and pedals, each at its tick.

Verovio reads the notes; of keys it tells the first only, of the tempos in a bar the last, and pedals nearly in time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from xml.etree.ElementTree import Element

import msgspec

from app.studios.compose.document import PEDAL, Control, KeySignature, Score, Tempo

BEATS = {"whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "16th": 0.25}
SLOWEST, FASTEST = 4.0, 1000.0
"""Quarters a minute that are believed."""
USUAL = 500_000
"""Microseconds of a quarter where a piece says nothing."""
DOWN = {"start": 127, "resume": 127, "stop": 0, "discontinue": 0}
MOST_SHARPS = 7


@dataclass(frozen=True)
class _Mark:
    """An element of a part and the quarter it stands at, its offset counted."""

    quarter: float
    element: Element


def marked(score: Score, root: Element) -> Score:
    """The score that was read from a partwise document, with the keys, tempos and pedals the document has.

    Pedals are those of the document where each of its parts is one track.
    """
    parts = [list(_marks(part)) for part in root.findall("part")]
    quarter = score.ticks_per_quarter
    keys = {round(at * quarter): key for at, key in _keys(parts[0])}
    tempos = {round(at * quarter): bpm for part in parts for at, bpm in _tempos(part)}
    if keys:
        found = [KeySignature(tick, *keys[tick]) for tick in sorted(keys)]
        changes = [new for old, new in pairwise(found) if (old.fifths, old.minor) != (new.fifths, new.minor)]
        score = msgspec.structs.replace(score, keys=(found[0], *changes))
    if tempos:
        first = () if 0 in tempos else (Tempo(0, USUAL),)
        later = (Tempo(tick, round(60e6 / tempos[tick])) for tick in sorted(tempos))
        score = msgspec.structs.replace(score, tempos=(*first, *later))
    return _with_pedals(score, parts) if len(parts) == len(score.tracks) else score


def _with_pedals(score: Score, parts: list[list[_Mark]]) -> Score:
    for place, part in enumerate(parts):
        others = [control for control in score.tracks[place].controls if control.number != PEDAL]
        pedals = [Control(round(at * score.ticks_per_quarter), PEDAL, value) for at, value in _pedals(part)]
        controls = tuple(sorted([*others, *pedals], key=lambda control: control.tick))
        score = score.change_track(place, controls=controls)
    return score


def _marks(part: Element) -> Iterator[_Mark]:
    """The attributes, directions and sounds of a part in the order of the file."""
    start, divisions = 0.0, 1.0
    for measure in part.findall("measure"):
        now = longest = 0.0
        for element in measure:
            divisions = max(1e-3, _number(element.findtext("divisions"), divisions))
            if element.tag in ("attributes", "direction", "sound"):
                yield _Mark(max(0.0, start + now + _number(element.findtext("offset"), 0.0) / divisions), element)
            now += _step(element) / divisions
            longest = max(longest, now)
        start += longest


def _step(element: Element) -> float:
    """How far an element moves on in its bar, in divisions."""
    length = _number(element.findtext("duration"), 0.0)
    if element.tag == "note" and element.find("chord") is None and element.find("grace") is None:
        return length
    return {"forward": length, "backup": -length}.get(element.tag, 0.0)


def _keys(marks: list[_Mark]) -> Iterator[tuple[float, tuple[int, bool]]]:
    """As they sound: the part of a transposing instrument has others written."""
    shift = 0
    for mark in marks:
        if (chromatic := mark.element.findtext("transpose/chromatic")) is not None:
            shift = (7 * round(_number(chromatic, 0.0)) + 6) % 12 - 6
        fifths = _number(mark.element.findtext("key/fifths"), math.nan)
        if abs(fifths + shift) <= MOST_SHARPS:
            yield mark.quarter, (round(fifths) + shift, mark.element.findtext("key/mode") == "minor")


def _tempos(marks: list[_Mark]) -> Iterator[tuple[float, float]]:
    for mark in marks:
        sound = mark.element if mark.element.tag == "sound" else mark.element.find("sound")
        told = _number(sound.get("tempo") if sound is not None else None, math.nan)
        bpm = told if math.isfinite(told) else _metronome(mark.element)
        if SLOWEST <= bpm <= FASTEST:
            yield mark.quarter, bpm


def _metronome(direction: Element) -> float:
    """Quarters a minute of a written mark; NaN for none, or one that equates two values."""
    mark = direction.find("direction-type/metronome")
    if mark is None:
        return math.nan
    beat = BEATS.get(mark.findtext("beat-unit", ""), math.nan) * (1.5 if mark.find("beat-unit-dot") is not None else 1)
    return beat * _number(mark.findtext("per-minute"), math.nan)


def _pedals(marks: list[_Mark]) -> Iterator[tuple[float, int]]:
    for mark in marks:
        for pedal in mark.element.findall("direction-type/pedal"):
            kind = pedal.get("type", "")
            if kind == "change":
                yield mark.quarter, 0
            if kind in ("change", *DOWN):
                yield mark.quarter, DOWN.get(kind, 127)


def _number(text: str | None, default: float) -> float:
    """The number in a text; the default for none, and for one that is no finite number."""
    try:
        found = float(text or "")
    except ValueError:
        return default
    return found if math.isfinite(found) else default
