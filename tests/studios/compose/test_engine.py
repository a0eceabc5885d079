"""The studio without a window, on the real network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.cli import run
from app.runtime.model import Model, ModelShelf
from app.studios.cards import CARDS
from app.studios.compose.codec import VOICES, Codec
from app.studios.compose.document import TICKS, Note, Score, blank
from app.studios.compose.engine import ENGINE
from app.studios.compose.files import load_midi, save_midi
from app.studios.compose.request import Ask, ComposeRequest, Region, harmonise, refill

MODEL = "coconet-bach"


@pytest.fixture
def model(shelf: ModelShelf) -> Model:
    return shelf.open(MODEL)


def asked(ask: Ask, seed: int = 0, **controls: float) -> ComposeRequest:
    controls = {"passes": 16, **controls}
    return ComposeRequest(
        model=MODEL, seed=seed, controls={**controls}, score=ask.score, marks=ask.marks, voices=ask.voices
    )


def made(request: ComposeRequest, model: Model) -> Score:
    *_, last = ENGINE.generate(request, model, Progress())
    return last


def test_a_harmonisation_keeps_the_melody_and_every_voice_in_its_range(melody: Score, model: Model) -> None:
    score = made(asked(harmonise(melody)), model)
    assert score.tracks[0] == melody.tracks[0]
    for (low, high), track in zip(Codec().ranges[1:], score.tracks[1:VOICES], strict=True):
        assert track.notes
        assert all(low <= note.pitch <= high for note in track.notes)
        assert {note.maker for note in track.notes} == {"machine"}


def test_the_voices_breathe_with_the_melody(melody: Score, model: Model) -> None:
    score = made(asked(harmonise(melody)), model)
    breath = range(8 * TICKS, 9 * TICKS)
    sounding = [n for track in score.tracks for n in track.notes if n.start < breath.stop and n.end > breath.start]
    # A voice may sing through the breath; with no network the ranges alone would fill it in all three.
    assert len({note.pitch for note in sounding}) <= VOICES - 1


def test_refill_changes_the_marked_region_and_nothing_else(melody: Score, model: Model) -> None:
    first = made(asked(harmonise(melody)), model)
    ask = refill(first, [Region(2, 4 * TICKS, 8 * TICKS)])
    second = made(asked(ask, seed=9, temperature=1.3), model)
    for voice in (0, 1, 3):
        assert second.tracks[voice] == first.tracks[voice]
    start, end = ask.marks[0].start, ask.marks[0].end
    for before, after in ((first, second), (second, first)):
        outside = [note for note in before.tracks[2].notes if not start <= note.start < end]
        assert [note for note in after.tracks[2].notes if not start <= note.start < end] == outside


def test_notes_beside_the_grid_stay_beside_it(model: Model) -> None:
    played = blank(2).with_track(0, [Note(i * TICKS + 7 * i, 67 + i, TICKS - 50, 61 + i) for i in range(5)])
    score = made(asked(harmonise(played)), model)
    assert score.tracks[0] == played.tracks[0]


def test_the_same_seed_gives_the_same_notes_and_another_gives_others(melody: Score, model: Model) -> None:
    one, two, other = (made(asked(harmonise(melody), seed=seed), model) for seed in (4, 4, 5))
    assert one == two
    assert one != other


def test_stopping_half_way_leaves_a_whole_piece(melody: Score, model: Model) -> None:
    passes = ENGINE.generate(asked(harmonise(melody)), model, Progress())
    first = next(passes)
    assert all(track.notes for track in first.tracks[:VOICES])
    assert first.tracks[0] == melody.tracks[0]


@pytest.mark.parametrize(
    ("notes", "why"),
    [
        ([Note(0, 60, TICKS), Note(0, 64, TICKS)], "more than one note at a time"),
        ([Note(0, 20, TICKS)], "outside what this model knows"),
    ],
)
def test_a_melody_it_can_not_sing_is_told(notes: list[Note], why: str, model: Model) -> None:
    with pytest.raises(AtelierError, match=why):
        made(asked(harmonise(blank(1).with_track(0, notes))), model)


def test_the_command_line_harmonises_a_file_note_for_note(
    melody: Score, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_midi(tmp_path / "in.mid", melody, None)
    arguments = ["compose", MODEL, "--melody", str(tmp_path / "in.mid"), "--seed", "3"]
    assert run(CARDS, [*arguments, "--out", str(tmp_path / "out.mid")]) == 0
    score, recipe = load_midi(tmp_path / "out.mid")
    assert score.tracks[0].notes == melody.tracks[0].notes
    assert all(track.notes for track in score.tracks)
    assert recipe is not None
    assert recipe.model == MODEL
    capsys.readouterr()
    assert run(CARDS, ["replay", str(tmp_path / "out.mid")]) == 0
    assert capsys.readouterr().out.startswith("bit-exact")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--bars", "0"], "--bars can't be 0"),
        (["--melody", "gone.mid"], "There is no file “gone.mid”"),
        (["--out", "x.mp3"], "saved as .mid or .wav"),
    ],
)
def test_bad_arguments_are_told_in_one_line(
    arguments: list[str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(CARDS, ["compose", MODEL, "--bars", "1", "--out", "x.mid"][: 2 if "--melody" in arguments else None]
               + (["--out", "x.mid"] if "--melody" in arguments else []) + arguments) == 2  # fmt: skip
    assert why in capsys.readouterr().err


def test_a_scored_file_says_how_well_the_model_knows_it(model: Model, melody: Score, tmp_path: Path) -> None:
    bach_like = made(asked(harmonise(melody)), model)
    random = np.random.default_rng(0)
    noise = blank(4)
    for voice, (low, high) in enumerate(Codec().ranges):
        pitches = random.integers(low, high + 1, 16)
        noise = noise.with_track(voice, [Note(i * TICKS, int(p), TICKS) for i, p in enumerate(pitches)])
    figures = []
    for name, score in (("like", bach_like), ("noise", noise)):
        save_midi(tmp_path / f"{name}.mid", score, None)
        figures.append(ENGINE.score(model, [tmp_path / f"{name}.mid"], Progress()))
    assert figures[0]["nats_per_frame_chronological"] < figures[1]["nats_per_frame_chronological"] / 2
    assert figures[0]["nats_per_note"] < figures[1]["nats_per_note"]
