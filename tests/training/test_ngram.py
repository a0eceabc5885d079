"""The smoothed n-gram that the musical model is measured against."""

from __future__ import annotations

import numpy as np
import pytest

from training.lib.ngram import NGram

pytestmark = pytest.mark.training


def test_chances_of_all_tokens_sum_to_one_in_every_context() -> None:
    stream = np.random.default_rng(0).integers(0, 6, 400)
    model = NGram([stream, stream[:50]], 6, order=3)
    for context in ([], [1], [1, 2], [5, 5, 5], [0, 3]):
        chances = [np.exp(-model.nats(np.array([*context, token]))[-1]) for token in range(6)]
        assert sum(chances) == pytest.approx(1.0)


def test_what_always_follows_is_expected_and_what_never_does_is_not() -> None:
    model = NGram([np.tile([1, 2, 3, 4], 100)], 8)
    nats = model.nats(np.array([1, 2, 3, 4, 1, 2, 7]))
    assert nats[4:6].max() < 0.2
    assert nats[6] > 3


def test_longer_contexts_know_more() -> None:
    rng = np.random.default_rng(1)
    words = [np.array(word) for word in ([1, 2, 1, 3], [2, 2, 4, 5], [3, 1, 2, 6])]
    draw = lambda count: np.concatenate([words[place] for place in rng.integers(0, 3, count)])  # noqa: E731
    train, valid = draw(2000), draw(200)
    losses = [NGram([train], 7, order).nats(valid).mean() for order in (1, 2, 4)]
    assert losses == sorted(losses, reverse=True)


def test_only_what_fits_a_whole_number_is_counted() -> None:
    with pytest.raises(ValueError, match="6-grams"):
        NGram([np.zeros(4, int)], 10, order=6)
