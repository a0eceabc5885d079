"""A GPT-2 made and exported here and now by transformers and Optimum works as the kept one does."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("optimum.exporters.onnx")

from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.decoder import Decoder
from app.runtime.model import ModelShelf
from app.studios.write.gpt2_import import adopt_folder
from tests.make_tiny_gpt2 import KEPT, TORCH, make

EXPORTERS = {"transformers", "optimum"}
"""What these say while they export is between them; transformers hands it on to the root logger where CI is set."""
pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("ignore")]


def test_a_fresh_export_is_added_and_computes_what_torch_does(
    tmp_path: Path, expected_logs: list[logging.LogRecord]
) -> None:
    make(tmp_path / "fresh")
    assert {record.name.partition(".")[0] for record in expected_logs} <= EXPORTERS
    expected_logs.clear()
    golden, kept = np.load(tmp_path / "fresh" / TORCH), np.load(KEPT / TORCH)
    for name in golden:
        np.testing.assert_allclose(golden[name], kept[name], atol=1e-3)
    for graph in ("model.onnx", "decoder_model_merged.onnx"):
        (tmp_path / "models").mkdir(exist_ok=True)
        name = adopt_folder(tmp_path / "fresh", Catalog(tmp_path / "models"), tmp_path / "models", Progress())
        model = ModelShelf(Catalog(tmp_path / "models")).open(name)
        assert model.codec["graph"] == graph.removesuffix(".onnx")
        found = Decoder(model).read(golden["tokens"][None], Progress())[0]
        np.testing.assert_allclose(found, golden["scores"], atol=1e-3)
        (tmp_path / "fresh" / graph).unlink()
        (tmp_path / "models" / name).rename(tmp_path / f"done-{graph}")
