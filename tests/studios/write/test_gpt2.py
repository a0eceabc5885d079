"""A GPT-2 of the user's: a real export of Optimum (see ``tests/make_tiny_gpt2.py``), added, used, and refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from app.base.errors import AtelierError, ErrorKind
from app.base.paths import Paths
from app.base.progress import Progress
from app.cli import run
from app.runtime.catalog import Catalog
from app.runtime.decoder import Decoder
from app.runtime.model import Model, ModelShelf
from app.studios.cards import CARDS
from app.studios.write.chances import chances_at
from app.studios.write.document import Text
from app.studios.write.engine import ENGINE
from app.studios.write.gpt2_import import adopt_folder
from app.studios.write.predictions import TOP, predictions
from app.studios.write.request import WriteRequest
from app.studios.write.subwords import SubwordCodec
from tests.make_tiny_gpt2 import GREEDY, KEPT, PROMPT, TEXT, TORCH

GRAPHS = ["model.onnx", "decoder_model_merged.onnx"]
BOLD = {"temperature": 1.0, "length": 12}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as a user has it, called “My GPT-2”, with the newer graph."""
    return _folder(tmp_path, "model.onnx")


def _folder(tmp_path: Path, graph: str) -> Path:
    source = tmp_path / "My GPT-2"
    source.mkdir()
    for name in ("config.json", "merges.txt", "tokenizer.json", "vocab.json", graph):
        shutil.copy(KEPT / name, source / name)
    return source


def _added(source: Path, models: Path) -> Model:
    model_id = adopt_folder(source, Catalog(models), models, Progress())
    return ModelShelf(Catalog(models)).open(model_id)


def _greedy(model: Model, prompt: str, tokens: int) -> str:
    controls = {"temperature": 0.0, "length": tokens}
    request = WriteRequest(model=model.manifest.id, controls=controls, document=Text.by("user", prompt))
    request = WriteRequest(**{**_fields(request), "start": len(prompt), "end": len(prompt)})
    *_, text = ENGINE.generate(request, model, Progress())
    return text.text


def _fields(request: WriteRequest) -> dict:
    return {name: getattr(request, name) for name in request.__struct_fields__}


@pytest.mark.parametrize("graph", GRAPHS)
def test_it_computes_and_writes_what_torch_does(tmp_path: Path, graph: str) -> None:
    model = _added(_folder(tmp_path, graph), tmp_path / "models")
    golden = np.load(KEPT / TORCH)
    tokens, scores = golden["tokens"][None], golden["scores"]
    np.testing.assert_allclose(Decoder(model).read(tokens, Progress())[0], scores, atol=1e-3)
    parted = Decoder(model)
    found = [parted.read(tokens[:, at : at + 3], Progress())[0] for at in range(0, tokens.shape[1], 3)]
    np.testing.assert_allclose(np.concatenate(found), scores, atol=1e-3)
    codec = SubwordCodec.of_model(model)
    taken_back = codec.decode(codec.encode(PROMPT)[-1:])
    wanted = PROMPT.removesuffix(taken_back) + codec.decode(golden["greedy"])
    written = _greedy(model, PROMPT, GREEDY)
    assert min(len(wanted), len(written)) > len(PROMPT) + 2
    assert written.startswith(wanted.rstrip("\ufffd")) or wanted.startswith(written.rstrip("\ufffd"))


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_same_request_gives_the_same_bytes_whatever_was_read_before(tmp_path: Path, graph: str) -> None:
    model = _added(_folder(tmp_path, graph), tmp_path / "models")
    fresh = _greedy(model, TEXT[:40], 10)
    _greedy(model, TEXT[:60], 10)
    model.memory.pop("codec")
    assert _greedy(model, TEXT[:40], 10) == fresh
    model.memory.clear()
    assert _greedy(model, TEXT[:40], 10) == fresh


def test_the_users_folder_stays_as_it_was_and_the_model_is_verified(folder: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    model = _added(folder, tmp_path / "models")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert (model.manifest.id, model.manifest.name, model.manifest.family) == ("my-gpt-2", "My GPT-2", "gpt-2")
    graph = model.folder / "model.onnx"
    content = bytearray(graph.read_bytes())
    content[-1] ^= 1
    graph.unlink()
    graph.write_bytes(content)
    with pytest.raises(AtelierError, match="SHA-256 differs"):
        ModelShelf(Catalog(tmp_path / "models")).open("my-gpt-2")


def test_vocabulary_and_merges_do_as_well_as_a_whole_tokenizer(folder: Path, tmp_path: Path) -> None:
    whole = SubwordCodec.of_file(folder / "tokenizer.json").encode(TEXT + " Ação ∞")
    (folder / "tokenizer.json").unlink()
    codec = SubwordCodec.of_model(_added(folder, tmp_path / "models"))
    assert codec.encode(TEXT + " Ação ∞") == whole
    assert codec.decode(whole) == TEXT + " Ação ∞"


def test_weights_in_files_beside_the_graph_belong_to_the_model(folder: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    graph = onnx.load(str(folder / "model.onnx"))
    (folder / "model.onnx").unlink()
    onnx.save(graph, str(folder / "model.onnx"), save_as_external_data=True, location="model.onnx_data")
    model = _added(folder, tmp_path / "models")
    assert "model.onnx_data" in {entry.name for entry in model.manifest.files}
    golden = np.load(KEPT / TORCH)
    found = Decoder(model).read(golden["tokens"][None], Progress())[0]
    np.testing.assert_allclose(found, golden["scores"], atol=1e-3)
    assert model.session("model").size > (model.folder / "model.onnx_data").stat().st_size


def test_a_graph_in_16_bits(folder: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    float16 = pytest.importorskip("onnxruntime.transformers.float16")
    graph = float16.convert_float_to_float16(onnx.load(str(folder / "model.onnx")))
    onnx.save(graph, str(folder / "model.onnx"))
    model = _added(folder, tmp_path / "models")
    golden = np.load(KEPT / TORCH)
    found = Decoder(model).read(golden["tokens"][None], Progress())[0]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, golden["scores"], atol=0.02 * np.abs(golden["scores"]).max())
    assert _greedy(model, PROMPT, 5).startswith(PROMPT)


def test_refill_keeps_both_sides_and_predictions_read_any_text(folder: Path, tmp_path: Path) -> None:
    model = _added(folder, tmp_path / "models")
    start, end = TEXT.index("at the end"), TEXT.index(", and")
    request = WriteRequest(
        model="my-gpt-2", controls=BOLD, document=Text.by("user", TEXT), start=start, end=end, seed=3
    )
    *_, text = ENGINE.generate(request, model, Progress())
    assert text.text.startswith(TEXT[:start])
    assert text.text.endswith(TEXT[end:])
    assert text.text != TEXT
    found = predictions(model, TEXT * 3, Progress())
    assert np.isfinite(found.chances).all()
    assert found.spans[-1, 1] == len(TEXT * 3)
    assert len(chances_at(model, TEXT, start, Progress()).options) == TOP


def test_a_prompt_longer_than_the_context_is_said_and_its_end_read(
    folder: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(CARDS, ["models", "--add", str(folder)]) == 0
    assert capsys.readouterr().out == "my-gpt-2\n"
    assert run(CARDS, ["write", "my-gpt-2", "--prompt", TEXT * 5, "--tokens", "4"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(TEXT * 5)
    assert "too long for this network: it reads the last" in captured.err
    assert run(CARDS, ["write", "my-gpt-2", "--prompt", TEXT, "--tokens", "500"]) == 2
    assert "longer than this network can read: 64 tokens" in capsys.readouterr().err


def test_the_command_line_lists_writes_and_scores_with_it(
    folder: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(CARDS, ["models", "--add", str(folder)]) == 0
    assert run(CARDS, ["models", "--add", str(folder)]) == 2
    assert "there is a model “my-gpt-2” already" in capsys.readouterr().err
    assert run(CARDS, ["models", "--add", str(tmp_path)]) == 2
    assert "it is no model that is known here. Known: a GPT-2" in capsys.readouterr().err
    assert run(CARDS, ["models", "--add", str(tmp_path / "nothing")]) == 2
    assert "“nothing” can't be added: it does not exist." in capsys.readouterr().err
    assert run(CARDS, ["models"]) == 0
    assert "A GPT-2 of yours with 2 layers of 2 heads" in capsys.readouterr().out
    text = tmp_path / "x.txt"
    text.write_text(TEXT)
    assert run(CARDS, ["score", "my-gpt-2", str(text)]) == 0
    golden = np.load(KEPT / TORCH)
    scores, tokens = golden["scores"].astype(np.float64)[:-1], golden["tokens"][1:]
    chances = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
    nats = -chances[np.arange(len(tokens)), tokens].sum() / len(TEXT)
    assert json.loads(capsys.readouterr().out)["nats_per_char"] == pytest.approx(nats, abs=1e-3)


def test_a_folder_put_among_the_models_says_what_to_do_and_is_added_where_it_is(
    folder: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = Paths.default().user_models
    shutil.copytree(folder, models / "tiny")
    (entry,) = Catalog(models).entries()
    assert "was not added yet" in str(entry.problem)
    assert run(CARDS, ["models", "--add", str(models / "tiny")]) == 0
    assert capsys.readouterr().out == "tiny\n"
    assert ModelShelf(Catalog(models)).open("tiny").folder == models / "tiny"


def _refusal(source: Path, tmp_path: Path) -> str:
    models = tmp_path / "models"
    with pytest.raises(AtelierError) as caught:
        adopt_folder(source, Catalog(models), models, Progress())
    assert caught.value.kind is ErrorKind.BAD_MODEL
    assert not models.exists() or not list(models.iterdir())
    return str(caught.value)


def test_missing_merges(folder: Path, tmp_path: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "merges.txt").unlink()
    assert "lacks merges.txt" in _refusal(folder, tmp_path)


def _set(folder: Path, **fields: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **fields}))


@pytest.mark.parametrize("size", [100, 50257])
def test_a_tokenizer_that_does_not_match_the_vocabulary(folder: Path, tmp_path: Path, size: int) -> None:
    entries = SubwordCodec.of_file(folder / "tokenizer.json")
    _set(folder, vocab_size=size)
    assert f"its tokenizer has {len(entries)} entries, the network {size:,}" in _refusal(folder, tmp_path)


def test_a_network_of_another_size_than_its_config(folder: Path, tmp_path: Path) -> None:
    entries = len(SubwordCodec.of_file(folder / "tokenizer.json"))
    _set(folder, vocab_size=entries + 4)
    assert f"its network knows {entries} tokens, not {entries + 4}" in _refusal(folder, tmp_path)


def test_other_kinds_and_what_is_no_model(folder: Path, tmp_path: Path) -> None:
    _set(folder, model_type="llama")
    assert "of the kind “llama”" in _refusal(folder, tmp_path)
    (folder / "config.json").write_text("{")
    assert "config.json can't be read" in _refusal(folder, tmp_path)
    (folder / "config.json").unlink()
    assert "it has no config.json" in _refusal(folder, tmp_path)


def test_no_graph_a_broken_one_and_one_without_a_past(folder: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    graph = onnx.load(str(folder / "model.onnx"))
    del graph.graph.output[1:]
    onnx.save(graph, str(folder / "model.onnx"))
    assert "exported without a past (present.0.key is missing)" in _refusal(folder, tmp_path)
    (folder / "model.onnx").write_bytes(b"not a graph")
    assert "not a usable ONNX graph" in _refusal(folder, tmp_path)
    (folder / "model.onnx").unlink()
    assert "neither model.onnx nor decoder_model_merged.onnx" in _refusal(folder, tmp_path)


def test_scores_that_are_no_numbers(folder: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    graph = onnx.load(str(folder / "model.onnx"))
    table = max(graph.graph.initializer, key=lambda tensor: len(tensor.raw_data))
    broken = np.full_like(onnx.numpy_helper.to_array(table), np.nan)
    table.CopyFrom(onnx.numpy_helper.from_array(broken, table.name))
    onnx.save(graph, str(folder / "model.onnx"))
    assert "no numbers (NaN)" in _refusal(folder, tmp_path)
