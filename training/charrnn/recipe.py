"""Trains and exports the character networks."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from app.runtime.sampling import Sampling, rng, sample_token
from app.studios.write.codec import CharCodec
from training.charrnn.corpora import CORPORA, read_text, training_text
from training.charrnn.network import CharLSTM, Memory
from training.lib.loop import autocast, set_rate, warmup_cosine
from training.lib.muon import Muon, matrices_and_rest

PART = 20_000
"""Tokens of the valid text that are read in one row, at least."""


class CharTask:
    """Predict the next character. Each row of the batch reads on where it stopped in the step before."""

    batch, window, width, layers, rate, horizon, seed = 160, 128, 512, 2, 4e-3, 560, 1
    matrix_rate = 0.03
    forgets = 0.02
    """Chance of a row to begin again with an empty state, as a text does when it is written from nothing."""

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self.corpus, self._device = name, CORPORA[name], device
        text, valid = training_text(data, self.corpus), read_text(data, f"{self.corpus.valid}.valid")
        known = text if self.corpus.characters else text + valid
        self.codec = CharCodec.of_text(known, self.corpus.characters)
        tokens = self.codec.encode(text)
        self._tokens_per_char = len(tokens) / self.codec.characters(tokens)
        self._train = torch.from_numpy(tokens.astype(np.int16)).to(device)
        self.valid = self.codec.encode(valid)
        torch.manual_seed(self.seed)
        self.network = CharLSTM(len(self.codec), self.width, self.layers)
        self.memory = Memory(self.layers, self.batch, self.width)
        self.modules: dict[str, nn.Module] = {"network": self.network, "memory": self.memory}
        self.averaged = {"network": 40.0}
        hidden, rest = matrices_and_rest(self.network, [self.network.out])
        self.optimizers: dict[str, Optimizer] = {
            "matrices": Muon(hidden, self.matrix_rate, weight_decay=0.01),
            "rest": torch.optim.AdamW(rest, self.rate, (0.9, 0.98), weight_decay=0.01),
        }

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One batch; the loss is in nats per character, with the text's mean number of tokens in one."""
        rows = self._rows(step)
        kept = torch.from_numpy(rng.random((1, self.batch, 1)) >= self.forgets).to(self._device)
        factor = warmup_cosine(step, self.horizon)
        for optimizer in self.optimizers.values():
            set_rate(optimizer, factor)
            optimizer.zero_grad(set_to_none=True)
        with autocast(self._device):
            scores, state = self.network.trained(rows[:, :-1], self.memory.h * kept, self.memory.c * kept)
        loss = F.cross_entropy(scores.float().flatten(0, 1), rows[:, 1:].flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimizer in self.optimizers.values():
            optimizer.step()
        self.memory.h, self.memory.c = state
        return {"nats_per_char": loss.item() * self._tokens_per_char}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Nats per character over the whole valid text, read in a few parts side by side."""
        network, total = modules["network"], 0.0
        parts = max(1, len(self.valid) // PART)
        size = (len(self.valid) - 1) // parts
        rows = np.stack([self.valid[at * size : at * size + size + 1] for at in range(parts)])
        tokens = torch.from_numpy(rows).to(self._device)
        state = self.network.start(parts, self._device)
        for at in range(0, size, 256):
            part = tokens[:, at : at + 257]
            scores, *state = network(part[:, :-1], *state)
            total += F.cross_entropy(scores.flatten(0, 1), part[:, 1:].flatten(), reduction="sum").item()
        nats = total / sum(self.codec.characters(row[1:]) for row in rows)
        return {"nats_per_char": nats, "bits_per_char": nats / math.log(2)}

    def _rows(self, step: int) -> torch.Tensor:
        """The tokens of a step and the one after them, (batch, window + 1): each row goes through the whole text."""
        starts = torch.arange(self.batch) * (len(self._train) // self.batch) + step * self.window
        places = (starts[:, None] + torch.arange(self.window + 1)) % len(self._train)
        return self._train[places.to(self._device)].long()

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
