"""Makes two tiny styled generators with random weights: ``python -m tests.make_tiny_stylegan``.

What it writes to ``tests/data/tiny-stylegan`` and ``tests/data/tiny-biggan`` is kept. They fulfil all that the studio
Imagine asks of such a model, at 32 pixels and with three classes for the second; what they show is coloured spots.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
import tomli_w
from onnx import TensorProto, helper, numpy_helper

from app.runtime.device import CPU
from app.runtime.manifest import Control, FileEntry, Manifest, Tensor
from app.runtime.session import SessionOptions, open_session

DATA = Path(__file__).parent / "data"
STYLEGAN, BIGGAN = "tiny-stylegan", "tiny-biggan"
SIDES = (4, 8, 16, 32)
LAYERS, WIDTH, LATENT, CHANNELS, DIRECTIONS = 2 * len(SIDES), 8, 16, 8, 6
CLASSES = ["comet", "moon", "sun"]
OPSET, IR = 17, 9


class Builder:
    """A graph that grows node by node; names of values are strings."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        name = output or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def weight(self, values: np.ndarray) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def random(self, *shape: int, scale: float) -> str:
        return self.weight((scale * self.rng.standard_normal(shape)).astype(np.float32))

    def save(self, path: Path, inputs: dict[str, list[Any]], outputs: dict[str, list[Any]]) -> None:
        def told(tensors: dict[str, list[Any]]) -> list[onnx.ValueInfoProto]:
            return [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in tensors.items()]

        graph = helper.make_graph(self.nodes, path.stem, told(inputs), told(outputs), self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, str(path))


def make(folder: Path, family: str) -> None:
    """The whole model folder of a family, ``"stylegan"`` or ``"biggan"``."""
    folder.mkdir(parents=True, exist_ok=True)
    classes = CLASSES if family == "biggan" else []
    _mapping(folder, classes)
    _generator(folder / "generator.onnx", noisy=family == "stylegan", inspect=False)
    _generator(folder / "inspect.onnx", noisy=family == "stylegan", inspect=True)
    _encoder(folder)
    _discriminator(folder, classes)
    _space(folder, classes, in_latent=family == "biggan")
    _manifest(folder, family, classes)


def _mapping(folder: Path, classes: list[str]) -> None:
    """A layer with a bend in it, and of its result one line for each layer of styles."""
    graph = Builder(1)
    inputs: dict[str, list[Any]] = {"latent": ["batch", LATENT]}
    value = "latent"
    if classes:
        inputs["classes"] = ["batch", len(classes)]
        value = graph.node("Add", value, graph.node("MatMul", "classes", graph.random(len(classes), LATENT, scale=1.0)))
    value = graph.node("MatMul", value, graph.random(LATENT, 3 * WIDTH, scale=0.3))
    value = graph.node("LeakyRelu", value, alpha=0.2)
    value = graph.node("MatMul", value, graph.random(3 * WIDTH, LAYERS * WIDTH, scale=0.2))
    shape = graph.weight(np.array([-1, LAYERS, WIDTH], np.int64))
    graph.node("Reshape", value, shape, output="styles")
    graph.save(folder / "mapping.onnx", inputs, {"styles": ["batch", LAYERS, WIDTH]})


def _generator(path: Path, noisy: bool, inspect: bool) -> None:
    """A constant of 4 × 4 that each resolution doubles; each layer scales its channels by its style, then filters."""
    graph = Builder(2)
    inputs: dict[str, list[Any]] = {
        "styles": ["batch", LAYERS, WIDTH],
        "other": ["batch", LAYERS, WIDTH],
        "mask": ["batch", 1, SIDES[-1], SIDES[-1]],
    }
    outputs: dict[str, list[Any]] = {"images": ["batch", SIDES[-1], SIDES[-1], 3]}
    value = graph.random(1, CHANNELS, SIDES[0], SIDES[0], scale=1.0)
    for place, side in enumerate(SIDES):
        factor = SIDES[-1] // side
        mask = graph.node("AveragePool", "mask", kernel_shape=[factor, factor], strides=[factor, factor])
        if place:
            scales = graph.weight(np.array([1, 1, 2, 2], np.float32))
            value = graph.node("Resize", value, "", scales, mode="linear")
        value = _layer(graph, value, mask, 2 * place)
        if noisy:
            inputs[f"noise_{side}"] = ["batch", 1, side, side]
            strength = graph.weight(np.array(0.03, np.float32))
            value = graph.node("Add", value, graph.node("Mul", f"noise_{side}", strength))
        value = _layer(graph, value, mask, 2 * place + 1)
        if inspect:
            outputs[f"features_{side}"] = ["batch", side, side, CHANNELS]
            graph.node("Transpose", value, output=f"features_{side}", perm=[0, 2, 3, 1])
    value = graph.node("Conv", value, graph.random(3, CHANNELS, 1, 1, scale=1.2))
    graph.node("Transpose", graph.node("Sigmoid", value), output="images", perm=[0, 2, 3, 1])
    graph.save(path, inputs, outputs)


def _layer(graph: Builder, value: str, mask: str, number: int) -> str:
    """Scales by the styles of layer *number*, blended pixel by pixel, then filters."""
    which = graph.weight(np.array(number, np.int64))
    spread = graph.random(WIDTH, CHANNELS, scale=0.4)
    axes = graph.weight(np.array([2, 3], np.int64))
    mine, other = (
        graph.node("Unsqueeze", graph.node("MatMul", graph.node("Gather", name, which, axis=1), spread), axes)
        for name in ("styles", "other")
    )
    scale = graph.node("Add", mine, graph.node("Mul", mask, graph.node("Sub", other, mine)))
    value = graph.node("Add", value, graph.node("Mul", value, scale))
    filters = graph.random(CHANNELS, CHANNELS, 3, 3, scale=1.2 * (9 * CHANNELS) ** -0.5)
    value = graph.node("Conv", value, filters, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    return graph.node("LeakyRelu", value, alpha=0.2)


def _encoder(folder: Path) -> None:
    """Guesses styles from the picture's mean colours in 4 × 4 fields; a poor guess, but a start."""
    graph = Builder(3)
    small = graph.node("Transpose", "images", perm=[0, 3, 1, 2])
    small = graph.node("AveragePool", small, kernel_shape=[8, 8], strides=[8, 8])
    flat = graph.node("Flatten", small, axis=1)
    value = graph.node("MatMul", flat, graph.random(48, LAYERS * WIDTH, scale=0.02))
    graph.node("Reshape", value, graph.weight(np.array([-1, LAYERS, WIDTH], np.int64)), output="styles")
    graph.save(
        folder / "encoder.onnx",
        {"images": ["batch", SIDES[-1], SIDES[-1], 3]},
        {"styles": ["batch", LAYERS, WIDTH]},
    )


def _discriminator(folder: Path, classes: list[str]) -> None:
    graph = Builder(4)
    inputs: dict[str, list[Any]] = {"images": ["batch", SIDES[-1], SIDES[-1], 3]}
    small = graph.node("Transpose", "images", perm=[0, 3, 1, 2])
    small = graph.node("AveragePool", small, kernel_shape=[4, 4], strides=[4, 4])
    value = graph.node("MatMul", graph.node("Flatten", small, axis=1), graph.random(192, 1, scale=0.3))
    if classes:
        inputs["classes"] = ["batch", len(classes)]
        value = graph.node("Add", value, graph.node("MatMul", "classes", graph.random(len(classes), 1, scale=0.5)))
    graph.node("Squeeze", value, graph.weight(np.array([1], np.int64)), output="score")
    graph.save(folder / "discriminator.onnx", inputs, {"score": ["batch"]})


def _space(folder: Path, classes: list[str], in_latent: bool) -> None:
    """The mean of many styles and their principal directions, a standard deviation long, the largest first."""
    rng = np.random.default_rng(5)
    latents = rng.standard_normal((2000, LATENT)).astype(np.float32)
    feeds = {"latent": latents}
    if classes:
        feeds["classes"] = np.eye(len(classes), dtype=np.float32)[rng.integers(len(classes), size=len(latents))]
    styles = open_session(folder / "mapping.onnx", CPU, SessionOptions()).run(feeds)["styles"]
    points = latents if in_latent else styles.reshape(-1, WIDTH)
    _, sizes, axes = np.linalg.svd(points - points.mean(0), full_matrices=False)
    directions = (axes * sizes[:, None] / np.sqrt(len(points) - 1))[:DIRECTIONS]
    names = np.array(["Tone", *[""] * (DIRECTIONS - 1)])
    np.savez(folder / "space.npz", mean=styles.mean(0), directions=directions.astype(np.float32), names=names)


def _manifest(folder: Path, family: str, classes: list[str]) -> None:
    codec: dict[str, Any] = {
        "latent": LATENT, "layers": LAYERS, "width": WIDTH, "side": SIDES[-1], "classes": classes,
        "noise": [] if classes else list(SIDES),
        "truncation": "latent" if classes else "styles",
        "direction_space": "latent" if classes else "styles",
    }  # fmt: skip
    controls = [
        Control(id="truncation", label="Variety", kind="float", default=0.8, maximum=2.0 if classes else 1.2,
                step=0.05, hint="Low: typical pictures, alike. High: unusual ones, and more that fail."),
    ]  # fmt: skip
    if classes:
        choices = ["any", *classes]
        controls.insert(0, Control(id="class", label="Kind", kind="choice", default="any", choices=choices))
    manifest = Manifest(
        schema=1, id=folder.name, name=f"Tiny {family}", version="1", studio="imagine", family=family,
        summary="Random weights, for tests.", licence="MIT", codec=codec, controls=controls,
        files=[_entry(path) for path in sorted(folder.iterdir()) if path.suffix in (".onnx", ".npz")],
    )  # fmt: skip
    content = msgspec.to_builtins(manifest)
    content.pop("training")
    (folder / "model.toml").write_text(tomli_w.dumps(content), encoding="utf8")


def _entry(path: Path) -> FileEntry:
    content = path.read_bytes()
    inputs, outputs = ([], []) if path.suffix == ".npz" else _tensors(path)
    return FileEntry(
        name=path.name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), inputs=inputs, outputs=outputs
    )


def _tensors(path: Path) -> tuple[list[Tensor], list[Tensor]]:
    graph = onnx.load(str(path)).graph

    def told(values: Any) -> list[Tensor]:
        shapes = {v.name: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim] for v in values}
        return [Tensor(name=name, dtype="float32", shape=shape) for name, shape in shapes.items()]

    return told(graph.input), told(graph.output)


if __name__ == "__main__":
    make(DATA / STYLEGAN, "stylegan")
    make(DATA / BIGGAN, "biggan")
