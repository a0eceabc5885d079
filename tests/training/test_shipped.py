"""A training can begin with the shipped ONNX files alone: the weights found in them compute the golden outputs."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")

import numpy as np
import torch
from torch import nn

from app.base.paths import bundled_models_dir
from app.runtime.manifest import load_manifest
from app.runtime.verify import model_digest
from app.studios.compose.codec import codec_of
from training.__main__ import WARM_RATE, main
from training.charrnn.network import CharLSTM
from training.charrnn.recipe import CharTask
from training.coconet.data import crops, training_known
from training.coconet.network import Coconet, fused
from training.coconet.recipe import WIDE, CoconetTask
from training.gan2014.network import Discriminator, Generator
from training.gpt.graph import round_weights, write_decoder
from training.lib.averages import evaluating
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT
from training.lib.shipped import take_weights
from training.registry import recipe_of
from training.sketchrnn.graphs import Begin
from training.sketchrnn.network import LATENT, Decoder, Encoder

pytestmark = pytest.mark.training


def _char_rnn(codec: dict) -> dict[str, nn.Module]:
    vocabulary = len(codec["vocabulary"]) + 256 * codec.get("spells", False)
    return {"step": CharLSTM(vocabulary, codec["width"], codec["layers"])}


def _coconet(codec: dict) -> dict[str, nn.Module]:
    return {"score": fused(Coconet(codec_of(codec)))}


def _gan(codec: dict) -> dict[str, nn.Module]:
    classes, side = len(codec["classes"]), codec["side"]
    return {"generator": Generator(codec["latent"], classes, side), "discriminator": Discriminator(classes, side)}


def _sketch(codec: dict) -> dict[str, nn.Module]:
    classes = len(codec["categories"])
    decoder = Decoder(classes)
    return {"encoder": Encoder(classes), "begin": Begin(decoder), "decoder": decoder}


FAMILIES = {"char-rnn": _char_rnn, "coconet": _coconet, "gan-2014": _gan, "sketch-rnn": _sketch}
MODELS = [
    path.parent
    for path in sorted(bundled_models_dir().glob("*/model.toml"))
    if load_manifest(path.parent).family in FAMILIES
]


def _graph(stem: str, module: nn.Module, golden: dict[str, np.ndarray]) -> Graph:
    """The graph with the golden inputs; they were saved in their order."""
    inputs = {key.split(":")[2]: torch.from_numpy(value) for key, value in golden.items() if f"in:{stem}:" in key}
    return Graph(stem, module, inputs, [key.split(":")[2] for key in golden if f"out:{stem}:" in key])


@pytest.mark.parametrize("folder", MODELS, ids=lambda folder: folder.name)
def test_the_weights_of_a_shipped_model_compute_its_golden_outputs(folder: Path) -> None:
    manifest = load_manifest(folder)
    modules = FAMILIES[manifest.family](manifest.codec)
    with np.load(folder / GOLDEN) as file:
        golden = dict(file)
    graphs = [_graph(stem, module, golden) for stem, module in modules.items()]
    assert take_weights(graphs, folder, modules) == []
    for graph in graphs:
        with torch.no_grad():
            found = graph.module.eval()(*graph.inputs.values())
        for name, value in zip(graph.outputs, found if isinstance(found, tuple) else (found,), strict=True):
            expected = torch.from_numpy(golden[f"out:{graph.stem}:{name}"])
            torch.testing.assert_close(value, expected, atol=1e-5, rtol=1e-5)


class _Scaled(nn.Module):
    """A weight that is only ever used halved, which the exporter computes once and for all."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(width, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x @ (0.5 * self.weight).t()


def test_weights_of_another_size_or_computed_ones_are_refused(tmp_path: Path) -> None:
    inputs = {"x": torch.rand(2, 8)}
    export_all([Graph("line", nn.Linear(8, 4), inputs, ["y"]), Graph("scaled", _Scaled(8), inputs, ["y"])], tmp_path)
    with pytest.raises(ValueError, match="weight"):
        take_weights([Graph("line", nn.Linear(8, 5), inputs, ["y"])], tmp_path, {})
    with pytest.raises(ValueError, match="computed from weights"):
        take_weights([Graph("scaled", _Scaled(8), inputs, ["y"])], tmp_path, {})


def test_what_is_not_in_the_files_is_named(tmp_path: Path) -> None:
    inputs = {"x": torch.rand(2, 8)}
    export_all([Graph("line", nn.Linear(8, 4), inputs, ["y"])], tmp_path)
    line, critic = nn.Linear(8, 4), nn.Linear(4, 1)
    missing = take_weights([Graph("line", line, inputs, ["y"])], tmp_path, {"line": line, "critic": critic})
    assert missing == ["critic.weight", "critic.bias"]


def test_a_network_of_drawings_begins_with_one_that_knows_other_categories(tiny_data: Path) -> None:
    recipe, folder = recipe_of("sketch-rnn-kanji"), bundled_models_dir() / "sketch-rnn"
    parent, task = (recipe_of(name).built(name, tiny_data) for name in ("sketch-rnn", "sketch-rnn-kanji"))
    assert recipe.take is not None
    for each in (parent, task):
        assert recipe.take(each, folder) == []
    theirs, ours = parent.decoder.lstm.weight_ih_l0, task.decoder.lstm.weight_ih_l0
    shared = 5 + LATENT
    assert torch.equal(theirs[:, :shared], ours[:, :shared])
    assert torch.equal(parent.decoder.lstm.weight_hh_l0, task.decoder.lstm.weight_hh_l0)
    assert torch.allclose(ours[:, shared:], theirs[:, shared:].mean(1, keepdim=True), atol=1e-6)


def test_normalizations_are_put_back_so_that_they_change_nothing(
    tiny_data: Path, tmp_path: Path, one_thread: None
) -> None:
    small = {"fine": 8, "deep": 16, "blocks": 2}
    recipe = recipe_of("coconet-bach")
    task, other = (recipe.built("coconet-bach", tiny_data, settings=small | {"seed": seed}) for seed in (1, 2))
    for step in range(3):
        task.step(step, np.random.default_rng(step))
    with evaluating(task.modules):
        export_all(recipe.graphs(task), tmp_path)
    assert recipe.take is not None
    assert recipe.take(other, tmp_path) == []
    (graph,) = recipe.graphs(task)
    features = graph.inputs["features"]
    with torch.no_grad():
        expected = graph.module(features)
        torch.testing.assert_close(other.network.eval()(features), expected, atol=2e-3, rtol=1e-3)
    first = other.network.trunk[0]
    seen: list[torch.Tensor] = []
    first.first.register_forward_hook(lambda _, __, output: seen.append(output))
    with torch.no_grad():
        other.network(_training_features(other))
    torch.testing.assert_close(seen[0].mean((0, 2, 3)), first.first_norm.running_mean, atol=0.05, rtol=0.05)
    torch.testing.assert_close(seen[0].var((0, 2, 3)), first.first_norm.running_var, atol=0.05, rtol=0.1)


def _training_features(task: CoconetTask) -> torch.Tensor:
    """What the network sees of a batch like those it is trained on, but of another draw than its statistics."""
    rng = np.random.default_rng(5)
    batch = crops(task.train, WIDE, 48, task.steps, rng)
    known = training_known(48, task.steps, rng)
    return torch.from_numpy(task.codec.features(batch.classes, known, batch.first, batch.length))


def test_a_training_begins_with_a_finished_model(
    tiny_data: Path, tmp_path: Path, one_thread: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name, out = "char-rnn-shakespeare", tmp_path / "models"
    monkeypatch.setattr(CharTask, "batch", 4)
    words = [name, "--data", str(tiny_data), "--set", "width=32", "--set", "window=16", "--quick"]
    with caplog.at_level(logging.INFO):
        main([*words, "--out", str(tmp_path / "first"), "--horizon", "30", "--export", str(out)])
        begun = [*words, "--out", str(tmp_path / "second"), "--from-shipped", str(out), "--parent", name]
        main([*begun, "--horizon", "2", "--export", str(tmp_path / "again")])
        main([*begun, "--horizon", "4"])
    assert caplog.text.count("begins with the weights in") == 1  # the last call goes on from the checkpoint
    first, second = (load_manifest(folder / name) for folder in (out, tmp_path / "again"))
    assert second.training is not None
    assert f"--from-shipped --parent {name}" in second.training.command
    assert second.metrics[0].ours == pytest.approx(first.metrics[0].ours, rel=0.1)
    state = torch.load(tmp_path / "second" / name / CHECKPOINT, weights_only=True)
    assert state["progress"]["begun_from"] == model_digest(first)
    assert state["progress"]["step"] == 4
    assert state["optimizers"]["rest"]["param_groups"][0]["initial_lr"] == WARM_RATE * CharTask.rate


def test_a_network_of_other_characters_is_refused(tiny_data: Path, one_thread: None) -> None:
    recipe = recipe_of("char-rnn-shakespeare")
    with pytest.raises(ValueError, match="other characters"):
        recipe.begin_from(
            recipe.built("char-rnn-shakespeare", tiny_data), bundled_models_dir() / "char-rnn-shakespeare"
        )


def test_a_decoder_in_8_bits_is_read_again(tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("recipe", "export"):
        monkeypatch.setattr(f"training.gpt.{module}.prepared_folder", lambda name: tmp_path / "prepared" / name)
    recipe = recipe_of("gpt-prose-en")
    small = {"vocabulary": 280, "width": 64, "layers": 2, "heads": 2, "hidden": 96, "context": 1024, "compiled": False}
    ours, theirs = (recipe.built("gpt-prose-en", tiny_data, settings=small | {"seed": seed}) for seed in (1, 2))
    with torch.no_grad():
        for weights in ours.network.parameters():
            weights.add_(0.1 * torch.randn_like(weights))
    write_decoder(ours.network, tmp_path / "decoder.onnx")
    shutil.copy(tmp_path / "prepared" / "gpt-prose-en" / "tokenizer.json", tmp_path)
    recipe.begin_from(theirs, tmp_path)
    round_weights(ours.network)
    for name, value in ours.network.state_dict().items():
        torch.testing.assert_close(theirs.network.state_dict()[name], value, msg=name)
    other = recipe.built("gpt-prose-en", tiny_data, settings=small | {"width": 32})
    with pytest.raises(ValueError, match="the network"):
        recipe.begin_from(other, tmp_path)
