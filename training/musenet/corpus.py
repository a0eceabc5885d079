"""Which pieces are learnt from: free of terms that would bind the weights, a balance of composers and ensembles."""

from __future__ import annotations

import csv
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import symusic

from app.studios.compose.document import Meter, Note, Score, Tempo, Track

ARCHIVE, TABLE = "music/pieces.tar.xz", "music/pieces.csv"
COMPOSERS = (
    "Bach", "Bartók", "Beethoven", "Brahms", "Chaminade", "Chopin", "Debussy", "Dobrzyński", "Dvořák", "Fauré",
    "Giuliani", "Grieg", "Handel", "Haydn", "Hensel", "Holmès", "Joplin", "Marenzio", "Mayer", "Mendelssohn",
    "Moniuszko", "Mozart", "Noskowski", "Paderewski", "Palestrina", "Satie", "Schubert", "Schumann", "Sowiński",
    "Szymanowski", "Verdi", "Wieniawski", "Wolf", "Żeleński",
)  # fmt: skip
STYLES = {
    "renaissance": "Renaissance", "baroque": "Baroque", "classical": "Classical", "romantic": "Romantic",
    "modern": "Modern", "folk": "Folk", "song": "Folk", "popular dance": "Folk", "hymn": "Hymn", "march": "March",
    "ragtime": "Ragtime", "study": "Classical", "drum groove: rock": "Rock", "drum groove: punk": "Rock",
    "drum groove: country": "Rock", "drum groove: pop": "Rock", "drum groove: latin": "Latin",
    "drum groove: afrobeat": "Latin", "drum groove: afrocuban": "Latin", "drum groove: reggae": "Latin",
    "drum groove: highlife": "Latin", "drum groove: middleeastern": "Latin", "drum groove: funk": "Funk",
    "drum groove: soul": "Funk", "drum groove: hiphop": "Funk", "drum groove: dance": "Funk",
    "drum groove: gospel": "Jazz", "drum groove: blues": "Jazz", "drum groove: neworleans": "Jazz",
    "drum groove: jazz": "Jazz",
}  # fmt: skip
"""The styles of the table, in groups large enough to be learnt."""
GROUPS = (*COMPOSERS, *sorted(set(STYLES.values())))
LEFT_OUT = ("orchestra", "choir and ensemble", "voice and ensemble", "wind band", "piano duet")
"""Ensembles, by a part of their name, with too many parts for a small network."""
MOST_PARTS = 5
MOST_NOTES = 150_000
"""Of a composer or style; from a larger one pieces are drawn."""


@dataclass(frozen=True)
class Piece:
    """A file in the archive: its *group*, and its *style* where the group is a composer; *train* or valid part."""

    file: str
    group: int
    style: int
    notes: int
    train: bool


def free(licence: str) -> bool:
    """Whether a licence asks for no more than a name: the GPL and share-alike terms are for works under them alone."""
    return not (licence.startswith("GPL") or "SA" in licence)


def chosen(data: Path) -> list[Piece]:
    """The pieces learnt from, and all fitting ones of the valid part, in the order of the table."""
    with (data / TABLE).open(encoding="utf8", newline="") as file:
        pieces = [_piece(row) for row in csv.DictReader(file) if _fits(row)]
    order = np.random.default_rng(0).permutation(len(pieces))
    taken: dict[int, int] = defaultdict(int)
    kept = []
    for place in order:
        piece = pieces[place]
        if piece.train and taken[piece.group] >= MOST_NOTES:
            continue
        taken[piece.group] += piece.notes * piece.train
        kept.append(int(place))
    return [pieces[place] for place in sorted(kept)]


def credited(data: Path) -> list[str]:
    """Who is to be named for the pieces that may be learnt from, a line each, in order."""
    with (data / TABLE).open(encoding="utf8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if _fits(row) and row["licence"].startswith("CC BY")]
    return sorted({f"{row['credit'] or row['source_repo']} ({row['source_repo']}, {row['licence']})" for row in rows})


def _fits(row: dict[str, str]) -> bool:
    small = int(row["n_parts"]) <= MOST_PARTS and not any(name in row["ensemble"] for name in LEFT_OUT)
    known = row["time_signature"] and not row["jsb_chorale"]
    return bool(small and known and free(row["licence"]))


def _piece(row: dict[str, str]) -> Piece:
    name, style = row["composer"].partition(",")[0], GROUPS.index(STYLES[_style(row["style"])])
    group = COMPOSERS.index(name) if name in COMPOSERS else style
    return Piece(row["file"], group, style, int(row["n_notes"]), row["split"] == "train")


def _style(name: str) -> str:
    return "folk" if name.startswith("folk") else name


def scores(data: Path, pieces: list[Piece]) -> Iterator[tuple[Piece, Score]]:
    """Read the archive once, and of it these pieces."""
    wanted = {piece.file: piece for piece in pieces}
    with tarfile.open(data / ARCHIVE) as archive:
        for member in archive:
            piece = wanted.get(member.name.partition("/")[2])
            found = archive.extractfile(member) if piece else None
            if piece and found:
                yield piece, score_of(found.read())


def score_of(midi: bytes) -> Score:
    """A file of the archive as the application has it."""
    file: Any = symusic.Score.from_midi(midi)
    tracks = tuple(
        Track(name=track.name, program=track.program, drums=track.is_drum, notes=_notes(track)) for track in file.tracks
    )
    meters = {0: Meter(0, 4, 4)} | {s.time: Meter(s.time, s.numerator, s.denominator) for s in file.time_signatures}
    tempos = {0: Tempo(0, 500_000)} | {tempo.time: Tempo(tempo.time, tempo.mspq) for tempo in file.tempos}
    return Score(
        tracks=tracks,
        length=max(1, file.end()),
        ticks_per_quarter=file.ticks_per_quarter,
        meters=tuple(meters[tick] for tick in sorted(meters)),
        tempos=tuple(tempos[tick] for tick in sorted(tempos)),
    )


def _notes(track: Any) -> tuple[Note, ...]:
    found = track.notes.numpy()
    columns = [found[name].tolist() for name in ("time", "pitch", "duration", "velocity")]
    rows = zip(*columns, strict=True)
    return tuple(Note(start, pitch, max(1, length), velocity) for start, pitch, length, velocity in rows)
