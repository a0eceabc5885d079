"""Decoders that share what they have read do not disturb one another, and in place is the same as handed on."""

from __future__ import annotations

import numpy as np
import pytest

from app.base.errors import Cancelled
from app.base.progress import CancelToken, Progress
from app.runtime.cache import Growing, InPlace
from app.runtime.decoder import Decoder
from app.runtime.model import Model, ModelShelf

READ = 250
"""A few more fill the first room, and the arrays are laid out anew."""


@pytest.fixture
def model(shelf: ModelShelf) -> Model:
    return shelf.open("gpt-prose-en")


def _tokens(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(3, 8000, (1, count))


def _handed_on(model: Model) -> Decoder:
    """A decoder whose cache is handed on from run to run, as the networks of others want it."""
    decoder = Decoder(model)
    assert isinstance(decoder._cache, InPlace)
    decoder._cache = Growing(decoder._session, dict(decoder.past))
    return decoder


def _go_on(decoder: Decoder, tokens: np.ndarray) -> np.ndarray:
    return np.concatenate([decoder.read(token, Progress()) for token in np.split(tokens, tokens.shape[1], 1)], 1)


def test_in_place_gives_the_same_to_the_bit(model: Model) -> None:
    one, other = Decoder(model), _handed_on(model)
    for tokens in (_tokens(100), _tokens(150, 1)):
        assert (one.read(tokens, Progress()) == other.read(tokens, Progress())).all()
    assert (_go_on(one, _tokens(20, 2)) == _go_on(other, _tokens(20, 2))).all()
    for name, value in one.past.items():
        assert value.shape[2] == one.length == 270
        assert (value == other.past[name]).all()


def test_those_who_share_what_was_read_go_on_each_for_itself(model: Model) -> None:
    first = Decoder(model)
    first.read(_tokens(READ), Progress())
    second, third, alone = first.picked([0]), first.cut(READ - 5), first.picked([0, 0])
    told = [(first, _tokens(4, 3)), (second, _tokens(12, 4)), (third, _tokens(12, 5)), (alone, _tokens(12, 6))]
    found = [_go_on(decoder, np.repeat(tokens, decoder.rows, 0)) for decoder, tokens in told]
    first_again = _go_on(first, _tokens(8, 7))
    for (decoder, tokens), scores in zip(told, found, strict=True):
        fresh = Decoder(model)
        fresh.read(_tokens(READ)[:, : decoder.length - tokens.shape[1] - 8 * (decoder is first)], Progress())
        assert (scores[:1] == _go_on(fresh, tokens)).all()
        if decoder is first:
            assert (first_again == _go_on(fresh, _tokens(8, 7))).all()


def test_a_run_that_was_ended_leaves_what_was_read(model: Model) -> None:
    decoder, other = Decoder(model), Decoder(model)
    for one in (decoder, other):
        one.read(_tokens(50), Progress())
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        decoder.read(_tokens(3, 8), Progress(token=token))
    assert decoder.length == 50
    assert (_go_on(decoder, _tokens(5, 9)) == _go_on(other, _tokens(5, 9))).all()
