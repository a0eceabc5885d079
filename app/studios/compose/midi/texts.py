"""What a MIDI file has no event for, as lines of text in it: who made which note, and what the mixer mutes."""

from __future__ import annotations

import itertools
import re

import msgspec

from app.studios.compose.document import Maker, Score, Track

MAKERS, MIXER = "atelie-makers:", "atelie-mixer:"
_LETTERS: dict[Maker, str] = {"user": "u", "machine": "m", "edited": "e"}
_NAMES: dict[str, Maker] = {letter: maker for maker, letter in _LETTERS.items()}


def makers_text(score: Score) -> str:
    """Run lengths over each track's notes in their order, tracks parted by semicolons: ``atelie-makers:u12m3;m40``."""
    tracks = []
    for track in score.tracks:
        runs = itertools.groupby(_LETTERS[note.maker] for note in track.notes)
        tracks.append("".join(f"{letter}{len(list(run))}" for letter, run in runs))
    return MAKERS + ";".join(tracks)


def apply_makers(score: Score, text: str) -> Score:
    """The score with the makers a file names; where the line does not fit the notes, all are the user's."""
    lists = [_expanded(part) for part in text.split(";")]
    if not text or [len(makers) for makers in lists] != [len(track.notes) for track in score.tracks]:
        return score
    tracks = []
    for track, makers in zip(score.tracks, lists, strict=True):
        notes = [msgspec.structs.replace(n, maker=maker) for n, maker in zip(track.notes, makers, strict=True)]
        tracks.append(msgspec.structs.replace(track, notes=tuple(notes)))
    return msgspec.structs.replace(score, tracks=tuple(tracks))


def mixer_text(score: Score) -> str:
    """For each track ``m`` if it is muted and ``s`` if it is solo, parted by semicolons; nothing if none is."""
    marks = [("m" if track.muted else "") + ("s" if track.solo else "") for track in score.tracks]
    return MIXER + ";".join(marks) if any(marks) else ""


def apply_mixer(score: Score, text: str) -> Score:
    """The score with the tracks muted and solo as a file says; a line that does not fit is passed over."""
    marks = text.split(";")
    if not text or len(marks) != len(score.tracks):
        return score
    return msgspec.structs.replace(score, tracks=tuple(map(_mixed, score.tracks, marks)))


def _mixed(track: Track, marks: str) -> Track:
    return msgspec.structs.replace(track, muted="m" in marks, solo="s" in marks)


def _expanded(part: str, most: int = 1_000_000) -> list[Maker]:
    if not re.fullmatch(r"([ume][0-9]{1,7})*", part):
        return []
    runs = [(run[0], int(run[1:])) for run in re.findall(r"[ume][0-9]+", part)]
    if sum(count for _, count in runs) > most:
        return []
    return [_NAMES[letter] for letter, count in runs for _ in range(count)]
