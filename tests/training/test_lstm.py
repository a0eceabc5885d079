"""The time loop of an LSTM gives what PyTorch's own does, forwards and backwards, and so do its gradients."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from training.lib.lstm import dropped, unrolled

pytestmark = pytest.mark.training


@pytest.mark.parametrize("backwards", [False, True])
def test_it_is_the_lstm_it_takes_the_weights_of(backwards: bool) -> None:
    torch.manual_seed(0)
    lstm = nn.LSTM(7, 16, batch_first=True, bidirectional=True)
    inputs, h, c = (torch.randn(size, requires_grad=True) for size in ((5, 9, 7), (5, 16), (5, 16)))
    weights = [each for name, each in lstm.named_parameters() if name.endswith("_reverse") == backwards]
    found, (_, last) = lstm(inputs, (torch.stack([h, h]), torch.stack([c, c])))
    theirs = (found[..., 16:] if backwards else found[..., :16], last[int(backwards)])
    ours, (end, cell) = unrolled(lstm, inputs, start=(h, c), backwards=backwards)
    torch.testing.assert_close(end, ours[:, 0] if backwards else ours[:, -1])
    given = [torch.randn_like(each) for each in theirs]
    by_theirs = torch.autograd.grad(theirs, [inputs, h, c, *weights], given)
    by_ours = torch.autograd.grad((ours, cell), [inputs, h, c, *weights], given)
    torch.testing.assert_close((ours, cell), theirs)
    torch.testing.assert_close(by_ours, by_theirs, rtol=1e-4, atol=1e-4)


def test_without_a_start_it_begins_at_zero() -> None:
    torch.manual_seed(0)
    lstm, inputs = nn.LSTM(3, 8, batch_first=True), torch.randn(2, 5, 3)
    with torch.no_grad():
        torch.testing.assert_close(unrolled(lstm, inputs)[0], lstm(inputs)[0])


def test_units_are_dropped_for_a_whole_row() -> None:
    torch.manual_seed(0)
    found = dropped(torch.ones(4, 50, 64), 0.25, True)
    assert (found == found[:, :1]).all()
    assert found.unique().tolist() == pytest.approx([0, 4 / 3])
    assert dropped(torch.ones(1, 2, 3), 0.25, False).eq(1).all()
