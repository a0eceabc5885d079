"""A score as MusicXML 4.0 (W3C), partwise: parts with instruments, keys, metres, tempos, pedals, ties, beams.

Notes are written on a grid of sixteenths and triplets, see :mod:`app.studios.compose.notation.spelling`; the music as
it is played, to the tick, is what MIDI files are for.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from app.base.files import atomic_write
from app.studios.compose.bars import Bar, bars_of
from app.studios.compose.document import PEDAL, KeySignature, Score, Tempo, Track
from app.studios.compose.notation.spelling import GRID, Chord, beams, measures, spelt, tuplets, value_of
from app.studios.compose.piece import in_force
from app.studios.compose.sound.pedal import DOWN

HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"'
    b' "http://www.musicxml.org/dtds/partwise.dtd">\n'
)
BASS_BELOW = 60
"""Tracks whose notes lie below this pitch in the mean have a bass clef."""


def musicxml(score: Score) -> bytes:
    """The score as a MusicXML document, UTF-8. The same score gives the same bytes."""
    root = Element("score-partwise", version="4.0")
    parts = SubElement(root, "part-list")
    for number, track in enumerate(score.tracks, 1):
        _part_head(parts, number, track)
    for place in range(len(score.tracks)):
        part = SubElement(root, "part", id=f"P{place + 1}")
        for bar, chords in measures(score, place):
            _measure(part, score, place, bar, chords)
    indent(root)
    return HEAD + tostring(root, encoding="utf-8")


def save_musicxml(path: Path, score: Score) -> list[Path]:
    """Write a ``.musicxml`` file. Raises :class:`AtelierError` (``DISK``)."""
    atomic_write(path, musicxml(score))
    return [path]


def _part_head(parts: Element, number: int, track: Track) -> None:
    head = SubElement(parts, "score-part", id=f"P{number}")
    _text(head, "part-name", track.name)
    instrument = SubElement(head, "score-instrument", id=f"P{number}-I1")
    _text(instrument, "instrument-name", track.name)
    sound = SubElement(head, "midi-instrument", id=f"P{number}-I1")
    _text(sound, "midi-channel", "10" if track.drums else str(1 + (number - 1) % 9))
    _text(sound, "midi-program", str(track.program + 1))


def _measure(part: Element, score: Score, place: int, bar: Bar, chords: list[Chord]) -> None:
    measure = SubElement(part, "measure", number=str(bar.number + 1))
    _attributes(measure, score, place, bar)
    key, now = in_force(score.keys, bar.start), 0
    directions = deque(_directions(score, place, bar))
    marks = beams(chords, bar, score.ticks_per_quarter)
    for chord, beam, tuplet in zip(chords, marks, tuplets(chords), strict=True):
        while directions and directions[0][0] < now + chord.length:
            at, direction = directions.popleft()
            measure.append(_moved(direction, at - now))
        now += chord.length
        for nth, pitch in enumerate(chord.pitches or (None,)):
            note = SubElement(measure, "note")
            if nth:
                SubElement(note, "chord")
            _pitch(note, None if pitch is None else spelt(pitch, key))
            _value(note, chord, *(("", ()) if nth else (beam, tuplet)))


def _attributes(measure: Element, score: Score, place: int, bar: Bar) -> None:
    first = bar.number == 0
    keys = _keys_at(score, bar)
    meters = [meter for meter in score.meters if bar.start <= meter.tick < bar.end]
    if not (first or keys or meters):
        return
    found = SubElement(measure, "attributes")
    if first:
        _text(found, "divisions", str(GRID))
    for key in keys[-1:]:
        signature = SubElement(found, "key")
        _text(signature, "fifths", str(key.fifths))
        _text(signature, "mode", "minor" if key.minor else "major")
    for meter in meters[:1]:
        time = SubElement(found, "time")
        _text(time, "beats", str(meter.numerator))
        _text(time, "beat-type", str(meter.denominator))
    if first:
        _clef(found, score.tracks[place])


def _keys_at(score: Score, bar: Bar) -> list[KeySignature]:
    """The keys that are written where a bar begins: those that begin nearest to there."""
    bars = bars_of(score)
    before = bars.nth(bar.number - 1).start if bar.number else bar.start
    first, last = (before + bar.start) / 2, (bar.start + bar.end) / 2
    return [key for key in score.keys if (first < key.tick or not bar.number) and key.tick <= last]


def _directions(score: Score, place: int, bar: Bar) -> list[tuple[float, Element]]:
    """What stands beside the notes of a bar and at which grid unit of it: tempos over the first part, and pedals."""
    track = score.tracks[place]
    found = [(tempo.tick, _tempo(tempo)) for tempo in score.tempos if place == 0 and bar.start <= tempo.tick < bar.end]
    pedals = [control for control in track.controls if control.number == PEDAL]
    for before, pedal in zip([None, *pedals], pedals, strict=False):
        was, down = before is not None and before.value >= DOWN, pedal.value >= DOWN
        if was != down and bar.start <= pedal.tick < bar.end:
            found.append((pedal.tick, _pedal(down)))
    places = [((tick - bar.start) * GRID / score.ticks_per_quarter, direction) for tick, direction in found]
    return sorted(places, key=lambda each: each[0])


def _pedal(down: bool) -> Element:
    direction = Element("direction", placement="below")
    kind = SubElement(direction, "direction-type")
    SubElement(kind, "pedal", type="start" if down else "stop", line="no", sign="yes")
    return direction


def _moved(direction: Element, units: float) -> Element:
    """The direction so many grid units behind the place it stands at."""
    if units > 0:
        offset = Element("offset", sound="yes")
        offset.text = f"{units:.6g}"
        types = len(direction.findall("direction-type"))
        direction.insert(types, offset)
    return direction


def _clef(attributes: Element, track: Track) -> None:
    pitches = [note.pitch for note in track.notes]
    bass = bool(pitches) and sum(pitches) / len(pitches) < BASS_BELOW
    clef = SubElement(attributes, "clef")
    _text(clef, "sign", "percussion" if track.drums else "F" if bass else "G")
    _text(clef, "line", "4" if bass and not track.drums else "2")


def _tempo(tempo: Tempo) -> Element:
    direction = Element("direction", placement="above")
    mark = SubElement(SubElement(direction, "direction-type"), "metronome")
    _text(mark, "beat-unit", "quarter")
    _text(mark, "per-minute", f"{tempo.bpm:.4g}")
    SubElement(direction, "sound", tempo=f"{tempo.bpm:.8g}")
    return direction


def _pitch(note: Element, spelling: tuple[str, int, int] | None) -> None:
    if spelling is None:
        SubElement(note, "rest")
        return
    step, alter, octave = spelling
    pitch = SubElement(note, "pitch")
    _text(pitch, "step", step)
    if alter:
        _text(pitch, "alter", str(alter))
    _text(pitch, "octave", str(octave))


def _value(note: Element, chord: Chord, beam: str, tuplet: tuple[str, ...]) -> None:
    """Duration, ties, value, dots, triplet, beam, in the order the schema wants."""
    ties = [kind for kind, on in (("stop", chord.before), ("start", chord.after)) if on and chord.pitches]
    _text(note, "duration", str(chord.length))
    for kind in ties:
        SubElement(note, "tie", type=kind)
    _text(note, "voice", "1")
    value = value_of(chord.length)
    if value is not None:
        _text(note, "type", value.name)
        for _ in range(value.dots):
            SubElement(note, "dot")
        if value.triplet:
            time = SubElement(note, "time-modification")
            _text(time, "actual-notes", "3")
            _text(time, "normal-notes", "2")
    if beam:
        SubElement(note, "beam", number="1").text = beam
    if ties or tuplet:
        notations = SubElement(note, "notations")
        for kind in ties:
            SubElement(notations, "tied", type=kind)
        for kind in tuplet:
            SubElement(notations, "tuplet", type=kind)


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text
