"""Seeded sampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.errors import AtelierError
from app.runtime.sampling import Sampling, filtered_probabilities, probabilities, rng, sample_token

LOGITS = np.log(np.array([0.5, 0.25, 0.15, 0.1]))


def test_a_seed_and_its_streams_are_independent_and_repeatable() -> None:
    assert rng(1).random() == rng(1).random()
    assert rng(1, 0).random() != rng(1, 1).random()
    with pytest.raises(AtelierError, match="negative"):
        rng(-1)


def test_temperature_zero_takes_the_likeliest() -> None:
    assert all(sample_token(LOGITS, rng(seed), Sampling(temperature=0)) == 0 for seed in range(20))


@pytest.mark.parametrize(
    ("sampling", "kept"),
    [
        (Sampling(top_k=2), [0, 1]),
        (Sampling(top_p=0.7), [0, 1]),
        (Sampling(min_p=0.25), [0, 1, 2]),
        (Sampling(top_k=1, top_p=0.1, min_p=1.0), [0]),
        (Sampling(), [0, 1, 2, 3]),
    ],
)
def test_filters_keep_what_they_promise(sampling: Sampling, kept: list[int]) -> None:
    chances = filtered_probabilities(LOGITS, sampling)
    assert np.flatnonzero(chances).tolist() == kept
    assert chances.sum() == pytest.approx(1)


def test_a_repeated_token_becomes_less_likely_and_a_banned_one_impossible() -> None:
    plain = filtered_probabilities(LOGITS, Sampling())
    penalised = filtered_probabilities(LOGITS, Sampling(repetition_penalty=1.5), recent=[0])
    assert penalised[0] < plain[0]
    assert filtered_probabilities(LOGITS, Sampling(), banned=[0])[0] == 0


@given(st.integers(0, 2**31 - 1))
def test_draws_follow_the_distribution_and_use_one_number_each(seed: int) -> None:
    generator, twin = rng(seed), rng(seed)
    token = sample_token(LOGITS, generator, Sampling())
    edges = np.cumsum(probabilities(LOGITS))
    assert token == int(np.searchsorted(edges, twin.random(), side="right"))
    assert generator.random() == twin.random()


def test_scores_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(AtelierError, match="not numbers"):
        probabilities(np.array([0.0, np.nan]))
