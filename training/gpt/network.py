"""The network: a decoder-only Transformer that can go on from keys and values kept of earlier tokens.

The layout is that of Qwen3 (Yang et al. 2025): RMSNorm before each part, rotary positions (Su et al. 2021, halves
rotated), queries and keys normalised per head, a gated SwiGLU, one table for reading and writing tokens. Programs that
run this layout can run these weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

EPSILON = 1e-6
ROTATION = 10_000.0
Cache = tuple[torch.Tensor, torch.Tensor]
"""Keys and values of one layer, each (batch, heads, time, head width)."""


@dataclass(frozen=True)
class Shape:
    """How large a network is. ``heads`` divides ``width``; ``hidden`` is the width inside a feed-forward part."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    hidden: int
    context: int


class RMSNorm(nn.Module):
    """x / sqrt(mean(x²)) times a learnt gain, over the last axis (Zhang & Sennrich 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.float()
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * self.weight


class Attention(nn.Module):
    """Causal self-attention (Vaswani et al. 2017) over the tokens given and those kept from before."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.size = shape.heads, shape.width // shape.heads
        self.q = nn.Linear(shape.width, shape.width, bias=False)
        self.k = nn.Linear(shape.width, shape.width, bias=False)
        self.v = nn.Linear(shape.width, shape.width, bias=False)
        self.out = nn.Linear(shape.width, shape.width, bias=False)
        self.q_norm, self.k_norm = RMSNorm(self.size), RMSNorm(self.size)

    def forward(self, x: torch.Tensor, turns: Cache) -> torch.Tensor:
        """Read x (batch, time, width) from the start, for training."""
        q, k, v = self.projected(x, turns)
        found = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, is_causal=True)
        return self.out(found.transpose(1, 2).flatten(2))

    def projected(self, x: torch.Tensor, turns: Cache) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Queries, keys and values, each (batch, heads, time, head width), turned to their positions."""
        q, k, v = (part(x).unflatten(-1, (self.heads, self.size)).transpose(1, 2) for part in (self.q, self.k, self.v))
        return turned(self.q_norm(q), turns), turned(self.k_norm(k), turns), v


def turned(x: torch.Tensor, turns: Cache) -> torch.Tensor:
    """Rotary positions: x (batch, heads, time, size) by cosine and sine, each (time, size)."""
    first, second = x.chunk(2, -1)
    return x * turns[0] + torch.cat((-second, first), -1) * turns[1]


def attended(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What the last queries (batch, heads, time, size) find in keys and values (…, total, …), and where they looked.

    Returns (batch, heads, time, size) and the weights (batch, heads, time, total).
    """
    time, total = q.shape[2], k.shape[2]
    hidden = torch.full((time, total), -torch.inf, device=q.device).triu(total - time + 1)
    weights = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + hidden).softmax(-1)
    return weights @ v, weights


class FeedForward(nn.Module):
    """SwiGLU (Shazeer 2020): one half of the hidden units opens or shuts the other."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate = nn.Linear(shape.width, shape.hidden, bias=False)
        self.up = nn.Linear(shape.width, shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Block(nn.Module):
    """Attention and feed-forward, each added to what came in."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention_norm, self.attention = RMSNorm(shape.width), Attention(shape)
        self.feed_norm, self.feed = RMSNorm(shape.width), FeedForward(shape)

    def forward(self, x: torch.Tensor, turns: Cache) -> torch.Tensor:
        x = x + self.attention(self.attention_norm(x), turns)
        return x + self.feed(self.feed_norm(x))


class GPT(nn.Module):
    """Tokens in, scores of the next token out."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = RMSNorm(shape.width)
        cosine, sine = rotations(shape.context, shape.width // shape.heads)
        self.cosine, self.sine = nn.Buffer(cosine, persistent=False), nn.Buffer(sine, persistent=False)
        self.apply(_begin)
        for block in self.blocks:  # a block adds nothing until it has learnt something (Zhang et al. 2019, Fixup)
            nn.init.zeros_(block.attention.out.weight)  # pyright: ignore[reportArgumentType, reportAttributeAccessIssue]
            nn.init.zeros_(block.feed.down.weight)  # pyright: ignore[reportArgumentType, reportAttributeAccessIssue]

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Tokens (batch, time), at most ``context`` of them, to scores (batch, time, vocabulary)."""
        time = tokens.shape[1]
        turns = (self.cosine[:time], self.sine[:time])
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, turns)
        return F.linear(self.norm(x), self.embedding.weight)


class Cached(nn.Module):
    """The network as it is exported: it goes on from the keys and values of earlier tokens.

    Takes tokens (batch, time), the last place int32 (batch,), the places in all int32 (), then keys and values of each
    layer; gives the scores and the keys and values with the new ones at their end.
    """

    def __init__(self, network: GPT) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, tokens: torch.Tensor, last: torch.Tensor, total: torch.Tensor, *past: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        network, start = self.network, int(total) - tokens.shape[1]
        turns = (network.cosine[start : int(total)], network.sine[start : int(total)])
        x, present = network.embedding(tokens), []
        for block, keys, values in zip(network.blocks, past[::2], past[1::2], strict=True):
            assert isinstance(block, Block)
            q, k, v = block.attention.projected(block.attention_norm(x), turns)
            present += [torch.cat((keys, k), 2), torch.cat((values, v), 2)]
            found, _ = attended(q, *present[-2:])
            x = x + block.attention.out(found.transpose(1, 2).flatten(2))
            x = x + block.feed(block.feed_norm(x))
        return F.linear(network.norm(x), network.embedding.weight), *present


class Inspected(nn.Module):
    """Where the network looks as it reads a text from its start: tokens (1, time) to (layers, heads, time, time).

    Row t of a head says how much of what token t takes in comes from each token up to it; a row sums to 1.
    """

    def __init__(self, network: GPT) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        network, time = self.network, tokens.shape[1]
        turns = (network.cosine[:time], network.sine[:time])
        x, looked = network.embedding(tokens), []
        for block in network.blocks:
            assert isinstance(block, Block)
            found, weights = attended(*block.attention.projected(block.attention_norm(x), turns))
            x = x + block.attention.out(found.transpose(1, 2).flatten(2))
            x = x + block.feed(block.feed_norm(x))
            looked.append(weights)
        return torch.cat(looked)


def rotations(context: int, size: int) -> Cache:
    """Cosine and sine of the angle of each position and channel, (context, size)."""
    speeds = ROTATION ** (-torch.arange(0, size, 2, dtype=torch.float32) / size)
    angles = torch.outer(torch.arange(context, dtype=torch.float32), speeds).repeat(1, 2)
    return angles.cos(), angles.sin()


def _begin(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=module.in_features**-0.5 * 0.6)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
