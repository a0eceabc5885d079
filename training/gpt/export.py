"""Exports a Transformer: the graphs ``decoder`` and ``inspect`` in 8 bits, the tokenizer, the manifest, the card."""

from __future__ import annotations

import math
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import torch

from app.base.progress import Progress
from app.runtime.manifest import SCHEMA, Manifest, Metric
from app.runtime.model import Model
from app.studios.write.controls import CONTROLS
from app.studios.write.document import Text
from app.studios.write.predictions import predictions
from app.studios.write.prose import alternatives
from app.studios.write.prose_refill import LOOK_AHEAD, surprise_of_following
from app.studios.write.request import WriteRequest
from app.studios.write.score import read_any_text
from app.studios.write.subwords import END, PREFIX, SPECIAL, SUFFIX, SubwordCodec
from training.gpt.data import prepared_folder, read_documents
from training.gpt.golden import GOLDEN_PAST, GOLDEN_TOKENS, TOLERANCE, decoder_graph
from training.gpt.inspect import ATTENTION, write_inspect
from training.gpt.network import Inspected
from training.gpt.recipe import CORPORA, GPTTask
from training.gpt.shipped import take_decoder, take_subwords
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.ppmd import ORDER, bits_per_char
from training.lib.settings import Setting, remembered
from training.registry import Recipe

TOKENIZER = "tokenizer.json"
CREDITS = "CREDITS.txt"
"""The authors whom the licence of a corpus wants named, one a line."""
CONTEXT = 1024
LOOK_TOLERANCE = 1e-3
"""Of shares between 0 and 1."""
PRIMED = 30_000_000
"""So many characters of the training text the anchor reads before; more would not fit its memory of 3 GB."""
FILLS, FILL_TOKENS, GAP, AROUND = 60, 40, 80, 1200
"""Passages of so many characters are cut out of the valid part and written anew."""

NOTES = """
- It reads at most {context:,} tokens, about {characters:,} characters: some of what follows the caret, the rest of what
  stands before it. What follows is read so that the network
  can write towards it; how far that helps is what the two figures about gaps say: where they are alike, it does not
  yet, and a fill seldom ends by itself.
- *Refill* writes four passages, ends each near the length of the marked one and as that ended, and takes the one after
  which what follows is likeliest; `python -m training fills` measures how far that helps. A suggestion at the caret
  comes as it is written.
- It knows the manner of its books: their sentences, dialogue, landscapes. It keeps a scene for a sentence or two; it
  knows no facts, and forgets who was speaking.
- The weights are kept in 8 bits in blocks of 64 with a scale each, and products are computed in whole numbers.
  On a few windows of the valid part the network needs {before:.4f} bits a character with its weights in 32 bits and
  {after:.4f} in 8.
- It was trained on windows of {window:,} tokens; what stands farther back helps it little.
- Language and views are those of the books, some of them offensive today.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    before = task.evaluate(task.modules)["bits_per_char"]
    export_all(graphs(task), out)
    after = task.evaluate(task.modules)["bits_per_char"]
    shutil.copyfile(prepared_folder(name) / TOKENIZER, out / TOKENIZER)
    _name_authors(task.corpus.train, data, out)
    notes = NOTES.format(context=CONTEXT, characters=4 * CONTEXT, window=task.window, before=before, after=after)
    finish(_manifest(task, trained, settings, out), out, notes, lambda model: measure(model, data, quick))


def _name_authors(corpora: tuple[str, ...], data: Path, out: Path) -> None:
    found = [data / "text" / f"{name}.credits.txt" for name in corpora]
    lines = [path.read_text(encoding="utf8").strip() for path in found if path.exists()]
    if lines:
        (out / CREDITS).write_text("\n".join(lines) + "\n", encoding="utf8")


def graphs(task: GPTTask) -> list[Graph]:
    """The network as it is exported: it goes on with real text from the keys and values of what stands before."""
    tokens = torch.tensor([task.texts.codec.encode(task.valid[0][:2000])])[:, : GOLDEN_PAST + GOLDEN_TOKENS]
    return [
        decoder_graph(task.network, tokens),
        Graph(
            stem="inspect",
            module=Inspected(task.network),
            inputs={"input_ids": tokens},
            outputs=[ATTENTION],
            tolerance=LOOK_TOLERANCE,
            write=partial(write_inspect, task.network),
        ),
    ]


def _manifest(task: GPTTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    corpus, shape = task.corpus, task.network.shape
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name=corpus.title,
        version="1",
        studio="write",
        family="gpt",
        summary=corpus.summary,
        licence="MIT",
        files=[describe_file(out / name) for name in ("decoder.onnx", "inspect.onnx", TOKENIZER, GOLDEN)],
        codec={
            "tokenizer": TOKENIZER,
            "vocabulary": shape.vocabulary,
            "layers": shape.layers,
            "heads": shape.heads,
            "size": shape.width // shape.heads,
            "context": CONTEXT,
            "positions": shape.context,
            "end": SPECIAL[END],
            "suffix": SPECIAL[SUFFIX],
            "prefix": SPECIAL[PREFIX],
        },
        controls=CONTROLS,
        training=trained_by(task, trained, settings, corpus.data, corpus.licence, corpus.credit),
        tolerance={"decoder": TOLERANCE, "inspect": LOOK_TOLERANCE},
    )


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How well the exported network knows the valid text, and how well what it writes into a gap leads on."""
    corpus = CORPORA[model.manifest.id]
    packed = data / "text" / f"{corpus.valid}.valid.txt.xz"
    text = read_any_text(packed)[: 20_000 if quick else None]
    bits = predictions(model, text, Progress()).nats / math.log(2) / len(text)
    where, primed = f"{corpus.valid}.valid", 200_000 if quick else PRIMED
    known = "\n\n".join(read_documents(data, corpus.valid))[:primed]
    return [
        Metric(
            name="compression",
            unit="bits/char",
            ours=round(bits, 4),
            samples=len(text),
            measured_on=where,
            published=round(bits_per_char(known, text), 4),
            source=f"PPMd of order {ORDER} that has read the first {len(known):,} characters",
        ),
        *_fills(model, data, 6 if quick else FILLS),
    ]


def _fills(model: Model, data: Path, count: int) -> list[Metric]:
    """How surprising what follows a gap is after a fill, and after a continuation that did not see it."""
    corpus = CORPORA[model.manifest.id]
    text = "\n\n".join(read_documents(data, f"{corpus.valid}.valid"))
    starts = np.random.default_rng(0).integers(0, len(text) - 2 * AROUND - GAP, count)
    names = {True: "what follows a gap, after a fill of it", False: "the same, after going on without seeing it"}
    return [
        Metric(
            name=name,
            unit="nats/char",
            ours=round(float(np.mean([_surprise(model, text, int(start), seen) for start in starts])), 4),
            samples=count,
            measured_on=f"{corpus.valid}.valid, gaps of {GAP} characters, the first {LOOK_AHEAD} characters after them",
        )
        for seen, name in names.items()
    ]


def _surprise(model: Model, text: str, start: int, seen: bool) -> float:
    end = start + AROUND
    before, after = text[start:end], text[end + GAP : end + GAP + AROUND]
    controls = {**model.manifest.defaults(), "length": FILL_TOKENS}
    document = Text.by("user", before + after if seen else before)
    request = WriteRequest(model=model.manifest.id, controls=controls, document=document, start=AROUND, end=AROUND)
    *_, (made,) = alternatives(request, (start,), model, Progress())
    return surprise_of_following(model, before + made, after, Progress())


def take(task: GPTTask, folder: Path) -> list[str]:
    """Fill the task's network from a finished model, in another language too. Raises ValueError for other sizes."""
    theirs, ours = (SubwordCodec.of_file(path / TOKENIZER) for path in (folder, prepared_folder(task.name)))
    take_decoder(task.network, folder / "decoder.onnx")
    take_subwords(task.network, theirs.pieces, ours.pieces)
    return []


RECIPE = Recipe(GPTTask, export, measure, graphs, take)
