"""How fast the generators are, without a window; where it says something, as a ratio to a bare ONNX Runtime loop."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import onnxruntime
from PIL import Image

from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.model import Model, ModelShelf
from app.studios.compose.document import TICKS, Note, Score, blank
from app.studios.compose.engine import ENGINE as COMPOSE
from app.studios.compose.request import ComposeRequest, harmonise
from app.studios.compose.sound.export import render
from app.studios.compose.sound.sampler import RATE, default_font, sampler_of
from app.studios.imagine.engine import ENGINE as IMAGINE
from app.studios.imagine.request import ImagineRequest
from app.studios.paint.document import Drawing
from app.studios.paint.engine import ENGINE as PAINT
from app.studios.paint.request import PaintRequest
from app.studios.paint.suggest import continuations
from app.studios.paint.target import target_of
from app.studios.write.document import Text
from app.studios.write.engine import ENGINE as WRITE
from app.studios.write.request import WriteRequest
from benchmarks.measure import clock, seconds, spread

CHARACTERS = 600
PICTURES = 64


def open_model(model: str) -> Model:
    return ModelShelf(Catalog(bundled_models_dir())).open(model)


def last(results: Iterator[Any]) -> Any:
    """The last of the partial results."""
    *_, result = results
    return result


def text() -> Iterator[str]:
    """Characters a second of the studio's generator, and of a loop that does nothing but call the graph."""
    model = open_model("char-rnn-shakespeare")
    prompt = Text.by("user", "ROMEO:\n")
    request = WriteRequest(
        model=model.manifest.id,
        controls={**model.manifest.defaults(), "length": CHARACTERS},
        document=prompt,
        start=len(prompt),
        end=len(prompt),
    )
    studio = CHARACTERS / seconds(lambda: last(WRITE.generate(request, model, Progress())))
    bare = CHARACTERS / seconds(lambda: _bare_loop(model))
    yield f"char-rnn: {spread(studio, 'characters/s', 0)}"
    yield f"char-rnn: {np.median(studio) / np.median(bare):.2f} of a bare ONNX Runtime loop"


def _bare_loop(model: Model) -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model.folder / "step.onnx"), options, ["CPUExecutionProvider"])
    shape = (int(model.codec["layers"]), 1, int(model.codec["width"]))
    h, c, token = np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.zeros((1, 1), np.int64)
    names = [output.name for output in session.get_outputs()]
    for _ in range(CHARACTERS):
        found = dict(zip(names, session.run(None, {"tokens": token, "h": h, "c": c}), strict=True))
        h, c = found["h_out"], found["c_out"]
        token = np.asarray(found["logits"])[:, -1:].argmax(-1)


def melody(bars: int) -> Score:
    """Quarters up and down a scale."""
    scale = (67, 69, 71, 72, 74, 72, 71, 69)
    notes = [Note(place * TICKS, scale[place % len(scale)], TICKS) for place in range(4 * bars)]
    return blank(bars).with_track(0, notes)


def harmony() -> Iterator[str]:
    """Seconds to harmonise a melody at the default settings."""
    model = open_model("coconet-bach")
    for bars in (4, 16):
        ask = harmonise(melody(bars))
        request = ComposeRequest(
            model=model.manifest.id, controls=model.manifest.defaults(), score=ask.score, marks=ask.marks
        )  # fmt: skip
        taken = seconds(lambda request=request: last(COMPOSE.generate(request, model, Progress())), runs=3)
        yield f"coconet-bach: {bars} bars in {spread(taken, 's')}"


def sound() -> Iterator[str]:
    """How much faster than playback the sound is made."""
    score = melody(64)
    length = len(render(score)) / RATE
    yield f"SoundFont: {length / np.median(seconds(lambda: render(score), runs=3)):.0f} times faster than playback"
    sampler = sampler_of(default_font())
    taken = []
    for key in range(40, 80):
        started = clock()
        sampler.note(0, False, key, 90, 0.4)
        taken.append(clock() - started)
    yield f"one note, never heard before: {spread(np.array(taken), 'ms', 1)}"


def pictures() -> Iterator[str]:
    """Milliseconds a picture."""
    model = open_model("gan-2014")
    request = ImagineRequest(model=model.manifest.id, controls=model.manifest.defaults(), count=PICTURES)
    taken = seconds(lambda: last(IMAGINE.generate(request, model, Progress())))
    yield f"gan-2014: {spread(1000 * taken / PICTURES, 'ms a picture')}"


def strokes() -> Iterator[str]:
    """Strokes a second of the painting network at 512 pixels: chosen, painted by the brush engine, checked."""
    model = open_model("spiral-painter")
    rng, content = np.random.default_rng(0), io.BytesIO()
    small = Image.fromarray(rng.integers(0, 256, (24, 24, 3), np.uint8))
    small.resize((512, 512), Image.Resampling.BICUBIC).save(content, "PNG")
    sheet, target = Drawing(width=512, height=512), target_of(content.getvalue())[0]
    for count in (100, 500, 2000):
        request = PaintRequest(
            model=model.manifest.id, controls={**model.manifest.defaults(), "strokes": count}, drawing=sheet,
            target=target,
        )  # fmt: skip
        made: list[int] = []
        taken = seconds(
            lambda request=request, made=made: made.append(
                len(last(PAINT.generate(request, model, Progress())).strokes)
            ),
            runs=3,
        )
        yield f"spiral-painter: {made[-1]} strokes, {spread(made[-1] / taken, 'strokes/s', 0)}"


def drawings() -> Iterator[str]:
    """Milliseconds from the request to the first stroke, and to the whole drawing."""
    model = open_model("sketch-rnn")
    request = PaintRequest(model=model.manifest.id, seed=1, controls=model.manifest.defaults())

    def first() -> None:
        for drawing in PAINT.generate(request, model, Progress()):
            if drawing.strokes:
                return

    whole = seconds(lambda: last(PAINT.generate(request, model, Progress())))
    yield f"sketch-rnn: first stroke after {spread(1000 * seconds(first), 'ms', 0)}"
    begun = last(PAINT.generate(request, model, Progress()))
    going = msgspec.structs.replace(request, drawing=msgspec.structs.replace(begun, strokes=begun.strokes[:2]))
    nine = 1000 * seconds(lambda: continuations(going, model, 9), runs=15)
    yield f"sketch-rnn: nine continuations after {spread(nine, 'ms', 0)}"
    yield f"sketch-rnn: whole drawing after {spread(1000 * whole, 'ms', 0)}"
