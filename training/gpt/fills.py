"""``python -m training fills MODEL --data DIR``: how well what is written into gaps of unread books leads on.

For each gap the text behind it is read after the true passage, after one fill as it comes, and after what Refill takes.
Refill judges by the first characters behind a gap; those behind them it has not seen.
"""

from __future__ import annotations

import argparse
import logging

import numpy as np

from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.write.document import Text
from app.studios.write.engine import ENGINE
from app.studios.write.predictions import predictions
from app.studios.write.prose import alternatives
from app.studios.write.prose_refill import LOOK_AHEAD, LOOK_BACK
from app.studios.write.request import WriteRequest
from training.evaluate import add_places
from training.gpt.data import read_documents
from training.gpt.export import AROUND, FILL_TOKENS, FILLS, GAP
from training.gpt.recipe import CORPORA
from training.lib.card import opened

log = logging.getLogger(__name__)
FURTHER = 3 * LOOK_AHEAD
"""Characters behind a gap that are read in all."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        "python -m training fills", description="Measure what a Transformer puts into gaps."
    )
    parser.add_argument("model", choices=sorted(CORPORA), metavar="MODEL", help=", ".join(sorted(CORPORA)))
    parser.add_argument("--gaps", type=int, default=FILLS, help=f"how many gaps (default: {FILLS})")
    add_places(parser)
    options = parser.parse_args(arguments)
    books = read_documents(options.data, f"{CORPORA[options.model].valid}.valid")
    found = measured(opened(bundled_models_dir() / options.model), "\n\n".join(books), options.gaps)
    for name, (first, further) in found.items():
        log.info("%s: %.3f nats/char in the first %d characters, %.3f behind them", name, first, LOOK_AHEAD, further)


def measured(model: Model, text: str, gaps: int) -> dict[str, np.ndarray]:
    """Nats a character of what follows, shape (2,): up to :data:`LOOK_AHEAD`, and from there to :data:`FURTHER`."""
    starts = np.random.default_rng(0).integers(0, len(text) - 2 * AROUND - 2 * GAP, gaps)
    rows = [_of_gap(model, text, int(start)) for start in starts]
    return {name: np.mean([row[name] for row in rows], axis=0) for name in rows[0]}


def _of_gap(model: Model, text: str, start: int) -> dict[str, np.ndarray]:
    """A gap from one word to another."""
    first = text.find(" ", start + AROUND) + 1
    end = text.find(" ", first + GAP)
    before, old, after = text[start:first], text[first:end], text[end : end + AROUND]
    request = WriteRequest(
        model=model.manifest.id,
        controls={**model.manifest.defaults(), "length": FILL_TOKENS},
        document=Text.by("user", before + after),
        start=len(before),
        end=len(before),
    )
    *_, (fill,) = alternatives(request, (start,), model, Progress())
    marked = WriteRequest(
        model=request.model,
        seed=start,
        controls=request.controls,
        document=Text.by("user", before + old + after),
        start=len(before),
        end=len(before) + len(old),
    )
    *_, refilled = ENGINE.generate(marked, model, Progress())
    passages = {"the true passage": old, "one fill": fill, "Refill": marked.written(refilled)}
    return {name: _surprise(model, before + passage, after) for name, passage in passages.items()}


def _surprise(model: Model, before: str, after: str) -> np.ndarray:
    near = before[-LOOK_BACK:]
    found = predictions(model, near + after[:FURTHER], Progress())
    ends = found.spans[:, 1] - len(near)
    parts = ((0, LOOK_AHEAD), (LOOK_AHEAD, FURTHER))
    return np.array([
        -found.chances[(ends > low) & (ends <= high)].sum() / (high - low) for low, high in parts
    ])  # fmt: skip
