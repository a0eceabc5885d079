"""The detector: learns from texts of people and of a shipped generator, and is exported with what was measured."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.model import ModelShelf
from app.studios.write.evidence import judge, reader_of, reliability
from app.studios.write.surprise import read_part
from app.studios.write.traits import cut, traits
from training.lib.loop import Run, train
from training.textdetector import data as examples
from training.textdetector import texts
from training.textdetector.export import export
from training.textdetector.measure import auc
from training.textdetector.recipe import TextDetectorTask, balance, draws

pytestmark = pytest.mark.training

NAME = "text-detector"
WORDS = ["the", "of", "and", "to", "a", "in", "that", "he", "was", "it", "his", "with", "as", "had", "for", "at"]


def book(seed: int, length: int = 4000) -> str:
    drawn = np.random.default_rng(seed).choice(WORDS, length // 4)
    return f"=== Book {seed} — Somebody (1900) ===\n\n" + " ".join(drawn.tolist())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tiny corpora, few and short texts, the one generator that is small."""
    (tmp_path / "text").mkdir()
    for number, name in enumerate(("prose-en", "poetry-en", "shakespeare-plays", "wikipedia")):
        for part in (name, f"{name}.valid"):
            content = "\n\n\n".join(book(10 * number + volume) for volume in range(3))
            (tmp_path / "text" / f"{part}.txt.xz").write_bytes(lzma.compress(content.encode()))
    story = "Once upon a time, there was a king who had a very small and rather grumpy cat. " * 8
    packed = lzma.compress(f"{story}\n<|endoftext|>\n{story}\n<|endoftext|>\n".encode())
    (tmp_path / "text" / "stories-en.txt.xz").write_bytes(packed)
    generators = {"char-rnn-shakespeare": ("shakespeare-plays",)}
    for name, value in {"LENGTH": 420, "TEMPERATURES": (0.6, 1.2), "GENERATORS": generators}.items():
        monkeypatch.setattr(texts, name, value)
    monkeypatch.setattr("training.textdetector.measure.TEMPERATURES", texts.TEMPERATURES)
    monkeypatch.setattr(examples, "prepared_folder", lambda name: tmp_path / "prepared")
    small = {"reader": 1, "people": 8, "tuning": 8, "testing": 12, "prompts": 1, "networks": 4, "horizon": 60}
    for name, value in small.items():
        monkeypatch.setattr(TextDetectorTask, name, value)
    return tmp_path


def test_a_detector_is_trained_exported_and_judges(folder: Path, tmp_path: Path, shelf: ModelShelf) -> None:
    task = TextDetectorTask(NAME, folder, "cpu")
    found = task.examples
    people, machines = found.of("train").where(~found.of("train").machine), found.of("train", "tune", "test")
    assert {"prose-en", "poetry-en", "shakespeare-plays"} == set(people.source.tolist())
    assert {"char-rnn-shakespeare 0.6 careful", "char-rnn-shakespeare 1.2 pure"} <= set(machines.source.tolist())
    assert not any(source.startswith("tiny") for source in machines.source.tolist())
    assert set(found.of("paraphrase").machine.tolist()) == {True}
    progress = train(task, Run(tmp_path / "run"))
    assert progress.metrics[-1]["valid_auc"] > 0.9
    export(NAME, folder, tmp_path / "run", tmp_path / "models" / NAME, quick=True)
    detector = ModelShelf(Catalog(tmp_path / "models")).open(NAME)
    assert reader_of(detector, shelf).manifest.id == "char-rnn-shakespeare"
    assert reliability(detector).auc > 0.9
    text = book(99)[60:1060]
    passages = cut(read_part(shelf.open("char-rnn-shakespeare"), text, (0, len(text)), Progress()))
    assert judge(detector, [traits(passage) for passage in passages]).mean() < 0


def test_the_examples_are_made_once_and_the_same_each_time(folder: Path) -> None:
    amounts = texts.Amounts(2, 2, 3, 1)
    first = examples.prepared(folder, 1, amounts)
    (kept,) = (folder / "prepared").glob("*.npz")
    written = kept.stat().st_mtime_ns
    examples.prepared(folder, 1, amounts)
    assert kept.stat().st_mtime_ns == written
    kept.unlink()
    again = examples.prepared(folder, 1, amounts)
    np.testing.assert_array_equal(first.traits, again.traits)


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    rng = np.random.default_rng(0)
    scores, machine = rng.integers(0, 6, 60).astype(float), rng.random(60) < 0.4
    pairs = scores[machine][:, None] - scores[~machine][None]
    assert auc(scores, machine) == pytest.approx(((pairs > 0) + (pairs == 0) / 2).mean())
    assert auc(np.array([1.0, 2.0]), np.array([False, True])) == 1


def test_people_and_machines_weigh_alike_and_texts_are_drawn_whole(folder: Path) -> None:
    found = examples.prepared(folder, 1, texts.Amounts(4, 2, 3, 1))
    weights = balance(found)
    assert weights[found.machine].sum() == pytest.approx(weights[~found.machine].sum())
    assert weights.mean() == pytest.approx(1)
    drawn = draws(found, 3, seed=1)
    for group in np.unique(found.group):
        assert len(np.unique(drawn[found.group == group], axis=0)) == 1


def test_paraphrases_change_words_or_their_order_alone() -> None:
    text = "He said that the little house was very old."
    assert texts.reworded(text, 1.0) == "He replied that the small home was most aged."
    moved = texts.shuffled(text, 0.5)
    assert moved != text
    assert sorted(moved.split()) == sorted(text.split())
