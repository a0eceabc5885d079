"""The decoder as an ONNX graph with 8-bit weights, built from the operators that ONNX Runtime has for this layout.

Tracing the module gives a thousand small operators; these hundred compute the same in a quarter of the time. A matrix
is kept in blocks of weights of a row that share a scale, like llama.cpp's Q8_0 but longer ones, and multiplied in whole
numbers (``MatMulNBits``); keys and values come in and go out, turned to their positions (``GroupQueryAttention``).
Inputs and outputs have the names that Hugging Face Optimum gives them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from training.gpt.network import EPSILON, GPT, Attention, Block

CONTRIB = "com.microsoft"
BLOCKS = (64, 32)
"""The lengths of blocks; the longest that divides a row is taken. ONNX Runtime sums longer ones in another order where
several rows are read: a text written beside others would not be the same to the bit as alone."""
LEVELS = 127
ZERO = 128
"""The whole number that stands for 0."""
INT8_PRODUCTS = 4
"""ONNX Runtime's ``accuracy_level`` at which activations are rounded to 8 bits, row by row in blocks, too."""


def quantized(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (rows, columns) as whole numbers uint8 (rows, blocks, :func:`block_of`) and one scale float32 a block."""
    blocks = weights.reshape(len(weights), -1, block_of(weights.shape[1]))
    scales = np.maximum(np.abs(blocks).max(-1, keepdims=True) / LEVELS, np.float32(1e-12))
    return (np.round(blocks / scales) + ZERO).astype(np.uint8), scales.astype(np.float32).reshape(-1)


def block_of(columns: int) -> int:
    """How many weights of a row share a scale. Raises ValueError where no block fits."""
    fitting = [block for block in BLOCKS if columns % block == 0]
    if not fitting:
        raise ValueError(f"rows of {columns} can't be parted into blocks of {BLOCKS[-1]}")
    return fitting[0]


def rounded(weights: np.ndarray) -> np.ndarray:
    """What is left of weights (rows, columns) in 8 bits."""
    whole, scales = quantized(weights)
    return ((whole.astype(np.float32) - ZERO) * scales.reshape(*whole.shape[:2], 1)).reshape(weights.shape)


@torch.no_grad()
def round_weights(network: GPT) -> None:
    """Round the network's weights in place to what the graph keeps of them."""
    for weights in network.parameters():
        if weights.ndim == 2:
            weights.copy_(torch.from_numpy(rounded(weights.numpy())))


def write_decoder(network: GPT, path: Path) -> None:
    """Write ``decoder.onnx``."""
    onnx.save(Builder(network).model(), str(path))


class Builder:
    """Collects the graph's operators and constants."""

    accuracy = INT8_PRODUCTS

    def __init__(self, network: GPT) -> None:
        self._network, self._shape = network, network.shape
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        self._positions()
        flow = self._embedded()
        for number, block in enumerate(self._network.blocks):
            assert isinstance(block, Block)
            flow = self._block(f"{number}", block, flow)
        self._product(self._norm(flow, "norm", self._network.norm.weight), "head", self._table, "logits")
        return self._whole("decoder", *self._tensors())

    def _whole(
        self, name: str, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]
    ) -> onnx.ModelProto:
        graph = helper.make_graph(self._nodes, name, inputs, outputs, self._constants)
        operators = [helper.make_opsetid("", 18), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=operators, ir_version=10)

    @property
    def _table(self) -> torch.Tensor:
        return self._network.embedding.weight

    def _positions(self) -> None:
        half = self._shape.width // self._shape.heads // 2
        self._constant("cosine", _numbers(self._network.cosine)[:, :half])
        self._constant("sine", _numbers(self._network.sine)[:, :half])

    def _embedded(self) -> str:
        """The rows of the table, widened after they are looked up."""
        whole, scales = quantized(_numbers(self._table))
        self._constant("embedding.whole", whole.reshape(len(whole), -1))
        self._constant("embedding.scale", scales.reshape(len(whole), -1))
        return self._add(
            "GatherBlockQuantized",
            ["embedding.whole", "input_ids", "embedding.scale"],
            "embedded",
            CONTRIB,
            gather_axis=0,
            quantize_axis=1,
            block_size=whole.shape[-1],
            bits=8,
        )

    def _block(self, name: str, block: Block, flow: str) -> str:
        read = self._norm(flow, f"{name}.attention_norm", block.attention_norm.weight)
        flow = self._sum(flow, self._attention(name, block, read), f"{name}.attended")
        read = self._norm(flow, f"{name}.feed_norm", block.feed_norm.weight)
        return self._sum(flow, self._feed(name, block, read), f"{name}.done")

    def _attention(self, name: str, block: Block, read: str) -> str:
        part, heads = block.attention, self._shape.heads
        past = [f"past_key_values.{name}.{kind}" for kind in ("key", "value")]
        present = [f"present.{name}.{kind}" for kind in ("key", "value")]
        self._nodes.append(
            helper.make_node(
                "GroupQueryAttention",
                [self._packed(name, part, read), "", "", *past, "seqlens_k", "total_sequence_length", "cosine", "sine"],
                [f"{name}.found", *present],
                domain=CONTRIB,
                num_heads=heads,
                kv_num_heads=heads,
                do_rotary=1,
                scale=part.size**-0.5,
            )
        )
        return self._product(f"{name}.found", f"{name}.out", part.out.weight, f"{name}.out")

    def _packed(self, name: str, part: Attention, read: str) -> str:
        """Queries, keys and values side by side, (batch, time, 3 · width)."""
        self._constant("flat", np.array([0, 0, 3 * self._shape.width]))
        by_head = self._add("Concat", list(self._projected(name, part, read)), f"{name}.by_head", axis=2)
        return self._add("Reshape", [by_head, "flat"], f"{name}.packed")

    def _projected(self, name: str, part: Attention, read: str) -> tuple[str, str]:
        """Queries and keys, normalised per head, and values, (batch, time, 2 · heads, size) and (batch, time, heads,
        size); not yet turned. Both gains are multiplied by at once."""
        heads, size = self._shape.heads, part.size
        self._constant("by_head", np.array([0, 0, 3 * heads, size]))
        self._constant("parts", np.array([2 * heads, heads]))
        self._constant("even", np.ones(size, np.float32))
        gains = [np.tile(_numbers(norm.weight), (heads, 1)) for norm in (part.q_norm, part.k_norm)]
        self._constant(f"{name}.qk.gain", np.concatenate(gains))
        weights = torch.cat((part.q.weight, part.k.weight, part.v.weight))
        whole = self._add(
            "Reshape", [self._product(read, f"{name}.qkv", weights, f"{name}.qkv"), "by_head"], f"{name}.whole"
        )
        self._nodes.append(helper.make_node("Split", [whole, "parts"], [f"{name}.qk", f"{name}.v"], axis=2))
        normed = self._normalized(f"{name}.qk", "even", f"{name}.qk.even")
        return self._add("Mul", [normed, f"{name}.qk.gain"], f"{name}.qk.normed"), f"{name}.v"

    def _feed(self, name: str, block: Block, read: str) -> str:
        weights = torch.cat((block.feed.gate.weight, block.feed.up.weight))
        both = self._product(read, f"{name}.in", weights, f"{name}.in")
        gate, up = f"{name}.in.0", f"{name}.in.1"
        self._nodes.append(helper.make_node("Split", [both], [gate, up], axis=2, num_outputs=2))
        opened = self._add("QuickGelu", [gate], f"{name}.opened", CONTRIB, alpha=1.0)
        hidden = self._add("Mul", [opened, up], f"{name}.hidden")
        return self._product(hidden, f"{name}.down", block.feed.down.weight, f"{name}.down")

    # --- operators -----------------------------------------------------------------------------------------------

    def _norm(self, flow: str, name: str, gain: torch.Tensor) -> str:
        self._constant(f"{name}.gain", _numbers(gain))
        return self._normalized(flow, f"{name}.gain", f"{name}.normed")

    def _normalized(self, flow: str, gain: str, out: str) -> str:
        return self._add("SimplifiedLayerNormalization", [flow, gain], out, axis=-1, epsilon=EPSILON)

    def _product(self, flow: str, name: str, weights: torch.Tensor, out: str) -> str:
        """flow · weightsᵀ with weights (rows, columns) in 8 bits."""
        whole, scales = quantized(_numbers(weights))
        self._constant(f"{name}.whole", whole)
        self._constant(f"{name}.scale", scales)
        return self._add(
            "MatMulNBits",
            [flow, f"{name}.whole", f"{name}.scale"],
            out,
            CONTRIB,
            K=weights.shape[1],
            N=weights.shape[0],
            bits=8,
            block_size=whole.shape[-1],
            accuracy_level=self.accuracy,
        )

    def _sum(self, one: str, other: str, out: str) -> str:
        return self._add("Add", [one, other], out)

    def _add(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        self._nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def _constant(self, name: str, values: np.ndarray | np.float32) -> None:
        if all(known.name != name for known in self._constants):
            self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))

    def _tensors(self) -> tuple[list[onnx.ValueInfoProto], list[onnx.ValueInfoProto]]:
        number, whole = TensorProto.FLOAT, TensorProto.INT32
        inputs = [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "time"]),
            helper.make_tensor_value_info("seqlens_k", whole, ["batch"]),
            helper.make_tensor_value_info("total_sequence_length", whole, []),
            *self._states("past_key_values", "past"),
        ]
        logits = helper.make_tensor_value_info("logits", number, ["batch", "time", self._shape.vocabulary])
        return inputs, [logits, *self._states("present", "total")]

    def _states(self, prefix: str, time: str) -> list[onnx.ValueInfoProto]:
        shape = ["batch", self._shape.heads, time, self._shape.width // self._shape.heads]
        return [
            helper.make_tensor_value_info(f"{prefix}.{layer}.{kind}", TensorProto.FLOAT, shape)
            for layer in range(self._shape.layers)
            for kind in ("key", "value")
        ]


def _numbers(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().float().numpy()
