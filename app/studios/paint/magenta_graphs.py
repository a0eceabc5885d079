"""Builds the three graphs of a drawing network from a checkpoint of Magenta's, as ONNX.

The equations are those of Ha & Eck 2017, sections 3.2 and 3.3. TensorFlow's LSTM orders its gates input, candidate,
forget, output, and adds 1 to what opens the forget gate; ONNX orders them input, output, forget, candidate, and adds
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from app.studios.paint.magenta import ROW, Checkpoint

OPSET, IR_VERSION = 17, 8
"""Old enough for every ONNX Runtime that is supported, whatever version of ONNX writes the file."""
FORGET = 1.0
ALIKE = 0.9999
"""The strongest correlation of a point's x and y: at 1 the density of the published formula is infinite."""
Weights = dict[str, np.ndarray]
Shape = Sequence[int | str]
Shapes = Mapping[str, Shape]
STATE: Shape = (1, "batch", "width")
TANH_BEFORE = 6
"""Up to this version a latent was squashed before it became the decoder's first state."""


def encoder_graph(checkpoint: Checkpoint) -> onnx.ModelProto:
    """``points`` (batch, time, 5) and ``classes`` (batch, 1) to ``mean`` and ``log_variance`` (batch, latent)."""
    found, latent = checkpoint.arrays, checkpoint.latent
    inputs = {"points": ("batch", "time", ROW), "classes": ("batch", 1)}
    outputs = {"mean": ("batch", latent), "log_variance": ("batch", latent)}
    if not latent:
        weights = {"nothing": np.zeros((1, 0), np.float32)}
        nodes = [helper.make_node("MatMul", ["classes", "nothing"], [name]) for name in outputs]
        return _model("encoder", nodes, inputs, outputs, weights)
    weights = _lstm([(found[f"{way}_x"], found[f"{way}_h"], found[f"{way}_b"]) for way in ("fw", "bw")])
    weights |= {name: found[name] for name in ("mean_w", "mean_b", "spread_w", "spread_b")}
    weights["flat"] = np.array([0, -1], np.int64)
    nodes = [
        helper.make_node("Transpose", ["points"], ["steps"], perm=[1, 0, 2]),
        helper.make_node(
            "LSTM", ["steps", "w", "r", "b"], ["", "ends"], hidden_size=len(found["fw_h"]), direction="bidirectional"
        ),
        helper.make_node("Transpose", ["ends"], ["rows"], perm=[1, 0, 2]),
        helper.make_node("Reshape", ["rows", "flat"], ["both"]),
        helper.make_node("Gemm", ["both", "mean_w", "mean_b"], ["mean"]),
        helper.make_node("Gemm", ["both", "spread_w", "spread_b"], ["log_variance"]),
    ]
    return _model("encoder", nodes, inputs, outputs, weights)


def begin_graph(checkpoint: Checkpoint) -> onnx.ModelProto:
    """``latent`` (batch, latent) and ``classes`` to the decoder's first state ``h`` and ``c`` (1, batch, width)."""
    width, latent = checkpoint.width, checkpoint.latent
    inputs = {"latent": ("batch", latent), "classes": ("batch", 1)}
    outputs = {"h": STATE, "c": STATE}
    if not latent:
        weights = {"zero": np.zeros((1, width), np.float32), "first": np.array([0], np.int64)}
        nodes = [helper.make_node("MatMul", ["classes", "zero"], ["row"])]
        nodes += [helper.make_node("Unsqueeze", ["row", "first"], [name]) for name in outputs]
        return _model("begin", nodes, inputs, outputs, weights)
    weights = {"begin_w": checkpoint.arrays["begin_w"], "begin_b": checkpoint.arrays["begin_b"]}
    weights["first"] = np.array([0], np.int64)
    squashed = checkpoint.version < TANH_BEFORE
    nodes = [helper.make_node("Tanh" if squashed else "Identity", ["latent"], ["z"])]
    nodes += [
        helper.make_node("Gemm", ["z", "begin_w", "begin_b"], ["open"]),
        helper.make_node("Tanh", ["open"], ["both"]),
        helper.make_node("Unsqueeze", ["both", "first"], ["state"]),
        helper.make_node("Split", ["state"], ["c", "h"], axis=2),
    ]
    return _model("begin", nodes, inputs, outputs, weights)


def decoder_graph(checkpoint: Checkpoint) -> onnx.ModelProto:
    """``points`` (batch, time, 5), ``latent``, ``classes`` and the state to a mixture at each point, and the state."""
    mixtures, found = checkpoint.mixtures, checkpoint.arrays
    inputs = {
        "points": ("batch", "time", ROW), "latent": ("batch", checkpoint.latent), "classes": ("batch", 1),
        "h": STATE, "c": STATE,
    }  # fmt: skip
    shapes = {"weights": (mixtures,), "means": (mixtures, 2), "deviations": (mixtures, 2), "correlation": (mixtures,)}
    outputs = {name: ("batch", "time", *shape) for name, shape in {**shapes, "pen": (3,)}.items()}
    order = _order(mixtures)
    weights = _lstm([(found["dec_x"], found["dec_h"], found["dec_b"])])
    weights |= {"out_w": found["out_w"][:, order], "out_b": found["out_b"][order]}
    nodes = [*_inputs(checkpoint, weights), *_steps(checkpoint.width, weights), *_mixture(mixtures, weights)]
    return _model("decoder", nodes, inputs, {**outputs, "h_out": STATE, "c_out": STATE}, weights)


def _inputs(checkpoint: Checkpoint, weights: Weights) -> list[onnx.NodeProto]:
    """What the decoder reads at each point, ``rows``: the point and, if there is one, the latent."""
    if not checkpoint.latent:
        return [helper.make_node("Identity", ["points"], ["rows"])]
    weights |= {
        "two": np.array([0, 1], np.int64), "wide": np.array([checkpoint.latent], np.int64),
        "second": np.array([1], np.int64),
    }  # fmt: skip
    return [
        helper.make_node("Shape", ["points"], ["shape"]),
        helper.make_node("Gather", ["shape", "two"], ["counts"]),
        helper.make_node("Concat", ["counts", "wide"], ["spread"], axis=0),
        helper.make_node("Unsqueeze", ["latent", "second"], ["once"]),
        helper.make_node("Expand", ["once", "spread"], ["always"]),
        helper.make_node("Concat", ["points", "always"], ["rows"], axis=2),
    ]


def _steps(width: int, weights: Weights) -> list[onnx.NodeProto]:
    """The LSTM over ``rows``, and what it gives, ``raw`` (batch, time, outputs)."""
    weights["direction"] = np.array([1], np.int64)
    return [
        helper.make_node("Transpose", ["rows"], ["steps"], perm=[1, 0, 2]),
        helper.make_node("LSTM", ["steps", "w", "r", "b", "", "h", "c"], ["y", "h_out", "c_out"], hidden_size=width),
        helper.make_node("Squeeze", ["y", "direction"], ["read"]),
        helper.make_node("Transpose", ["read"], ["hidden"], perm=[1, 0, 2]),
        helper.make_node("MatMul", ["hidden", "out_w"], ["scores"]),
        helper.make_node("Add", ["scores", "out_b"], ["raw"]),
    ]


def _mixture(mixtures: int, weights: Weights) -> list[onnx.NodeProto]:
    """The parts of ``raw``."""
    weights |= {
        "parts": np.array([mixtures, 2 * mixtures, 2 * mixtures, mixtures, 3], np.int64),
        "pairs": np.array([0, 0, mixtures, 2], np.int64),
        "least": np.array(-ALIKE, np.float32), "most": np.array(ALIKE, np.float32),
    }  # fmt: skip
    flat = ["weights", "flat_means", "flat_deviations", "open_correlation", "pen"]
    return [
        helper.make_node("Split", ["raw", "parts"], flat, axis=2),
        helper.make_node("Reshape", ["flat_means", "pairs"], ["means"]),
        helper.make_node("Reshape", ["flat_deviations", "pairs"], ["deviations"]),
        helper.make_node("Tanh", ["open_correlation"], ["full_correlation"]),
        helper.make_node("Clip", ["full_correlation", "least", "most"], ["correlation"]),
    ]


def _order(mixtures: int) -> np.ndarray:
    """Where in Magenta's output (pen, weights, x, y, deviations of x, of y, correlations) each of ours stands."""
    pen, blocks = np.arange(3), 3 + np.arange(6 * mixtures).reshape(6, mixtures)
    weights, x, y, deviation_x, deviation_y, correlation = blocks
    pairs = [np.stack(pair, -1).ravel() for pair in ((x, y), (deviation_x, deviation_y))]
    return np.concatenate([weights, *pairs, correlation, pen])


def _lstm(ways: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> Weights:
    """TensorFlow's kernels (inputs, 4 width), (width, 4 width) and bias of each direction as ONNX wants them."""
    inputs, states, biases = zip(*ways, strict=True)
    weights = {
        name: np.stack([_gates(kernel.T) for kernel in kernels]) for name, kernels in (("w", inputs), ("r", states))
    }
    return weights | {"b": np.stack([_bias(bias) for bias in biases])}


def _bias(bias: np.ndarray) -> np.ndarray:
    """One of TensorFlow's as the two of ONNX, for what is read and for the state before."""
    into, out, forget, candidate = np.split(_gates(bias), 4)
    gates = np.concatenate([into, out, forget + np.float32(FORGET), candidate])
    return np.concatenate([gates, np.zeros_like(gates)])


def _gates(rows: np.ndarray) -> np.ndarray:
    """Rows of the gates input, candidate, forget, output as input, output, forget, candidate."""
    into, candidate, forget, out = np.split(rows, 4)
    return np.concatenate([into, out, forget, candidate])


def _model(
    name: str, nodes: list[onnx.NodeProto], inputs: Shapes, outputs: Shapes, weights: Weights
) -> onnx.ModelProto:
    def values(shapes: Shapes) -> list[onnx.ValueInfoProto]:
        return [helper.make_tensor_value_info(key, TensorProto.FLOAT, list(shape)) for key, shape in shapes.items()]

    kept = [numpy_helper.from_array(np.ascontiguousarray(value), key) for key, value in weights.items()]
    graph = helper.make_graph(nodes, name, values(inputs), values(outputs), kept)
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(graph, producer_name="atelie", ir_version=IR_VERSION, opset_imports=opsets)
