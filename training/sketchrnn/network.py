"""Encoder: a bidirectional LSTM to a Gaussian. Decoder: an LSTM to a mixture of Gaussians over the next offset."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from training.lib.lstm import State, dropped, forget_slowly, unrolled

MIXTURES = 20
LATENT = 64


class Encoder(nn.Module):
    """Points (batch, time, 5), one-hot class (batch, classes) to mean and log variance of the latent, (batch, 64)."""

    def __init__(self, classes: int, width: int = 192) -> None:
        super().__init__()
        self.lstm = nn.LSTM(5, width, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * width + classes, 2 * LATENT)
        forget_slowly(self.lstm)

    def forward(self, points: torch.Tensor, classes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        _, (h, _) = self.lstm(points)
        mean, log_variance = self.out(torch.cat([h[0], h[1], classes], 1)).chunk(2, 1)
        return mean, log_variance

    def trained(
        self, points: torch.Tensor, classes: torch.Tensor, lengths: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The same for a padded batch with *lengths* (batch,): each drawing is read to its own end."""
        rows = torch.arange(len(points), device=points.device)
        ahead = unrolled(self.lstm, points)[0][rows, lengths - 1]
        # Reversed within its own length, a drawing's backward reading ends at its first point.
        place = (lengths[:, None] - 1 - torch.arange(points.shape[1], device=points.device)).clamp(min=0)
        reverse = torch.gather(points, 1, place[:, :, None].expand_as(points))
        back = _reversed(self.lstm, reverse)[rows, lengths - 1]
        mean, log_variance = self.out(torch.cat([ahead, back, classes.to(ahead.dtype)], 1)).float().chunk(2, 1)
        return mean, log_variance


def _reversed(lstm: nn.LSTM, points: torch.Tensor) -> torch.Tensor:
    """The backward direction's weights on points that were turned round already."""
    return unrolled(lstm, points.flip(1), backwards=True)[0].flip(1)


class Decoder(nn.Module):
    """The next point, from the points so far, a latent and a class."""

    def __init__(self, classes: int, width: int = 384, dropout: float = 0.1) -> None:
        super().__init__()
        self.width, self.dropout = width, dropout
        self.begin = nn.Linear(LATENT + classes, 2 * width)
        self.lstm = nn.LSTM(5 + LATENT + classes, width, batch_first=True)
        self.out = nn.Linear(width, 6 * MIXTURES + 3)
        forget_slowly(self.lstm)

    def start(self, latent: torch.Tensor, classes: torch.Tensor) -> State:
        """The state before the first point: h and c, each (batch, width)."""
        h, c = torch.tanh(self.begin(torch.cat([latent, classes], 1))).chunk(2, 1)
        return h, c

    def forward(
        self, points: torch.Tensor, latent: torch.Tensor, classes: torch.Tensor, h: torch.Tensor, c: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        """Points (batch, time, 5), latent, class, state (1, batch, width) to :func:`mixture`'s tensors, h, c."""
        found, (h, c) = self.lstm(self._inputs(points, latent, classes), (h, c))
        return *mixture(self.out(found)), h, c

    def trained(self, points: torch.Tensor, latent: torch.Tensor, classes: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The same from the first point on, for training, without the state."""
        found, _ = unrolled(self.lstm, self._inputs(points, latent, classes), start=self.start(latent, classes))
        return mixture(self.out(dropped(found, self.dropout, self.training)).float())

    def _inputs(self, points: torch.Tensor, latent: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        given = torch.cat([latent, classes], 1)[:, None].expand(-1, points.shape[1], -1)
        return torch.cat([points, given], 2)


def mixture(values: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Split what the decoder gives: weights' logits (…, 20), means (…, 20, 2), log deviations (…, 20, 2),
    correlations (…, 20), pen logits (…, 3)."""
    pen, weights, means, deviations, correlation = torch.split(
        values, [3, MIXTURES, 2 * MIXTURES, 2 * MIXTURES, MIXTURES], -1
    )
    pairs = (*values.shape[:-1], MIXTURES, 2)
    return weights, means.reshape(pairs), deviations.reshape(pairs), 0.95 * torch.tanh(correlation), pen


def nats_per_point(parts: tuple[torch.Tensor, ...], target: torch.Tensor) -> torch.Tensor:
    """Negative log likelihood of *target* (batch, time, 5) at each point, (batch, time): offset and pen.

    At the end of a drawing only the pen counts (Ha & Eck, equations 9 and 10, take the same part out).
    """
    weights, means, deviations, correlation, pen = parts
    distance = (target[..., None, :2] - means) * torch.exp(-deviations)
    rest = 1 - correlation.square()
    square = distance.square().sum(-1) - 2 * correlation * distance[..., 0] * distance[..., 1]
    log_density = -square / (2 * rest) - deviations.sum(-1) - 0.5 * torch.log(rest) - 1.8378770664093453
    offset = torch.logsumexp(F.log_softmax(weights, -1) + log_density, -1)
    return -offset - (F.log_softmax(pen, -1) * target[..., 2:]).sum(-1)
