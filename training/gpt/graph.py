"""The decoder as an ONNX graph with 8-bit weights, built from the operators that ONNX Runtime has for this layout.

Tracing the module gives a thousand small operators; these hundred compute the same in a quarter of the time. A matrix
is kept in blocks of 32 weights a row that share a scale, as in llama.cpp's Q8_0, and multiplied in whole numbers
(``MatMulNBits``); keys and values come in and go out, turned to their positions (``GroupQueryAttention``). Inputs and
outputs have the names that Hugging Face Optimum gives them.
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
BLOCK = 32
LEVELS = 127
ZERO = 128
"""The whole number that stands for 0."""
INT8_PRODUCTS = 4
"""ONNX Runtime's ``accuracy_level`` at which activations are rounded to 8 bits, row by row in blocks, too."""


def quantized(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (rows, columns) as whole numbers uint8 (rows, columns / 32, 32) and one scale float32 for each 32."""
    blocks = weights.reshape(len(weights), -1, BLOCK)
    scales = np.maximum(np.abs(blocks).max(-1, keepdims=True) / LEVELS, np.float32(1e-12))
    return (np.round(blocks / scales) + ZERO).astype(np.uint8), scales.astype(np.float32).reshape(-1)


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
        rows = whole.shape[1]
        self._constant("embedding.whole", whole)
        self._constant("embedding.scale", scales.reshape(len(whole), rows, 1))
        self._constant("zero", np.float32(ZERO))
        self._constant("flat", np.array([0, 0, self._shape.width]))
        self._add("Gather", ["embedding.whole", "input_ids"], "embedded.whole")
        self._add("Gather", ["embedding.scale", "input_ids"], "embedded.scale")
        self._add("Cast", ["embedded.whole"], "embedded.wide", to=TensorProto.FLOAT)
        self._add("Sub", ["embedded.wide", "zero"], "embedded.centred")
        self._add("Mul", ["embedded.centred", "embedded.scale"], "embedded.blocks")
        return self._add("Reshape", ["embedded.blocks", "flat"], "embedded")

    def _block(self, name: str, block: Block, flow: str) -> str:
        read = self._norm(flow, f"{name}.attention_norm", block.attention_norm.weight)
        flow = self._sum(flow, self._attention(name, block, read), f"{name}.attended")
        read = self._norm(flow, f"{name}.feed_norm", block.feed_norm.weight)
        return self._sum(flow, self._feed(name, block, read), f"{name}.done")

    def _attention(self, name: str, block: Block, read: str) -> str:
        part, heads = block.attention, self._shape.heads
        q, k, v = self._projected(name, part, read)
        past = [f"past_key_values.{name}.{kind}" for kind in ("key", "value")]
        present = [f"present.{name}.{kind}" for kind in ("key", "value")]
        self._nodes.append(
            helper.make_node(
                "GroupQueryAttention",
                [q, k, v, *past, "seqlens_k", "total_sequence_length", "cosine", "sine"],
                [f"{name}.found", *present],
                domain=CONTRIB,
                num_heads=heads,
                kv_num_heads=heads,
                do_rotary=1,
                scale=part.size**-0.5,
            )
        )
        return self._product(f"{name}.found", f"{name}.out", part.out.weight, f"{name}.out")

    def _projected(self, name: str, part: Attention, read: str) -> tuple[str, str, str]:
        """Queries and keys, normalised per head, and values, each (batch, time, width); not yet turned."""
        weights = torch.cat((part.q.weight, part.k.weight, part.v.weight))
        q, k, v = self._split(self._product(read, f"{name}.qkv", weights, f"{name}.qkv"), 3, f"{name}.qkv")
        return self._normed_heads(q, part.q_norm.weight), self._normed_heads(k, part.k_norm.weight), v

    def _normed_heads(self, flow: str, gain: torch.Tensor) -> str:
        size = self._shape.width // self._shape.heads
        self._constant("by_head", np.array([0, 0, self._shape.heads, size]))
        heads = self._add("Reshape", [flow, "by_head"], f"{flow}.heads")
        return self._add("Reshape", [self._norm(heads, f"{flow}.norm", gain), "flat"], f"{flow}.flat")

    def _feed(self, name: str, block: Block, read: str) -> str:
        weights = torch.cat((block.feed.gate.weight, block.feed.up.weight))
        gate, up = self._split(self._product(read, f"{name}.in", weights, f"{name}.in"), 2, f"{name}.in")
        opened = self._add("QuickGelu", [gate], f"{name}.opened", CONTRIB, alpha=1.0)
        hidden = self._add("Mul", [opened, up], f"{name}.hidden")
        return self._product(hidden, f"{name}.down", block.feed.down.weight, f"{name}.down")

    # --- operators -----------------------------------------------------------------------------------------------

    def _norm(self, flow: str, name: str, gain: torch.Tensor) -> str:
        self._constant(f"{name}.gain", _numbers(gain))
        return self._add(
            "SimplifiedLayerNormalization", [flow, f"{name}.gain"], f"{name}.normed", axis=-1, epsilon=EPSILON
        )

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
            block_size=BLOCK,
            accuracy_level=self.accuracy,
        )

    def _split(self, flow: str, parts: int, name: str) -> list[str]:
        outputs = [f"{name}.{number}" for number in range(parts)]
        self._nodes.append(helper.make_node("Split", [flow], outputs, axis=2, num_outputs=parts))
        return outputs

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
