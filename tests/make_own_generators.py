"""Small ONNX generators such as users bring, and broken ones; random weights, written where a test wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LATENT, CLASSES, SIDE = 16, 5, 32
FLOAT, INT, TEXT = int(TensorProto.FLOAT), int(TensorProto.INT64), int(TensorProto.STRING)
Tensor = tuple[int, Sequence[int | str]]


def face(path: Path, **metadata: str) -> Path:
    """Inputs of all kinds but a picture: ``z``, ``label`` (an index), ``psi``, ``noise``; -1 to 1, channels first."""
    rng = np.random.default_rng(0)
    weights = {
        "kinds": rng.standard_normal((CLASSES, LATENT)),
        "first": 0.35 * rng.standard_normal((LATENT, 8 * 16)),
        "colours": 0.5 * rng.standard_normal((3, 8, 1, 1)),
    }
    small = numpy_helper.from_array(np.array([1, 8, 4, 4], np.int64), "small")
    large = numpy_helper.from_array(np.array([1, 1, 8, 8], np.float32), "large")
    nodes = [
        helper.make_node("Gather", ["kinds", "label"], ["kind"], axis=0),
        helper.make_node("Add", ["z", "kind"], ["mixed"]),
        helper.make_node("Mul", ["mixed", "psi"], ["drawn"]),
        helper.make_node("MatMul", ["drawn", "first"], ["flat"]),
        helper.make_node("Reshape", ["flat", "small"], ["fields"]),
        helper.make_node("Resize", ["fields", "", "large"], ["grown"], mode="linear"),
        helper.make_node("Conv", ["grown", "colours"], ["coloured"]),
        helper.make_node("Mul", ["noise", "strength"], ["grain"]),
        helper.make_node("Add", ["coloured", "grain"], ["grainy"]),
        helper.make_node("Tanh", ["grainy"], ["picture"]),
    ]
    constants = [small, large, numpy_helper.from_array(np.array(0.05, np.float32), "strength")]
    inputs = {
        "z": (FLOAT, ["batch", LATENT]), "label": (INT, [1]), "psi": (FLOAT, [1]), "noise": (FLOAT, [1, 1, SIDE, SIDE]),
    }  # fmt: skip
    return _save(path, nodes, weights, inputs, {"picture": (FLOAT, [1, 3, SIDE, SIDE])}, constants, metadata)


def tint(path: Path) -> Path:
    """Works on a picture of any size, channels last, and on weights of two classes; 0 to 1."""
    weights = {"tones": np.array([[1.0, 0.3, 0.2], [0.2, 0.4, 1.0]])}
    nodes = [
        helper.make_node("MatMul", ["class_weights", "tones"], ["tone"]),
        helper.make_node("Mul", ["photo", "tone"], ["tinted"]),
    ]
    shape = ["batch", "height", "width", 3]
    inputs = {"photo": (FLOAT, shape), "class_weights": (FLOAT, [1, 2])}
    return _save(path, nodes, weights, inputs, {"tinted": (FLOAT, shape)})


def dcgan(path: Path, scale: float = 127.5) -> Path:
    """A latent of four dimensions without a hint in its name, grey pictures from 0 to 255; odd numbers by *scale*."""
    rng = np.random.default_rng(1)
    weights = {"filters": 0.4 * rng.standard_normal((8, 1, 12, 12)), "middle": np.array(scale)}
    nodes = [
        helper.make_node("ConvTranspose", ["input.1", "filters"], ["spread"]),
        helper.make_node("Tanh", ["spread"], ["bent"]),
        helper.make_node("Mul", ["bent", "middle"], ["wide"]),
        helper.make_node("Add", ["wide", "middle"], ["out"]),
    ]
    return _save(path, nodes, weights, {"input.1": (FLOAT, [1, 8, 1, 1])}, {"out": (FLOAT, [1, 1, 12, 12])})


def broken(path: Path, kind: str) -> Path:
    """What can't be used, for one reason each."""
    if kind == "no graph":
        path.write_bytes(b"no graph at all")
        return path
    if kind == "not numbers":
        return dcgan(path, float("nan"))
    node = helper.make_node("Relu", ["z"], ["out"])
    shape: list[int | str] = [1, 4]
    z: Tensor = (FLOAT, shape)
    if kind == "unknown operator":
        node = helper.make_node("Dream", ["z"], ["out"])
    elif kind == "foreign operator":
        node = helper.make_node("Dream", ["z"], ["out"], domain="com.example")
    elif kind == "wrong shapes":
        node = helper.make_node("MatMul", ["z", "weights"], ["out"])
    elif kind == "text":
        z = (TEXT, [1, 4])
        node = helper.make_node("Identity", ["z"], ["out"])
    elif kind == "open":
        shape[1] = "length"
    elif kind == "many at once":
        shape[0] = 8
    weights = {"weights": np.zeros((3, 2))} if kind == "wrong shapes" else {}
    out = (TEXT if kind == "text" else FLOAT, shape)
    return _save(path, [node], weights, {"z": z}, {"out": out})


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    weights: dict[str, np.ndarray],
    inputs: Mapping[str, Tensor],
    outputs: Mapping[str, Tensor],
    constants: list[onnx.TensorProto] | None = None,
    metadata: dict[str, str] | None = None,
) -> Path:
    given, made = (
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in tensors.items()]
        for tensors in (inputs, outputs)
    )
    tensors = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "own", given, made, [*tensors, *(constants or [])])
    domains = [helper.make_opsetid("", 17), helper.make_opsetid("com.example", 1)]
    model = helper.make_model(graph, opset_imports=domains, ir_version=9)
    helper.set_model_props(model, metadata or {})
    onnx.save(model, str(path))
    return path
