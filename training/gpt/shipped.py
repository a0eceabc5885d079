"""The shipped decoder back into a network that can be trained: what :mod:`training.gpt.graph` wrote, read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from training.gpt.graph import ZERO
from training.gpt.network import GPT, Block

Constants = dict[str, np.ndarray]


def take_decoder(network: GPT, path: Path) -> None:
    """Fill *network* from ``decoder.onnx``. Raises ValueError where sizes differ."""
    found = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(str(path)).graph.initializer}
    _fill([network.embedding.weight], _matrix(found, "embedding"))
    _fill([network.norm.weight], found["norm.gain"])
    for number, block in enumerate(network.blocks):
        assert isinstance(block, Block)
        _take_block(f"{number}", block, found)
    if f"{len(network.blocks)}.out.whole" in found:
        raise ValueError(f"{path} has more than {len(network.blocks)} blocks")


@torch.no_grad()
def take_subwords(network: GPT, theirs: list[bytes], ours: list[bytes]) -> None:
    """Put the embeddings of the vocabulary *theirs* in the order of *ours*; what only we have begins at their mean.

    Marks, which stand for no bytes, are in the same places in both.
    """
    known = {piece: token for token, piece in enumerate(theirs) if piece}
    weight = network.embedding.weight
    old, mean = weight.clone(), weight.mean(0)
    for token, piece in enumerate(ours):
        if piece:
            weight[token] = old[known[piece]] if piece in known else mean


def _take_block(name: str, block: Block, found: Constants) -> None:
    part, feed = block.attention, block.feed
    _fill([part.q.weight, part.k.weight, part.v.weight], _matrix(found, f"{name}.qkv"))
    _fill([part.out.weight], _matrix(found, f"{name}.out"))
    _fill([feed.gate.weight, feed.up.weight], _matrix(found, f"{name}.in"))
    _fill([feed.down.weight], _matrix(found, f"{name}.down"))
    q_gain, k_gain = head_gains(found, name)
    for gain, values in (
        (block.attention_norm.weight, found[f"{name}.attention_norm.gain"]),
        (block.feed_norm.weight, found[f"{name}.feed_norm.gain"]),
        (part.q_norm.weight, q_gain),
        (part.k_norm.weight, k_gain),
    ):
        _fill([gain], values)


def head_gains(found: Constants, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The gains of one layer's queries and keys, each (size,); older graphs have a constant for each."""
    if f"{name}.qk.gain" in found:
        gains = found[f"{name}.qk.gain"]
        return gains[0], gains[-1]
    return found[f"{name}.qkv.0.norm.gain"], found[f"{name}.qkv.1.norm.gain"]


def _matrix(found: Constants, name: str) -> np.ndarray:
    """The weights (rows, columns) that 8 bits and a scale for each block stand for. Raises ValueError if missing."""
    if f"{name}.whole" not in found:
        raise ValueError(f"the graph has no weights “{name}”: it is of another size")
    whole, scales = found[f"{name}.whole"].astype(np.float32), found[f"{name}.scale"]
    blocks = (whole.reshape(scales.size, -1) - ZERO) * scales.reshape(-1, 1)
    return blocks.reshape(len(whole), -1)


@torch.no_grad()
def _fill(weights: list[torch.Tensor], values: np.ndarray) -> None:
    """Bring *values*, the *weights* one below the other, to their places."""
    rows = sum(len(part) for part in weights)
    if values.shape != (rows, *weights[0].shape[1:]):
        raise ValueError(f"the graph has weights of {values.shape}, the network of {(rows, *weights[0].shape[1:])}")
    parts = torch.from_numpy(values.copy()).split([len(part) for part in weights])
    for part, value in zip(weights, parts, strict=True):
        part.copy_(value)
