"""Trains and exports the character networks."""

from __future__ import annotations

import lzma
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from app.runtime.sampling import Sampling, rng, sample_token
from app.studios.write.codec import CharCodec
from training.charrnn.network import CharLSTM
from training.lib.loop import autocast, set_rate, warmup_cosine


@dataclass(frozen=True)
class Corpus:
    """Which texts a model learns from, and how large it is."""

    train: tuple[str, ...]
    valid: str
    prompt: str
    title: str
    summary: str
    data: str
    licence: str
    credit: str
    published: float | None = None
    """Nats a character that somebody reached on this text, and in ``source`` who."""
    source: str = ""


CORPORA = {
    "char-rnn-shakespeare": Corpus(
        train=("shakespeare", "shakespeare-plays"),
        valid="shakespeare",
        prompt="ROMEO:\n",
        title="Shakespeare, letter by letter",
        summary="Writes scenes in the manner of Shakespeare's plays, one character at a time",
        data="tiny Shakespeare and the 28 plays it leaves out",
        licence="public domain",
        credit="William Shakespeare; texts by way of karpathy/char-rnn and martin-gorner/tensorflow-rnn-shakespeare",
        published=1.47,
        source="nanoGPT README, small Transformer",
    ),
}


def read_text(data: Path, name: str) -> str:
    """One packed corpus file as text."""
    with lzma.open(data / "text" / f"{name}.txt.xz", "rt", encoding="utf8") as file:
        return file.read()


class CharTask:
    """Predict the next character of windows drawn anywhere in the text."""

    batch, window, width, layers, rate, horizon, seed = 160, 128, 512, 2, 4e-3, 560, 1

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self.corpus, self._device = name, CORPORA[name], device
        texts = [read_text(data, part) for part in self.corpus.train]
        valid = read_text(data, f"{self.corpus.valid}.valid")
        self.codec = CharCodec.of_text("".join(texts) + valid)
        self._train = torch.from_numpy(self.codec.encode("\n".join(texts))).to(device)
        self.valid = self.codec.encode(valid)
        torch.manual_seed(self.seed)
        self.network = CharLSTM(len(self.codec), self.width, self.layers)
        self.modules: dict[str, nn.Module] = {"network": self.network}
        self.averaged = {"network": 40.0}
        self.optimizers: dict[str, Optimizer] = {
            "network": torch.optim.AdamW(self.network.parameters(), self.rate, (0.9, 0.98), weight_decay=0.05)
        }

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One batch; the loss is in nats per character."""
        starts = rng.integers(0, len(self._train) - self.window - 1, self.batch)
        rows = self._train[torch.from_numpy(starts[:, None] + np.arange(self.window + 1)).to(self._device)]
        optimizer = self.optimizers["network"]
        set_rate(optimizer, warmup_cosine(step, self.horizon))
        optimizer.zero_grad(set_to_none=True)
        with autocast(self._device):
            scores = self.network.scores(rows[:, :-1])
        loss = F.cross_entropy(scores.float().flatten(0, 1), rows[:, 1:].flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        optimizer.step()
        return {"nats_per_char": loss.item()}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Nats per character over the whole valid text, read once from the start."""
        network, total = modules["network"], 0.0
        tokens = torch.from_numpy(self.valid).to(self._device)[None]
        state = self.network.start(1, self._device)
        for at in range(0, tokens.shape[1] - 1, 1024):
            part = tokens[:, at : at + 1025]
            scores, *state = network(part[:, :-1], *state)
            total += F.cross_entropy(scores[0], part[0, 1:], reduction="sum").item()
        nats = total / (tokens.shape[1] - 1)
        return {"nats_per_char": nats, "bits_per_char": nats / math.log(2)}

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """A page at temperature 0.8."""
        folder.mkdir(parents=True, exist_ok=True)
        text = write(modules["network"], self.codec, self.corpus.prompt, 800, seed=step)
        (folder / f"{step:06d}.txt").write_text(text, encoding="utf8")


@torch.no_grad()
def write(network: nn.Module, codec: CharCodec, prompt: str, count: int, seed: int) -> str:
    """Continue *prompt* by *count* characters with a torch network."""
    assert isinstance(network, CharLSTM)
    device = network.out.weight.device
    generator, tokens = rng(seed), [int(token) for token in codec.encode(prompt)]
    state, given = network.start(1, device), tokens
    for _ in range(count):
        scores, *state = network(torch.tensor([given], device=device), *state)
        given = [sample_token(scores[0, -1].float().cpu().numpy(), generator, Sampling(temperature=0.8))]
        tokens += given
    return codec.decode(tokens)
