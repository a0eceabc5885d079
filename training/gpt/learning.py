"""How a decoder learns to predict the next token, whatever the tokens are."""

from __future__ import annotations

import shutil

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from training.gpt.network import GPT, Shape
from training.lib.loop import autocast, set_rate, warmup_stable_decay
from training.lib.muon import Muon, matrices_and_rest


class DecoderTask:
    """Predict the next token of rows. A task names itself, sets its sizes, calls :meth:`build` and gives rows."""

    width, layers, heads, hidden, context = 256, 6, 4, 768, 2048
    batch, horizon, seed = 12, 6000, 1
    matrix_rate, rate, warmup, decay_share = 0.02, 3e-3, 60, 0.32

    compiled = shutil.which("g++") is not None
    """Whether the network is compiled for training, which nearly halves the time of a step."""
    name: str
    _device: str

    def build(self, vocabulary: int) -> None:
        """The network for so many tokens, and its optimizers."""
        torch.manual_seed(self.seed)
        self.network = GPT(Shape(vocabulary, self.width, self.layers, self.heads, self.hidden, self.context))
        self._loss = torch.compile(self.surprise) if self.compiled else self.surprise
        self.modules: dict[str, nn.Module] = {"network": self.network}
        self.averaged = {"network": 30.0}
        hidden, rest = matrices_and_rest(self.network)
        self.optimizers: dict[str, Optimizer] = {
            "matrices": Muon(hidden, self.matrix_rate, weight_decay=0.01),
            "rest": torch.optim.AdamW(rest, self.rate, (0.9, 0.95), weight_decay=0.0),
        }

    def rows(self, step: int, rng: np.random.Generator) -> np.ndarray:
        """The batch of a step, tokens (batch, window + 1) int64."""
        raise NotImplementedError

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One batch; the loss is in nats per token."""
        rows = torch.from_numpy(self.rows(step, rng)).to(self._device)
        factor = warmup_stable_decay(step, self.horizon, self.warmup, self.decay_share)
        for optimizer in self.optimizers.values():
            set_rate(optimizer, factor)
            optimizer.zero_grad(set_to_none=True)
        with autocast(self._device):
            loss = self._loss(rows)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimizer in self.optimizers.values():
            optimizer.step()
        return {"nats_per_token": loss.item()}

    def surprise(self, rows: torch.Tensor) -> torch.Tensor:
        """The loss to lessen over *rows*, in nats per token.

        Compiled as a whole, so that the scores of the vocabulary are passed over once.
        """
        scores = self.network(rows[:, :-1])
        return F.cross_entropy(scores.float().flatten(0, 1), rows[:, 1:].flatten())
