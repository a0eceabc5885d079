"""Trains and exports the Transformers of prose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from app.runtime.sampling import Sampling, rng, sample_token
from app.studios.write.subwords import END, PREFIX, SPECIAL, SUFFIX, SubwordCodec
from training.gpt.data import Texts, prepared_folder, read_documents
from training.gpt.learning import DecoderTask
from training.gpt.network import GPT
from training.lib.loop import autocast


@dataclass(frozen=True)
class Corpus:
    """Which texts a model learns from, and how it is told of."""

    train: tuple[str, ...]
    valid: str
    prompt: str
    following: str
    title: str
    summary: str
    data: str
    licence: str
    credit: str


CORPORA = {
    "gpt-prose-en": Corpus(
        train=("prose-en", "poetry-en", "stories-en"),
        valid="prose-en",
        prompt="The old house stood at the end of the lane, and",
        following=" She closed the door behind her and did not look back.",
        title="English prose",
        summary="Goes on with English prose in the manner of novels of 1722-1929, and writes between two passages",
        data="374 English novels, tales and essays of 1722-1929, 151 volumes of verse, 4,195 short stories",
        licence="public domain; stories: CDLA-Sharing-1.0 and CC BY 4.0",
        credit="Standard Ebooks; ELTeC (distant-reading.net, CC BY 4.0); CLiC; mlschmitt/classic-books-markdown; "
        "tnhaider/english-gutenberg-poetry; TinyStories (Eldan and Li, CDLA-Sharing-1.0); African Storybook and "
        "StoryWeaver (CC BY 4.0)",
    ),
    "gpt-prosa-pt": Corpus(
        train=("prose-pt",),
        valid="prose-pt",
        prompt="A casa velha ficava no fim da rua, e",
        following=" Ela fechou a porta e não olhou para trás.",
        title="Prosa em português",
        summary="Goes on with Portuguese prose in the manner of novels and chronicles of the 1840s-1910s",
        data="101 Brazilian and Portuguese novels and chronicles of the 1840s-1910s, chiefly Machado de Assis",
        licence="public domain",
        credit="pauloneves/machado-de-assis; luxedo/dataset-machado-de-assis; ELTeC-por (distant-reading.net, "
        "CC BY 4.0); trocadilho/Contador-de-caracteres; JoaoVLima/ChatGuarani",
    ),
}
CLOSING = 10
"""So many tokens of a passage, the mark of its end among them, are where it meets what follows."""
VALID_ROWS = 24
"""Windows of the valid part that are looked at while training; the export measures all of it."""


class GPTTask(DecoderTask):
    """Predict the next subword; a ``share`` of the rows writes towards what follows.

    ``closing`` is by how much more the tokens count with which such a passage ends: only they say what follows is for.
    """

    vocabulary, width, layers, heads, hidden, context = 8192, 256, 6, 4, 768, 2048
    batch, window, share, horizon, seed = 12, 512, 0.4, 6000, 1
    closing = 4.0

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self.corpus, self._device = name, CORPORA[name], device
        self.texts = Texts.prepared(data, self.corpus.train, self.vocabulary, prepared_folder(name))
        self.valid = read_documents(data, f"{self.corpus.valid}.valid")
        self.build(self.vocabulary)

    def rows(self, step: int, rng: np.random.Generator) -> np.ndarray:
        """Windows of the texts, and passages that lead up to an end."""
        return self.texts.rows(rng, self.batch, self.window, self.share)

    def surprise(self, rows: torch.Tensor) -> torch.Tensor:
        scores = self.network(rows[:, :-1]).float().flatten(0, 1)
        nats = F.cross_entropy(scores, rows[:, 1:].flatten(), reduction="none").view(len(rows), -1)
        weights = 1 + self.closing * closings(rows)
        return (weights * nats).sum() / weights.sum()

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Bits per character over windows spread evenly over the valid books."""
        codec, nats, characters = self.texts.codec, 0.0, 0
        for row in self._valid_rows():
            tokens = torch.tensor([row], device=self._device)
            with autocast(self._device):
                scores = modules["network"](tokens[:, :-1])[0].float()
            nats += F.cross_entropy(scores, tokens[0, 1:], reduction="sum").item()
            characters += len(codec.decode(row[1:]))
        return {"bits_per_char": nats / math.log(2) / characters}

    def _valid_rows(self) -> list[list[int]]:
        text, length = "\n\n\n".join(self.valid), self.window * 5
        starts = np.linspace(0, max(0, len(text) - length), VALID_ROWS).astype(int)
        rows = [self.texts.codec.encode(text[start : start + length])[: self.window + 1] for start in starts]
        return [[SPECIAL[END], *row] for row in rows]

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """A passage that goes on, and one that leads up to a given end."""
        folder.mkdir(parents=True, exist_ok=True)
        network, codec, corpus = cast(GPT, modules["network"]), self.texts.codec, self.corpus
        prompt, following = codec.encode(corpus.prompt), codec.encode(corpus.following)
        on = write(network, codec, [SPECIAL[END], *prompt], 60, step)
        between = write(network, codec, [SPECIAL[SUFFIX], *following, SPECIAL[PREFIX], *prompt], 40, step)
        pages = [corpus.prompt + on, f"{corpus.prompt}[{between}]{corpus.following}"]
        (folder / f"{step:06d}.txt").write_text("\n\n".join(pages), encoding="utf8")


def closings(rows: torch.Tensor) -> torch.Tensor:
    """1 where the next token of *rows* (batch, time + 1) is among the last of a passage with an end to write towards,
    else 0, float (batch, time)."""
    ends = (rows[:, 1:] == SPECIAL[END]) & (rows[:, :1] == SPECIAL[SUFFIX])
    return F.max_pool1d(F.pad(ends.float(), (0, CLOSING - 1)), CLOSING, 1)


@torch.no_grad()
def write(network: GPT, codec: SubwordCodec, given: list[int], count: int, seed: int) -> str:
    """What a torch network writes after tokens, at most *count* of them, at temperature 0.8."""
    generator, tokens, device = rng(seed), list(given), network.embedding.weight.device
    for _ in range(count):
        scores = network(torch.tensor([tokens], device=device))[0, -1].float().cpu().numpy()
        token = sample_token(scores, generator, Sampling(temperature=0.8))
        if token == SPECIAL[END]:
            break
        tokens.append(token)
    return codec.decode(tokens[len(given) :])
