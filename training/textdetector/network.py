"""The network: many small ones in one, each trained on another draw of the same texts (bagging, Breiman 1996)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

REACH = 4.0
"""Traits further from the mean than so many standard deviations count as that far: nothing was learnt of them."""


class Detector(nn.Module):
    """Traits (n, traits) to log odds (n, networks) that a machine wrote the passage.

    ``mean`` and ``spread`` are those of the traits trained on; ``slope`` and ``offset`` calibrate (Platt 1999).
    """

    def __init__(self, traits: int, networks: int, hidden: int) -> None:
        super().__init__()
        self.mean, self.spread = nn.Buffer(torch.zeros(traits)), nn.Buffer(torch.ones(traits))
        self.slope, self.offset = nn.Buffer(torch.ones(1)), nn.Buffer(torch.zeros(1))
        self.straight = nn.Parameter(torch.zeros(networks, traits, 1))
        self.into = nn.Parameter(torch.randn(networks, traits, hidden) * traits**-0.5)
        self.lift = nn.Parameter(torch.zeros(networks, 1, hidden))
        self.out = nn.Parameter(torch.zeros(networks, hidden, 1))
        self.bias = nn.Parameter(torch.zeros(networks, 1, 1))

    def forward(self, traits: torch.Tensor) -> torch.Tensor:
        x = ((traits - self.mean) / self.spread).clamp(-REACH, REACH)
        found = x @ self.straight + torch.tanh(x @ self.into + self.lift) @ self.out + self.bias
        return found.squeeze(-1).T * self.slope + self.offset

    def settle(self, traits: torch.Tensor) -> None:
        """Take mean and spread from the traits (n, traits) to be trained on."""
        self.mean.copy_(traits.mean(0))
        self.spread.copy_(traits.std(0).clamp(min=1e-3))

    @torch.no_grad()
    def calibrate(self, traits: torch.Tensor, machine: torch.Tensor, weights: torch.Tensor) -> None:
        """Fit slope and offset to texts not trained on: traits (n, traits), machine and weights (n,)."""
        self.slope.fill_(1.0)
        self.offset.fill_(0.0)
        odds = self(traits).mean(1)
        slope, offset = platt(odds, machine, weights)
        self.slope.fill_(slope)
        self.offset.fill_(offset)


def platt(odds: torch.Tensor, machine: torch.Tensor, weights: torch.Tensor) -> tuple[float, float]:
    """The slope and the offset with which log odds (n,) fit best what *machine* (n,) says, weighted (n,)."""
    values = torch.tensor([1.0, 0.0], requires_grad=True)
    optimizer = torch.optim.LBFGS([values], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        found = F.binary_cross_entropy_with_logits(odds * values[0] + values[1], machine, weights)
        found.backward()
        return found

    with torch.enable_grad():
        optimizer.step(loss)  # pyright: ignore[reportArgumentType]
    return float(values[0]), float(values[1])
