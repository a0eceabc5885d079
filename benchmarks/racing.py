"""Loops that decode token by token, raced by turns: ratios within one run say more than figures of two."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import onnxruntime

from app.runtime.cache import present_of
from app.runtime.device import physical_cores
from app.runtime.model import Model

TURNS = 15
Race = Callable[[], tuple[float, float]]
"""Writes some tokens; returns the wall seconds (see :func:`timed`) and the processor seconds of one."""


def by_turns(racers: dict[str, Race]) -> tuple[dict[str, float], dict[str, float]]:
    """The least wall seconds, and the least processor seconds, that each took for a token in :data:`TURNS` turns."""
    best, processor = dict.fromkeys(racers, np.inf), dict.fromkeys(racers, np.inf)
    for _ in range(TURNS):
        for name, race in racers.items():
            wall, busy = race()
            best[name], processor[name] = min(best[name], wall), min(processor[name], busy)
    return best, processor


def compared(title: str, racers: dict[str, Race]) -> Iterator[str]:
    """A line for each racer; the first is the studio."""
    best, processor = by_turns(racers)
    studio = next(iter(racers))
    for name, seconds in best.items():
        ratio, busy = seconds / best[studio], processor[name] / processor[studio]
        yield (
            f"{title}, {name}: {1 / seconds:.0f} tokens/s, {1000 * processor[name]:.2f} ms of processor"
            + ("" if name == studio else f"; the studio decodes {ratio:.2f} times as fast ({busy:.2f} by processor)")
        )


def timed(steps: Iterator[object]) -> tuple[float, float]:
    """The median of the wall seconds of a step, which other programs hardly touch, and the mean processor seconds."""
    walls, busy, last = [], time.process_time(), time.perf_counter()
    for _ in steps:
        now = time.perf_counter()
        walls.append(now - last)
        last = now
    return float(np.median(walls)), (time.process_time() - busy) / len(walls)


def raced(steps: Callable[[], Iterator[object]]) -> Race:
    """The race of steps of which the first lays things out and is not counted."""

    def race() -> tuple[float, float]:
        found = steps()
        next(found)
        return timed(found)

    return race


def bare(model: Model, kept: dict[str, np.ndarray], read: int, count: int, in_place: bool = False) -> Race:
    """The likeliest token after the other, *count* behind the *read* ones that *kept* holds: with the cache handed on,
    or written in place as the studios do it."""
    session = _opened(model)
    steps = _in_place_steps if in_place else _handed_on_steps
    return raced(lambda: steps(session, kept, read, count))


def _opened(model: Model) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(model.codec.get("threads", 0)) or physical_cores()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(model.folder / "decoder.onnx"), options, ["CPUExecutionProvider"])


def _handed_on_steps(
    session: onnxruntime.InferenceSession, kept: dict[str, np.ndarray], read: int, count: int
) -> Iterator[None]:
    names = [output.name for output in session.get_outputs()]
    wrap = onnxruntime.OrtValue.ortvalue_from_numpy
    past, token = {name: wrap(value) for name, value in kept.items()}, np.zeros((1, 1), np.int64)
    yield
    for length in range(read, read + count):
        feeds = {name: wrap(value) for name, value in _feeds(token, length).items()}
        found = dict(zip(names, session.run_with_ort_values(names, feeds | past), strict=True))
        past = {name: found[present_of(name)] for name in past}
        token = found["logits"].numpy()[:, -1:].argmax(-1)
        yield


def _in_place_steps(
    session: onnxruntime.InferenceSession, kept: dict[str, np.ndarray], read: int, count: int
) -> Iterator[None]:
    binding, token = session.io_binding(), np.zeros((1, 1), np.int64)
    for name, value in kept.items():
        rows, heads, _, size = value.shape
        room = np.concatenate([value, np.zeros((rows, heads, count, size), value.dtype)], axis=2)
        held = onnxruntime.OrtValue.ortvalue_from_numpy(room)
        binding.bind_ortvalue_input(name, held)
        binding.bind_ortvalue_output(present_of(name), held)
    binding.bind_output("logits")
    yield
    for length in range(read, read + count):
        feeds = _feeds(token, length)
        for name, value in feeds.items():
            binding.bind_cpu_input(name, value)
        session.run_with_iobinding(binding)
        token = binding.get_outputs()[-1].numpy()[:, -1:].argmax(-1)
        yield


def _feeds(token: np.ndarray, length: int) -> dict[str, np.ndarray]:
    lengths = np.array([length], np.int32)
    return {"input_ids": token, "seqlens_k": lengths, "total_sequence_length": np.array(length + 1, np.int32)}
