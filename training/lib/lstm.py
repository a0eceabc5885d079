"""The time loop of an LSTM, for training.

On a processor ``nn.LSTM``'s own path and autograd's record of each step are slow: this loop does the products in the
autocast's type, keeps the gates before their sigmoids alone, and sums the gradient of the recurrent weights in one
product at the end. The weights stay those of an ``nn.LSTM``, so that the exporter finds one.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

State = tuple[torch.Tensor, torch.Tensor]
COMPILED = shutil.which("g++") is not None
"""Whether the steps of the cell are compiled, which takes some seconds once, and a third off each batch."""


def unrolled(
    lstm: nn.LSTM, inputs: torch.Tensor, layer: int = 0, start: State | None = None, backwards: bool = False
) -> tuple[torch.Tensor, State]:
    """One layer and direction of *lstm*: (batch, time, features) to (batch, time, width), in the autocast's type.

    *start* is h and c, each (batch, width), zero if none; the second result is what they are at the end. *backwards*
    uses the weights of the reverse direction.
    """
    suffix = f"_l{layer}{'_reverse' if backwards else ''}"
    weight_ih, weight_hh, bias_ih, bias_hh = (
        getattr(lstm, name + suffix) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    gates = F.linear(inputs.transpose(0, 1), weight_ih, bias_ih + bias_hh)
    zero = torch.zeros(gates.shape[1], lstm.hidden_size, device=gates.device)
    h, c = start or (zero, zero)
    found, c = _Through.apply(gates.flip(0) if backwards else gates, weight_hh.to(gates.dtype), h.to(gates.dtype), c)  # pyright: ignore[reportGeneralTypeIssues]
    return (found.flip(0) if backwards else found).transpose(0, 1), (found[-1], c)


class _Through(torch.autograd.Function):
    """From what the inputs give to the gates (time, batch, 4 × width), recurrent weights, h and c (batch, width) to all
    h (time, batch, width) and the last c."""

    @staticmethod
    def forward(
        ctx: Any, gates: torch.Tensor, recurrent: torch.Tensor, h: torch.Tensor, c: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        ahead = _compiled(_ahead) if COMPILED else _ahead
        opened, cells, shown = [], [c], [h]
        for now in gates:
            opened.append(torch.addmm(now, shown[-1], recurrent.t()))
            c, h = ahead(opened[-1], c)
            cells.append(c)
            shown.append(h)
        together = torch.stack(shown)
        ctx.save_for_backward(recurrent, together, *opened, *cells)
        return together[1:], c

    @staticmethod
    def backward(ctx: Any, *given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        recurrent, together, *kept = ctx.saved_tensors
        opened, cells = kept[: len(together) - 1], kept[len(together) - 1 :]
        back = _compiled(_back) if COMPILED else _back
        shown, to_c = given
        to_h, found = torch.zeros_like(shown[0]), []
        for step in range(len(opened) - 1, -1, -1):
            to_gates, to_c = back(opened[step], cells[step], cells[step + 1], shown[step] + to_h, to_c)
            to_h = to_gates @ recurrent
            found.append(to_gates)
        to_gates = torch.stack(found[::-1])
        return to_gates, to_gates.flatten(0, 1).t() @ together[:-1].flatten(0, 1), to_h, to_c


def _ahead(gates: torch.Tensor, c: torch.Tensor) -> State:
    """One step of the cell: the new c, and the new h in the type of the gates."""
    take, keep, new, show = _open(gates)
    c = keep * c + take * new
    return c, (show * _tanh(c)).to(gates.dtype)


def _back(gates: torch.Tensor, before: torch.Tensor, c: torch.Tensor, to_h: torch.Tensor, to_c: torch.Tensor) -> State:
    """The gradient of a step of the cell: what of h and c reaches the gates, and the c *before*."""
    take, keep, new, show = _open(gates)
    seen, to_h = _tanh(c), to_h.float()
    to_c = to_c + to_h * show * (1 - seen * seen)
    parts = (
        to_c * new * take * (1 - take),
        to_c * before * keep * (1 - keep),
        to_c * take * (1 - new * new),
        to_h * seen * show * (1 - show),
    )
    return torch.cat(parts, 1).to(gates.dtype), to_c * keep


def _open(gates: torch.Tensor) -> tuple[torch.Tensor, ...]:
    take, keep, new, show = gates.float().chunk(4, 1)
    return torch.sigmoid(take), torch.sigmoid(keep), _tanh(new), torch.sigmoid(show)


def _tanh(x: torch.Tensor) -> torch.Tensor:
    """By way of the sigmoid, which a compiler makes faster."""
    return 2 * torch.sigmoid(2 * x) - 1


@functools.cache
def _compiled(step: Callable[..., State]) -> Callable[..., State]:
    return torch.compile(step)


def dropped(found: torch.Tensor, share: float, training: bool) -> torch.Tensor:
    """Dropout of units (batch, time, width), the same at all times of a row (Gal & Ghahramani 2016)."""
    return found * F.dropout(torch.ones_like(found[:, :1]), share, training)


def forget_slowly(lstm: nn.LSTM) -> None:
    """Forget-gate bias 1 at the start (Jozefowicz et al. 2015)."""
    width = lstm.hidden_size
    with torch.no_grad():
        for name, bias in lstm.named_parameters():
            if name.startswith("bias_ih"):
                bias[width : 2 * width] = 1.0
