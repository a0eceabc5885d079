"""Muon: momentum, made orthogonal by Newton-Schulz iterations, for the matrices inside a network.

Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks" (kellerjordan.github.io/posts/muon). The
arithmetic is PyTorch's own, in bf16 on a processor and on a CUDA device alike; the step of a matrix is scaled by
``max(1, rows / columns) ** 0.5`` as in the original. Embeddings, output layers, biases and scales go to AdamW.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn


class Muon(torch.optim.Muon):
    """PyTorch's Muon with the original's defaults: the learning rate is the spectral length of a step.

    *params* are tensors of two axes (or groups of them), *weight_decay* is decoupled and scaled by *lr*. Raises
    ValueError for a tensor that is no matrix. The state is the momentum of each matrix, in the type of its gradient.
    """

    def __init__(
        self,
        params: Iterable[torch.Tensor] | Iterable[dict[str, object]],
        lr: float = 0.02,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
        nesterov: bool = True,
        ns_steps: int = 5,
    ) -> None:
        super().__init__(
            params,  # pyright: ignore[reportArgumentType]
            lr=lr,
            weight_decay=weight_decay,
            momentum=momentum,
            nesterov=nesterov,
            ns_steps=ns_steps,
            adjust_lr_fn="original",
        )


def matrices_and_rest(
    module: nn.Module, rest: Iterable[nn.Module] = ()
) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """The trainable parameters of *module* for Muon, and those for AdamW, each once and in order.

    For AdamW are all that are no matrices, those of embeddings (each row is a vector of its own), and those of the
    modules in *rest*: first and last layers, whose inputs or outputs are not hidden features.
    """
    apart = {id(weights) for part in (*rest, *_embeddings(module)) for weights in part.parameters()}
    trained = [weights for weights in module.parameters() if weights.requires_grad]
    hidden = [weights for weights in trained if weights.ndim == 2 and id(weights) not in apart]
    chosen = {id(weights) for weights in hidden}
    return hidden, [weights for weights in trained if id(weights) not in chosen]


def _embeddings(module: nn.Module) -> list[nn.Module]:
    return [part for part in module.modules() if isinstance(part, nn.Embedding)]
