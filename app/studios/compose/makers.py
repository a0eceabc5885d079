"""Who made which note, as a line of text in a MIDI file, so that a saved work still knows it."""

from __future__ import annotations

import itertools
import re

import msgspec

from app.studios.compose.document import Maker, Score

MAKERS = "atelie-makers:"
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
    parts = text.removeprefix(MAKERS).split(";")
    lists = [_expanded(part) for part in parts]
    if not text or [len(makers) for makers in lists] != [len(track.notes) for track in score.tracks]:
        return score
    tracks = []
    for track, makers in zip(score.tracks, lists, strict=True):
        notes = [msgspec.structs.replace(n, maker=maker) for n, maker in zip(track.notes, makers, strict=True)]
        tracks.append(msgspec.structs.replace(track, notes=tuple(notes)))
    return msgspec.structs.replace(score, tracks=tuple(tracks))


def _expanded(part: str, most: int = 1_000_000) -> list[Maker]:
    if not re.fullmatch(r"([ume][0-9]{1,7})*", part):
        return []
    runs = [(run[0], int(run[1:])) for run in re.findall(r"[ume][0-9]+", part)]
    if sum(count for _, count in runs) > most:
        return []
    return [_NAMES[letter] for letter, count in runs for _ in range(count)]
