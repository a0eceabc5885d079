"""The decoder as every family exports it: 8-bit weights, and real tokens that go on from what was read before."""

from __future__ import annotations

from functools import partial

import torch

from training.gpt.graph import round_weights, write_decoder
from training.gpt.network import GPT, Cached
from training.lib.export import Graph

GOLDEN_PAST, GOLDEN_TOKENS = 20, 12
TOLERANCE = 0.75
"""Of scores between -20 and 20. Activations are rounded to 8 bits in the graph and not in torch; what the weights'
rounding costs stands in the card."""


def decoder_graph(network: GPT, tokens: torch.Tensor) -> Graph:
    """The graph ``decoder`` of a network whose weights are rounded in place.

    *tokens* (1, :data:`GOLDEN_PAST` + :data:`GOLDEN_TOKENS`) are real ones; the first of them are the past.
    """
    round_weights(network)
    shape, cached = network.shape, Cached(network).eval()
    nothing = torch.zeros(1, shape.heads, 0, shape.width // shape.heads)
    with torch.no_grad():
        first = tokens[:, :GOLDEN_PAST]
        _, *past = cached(first, _last(GOLDEN_PAST), _total(GOLDEN_PAST), *[nothing] * (2 * shape.layers))
    count = tokens.shape[1]
    names = [f"{layer}.{kind}" for layer in range(shape.layers) for kind in ("key", "value")]
    given = {"input_ids": tokens[:, GOLDEN_PAST:], "seqlens_k": _last(count), "total_sequence_length": _total(count)}
    kept = {f"past_key_values.{name}": value for name, value in zip(names, past, strict=True)}
    return Graph(
        stem="decoder",
        module=cached,
        inputs={**given, **kept},
        outputs=["logits", *(f"present.{name}" for name in names)],
        tolerance=TOLERANCE,
        write=partial(write_decoder, network),
    )


def _last(count: int) -> torch.Tensor:
    return torch.tensor([count - 1], dtype=torch.int32)


def _total(count: int) -> torch.Tensor:
    return torch.tensor(count, dtype=torch.int32)
