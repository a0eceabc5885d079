"""The network: characters in, LSTM layers, scores of the next character out."""

from __future__ import annotations

import torch
from torch import nn

from training.lib.lstm import State, dropped, forget_slowly, unrolled


class CharLSTM(nn.Module):
    """Embedding, *layers* of LSTM (Hochreiter & Schmidhuber 1997) of *width* units, one linear layer."""

    def __init__(self, vocabulary: int, width: int = 512, layers: int = 2, dropout: float = 0.1) -> None:
        super().__init__()
        self.width, self.layers, self.dropout = width, layers, dropout
        self.embedding = nn.Embedding(vocabulary, 96)
        self.lstm = nn.LSTM(96, width, layers, batch_first=True)
        self.out = nn.Linear(width, vocabulary)
        forget_slowly(self.lstm)

    def forward(
        self, tokens: torch.Tensor, h: torch.Tensor, c: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Tokens (batch, time), state h, c (layers, batch, width) to scores (batch, time, vocabulary), h, c."""
        found, (h, c) = self.lstm(self.embedding(tokens), (h, c))
        return self.out(found), h, c

    def trained(self, tokens: torch.Tensor, h: torch.Tensor, c: torch.Tensor) -> tuple[torch.Tensor, State]:
        """The same for training: the scores, and the state h, c (layers, batch, width) without its history."""
        found, ends = self.embedding(tokens), []
        for layer in range(self.layers):
            found = dropped(found, self.dropout, self.training)
            found, end = unrolled(self.lstm, found, layer, (h[layer], c[layer]))
            ends.append(end)
        h, c = (torch.stack(part).detach().float() for part in zip(*ends, strict=True))
        return self.out(dropped(found, self.dropout, self.training)), (h, c)

    def start(self, batch: int, device: torch.device | str = "cpu") -> State:
        """The state before the first character."""
        shape = (self.layers, batch, self.width)
        return torch.zeros(shape, device=device), torch.zeros(shape, device=device)


class Memory(nn.Module):
    """Where each text of the batch was left: h and c, (layers, batch, width). A module, so that checkpoints keep it."""

    h: torch.Tensor
    c: torch.Tensor

    def __init__(self, layers: int, batch: int, width: int) -> None:
        super().__init__()
        self.register_buffer("h", torch.zeros(layers, batch, width))
        self.register_buffer("c", torch.zeros(layers, batch, width))
