"""The model of all instruments: what it learns from, its windows, and a whole training in miniature."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch")

from app.studios.compose.events import BAR, DRUM, END, GROUP, PITCH, POSITION, PREFIX, START, SUFFIX, events_in
from training.lib.card import opened
from training.lib.loop import Run, train
from training.lib.settings import remember
from training.musenet.corpus import GROUPS, chosen, free
from training.musenet.data import HIGHEST, LOWEST, Corpus, prepared
from training.musenet.export import export, graphs
from training.musenet.recipe import MusenetTask
from training.musenet.samples import score_from
from training.queueing import PLAN, Plan
from training.registry import recipe_of

pytestmark = pytest.mark.training
NAME = "musenet-mini"


@pytest.fixture
def data(tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("training.musenet.data.prepared_folder", lambda: tmp_path / "prepared")
    return tiny_data


@pytest.fixture
def corpus(data: Path) -> Corpus:
    return prepared(data)[0]


def test_pieces_whose_licence_would_bind_the_weights_are_left_out(data: Path) -> None:
    assert [Path(piece.file).stem for piece in chosen(data)] == ["0", "1", "3"]
    assert not any(free(name) for name in ("GPL-3.0", "CC BY-SA 4.0", "CC BY-SA 3.0 DE"))
    assert all(free(name) for name in ("CC0 1.0", "CC BY 4.0", "Public Domain"))


def test_composers_and_styles_are_told(corpus: Corpus) -> None:
    assert [GROUPS[group] for group in corpus.groups] == ["Bach", "Baroque"]
    assert [GROUPS[style] for style in corpus.styles] == ["Baroque", "Baroque"]
    head = corpus.head(0, 0)
    assert head[0] == GROUP + GROUPS.index("Bach")
    assert head[-1] == START


def test_rows_are_full_and_gaps_are_marked_and_keep_to_the_piano(corpus: Corpus) -> None:
    rows = corpus.rows(np.random.default_rng(0), 24, 300, share=0.5)
    assert rows.shape == (24, 300)
    pitches = rows[(rows >= PITCH) & (rows < DRUM)] - PITCH
    assert pitches.min() >= LOWEST
    assert pitches.max() <= HIGHEST
    assert len(np.unique(pitches % 12)) == 12  # in all keys
    marks = [[token for token in row if token in (SUFFIX, PREFIX, END)] for row in rows.tolist()]
    assert any(row[:3] == [SUFFIX, PREFIX, END] for row in marks)


def test_a_window_can_be_heard(corpus: Corpus) -> None:
    tokens = [*corpus.head(0, 0), *corpus.tokens(0, 4).tolist()]
    score = score_from(tokens)
    assert [track.program for track in score.tracks] == [40, 42]
    assert [len(track.notes) for track in score.tracks] == [32, 32]
    assert sum(map(len, events_in(corpus.tokens(0, 4).tolist()))) == 64


def test_a_training_in_miniature_ends_in_a_model_with_a_card(
    data: Path, tmp_path: Path, one_thread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = next(one for one in msgspec.toml.decode(PLAN.read_bytes(), type=Plan).models if one.name == NAME)
    monkeypatch.setattr("training.musenet.recipe.SAMPLE_TOKENS", 12)
    run = tmp_path / NAME
    settings = remember(run, {**entry.miniature, "horizon": 8}, resume=False)
    task: MusenetTask = recipe_of(NAME).built(NAME, data, settings=settings)
    progress = train(task, Run(run))
    assert progress.step == 8  # the last of them on rows of the whole context
    assert len(list((run / "samples").glob("*.mid"))) == 3
    export(NAME, data, run, tmp_path / "models" / NAME, quick=True)
    model = opened(tmp_path / "models" / NAME)
    assert (model.folder / "CREDITS.txt").read_text(encoding="utf8") == "A. Nobody (scores, CC BY 4.0)\n"
    found = {metric.name: metric.ours for metric in model.manifest.metrics}
    assert found["notes written that are in the instrument's range"] == 1.0
    assert found["surprise of a note"] > 0
    again: MusenetTask = recipe_of(NAME).built(NAME, data, settings=settings)
    recipe_of(NAME).begin_from(again, tmp_path / "models" / NAME)
    row = graphs(again)[0].inputs["input_ids"]
    assert int(row.max()) >= BAR
    assert int(row.max()) >= POSITION
