"""Muon: its step is orthogonal, it learns, and a run taken up again goes on bit for bit."""

from __future__ import annotations

import copy

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from training.lib.muon import Muon, matrices_and_rest

pytestmark = pytest.mark.training


def _problem() -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    """A two-layer network and data of a random teacher, inputs of very different scales."""
    torch.manual_seed(0)
    inputs = torch.randn(256, 24) * torch.logspace(0, -2, 24)
    targets = torch.tanh(inputs @ torch.randn(24, 32)) @ torch.randn(32, 8) / 6
    return nn.Sequential(nn.Linear(24, 32), nn.Tanh(), nn.Linear(32, 8)), inputs, targets


def _train(
    network: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, optimizers: list[torch.optim.Optimizer], steps: int
) -> float:
    loss = torch.zeros(())
    for _ in range(steps):
        loss = (network(inputs) - targets).square().mean()
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
    return loss.item()


def _optimizers(network: nn.Module) -> list[torch.optim.Optimizer]:
    matrices, rest = matrices_and_rest(network)
    return [Muon(matrices, 0.02, weight_decay=0.01), torch.optim.AdamW(rest, 1e-2)]


@pytest.mark.parametrize("shape", [(16, 48), (48, 16), (24, 24)])
def test_a_step_is_orthogonal_and_scaled_by_its_shape(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    weights = nn.Parameter(torch.zeros(shape))
    weights.grad = torch.randn(shape) * torch.logspace(0, -1, shape[1])
    Muon([weights], lr=0.1).step()
    lengths = torch.linalg.svdvals(weights.detach()) / (0.1 * max(1.0, shape[0] / shape[1]) ** 0.5)
    assert lengths.min() > 0.5  # the iteration brings each to about 1, not exactly
    assert lengths.max() < 1.5


def test_it_learns_a_small_problem() -> None:
    network, inputs, targets = _problem()
    start = _train(network, inputs, targets, [], 1)
    assert _train(network, inputs, targets, _optimizers(network), 300) < 0.05 * start


def test_a_run_taken_up_again_goes_on_bit_for_bit() -> None:
    network, inputs, targets = _problem()
    optimizers = _optimizers(network)
    _train(network, inputs, targets, optimizers, 7)
    resumed = copy.deepcopy(network)
    again = _optimizers(resumed)
    for ours, theirs in zip(again, optimizers, strict=True):
        ours.load_state_dict(copy.deepcopy(theirs.state_dict()))
    _train(network, inputs, targets, optimizers, 7)
    _train(resumed, inputs, targets, again, 7)
    for a, b in zip(network.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(a, b)


def test_weights_and_gradients_may_be_in_bf16() -> None:
    weights = nn.Parameter(torch.randn(8, 8, dtype=torch.bfloat16))
    before = weights.detach().clone()
    weights.grad = torch.randn(8, 8, dtype=torch.bfloat16)
    Muon([weights], lr=0.1).step()
    assert weights.dtype == torch.bfloat16
    assert not torch.equal(weights, before)


def test_embeddings_last_layers_and_vectors_are_left_to_adamw() -> None:
    network = nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 4), nn.LayerNorm(4), nn.Linear(4, 5))
    matrices, rest = matrices_and_rest(network, [network[3]])
    assert [id(weights) for weights in matrices] == [id(network[1].weight)]
    assert len(matrices) + len(rest) == len(list(network.parameters()))
    with pytest.raises(ValueError, match="2D"):
        Muon([nn.Parameter(torch.zeros(3))])
