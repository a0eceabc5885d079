"""How soon a suggestion begins and how fast it goes on, without a window; ratios within one run, by turns."""

from __future__ import annotations

import importlib.util
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from app.base.progress import Progress
from app.runtime.decoder import read_context
from app.runtime.device import physical_cores
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.studios.write.document import Text
from app.studios.write.engine import ENGINE
from app.studios.write.generator import sampling_of
from app.studios.write.prose import RECENT, SPARE, ProseReader, Writing
from app.studios.write.request import WriteRequest
from benchmarks.generators import open_model
from benchmarks.llama import Llama, write_gguf
from benchmarks.racing import Race, bare, compared, raced

MODEL = "gpt-prose-en"
SENTENCE = "It was a long evening, and the rain that had begun at noon went on falling upon the garden. "
AFTER = " But nothing came of it, as everybody knew, and the lamp burned lower."
KEYS = 60
TOKENS = 40


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
            yield from compared(title, racers)


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


def _studio(model: Model, text: str) -> Race:
    return raced(lambda: Writing(_request(model, text, "", TOKENS), [rng(1)], TOKENS, model).go(Progress()))


def _bare(model: Model, text: str, in_place: bool = False) -> Race:
    tokens = ProseReader(model).context(text, "", TOKENS + SPARE).tokens
    decoder, _ = read_context(model, tokens, Progress())
    return bare(model, decoder.past, len(tokens), TOKENS, in_place)


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

    # It does all that the studio does: it draws by the same rules, and its pieces are joined to a text.
    pieces = ProseReader(model).codec.pieces
    draw = llama.drawing(sampling_of(model.manifest.defaults()), RECENT, 1)

    def steps() -> Iterator[None]:
        llama.forget()
        llama.read(tokens.tolist())
        token, text = draw(), ""
        yield
        for _ in range(TOKENS):
            llama.read([token])
            token = draw()
            text += pieces[token].decode(errors="replace")
            yield

    return raced(steps)
