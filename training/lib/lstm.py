"""The time loop of an LSTM, for training.

With bf16 products and one loop in time this trained fifteen times as fast on two cores as ``nn.LSTM``'s own path
(10,600 against 700 characters a second, two layers of 512). The weights stay those of an ``nn.LSTM``, so that the
exporter finds one.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

State = tuple[torch.Tensor, torch.Tensor]


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
    gates = F.linear(inputs, weight_ih, bias_ih + bias_hh)
    recurrent = weight_hh.to(gates.dtype).t()
    zero = torch.zeros(gates.shape[0], lstm.hidden_size, device=gates.device)
    h, c = start or (zero, zero)
    h = h.to(gates.dtype)
    found = []
    for now in gates.unbind(1)[:: -1 if backwards else 1]:
        take, keep, new, show = torch.addmm(now, h, recurrent).chunk(4, 1)
        c = torch.sigmoid(keep) * c + torch.sigmoid(take) * torch.tanh(new)
        h = (torch.sigmoid(show) * torch.tanh(c)).to(gates.dtype)
        found.append(h)
    return torch.stack(found[:: -1 if backwards else 1], 1), (h, c)


def forget_slowly(lstm: nn.LSTM) -> None:
    """Forget-gate bias 1 at the start (Jozefowicz et al. 2015)."""
    width = lstm.hidden_size
    with torch.no_grad():
        for name, bias in lstm.named_parameters():
            if name.startswith("bias_ih"):
                bias[width : 2 * width] = 1.0
