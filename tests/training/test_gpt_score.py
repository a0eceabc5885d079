"""The bits per character that the command line gives for a text are those that torch computes from the same weights."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

import json
import math
from pathlib import Path

import onnx
import pytest

torch = pytest.importorskip("torch")

from torch.nn import functional as F

from app.cli import run
from app.runtime.model import Model, ModelShelf
from app.studios.cards import CARDS
from app.studios.write.subwords import SubwordCodec
from training.gpt.network import GPT, Shape
from training.gpt.shipped import take_decoder

pytestmark = pytest.mark.training

NAME = "gpt-prose-en"
PAGE = (
    "The lamp had burnt low before he came down, and the rain, which had been falling since noon, still ran along the "
    "gutters. “You are late,” said she; “I had given you up.” He hung his coat by the fire and looked for a chair.\n\n"
    "It was not the first time. In March he had walked over from Elmsford through the snow: eleven miles, naïve as "
    "ever, with a parcel of books under his arm & not a penny left for the coach.\n\n"
)
REPEATS = 28
"""Some 3,500 tokens: more than one context, so that the windows are tried too. Over fewer the roundings of activations
to 8 bits do not cancel out as well: over half of them the two differ by 0.0011."""


def network_of(model: Model) -> GPT:
    """The network in torch, with the weights of the shipped file."""
    path, codec = model.folder / "decoder.onnx", model.codec
    sizes = {tensor.name: tuple(tensor.dims) for tensor in onnx.load(str(path)).graph.initializer}
    width, hidden = int(codec["heads"]) * int(codec["size"]), sizes["0.in.whole"][0] // 2
    shape = Shape(
        int(codec["vocabulary"]), width, int(codec["layers"]), int(codec["heads"]), hidden, sizes["cosine"][0]
    )
    network = GPT(shape).eval()
    take_decoder(network, path)
    return network


@torch.no_grad()
def bits_per_char(network: GPT, model: Model, text: str) -> float:
    """Each token after at least half a context of those before it, the first after the mark of a document's start."""
    tokens = SubwordCodec.of_model(model).encode(text)
    given, wanted = torch.tensor([[int(model.codec["end"]), *tokens]]), torch.tensor(tokens)
    context, done, nats = int(model.codec["context"]), 0, 0.0
    for start in range(0, len(tokens), context // 2):
        end = min(start + context, len(tokens))
        if done >= end:
            break
        scores = network(given[:, start:end])[0, done - start :].double()
        nats += F.cross_entropy(scores, wanted[done:end], reduction="sum").item()
        done = end
    assert done == len(tokens) > context
    return nats / math.log(2) / len(text)


def test_score_says_what_torch_computes(shelf: ModelShelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(f"{number}. {PAGE}" for number in range(REPEATS))
    path = tmp_path / "page.txt"
    path.write_text(text, encoding="utf8")
    assert run(CARDS, ["score", NAME, str(path)]) == 0
    told = json.loads(capsys.readouterr().out)
    model = shelf.open(NAME)
    assert told["predicted"] == len(text)
    assert told["bits_per_char"] == pytest.approx(bits_per_char(network_of(model), model, text), abs=1e-3)
