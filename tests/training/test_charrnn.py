"""The character network: learns, goes on after a stop as if there had been none, and is exported as it is."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

import dataclasses
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.model import ModelShelf
from app.studios.write.engine import ENGINE
from app.studios.write.request import WriteRequest
from training.charrnn import recipe
from training.charrnn.corpora import CORPORA
from training.charrnn.export import export
from training.charrnn.forms import (
    closed_braces,
    closed_formulae,
    closed_links,
    closed_templates,
    ended_environments,
    opens_with_speaker,
)
from training.charrnn.recipe import CharTask, write
from training.lib.loop import CHECKPOINT, Run, load_averaged, train

pytestmark = pytest.mark.training

NAME = "char-rnn-shakespeare"
SCENE = "ROMEO:\nThe day is done, the night is come.\n\nJULIET:\nThe night is done, the day is come.\n\n"


@pytest.fixture
def data(tmp_path: Path, one_thread: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a scene again and again, and a task small enough for a test."""
    folder = tmp_path / "data"
    (folder / "text").mkdir(parents=True)
    for name in ("shakespeare", "shakespeare-plays", "shakespeare.valid"):
        (folder / "text" / f"{name}.txt.xz").write_bytes(lzma.compress((SCENE * 12).encode()))
    for name, value in (("batch", 8), ("window", 24), ("rate", 2e-2), ("width", 32)):
        monkeypatch.setattr(CharTask, name, value)
    return folder


def _trained(data: Path, out: Path, horizons: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The losses of a run that is stopped at each horizon and taken up again."""
    losses: list[float] = []
    step = CharTask.step

    def noted(task: CharTask, number: int, rng: object) -> dict[str, float]:
        found = step(task, number, rng)  # pyright: ignore[reportArgumentType]
        losses.append(found["nats_per_char"])
        return found

    with monkeypatch.context() as patch:
        patch.setattr(CharTask, "step", noted)
        for horizon in horizons:
            task = CharTask(NAME, data, "cpu")
            task.horizon = horizon
            # The schedule of the learning rate must not see where the test stops.
            patch.setattr(recipe, "warmup_cosine", lambda now, _: min(1.0, (now + 1) / 20))
            train(task, Run(out))
    return losses


def test_it_learns_and_a_resumed_run_follows_the_same_curve(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _trained(data, tmp_path / "whole", (40,), monkeypatch)
    parts = _trained(data, tmp_path / "parts", (25, 40), monkeypatch)
    assert whole == parts
    assert sum(whole[-5:]) < 0.9 * sum(whole[:5])
    assert list((tmp_path / "whole" / "samples").glob("*.txt"))


def test_the_training_path_computes_what_the_exported_one_does(data: Path) -> None:
    network = CharTask(NAME, data, "cpu").network.eval()
    tokens = torch.arange(12).reshape(2, 6)
    with torch.no_grad():
        state = [torch.rand_like(part) for part in network.start(2)]
        exported, h, c = network(tokens, *state)
        scores, end = network.trained(tokens, *state)
        for ours, theirs in zip((scores, *end), (exported, h, c), strict=True):
            torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


def test_the_export_is_a_model_the_studio_writes_with(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.charrnn.measure.SAMPLES", 2)
    monkeypatch.setattr("training.charrnn.measure.SAMPLE", 200)
    _trained(data, tmp_path / "run", (30,), monkeypatch)
    out = tmp_path / "models" / NAME
    export(NAME, data, tmp_path / "run", out)
    model = ModelShelf(Catalog(out.parent)).open(NAME)
    metrics = {metric.name: metric for metric in model.manifest.metrics}
    assert metrics["negative log-likelihood"].published == 1.47
    assert "| negative log-likelihood (nats/char, lower is better) | 1.47 (nanoGPT" in (out / "CARD.md").read_text()
    task = CharTask(NAME, data, "cpu")
    load_averaged({"network": task.network}, tmp_path / "run" / CHECKPOINT)
    ours = task.evaluate({"network": task.network})["nats_per_char"]
    assert metrics["negative log-likelihood"].ours == pytest.approx(ours, abs=2e-3)
    *_, text = ENGINE.generate(WriteRequest(model=NAME, controls={"length": 50}), model, Progress())
    assert len(text) == 50
    assert len(write(task.network, task.codec, "ROMEO:\n", 20, seed=1)) == 27


@pytest.mark.parametrize(
    ("speech", "opens"),
    [("ROMEO:\nO!", True), ("First Citizen:\nBefore", True), ("romeo:\n", False), ("Well: but\n", False), ("", False)],
)
def test_a_speaker_is_known_by_name_and_colon(speech: str, opens: bool) -> None:
    assert opens_with_speaker(speech) is opens


@pytest.mark.parametrize(
    ("count", "text", "found"),
    [
        (closed_links, "[[a]] [[b|c]]", (2, 2)),
        (closed_links, "[[a [[b]] c", (1, 2)),
        (closed_links, "]] [[", (0, 1)),
        (closed_links, "[[a\n\nb]]", (0, 1)),
        (closed_links, "", (0, 0)),
        (closed_templates, "{{a|{{b}}\n\n}} {{c</page>}}", (2, 3)),
        (ended_environments, r"\begin{proof} \begin{align*} x \end{align*} \end{proof}", (2, 2)),
        (ended_environments, r"\begin{proof} \begin{align*} x \end{proof}", (1, 2)),
        (ended_environments, r"\begin{lemma} \end{proof}", (0, 1)),
        (closed_formulae, r"$x$ and $$y$$ for 5\$ or $z$", (3, 3)),
        (closed_braces, r"\mathcal{O}_{X \{ a_{1 }", (2, 3)),
        (closed_formulae, "$x\n\n$y$ $$a$", (1, 4)),
    ],
)
def test_what_opens_is_paired_with_what_closes(
    count: Callable[[str], tuple[int, int]], text: str, found: tuple[int, int]
) -> None:
    assert count(text) == found


def test_what_begins_near_the_end_of_a_long_passage_is_not_counted() -> None:
    assert closed_links("[[a]] [[b " + "x" * 4000 + " ]] [[c") == (2, 2)


def test_rare_characters_are_learnt_and_written_by_their_bytes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "  <page>\n    <title>東京</title>\n    [[a]] is [[b]] — ü.\n  </page>\n"
    for part in ("wikipedia", "wikipedia.valid"):
        (data / "text" / f"{part}.txt.xz").write_bytes(lzma.compress((page * 20).encode()))
    name = "char-rnn-wikipedia"
    monkeypatch.setitem(CORPORA, name, dataclasses.replace(CORPORA[name], characters=20))
    task = CharTask(name, data, "cpu")
    task.horizon = 25
    train(task, Run(tmp_path / "run"))
    export(task.name, data, tmp_path / "run", tmp_path / "models" / task.name, quick=True)
    model = ModelShelf(Catalog(tmp_path / "models")).open(task.name)
    metrics = {metric.name: metric for metric in model.manifest.metrics}
    assert metrics["compression"].samples == len(page) * 20 - 1
    assert metrics["compression"].published == pytest.approx(0, abs=0.2)
    assert metrics["links [[ that are closed in their paragraph"].published == 1.0
    request = WriteRequest(model=name, controls={"length": 40, "temperature": 2.0})
    *_, text = ENGINE.generate(request, model, Progress())
    assert len(text) <= 40
    text.text.encode()
