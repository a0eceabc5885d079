"""The Transformer: its graphs compute what torch computes, in shapes that no training is needed for."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import Tensor

from app.runtime.device import CPU
from app.runtime.session import SessionOptions, open_session
from training.gpt.graph import round_weights
from training.gpt.inspect import ATTENTION, write_inspect
from training.gpt.network import GPT, Attention, Cache, Inspected, Shape

pytestmark = pytest.mark.training

SHAPE = Shape(vocabulary=96, width=64, layers=3, heads=2, hidden=96, context=64)


def _network() -> GPT:
    """A network whose blocks add something, unlike one that has learnt nothing yet."""
    torch.manual_seed(3)
    network = GPT(SHAPE)
    for weights in network.parameters():
        torch.nn.init.normal_(weights, 1.0 if weights.ndim == 1 else 0.0, 0.3)
    round_weights(network)
    return network.eval()


def test_where_each_head_looks_is_what_torch_computes(tmp_path: Path) -> None:
    network = _network()
    write_inspect(network, tmp_path / "inspect.onnx")
    session = open_session(tmp_path / "inspect.onnx", CPU, SessionOptions())
    for count in (1, 2, 50):
        tokens = torch.randint(0, SHAPE.vocabulary, (1, count))
        with torch.no_grad():
            wanted = Inspected(network)(tokens).numpy()
        (found,) = session.run({"input_ids": tokens.numpy()}).values()
        assert session.output_names == [ATTENTION]
        assert found.shape == (SHAPE.layers, SHAPE.heads, count, count)
        np.testing.assert_allclose(found, wanted, atol=1e-4)
        np.testing.assert_allclose(found.sum(-1), 1, atol=1e-5)
        assert not np.triu(found, 1).any()


def test_what_is_inspected_is_the_attention_of_the_network_as_it_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    network, tokens = _network(), torch.randint(0, SHAPE.vocabulary, (1, 40))
    used: list[tuple[Tensor, Tensor]] = []
    projected = Attention.projected

    def noted(part: Attention, x: Tensor, turns: Cache) -> tuple[Tensor, Tensor, Tensor]:
        q, k, v = projected(part, x, turns)
        used.append((q, k))
        return q, k, v

    monkeypatch.setattr(Attention, "projected", noted)
    with torch.no_grad():
        network(tokens)
    seen = torch.ones(40, 40, dtype=torch.bool).tril()
    for (q, k), looked in zip(used[: SHAPE.layers], Inspected(network)(tokens), strict=True):
        products = (q @ k.mT)[0] / q.shape[-1] ** 0.5
        torch.testing.assert_close(looked, products.masked_fill(~seen, -torch.inf).softmax(-1))
