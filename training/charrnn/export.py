"""Exports a character network: one graph ``step``, the manifest, the card with what was measured."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import torch

from app.base.progress import Progress
from app.runtime.manifest import SCHEMA, Control, Manifest, Metric
from app.runtime.model import Model
from app.studios.write.document import Text
from app.studios.write.generator import CONTEXT, continue_text
from app.studios.write.request import WriteRequest
from app.studios.write.score import score_files
from training.charrnn.recipe import CORPORA, CharTask, Corpus, read_text
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.settings import Setting, remembered
from training.registry import Recipe

SAMPLE = 20_000
"""Characters written for the measurements of a sample."""
GOLDEN_CHARACTERS = 96
TOLERANCE = 1e-3
"""Of scores between -20 and 20: the sigmoids of the two differ in the last digits, and a hundred steps add up."""

CONTROLS = [
    Control(
        id="temperature",
        label="Boldness",
        kind="float",
        default=0.8,
        minimum=0.0,
        maximum=2.0,
        step=0.05,
        hint="Low: safe and repetitive, 0 always the same. High: surprising, then misspelt, at last gibberish.",
    ),
    Control(
        id="length",
        label="Length",
        kind="int",
        default=400,
        minimum=20,
        maximum=2000,
        step=20,
        hint="How many characters are written at a time; 400 are about seventy words.",
    ),
    Control(
        id="top_k",
        label="Likeliest characters only",
        kind="int",
        default=0,
        minimum=0,
        maximum=60,
        step=1,
        group="more",
        hint="Each character is one of so many likeliest; a small number gives plainer text. 0 allows all.",
    ),
    Control(
        id="top_p",
        label="Likeliest share (top-p)",
        kind="float",
        default=1.0,
        minimum=0.05,
        maximum=1.0,
        step=0.05,
        group="more",
        hint="Leaves out the unlikeliest characters, which makes misspelt words rarer. 1 allows all.",
    ),
    Control(
        id="min_p",
        label="Least chance (min-p)",
        kind="float",
        default=0.0,
        minimum=0.0,
        maximum=0.5,
        step=0.01,
        group="more",
        hint="Leaves out what is far less likely than the best: bold where much is possible, careful inside words.",
    ),
    Control(
        id="repetition_penalty",
        label="Against repetition",
        kind="float",
        default=1.0,
        minimum=1.0,
        maximum=2.0,
        step=0.05,
        group="more",
        hint="Above 1, phrases that were there before come again less often.",
    ),
]

NOTES = """
- It writes the shape of a play in verse: names in capitals, short lines, mostly English words, sentences that almost
  hold together for a clause or two. It has no story, and does not know what it said a page ago.
- It reads forwards only, at most the last {context:,} characters before the caret. *Refill* writes several passages
  and takes the one after which the following text is likeliest.
- It knows the {vocabulary} characters of its training text. Typographic quotes and dashes are read as plain ones,
  accents are dropped, other scripts are not seen. Your own text is never changed by that.
- The published figure is that of a small Transformer on 10 % of tiny Shakespeare; ours is an LSTM that also read the
  other plays, measured on a later, smaller part. The two stand side by side as an orientation, not as a contest.
- The language, and the views in it, are those of 1590-1613.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    with warnings.catch_warnings():
        # The exporter warns of a start state baked into the graph; here the state is an input.
        warnings.filterwarnings("ignore", "Exporting a model to ONNX with a batch_size other than 1", UserWarning)
        export_all(graphs(task), out)
    notes = NOTES.format(context=CONTEXT, vocabulary=len(task.codec))
    finish(_manifest(task, trained, settings, out), out, notes, lambda model: measure(model, data, quick))


def graphs(task: CharTask) -> list[Graph]:
    """The network as it is exported: one step, on the beginning of the valid text."""
    tokens = torch.from_numpy(task.codec.encode(_valid(task)[:GOLDEN_CHARACTERS]))[None]
    h, c = task.network.start(1)
    # A state that text has left behind, not zeros: the check is of what the application really feeds.
    with torch.no_grad():
        _, h, c = task.network(tokens, h, c)
    step = Graph(
        stem="step",
        module=task.network,
        inputs={"tokens": tokens, "h": h, "c": c},
        outputs=["logits", "h_out", "c_out"],
        tolerance=TOLERANCE,
        dynamic={
            **{name: {0: "batch", 1: "time"} for name in ("tokens", "logits")},
            **{name: {1: "batch"} for name in ("h", "c", "h_out", "c_out")},
        },
    )
    return [step]


def _valid(task: CharTask) -> str:
    return task.codec.decode(task.valid)


def _manifest(task: CharTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    corpus = task.corpus
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name=corpus.title,
        version="1",
        studio="write",
        family="char-rnn",
        summary=corpus.summary,
        licence="MIT",
        files=[describe_file(out / name) for name in ("step.onnx", GOLDEN)],
        codec={"vocabulary": task.codec.vocabulary, "layers": task.layers, "width": task.width},
        controls=CONTROLS,
        training=trained_by(task, trained, settings, corpus.data, corpus.licence, corpus.credit),
        tolerance={"step": TOLERANCE},
    )


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How well the exported network knows the valid text, and what a long sample of it looks like."""
    corpus = CORPORA[model.manifest.id]
    packed = data / "text" / f"{corpus.valid}.valid.txt.xz"
    score = score_files(model, [packed], Progress())
    where, count = f"{corpus.valid}.valid", int(score["predicted"])
    words, speeches = _measure_sample(model, corpus, data, SAMPLE // 40 if quick else SAMPLE)
    return [
        Metric(
            name="negative log-likelihood",
            unit="nats/char",
            ours=round(score["nats_per_char"], 4),
            samples=count,
            measured_on=where,
            published=corpus.published,
            source=corpus.source,
        ),
        Metric(
            name="compression",
            unit="bits/char",
            ours=round(score["bits_per_char"], 4),
            samples=count,
            measured_on=where,
        ),
        words,
        speeches,
    ]


def _measure_sample(model: Model, corpus: Corpus, data: Path, length: int) -> tuple[Metric, Metric]:
    known = set(_words("\n".join(read_text(data, name) for name in corpus.train)))
    text = sample(model, corpus.prompt, length)
    words, speeches = _words(text), _speeches(text)
    where = "a sample at the default settings, seed 0"
    return (
        Metric(
            name="words that occur in the training text",
            unit="share",
            ours=round(sum(word in known for word in words) / max(1, len(words)), 4),
            samples=len(words),
            measured_on=where,
            better="higher",
        ),
        Metric(
            name="speeches that open with a name in capitals or title case and a colon",
            unit="share",
            ours=round(sum(map(opens_with_speaker, speeches)) / max(1, len(speeches)), 4),
            samples=len(speeches),
            measured_on=where,
            better="higher",
        ),
    )


def sample(model: Model, prompt: str, length: int) -> str:
    """What the model writes after *prompt* at its default settings, *length* characters, without the prompt."""
    end = len(prompt)
    request = WriteRequest(
        model=model.manifest.id,
        controls={**model.manifest.defaults(), "length": length},
        document=Text.by("user", prompt),
        start=end,
        end=end,
    )
    *_, last = continue_text(request, model, Progress())
    return last.text[end:]


def opens_with_speaker(speech: str) -> bool:
    """Whether the first line of a speech is a name and a colon, as in the training text."""
    return re.fullmatch(r"[A-Z][A-Za-z' .-]*:", speech.partition("\n")[0]) is not None


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())


def _speeches(text: str) -> list[str]:
    """The speeches of a play, without the first and last, which may be cut."""
    return [part.strip("\n") for part in text.split("\n\n")[1:-1] if part.strip()]


RECIPE = Recipe(CharTask, export, measure, graphs)
