"""The graph ``inspect``: where each head of each layer looks, for the eyes of a reader.

ONNX Runtime's fused attention keeps its weights to itself, so here they are computed in single operators. What the last
layer makes of what it found is left out, for nobody looks at it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from training.gpt.graph import CONTRIB, Builder
from training.gpt.network import GPT, Attention, Block

ATTENTION = "attention"


def write_inspect(network: GPT, path: Path) -> None:
    """Write ``inspect.onnx``: ``input_ids`` (1, time) int64 to ``attention`` (layers, heads, time, time) float32."""
    onnx.save(_Inspector(network).model(), str(path))


class _Inspector(Builder):
    """The same network with its attention spread out; its products are not rounded, as nobody waits for them."""

    accuracy = 0

    def model(self) -> onnx.ModelProto:
        self._begin()
        *blocks, last = self._network.blocks
        flow = self._embedded()
        for number, block in enumerate(blocks):
            assert isinstance(block, Block)
            flow = self._block(f"{number}", block, flow)
        assert isinstance(last, Block)
        name = f"{len(blocks)}"
        q, k, _ = self._by_head(name, last.attention, self._norm(flow, f"{name}.norm", last.attention_norm.weight))
        self._looked(name, last.attention, q, k)
        looked = [f"{layer}.looked" for layer in range(self._shape.layers)]
        self._add("Concat", looked, ATTENTION, axis=0)
        shape = [self._shape.layers, self._shape.heads, "time", "time"]
        tokens = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "time"])
        return self._whole("inspect", [tokens], [helper.make_tensor_value_info(ATTENTION, TensorProto.FLOAT, shape)])

    def _begin(self) -> None:
        """Positions from 0, and minus infinity wherever a token would look ahead."""
        self._positions()
        self._constant("first", np.zeros(1, np.int64))
        self._constant("above", np.array(1))
        self._add("Shape", ["input_ids"], "time", start=1)
        self._add("Concat", ["time", "time"], "square", axis=0)
        minus = helper.make_tensor("minus", TensorProto.FLOAT, [1], [-np.inf])
        self._add("ConstantOfShape", ["square"], "all.hidden", value=minus)
        self._add("Trilu", ["all.hidden", "above"], "hidden", upper=1)

    def _attention(self, name: str, block: Block, read: str) -> str:
        part = block.attention
        q, k, v = self._by_head(name, part, read)
        found = self._add("MatMul", [self._looked(name, part, q, k), v], f"{name}.heads")
        by_time = self._add("Transpose", [found], f"{name}.by_time", perm=[0, 2, 1, 3])
        self._constant("flat", np.array([0, 0, self._shape.width]))
        return self._product(
            self._add("Reshape", [by_time, "flat"], f"{name}.found"), f"{name}.out", part.out.weight, f"{name}.out"
        )

    def _by_head(self, name: str, part: Attention, read: str) -> tuple[str, str, str]:
        """Queries and keys, turned to their positions, and values, each (batch, heads, time, size)."""
        both, v = (
            self._add("Transpose", [flow], f"{flow}.by_head", perm=[0, 2, 1, 3])
            for flow in self._projected(name, part, read)
        )
        q, k = f"{name}.q", f"{name}.k"
        self._nodes.append(helper.make_node("Split", [self._turned(both)], [q, k], axis=1, num_outputs=2))
        return q, k, v

    def _turned(self, flow: str) -> str:
        return self._add("RotaryEmbedding", [flow, "first", "cosine", "sine"], f"{flow}.turned", CONTRIB)

    def _looked(self, name: str, part: Attention, q: str, k: str) -> str:
        """The weights of one layer, (batch, heads, time, time)."""
        self._constant("scale", np.float32(part.size**-0.5))
        across = self._add("Transpose", [k], f"{name}.across", perm=[0, 1, 3, 2])
        scores = self._add("Mul", [self._add("MatMul", [q, across], f"{name}.products"), "scale"], f"{name}.scores")
        seen = self._add("Add", [scores, "hidden"], f"{name}.seen")
        return self._add("Softmax", [seen], f"{name}.looked", axis=-1)
