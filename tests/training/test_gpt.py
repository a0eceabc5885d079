"""The Transformers: learn from tiny books, go on after a stop as if there had been none, are exported as they are."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.model import ModelShelf
from app.studios.write.engine import ENGINE
from app.studios.write.request import WriteRequest
from app.studios.write.subwords import END, PREFIX, SPECIAL, SUFFIX
from training.gpt import data as texts
from training.gpt.export import export
from training.gpt.fills import measured
from training.gpt.graph import quantized, rounded
from training.gpt.network import GPT, Cached, Shape
from training.gpt.recipe import CLOSING, GPTTask, closings
from training.gpt.shipped import take_subwords
from training.lib.card import opened
from training.lib.loop import Run, train

pytestmark = pytest.mark.training

NAME = "gpt-prose-en"
PAGE = "The day was done and the night had come. She said that the day was done, and he said that the night had come. "
BOOK = f"=== A Book — A Writer (1900) ===\n\n{PAGE * 30}\n\n\n=== Another — A Writer (1901) ===\n\n{PAGE * 20}\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with two small books, and a task small enough for a test."""
    folder = tmp_path / "data"
    (folder / "text").mkdir(parents=True)
    for name in ("prose-en", "poetry-en", "prose-en.valid"):
        (folder / "text" / f"{name}.txt.xz").write_bytes(lzma.compress(BOOK.encode()))
    story = f"{PAGE}\n<|endoftext|>\n{PAGE}\n<|endoftext|>\n"
    (folder / "text" / "stories-en.txt.xz").write_bytes(lzma.compress(story.encode()))
    monkeypatch.setattr("training.gpt.recipe.prepared_folder", lambda name: tmp_path / "prepared" / name)
    monkeypatch.setattr("training.gpt.export.prepared_folder", lambda name: tmp_path / "prepared" / name)
    small = {"vocabulary": 280, "width": 64, "layers": 2, "heads": 2, "hidden": 96, "context": 2048, "batch": 4}
    for name, value in {**small, "window": 48, "compiled": False, "warmup": 2}.items():
        monkeypatch.setattr(GPTTask, name, value)
    return folder


def test_documents_are_parted_and_subwords_give_the_text_back(data: Path) -> None:
    books = texts.read_documents(data, "prose-en")
    assert [book.splitlines()[0] for book in books] == [
        "=== A Book — A Writer (1900) ===",
        "=== Another — A Writer (1901) ===",
    ]
    assert len(texts.read_documents(data, "stories-en")) == 2
    task = GPTTask(NAME, data, "cpu")
    codec = task.texts.codec
    assert codec.decode(codec.encode(books[0])) == books[0]
    assert codec.encode(END) != [SPECIAL[END]]
    assert (task.texts.stream == SPECIAL[END]).sum() == 6


def test_a_passage_leads_up_to_what_follows(data: Path) -> None:
    task = GPTTask(NAME, data, "cpu")
    passage = task.texts._passage(np.random.default_rng(1))
    assert passage[0] == SPECIAL[SUFFIX]
    assert passage[-1] == SPECIAL[END]
    seam = passage.index(SPECIAL[PREFIX])
    joined = task.texts.codec.decode(passage[seam:]) + task.texts.codec.decode(passage[:seam])
    assert any(joined in document for document in task.texts.documents)


def test_where_a_passage_meets_what_follows_counts_more(data: Path) -> None:
    begins, goes, seam, ends = SPECIAL[SUFFIX], 9, SPECIAL[PREFIX], SPECIAL[END]
    towards = torch.tensor([[begins, *[goes] * 4, seam, *[goes] * 20, ends, goes]])
    assert closings(towards)[0].nonzero().flatten().tolist() == list(range(26 - CLOSING, 26))
    assert not closings(torch.tensor([[goes] * 20 + [ends] + [goes] * 5])).any()
    task = GPTTask(NAME, data, "cpu")
    with torch.no_grad():
        counted = task.surprise(towards)
        task.closing = 0.0
        plain = task.surprise(towards)
        scores = task.network(towards[:, :-1])[0]
    torch.testing.assert_close(plain, torch.nn.functional.cross_entropy(scores, towards[0, 1:]))
    assert counted != plain


def test_what_is_put_into_a_gap_is_measured_beside_the_true_passage() -> None:
    story = " ".join(f"On day {day} the keeper went up with his lamp and saw no ship." for day in range(80))
    found = measured(opened(bundled_models_dir() / "gpt-prose-en"), story, 1)
    assert found.keys() == {"the true passage", "one fill", "Refill"}
    assert all(0 < value < 20 for row in found.values() for value in row)
    assert found["the true passage"][0] < found["one fill"][0]


def _losses(data: Path, out: Path, parts: tuple[int, ...]) -> list[float]:
    losses = []
    for horizon in parts:
        task = GPTTask(NAME, data, "cpu")
        task.horizon, task.decay_share = horizon, 0.0
        step = task.step

        def noted(number: int, rng: np.random.Generator, step=step) -> dict[str, float]:
            found = step(number, rng)
            losses.append(found["nats_per_token"])
            return found

        task.step = noted  # pyright: ignore[reportAttributeAccessIssue]
        train(task, Run(out, threads=1))
    return losses


def test_it_learns_and_a_resumed_run_follows_the_same_curve(data: Path, tmp_path: Path) -> None:
    whole = _losses(data, tmp_path / "whole", (24,))
    assert _losses(data, tmp_path / "parts", (11, 24)) == whole
    assert sum(whole[-4:]) < 0.8 * sum(whole[:4])
    assert list((tmp_path / "whole" / "samples").glob("*.txt"))


def test_the_cached_network_computes_what_the_trained_one_does() -> None:
    torch.manual_seed(0)
    network = GPT(Shape(64, 64, 2, 2, 96, 128)).eval()
    for weights in network.parameters():
        torch.nn.init.normal_(weights, std=0.1)
    tokens = torch.randint(0, 64, (2, 20))
    nothing = torch.zeros(2, 2, 0, 32)
    cached = Cached(network)
    with torch.no_grad():
        whole = network(tokens)
        first, *past = cached(tokens[:, :13], torch.tensor([12]), torch.tensor(13), *[nothing] * 4)
        second, *_ = cached(tokens[:, 13:], torch.tensor([19]), torch.tensor(20), *past)
    torch.testing.assert_close(torch.cat((first, second), 1), whole, atol=1e-4, rtol=1e-4)


def test_a_network_of_another_language_keeps_the_subwords_both_have() -> None:
    network = GPT(Shape(5, 32, 1, 2, 32, 16))
    before = network.embedding.weight.detach().clone()
    take_subwords(network, [b"", b"a", b"the", b"de", b"."], [b"", b"de", b".", "ção".encode(), b"a"])
    expected = torch.stack([before[0], before[3], before[4], before.mean(0), before[1]])
    torch.testing.assert_close(network.embedding.weight, expected)


def test_eight_bits_keep_each_weight_within_half_a_step() -> None:
    for columns, block in ((256, 64), (64, 64), (96, 32)):
        weights = np.random.default_rng(0).normal(size=(8, columns)).astype(np.float32)
        whole, scales = quantized(weights)
        assert whole.shape == (8, columns // block, block)
        error = np.abs(rounded(weights) - weights).reshape(whole.shape).max(-1)
        assert (error <= scales.reshape(8, -1) * 0.5001).all()
    with pytest.raises(ValueError, match="blocks of 32"):
        quantized(np.ones((2, 40), np.float32))


def test_the_export_is_a_model_the_studio_writes_with(data: Path, tmp_path: Path) -> None:
    _losses(data, tmp_path / "run", (12,))
    out = tmp_path / "models" / NAME
    export(NAME, data, tmp_path / "run", out, quick=True)
    model = ModelShelf(Catalog(out.parent)).open(NAME)
    assert model.manifest.metrics[0].name == "compression"
    task = GPTTask(NAME, data, "cpu")
    *_, text = ENGINE.generate(WriteRequest(model=NAME, controls={"length": 12}), model, Progress())
    assert len(task.texts.codec.encode(text.text)) > 3
