"""music21 (the extra `interop`) reads what the command line writes as we do."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.cli import run
from app.studios.cards import CARDS
from app.studios.compose.document import TICKS, Meter, Note, Score, Tempo, Track, blank
from app.studios.compose.files import load_midi, save_midi

music21: Any = pytest.importorskip("music21")


def read(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs are not ours
        return music21.converter.parse(path, format="midi", forceSource=True, quantizePost=False)


def keys(stream: Any) -> list[tuple[int, int]]:
    """(start in ticks, pitch) of all notes."""
    struck = [note for note in stream.flatten().notes if note.tie is None or note.tie.type == "start"]
    found = [(round(float(note.offset) * TICKS), pitch.midi) for note in struck for pitch in note.pitches]
    return sorted(found)


def ours(score: Score) -> list[tuple[int, int]]:
    return sorted((note.start * TICKS // score.ticks_per_quarter, note.pitch) for t in score.tracks for note in t.notes)


def test_ranked_files_are_read_note_for_note(tmp_path: Path) -> None:
    melody = [Note(i * TICKS, 60 + (0, 2, 4, 5, 7, 5, 4, 2)[i], TICKS) for i in range(8)]
    save_midi(tmp_path / "in.mid", blank(2).with_track(0, melody), None)
    words = ["--composer", "Bach", "--instruments", "piano,violin", "--continue", str(tmp_path / "in.mid")]
    assert run(CARDS, ["compose", "musenet-mini", *words, "--bars", "2", "--alternatives", "4"]) == 0
    for place in (1, 2, 3, 4):
        path = tmp_path / f"in-continued-{place}.mid"
        assert keys(read(path)) == ours(load_midi(path)[0])


def test_tempo_metre_and_instruments_are_read(tmp_path: Path) -> None:
    violin = Track(name="Violin", program=40).with_notes([Note(0, 76, TICKS), Note(4 * TICKS, 74, 3 * TICKS)])
    score = Score(
        tracks=(violin, msgspec.structs.replace(violin, name="Cello", program=42)),
        length=7 * TICKS,
        tempos=(Tempo(0, 500_000), Tempo(4 * TICKS, 600_000)),
        meters=(Meter(0, 4, 4), Meter(4 * TICKS, 3, 4)),
    )
    save_midi(tmp_path / "a.mid", score, None)
    found = read(tmp_path / "a.mid")
    assert keys(found) == ours(score)
    instruments = [part.recurse().getElementsByClass("Instrument").first() for part in found.parts]
    assert [one.midiProgram for one in instruments] == [40, 42]
    times = {(mark.offset, mark.ratioString) for mark in found.flatten().getElementsByClass("TimeSignature")}
    assert times == {(0.0, "4/4"), (4.0, "3/4")}
    marks = {(mark.offset, round(mark.number)) for mark in found.flatten().getElementsByClass("MetronomeMark")}
    assert marks == {(0.0, 120), (4.0, 100)}
