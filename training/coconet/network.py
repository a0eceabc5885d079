"""Two candidates."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from app.studios.compose.codec import VOICES, Codec


class _Block(nn.Module):
    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.one = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, bias=False)
        self.norm_one = nn.BatchNorm1d(width)
        self.two = nn.Conv1d(width, width, 3, padding=1, bias=False)
        self.norm_two = nn.BatchNorm1d(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        y = F.relu(self.norm_one(self.one(x)))
        y = self.norm_two(self.two(self.dropout(y)))
        return F.relu(x + y)


class Coconet(nn.Module):
    def __init__(
        self, codec: Codec, width: int = 256, dilations=(1, 2, 4, 8, 16, 32, 1, 2), dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.codec = codec
        self.stem = nn.Conv1d(codec.channels, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm1d(width)
        self.blocks = nn.Sequential(*(_Block(width, d, dropout) for d in dilations))
        self.head = nn.Conv1d(width, VOICES * codec.classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.blocks(F.relu(self.norm(self.stem(x))))
        y = self.head(y)
        return y.transpose(1, 2).unflatten(2, (VOICES, self.codec.classes))


class Coconet2d(nn.Module):
    def __init__(self, codec: Codec, width: int = 48, layers: int = 20) -> None:
        super().__init__()
        self.codec = codec
        self.stem = nn.Conv2d(8 + 6 + 1, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.convs = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in range(layers))
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(layers))
        self.head = nn.Conv2d(width, VOICES, 1)
        self.rest = nn.Linear(width, VOICES)

    def forward(self, x):
        b, _, t = x.shape
        p = self.codec.pitches
        c = self.codec.classes
        roll = x[:, : 4 * c].reshape(b, 4, c, t)
        roll = roll.transpose(2, 3)  # b 4 t c
        extra = x[:, 4 * c :].unsqueeze(-1).expand(-1, -1, -1, c)
        pos = torch.zeros(b, 1, t, c)
        pos[..., p] = 1
        y = torch.cat([roll, extra, pos], 1).contiguous(memory_format=torch.channels_last)
        y = F.relu(self.norm(self.stem(y)))
        for i in range(0, len(self.convs), 2):
            z = F.relu(self.norms[i](self.convs[i](y)))
            z = self.norms[i + 1](self.convs[i + 1](z))
            y = F.relu(y + z)
        return self.head(y).transpose(1, 2)
