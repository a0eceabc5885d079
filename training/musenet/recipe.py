"""Trains the model of multi-instrument music."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from app.studios.compose.events import END, GROUP, head, is_note
from app.studios.compose.files import save_midi
from app.studios.compose.instruments import DESKS, INSTRUMENTS
from training.gpt.learning import DecoderTask
from training.gpt.network import GPT
from training.lib.loop import autocast
from training.musenet.corpus import GROUPS
from training.musenet.data import Corpus, prepared
from training.musenet.samples import score_from, write

VALID_ROWS = 20
"""Windows of the valid part that are looked at while training; the export measures more."""
SAMPLES = (("Bach", ("piano",)), ("Haydn", ("violin", "violin", "viola", "cello")), ("Rock", ("drums",)))
SAMPLE_TOKENS = 220


class MusenetTask(DecoderTask):
    """Predict the next event of a piece; a share of the rows leads up to what follows a gap."""

    width, layers, heads, hidden, context = 192, 6, 3, 512, 4096
    batch, window, share, horizon, seed = 5, 1024, 0.3, 1500, 1
    long_every = 8
    """Each so-manieth step has rows of the whole context, fewer of them."""

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self._device = name, device
        self.train, self.valid = prepared(data)
        self.build(GROUP + len(GROUPS))

    def rows(self, step: int, rng: np.random.Generator) -> np.ndarray:
        """Windows of pieces, moved to other keys, and gaps with what stands around them."""
        if step % self.long_every == self.long_every - 1:
            batch = max(1, self.batch * self.window // self.context)
            return self.train.rows(rng, batch, self.context + 1, self.share)
        return self.train.rows(rng, self.batch, self.window + 1, self.share)

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Nats per token and per note over windows spread evenly over the valid pieces."""
        nats = tokens = notes = 0.0
        for row in valid_rows(self.valid, VALID_ROWS, self.window):
            read = torch.from_numpy(row[None]).to(self._device)
            with autocast(self._device):
                scores = modules["network"](read[:, :-1])[0].float()
            nats += F.cross_entropy(scores, read[0, 1:], reduction="sum").item()
            tokens += len(row) - 1
            notes += float(is_note(row[1:]).sum())
        return {"nats_per_token": nats / tokens, "nats_per_note": nats / notes}

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """A MIDI file for each of a few composers and ensembles."""
        folder.mkdir(parents=True, exist_ok=True)
        names = [one.name for one in INSTRUMENTS]
        for group, instruments in SAMPLES:
            parts = [names.index(name) * DESKS + instruments[:at].count(name) for at, name in enumerate(instruments)]
            begin = head(GROUPS.index(group), 6, parts, begins=True)
            tokens = write(cast(GPT, modules["network"]), begin, SAMPLE_TOKENS, step)
            save_midi(folder / f"{step:06d}-{group}.mid", score_from(tokens), None)


def valid_rows(corpus: Corpus, count: int, window: int) -> list[np.ndarray]:
    """Windows (at most *window* + 1 tokens) of *count* pieces spread over the corpus, each begun at a third of it."""
    rows = []
    for piece in np.linspace(0, len(corpus) - 1, count).astype(int):
        first, last = int(corpus.pieces[piece]), int(corpus.pieces[piece + 1])
        start = first + (last - first) // 3
        tokens = np.concatenate([corpus.head(piece, start), corpus.tokens(start, last), [END]])
        rows.append(tokens[: window + 1].astype(np.int64))
    return rows
