"""How soon a suggestion begins and how fast it goes on, without a window; ratios within one run, by turns."""

from __future__ import annotations

import importlib.util
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnxruntime

from app.base.progress import Progress
from app.runtime.cache import present_of
from app.runtime.decoder import read_context
from app.runtime.device import physical_cores
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.studios.write.document import Text
from app.studios.write.engine import ENGINE
from app.studios.write.prose import SPARE, ProseReader, Writing
from app.studios.write.request import WriteRequest
from benchmarks.generators import open_model
from benchmarks.llama import Llama, write_gguf

MODEL = "gpt-prose-en"
SENTENCE = "It was a long evening, and the rain that had begun at noon went on falling upon the garden. "
AFTER = " But nothing came of it, as everybody knew, and the lamp burned lower."
KEYS = 60
TOKENS = 40
TURNS = 15


def first_token() -> Iterator[str]:
    """Milliseconds from a key to the first suggested piece, with a thousand tokens before it that were read already."""
    model = open_model(MODEL)
    for title, after in (("at the end", ""), ("in mid-text", AFTER)):
        text = _long_text(model, after)
        _first(model, text, after)
        taken = []
        for key in range(KEYS):
            text += "and so on, "[key % 11]
            started = time.perf_counter()
            _first(model, text, after)
            taken.append(1000 * (time.perf_counter() - started))
        count = len(ProseReader(model).context(text, after, 5 + SPARE).tokens)
        p50, p95 = np.percentile(taken, (50, 95))
        figures = f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, least {min(taken):.1f} ms"
        yield f"first token {title}, {count} tokens cached: {figures}"


def decoding() -> Iterator[str]:
    """Tokens a second of the studio, of a bare ONNX Runtime loop and, where it is installed, of llama.cpp."""
    model = open_model(MODEL)
    for title, text in (("a short text", SENTENCE), ("900 tokens before", _long_text(model, "", 100))):
        racers = {
            "studio": _studio(model, text),
            "bare loop": _bare(model, text),
            "bare loop in place": _bare(model, text, in_place=True),
        }
        with tempfile.TemporaryDirectory() as folder:
            if importlib.util.find_spec("llama_cpp"):
                racers |= _llamas(model, text, Path(folder) / "model.gguf")
            best, processor = _by_turns(racers)
        for name, seconds in best.items():
            ratio = seconds / best["studio"]
            yield (
                f"{title}, {name}: {1 / seconds:.0f} tokens/s at best, {1000 * processor[name]:.2f} ms of processor"
                + ("" if name == "studio" else f"; the studio decodes {ratio:.2f} times as fast")
            )


Race = Callable[[], tuple[float, float]]
"""Writes some tokens; returns the wall seconds and the processor seconds of one."""


def _by_turns(racers: dict[str, Race]) -> tuple[dict[str, float], dict[str, float]]:
    """The least wall seconds, and the least processor seconds, that each took for a token in :data:`TURNS` turns."""
    best, processor = dict.fromkeys(racers, np.inf), dict.fromkeys(racers, np.inf)
    for _ in range(TURNS):
        for name, race in racers.items():
            wall, busy = race()
            best[name], processor[name] = min(best[name], wall), min(processor[name], busy)
    return best, processor


def _request(model: Model, text: str, after: str, length: int) -> WriteRequest:
    controls = {**model.manifest.defaults(), "length": length}
    place = len(text)
    return WriteRequest(
        model=MODEL, seed=1, controls=controls, document=Text.by("user", text + after), start=place, end=place
    )


def _first(model: Model, text: str, after: str) -> None:
    for (made,) in ENGINE.alternatives(_request(model, text, after, 5), (1,), model, Progress()):
        if made:
            return


def _long_text(model: Model, after: str, room: int = 5 + SPARE) -> str:
    """Sentences up to nearly the whole of what the network can read."""
    reader, text = ProseReader(model), SENTENCE
    space = int(model.codec["context"]) - room - KEYS // 2 - len(reader.codec.encode(after))
    while len(reader.codec.encode(text + SENTENCE)) < space:
        text += SENTENCE
    return text


def _timed(steps: Iterator[object]) -> tuple[float, float]:
    """Wall and processor seconds of one of the steps."""
    wall, busy = time.perf_counter(), time.process_time()
    count = sum(1 for _ in steps)
    return (time.perf_counter() - wall) / count, (time.process_time() - busy) / count


def _studio(model: Model, text: str) -> Race:
    def race() -> tuple[float, float]:
        steps = Writing(_request(model, text, "", TOKENS), [rng(1)], TOKENS, model).go(Progress())
        next(steps)  # the text before is read
        return _timed(steps)

    return race


def _bare(model: Model, text: str, in_place: bool = False) -> Race:
    """The likeliest token after the other: with the cache handed on, or written in place as the studio does it."""
    session = _opened(model)
    tokens = ProseReader(model).context(text, "", TOKENS + SPARE).tokens
    decoder, _ = read_context(model, tokens, Progress())
    steps = _in_place_steps if in_place else _handed_on_steps

    def race() -> tuple[float, float]:
        found = steps(session, decoder.past, len(tokens))
        next(found)  # the arrays are laid out
        return _timed(found)

    return race


def _opened(model: Model) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = physical_cores()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(model.folder / "decoder.onnx"), options, ["CPUExecutionProvider"])


def _handed_on_steps(session: onnxruntime.InferenceSession, kept: dict[str, np.ndarray], read: int) -> Iterator[None]:
    names = [output.name for output in session.get_outputs()]
    wrap = onnxruntime.OrtValue.ortvalue_from_numpy
    past, token = {name: wrap(value) for name, value in kept.items()}, np.zeros((1, 1), np.int64)
    yield
    for length in range(read, read + TOKENS):
        feeds = {name: wrap(value) for name, value in _feeds(token, length).items()}
        found = dict(zip(names, session.run_with_ort_values(names, feeds | past), strict=True))
        past = {name: found[present_of(name)] for name in past}
        token = found["logits"].numpy()[:, -1:].argmax(-1)
        yield


def _in_place_steps(session: onnxruntime.InferenceSession, kept: dict[str, np.ndarray], read: int) -> Iterator[None]:
    binding, token = session.io_binding(), np.zeros((1, 1), np.int64)
    for name, value in kept.items():
        room = np.pad(value, ((0, 0), (0, 0), (0, TOKENS), (0, 0)))
        held = onnxruntime.OrtValue.ortvalue_from_numpy(room)
        binding.bind_ortvalue_input(name, held)
        binding.bind_ortvalue_output(present_of(name), held)
    binding.bind_output("logits")
    yield
    for length in range(read, read + TOKENS):
        feeds = _feeds(token, length)
        for name, value in feeds.items():
            binding.bind_cpu_input(name, value)
        session.run_with_iobinding(binding)
        token = binding.get_outputs()[-1].numpy()[:, -1:].argmax(-1)
        yield


def _feeds(token: np.ndarray, length: int) -> dict[str, np.ndarray]:
    lengths = np.array([length], np.int32)
    return {"input_ids": token, "seqlens_k": lengths, "total_sequence_length": np.array(length + 1, np.int32)}


def _llamas(model: Model, text: str, path: Path) -> dict[str, Race]:
    """With a thread for each core, and with one: its threads wait for each other, which a busy machine makes dear."""
    write_gguf(model, path)
    return {f"llama.cpp, threads: {threads}": _llama(model, text, path, threads) for threads in {1, physical_cores()}}


def _llama(model: Model, text: str, path: Path, threads: int) -> Race:
    tokens = ProseReader(model).context(text, "", TOKENS + SPARE).tokens
    llama = Llama(path, int(model.codec["context"]), threads)
    _, ours = read_context(model, tokens, Progress())
    theirs = llama.read(tokens.tolist())
    alike = np.corrcoef(ours, theirs)[0, 1]
    if alike < 0.99:
        raise RuntimeError(f"llama.cpp computes something else: the scores correlate by {alike:.3f}")

    def steps() -> Iterator[None]:
        llama.forget()
        token = int(llama.read(tokens.tolist()).argmax())
        yield
        for _ in range(TOKENS):
            token = int(llama.read([token]).argmax())
            yield

    def race() -> tuple[float, float]:
        found = steps()
        next(found)
        return _timed(found)

    return race
