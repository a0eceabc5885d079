"""Exports a character network: one graph ``step``, the manifest, the card with what was measured."""

from __future__ import annotations

from pathlib import Path

import torch

from app.runtime.manifest import SCHEMA, Control, Manifest, load_manifest
from app.studios.write.generator import CONTEXT
from training.charrnn.measure import measure
from training.charrnn.recipe import CharTask
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.settings import Setting, remembered
from training.lib.shipped import take_weights
from training.registry import Recipe

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

NOTES = """\
{corpus}- It reads forwards only, at most the last {context:,} characters before the caret. *Refill* writes several
  passages and takes the one after which the following text is likeliest.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    export_all(graphs(task), out)
    about = task.corpus.notes.replace("{vocabulary}", str(len(task.codec.vocabulary)))
    notes = NOTES.format(corpus=about, context=CONTEXT)
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
        licence=corpus.licence,
        files=[describe_file(out / name) for name in ("step.onnx", GOLDEN)],
        codec=task.codec.parameters() | {"layers": task.layers, "width": task.width},
        controls=CONTROLS,
        training=trained_by(task, trained, settings, corpus.data, corpus.data_licence, corpus.credit),
        tolerance={"step": TOLERANCE},
    )


def _take(task: CharTask, folder: Path) -> list[str]:
    if load_manifest(folder).codec["vocabulary"] != task.codec.vocabulary:
        raise ValueError(f"the model in {folder} knows other characters than the texts have")
    return take_weights(graphs(task), folder, task.modules)


RECIPE = Recipe(
    CharTask,
    export,
    measure,
    graphs,
    _take,
    settings={"char-rnn-wikipedia": {"horizon": 2400}, "char-rnn-latex": {"horizon": 2640}},
)
