"""The bundled models: each is whole, computes what torch computed, and is refused when a byte has changed."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from app.base.errors import AtelierError, Cancelled, ErrorKind
from app.base.paths import bundled_models_dir
from app.base.progress import CancelToken, Progress
from app.runtime.catalog import Catalog
from app.runtime.device import CPU
from app.runtime.model import ModelShelf
from app.runtime.session import SessionCache, SessionOptions

MODELS = [
    "biggan-avatars",
    "char-rnn-latex",
    "char-rnn-shakespeare",
    "char-rnn-wikipedia",
    "coconet-bach",
    "features-pictures",
    "gan-2014",
    "gpt-prosa-pt",
    "gpt-prose-en",
    "musenet-mini",
    "music-critic",
    "sketch-rnn",
    "sketch-rnn-kanji",
    "spiral-painter",
    "stylegan-masters",
    "stylegan-portraits",
    "text-detector",
]


def test_the_models_are_there_with_metrics(shelf: ModelShelf) -> None:
    entries = {entry.id: entry for entry in shelf.catalog.entries()}
    assert set(MODELS) <= set(entries)
    for entry in entries.values():
        assert entry.usable
        assert entry.manifest is not None
        assert entry.manifest.metrics
        assert entry.manifest.training is not None


@pytest.mark.parametrize("model_id", MODELS)
def test_onnx_computes_what_torch_computed(shelf: ModelShelf, model_id: str) -> None:
    model = shelf.open(model_id)
    golden = model.arrays("golden.npz")
    stems = {key.split(":")[1] for key in golden}
    assert stems
    for stem in stems:
        feeds = {key.split(":")[2]: value for key, value in golden.items() if key.startswith(f"in:{stem}:")}
        wanted = {key.split(":")[2]: value for key, value in golden.items() if key.startswith(f"out:{stem}:")}
        found = model.run(stem, {name: feeds[name] for name in model.session(stem).input_names})
        for name, value in wanted.items():
            allowed = model.manifest.tolerance.get(stem, 1e-4) if value.dtype.kind == "f" else 1
            np.testing.assert_allclose(found[name].astype(np.float64), value.astype(np.float64), atol=allowed)


@pytest.mark.parametrize("model_id", MODELS)
def test_the_card_belongs_to_the_files(shelf: ModelShelf, model_id: str) -> None:
    model = shelf.open(model_id)
    assert model.digest in (model.folder / "CARD.md").read_text(encoding="utf8")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(bundled_models_dir() / "gan-2014", tmp_path / "models" / "gan-2014")
    return tmp_path / "models"


def test_a_changed_byte_is_quarantined_and_nothing_deleted(copied: Path) -> None:
    path = copied / "gan-2014" / "generator.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    shelf = ModelShelf(Catalog(copied))
    with pytest.raises(AtelierError, match="SHA-256 differs") as caught:
        shelf.open("gan-2014")
    assert caught.value.kind is ErrorKind.DAMAGED_MODEL
    assert shelf.catalog.entries()[0].problem is caught.value
    assert path.read_bytes() == bytes(content)


def test_a_truncated_graph_says_so_at_the_first_look(copied: Path) -> None:
    path = copied / "gan-2014" / "generator.onnx"
    path.write_bytes(path.read_bytes()[:1000])
    (entry,) = Catalog(copied).entries()
    assert "wrong size" in str(entry.problem)


def test_an_unknown_model_names_those_there_are(shelf: ModelShelf) -> None:
    with pytest.raises(AtelierError, match="gan-2014"):
        shelf.open("gan-2015")


def test_a_users_model_of_a_known_id_does_not_hide_the_bundled_one(copied: Path) -> None:
    catalog = Catalog(bundled_models_dir(), copied)
    assert catalog.get("gan-2014").origin == "bundled"
    assert "Two models have the id" in str(next(e for e in catalog.entries() if e.origin == "user").problem)


def test_sessions_are_shared_and_the_least_recent_leaves_first(shelf: ModelShelf) -> None:
    folder = bundled_models_dir() / "gan-2014"
    manifest = shelf.open("gan-2014").manifest
    generator, discriminator = manifest.file("generator.onnx"), manifest.file("discriminator.onnx")
    cache = SessionCache(budget=2 * generator.bytes)
    first = cache.get(folder, generator, CPU)
    assert cache.get(folder, generator, CPU) is first
    cache.get(folder, discriminator, CPU)
    cache.get(folder, generator, CPU)
    cache.get(folder, generator, CPU, SessionOptions(threads=1))
    assert cache.get(folder, generator, CPU) is first
    assert (len(cache), cache.held_bytes) == (2, 2 * generator.bytes)


def test_a_running_call_is_ended_from_another_thread_and_the_session_stays_usable(shelf: ModelShelf) -> None:
    model = shelf.open("coconet-bach")
    features = model.arrays("golden.npz")["in:score:features"][:1]
    long = np.tile(features, (64, 1, 8))
    token = CancelToken()
    timer = threading.Timer(0.3, token.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        model.run("score", {"features": long}, Progress(token))
    assert time.monotonic() - started < 5
    timer.join()
    assert np.isfinite(model.run("score", {"features": features})["scores"]).all()


def test_input_the_graph_refuses_is_a_clear_error(shelf: ModelShelf) -> None:
    with pytest.raises(AtelierError, match="can't work with this input") as caught:
        shelf.open("gan-2014").run("generator", {"latent": np.zeros((1, 3), np.float32)})
    assert caught.value.kind is ErrorKind.BAD_INPUT
