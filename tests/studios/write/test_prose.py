"""The shipped Transformer without a window: going on, writing towards what follows, banned words, measuring."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.base.errors import AtelierError, Cancelled, ErrorKind
from app.base.progress import CancelToken, Progress
from app.runtime.decoder import Decoder, read_context
from app.runtime.manifest import ControlValue
from app.runtime.model import Model, ModelShelf
from app.studios.write.constraints import BannedWords, has_word, parse_banned
from app.studios.write.document import Text
from app.studios.write.engine import ENGINE
from app.studios.write.predictions import predictions
from app.studios.write.prose import ProseReader, alternatives
from app.studios.write.prose_refill import surprise_of_following
from app.studios.write.request import WriteRequest
from app.studios.write.subwords import SubwordCodec

MODEL = "gpt-prose-en"
BEFORE = "The old house stood at the end of the lane. She opened the door, and "
AFTER = " Then she went up the stairs to her own room."


@pytest.fixture
def model(shelf: ModelShelf) -> Model:
    return shelf.open(MODEL)


def request(before: str, after: str = "", old: str = "", seed: int = 0, **controls: ControlValue) -> WriteRequest:
    document = Text.by("user", before + old + after)
    end = len(before) + len(old)
    return WriteRequest(model=MODEL, seed=seed, controls=controls, document=document, start=len(before), end=end)


def made(model: Model, asked: WriteRequest) -> str:
    *_, last = ENGINE.generate(asked, model, Progress())
    return last.text[asked.start : asked.end + len(last) - len(asked.document)]


def test_what_is_written_is_the_machines_and_the_rest_untouched(model: Model) -> None:
    asked = request(BEFORE, AFTER, length=20)
    *_, last = ENGINE.generate(asked, model, Progress())
    assert last.text.startswith(BEFORE)
    assert last.text.endswith(AFTER)
    assert sum(end - start for start, end in last.spans("machine")) == len(last) - len(BEFORE) - len(AFTER) > 0


def test_each_alternative_is_what_its_seed_writes_alone(model: Model) -> None:
    *_, together = alternatives(request(BEFORE, length=15, temperature=1.0), (3, 4, 5), model, Progress())
    alone = tuple(made(model, request(BEFORE, seed=seed, length=15, temperature=1.0)) for seed in (3, 4, 5))
    assert together == alone
    assert len(set(together)) == 3


def test_what_was_read_before_changes_nothing_but_the_time(model: Model) -> None:
    long = BEFORE * 20
    first = made(model, request(long, length=12))
    made(model, request(long + "she saw", length=12))
    assert made(model, request(long, length=12)) == first
    model.memory.pop("context")
    assert made(model, request(long, length=12)) == first


@pytest.mark.parametrize("cut", [2, 3, 40, 127, 128])
def test_a_text_read_in_parts_is_read_alike_to_the_bit(model: Model, cut: int) -> None:
    tokens = np.array(SubwordCodec.of_model(model).encode(BEFORE * 12))[:130]
    whole = Decoder(model).read_all(tokens[None], Progress())
    decoder = Decoder(model)
    decoder.read(tokens[None, :cut], Progress())
    np.testing.assert_array_equal(decoder.read_all(tokens[None, cut:], Progress()), whole)


def test_the_context_is_within_the_window_and_keeps_the_end(model: Model) -> None:
    reader = ProseReader(model)
    long = BEFORE * 200
    for room in (10, 400):
        context = reader.context(long, AFTER * 40, room)
        assert len(context.tokens) + room <= model.codec["context"]
        assert reader.codec.decode([*context.tokens, *[]]).endswith(BEFORE.rstrip())
        assert context.given == b" "


def test_most_of_a_long_context_stays_while_one_types(model: Model) -> None:
    reader, long = ProseReader(model), BEFORE * 200
    starts = {tuple(reader.context(long + "x" * number, "", 60).tokens[:40]) for number in range(300)}
    assert len(starts) <= 2


def test_a_half_written_word_is_gone_on_with(model: Model) -> None:
    reader = ProseReader(model)
    context = reader.context("She opened the do", "", 10)
    assert context.given == b" do"
    written = made(model, request("She opened the do", length=4, temperature=0.0))
    assert written == "" or not written.startswith(" do")


def test_an_empty_page_and_any_script_are_gone_on_with(model: Model) -> None:
    for text in ("", " ", "日本語の文章", "مرحبا", "e\u0301", "🙂"):
        assert len(made(model, request(text, length=5))) > 0


def test_a_text_without_a_space_is_read_at_its_end(model: Model) -> None:
    started = time.monotonic()
    assert made(model, request("a" * 1_000_000, length=3))
    assert time.monotonic() - started < 5


def test_banned_words_are_not_written(model: Model) -> None:
    words = "the, and, of, in, was, had, her, a"
    text = made(model, request(BEFORE, length=120, temperature=1.2, banned=words))
    assert not [word for word in parse_banned(words) if has_word(text, word)]


@settings(max_examples=30, deadline=None)
@given(text=st.text("abc ", max_size=12), word=st.text("abc", min_size=1, max_size=4))
def test_no_token_that_makes_a_banned_word_is_allowed(text: str, word: str) -> None:
    codec = _Pieces(["a", "b", "c", "ab", " a", " ab", " abc", "bc", "c ", " "])
    forbidden = BannedWords([word], codec).forbidden(text)  # pyright: ignore[reportArgumentType]
    for token, piece in enumerate(codec.pieces):
        after = text + piece.decode()
        if has_word(after, word) and not has_word(text, word):
            assert token in forbidden


class _Pieces:
    """A vocabulary of a few tokens."""

    def __init__(self, texts: list[str]) -> None:
        self.pieces = [text.encode() for text in texts]


def test_refill_changes_the_span_alone_and_keeps_the_words_apart(model: Model) -> None:
    old = "looked for a long time into the dark "
    asked = request(BEFORE, "room. Nobody was there.", old=old, seed=2)
    *_, last = ENGINE.generate(asked, model, Progress())
    assert last.text.startswith(BEFORE)
    assert last.text.endswith("room. Nobody was there.")
    new = last.text[len(BEFORE) : -len("room. Nobody was there.")]
    assert new != old
    assert new.endswith(" ")


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_refilled_sentence_ends_as_a_sentence(model: Model, seed: int) -> None:
    old, after = "He looked for a long time into the dark.", " Nobody was there."
    *_, last = ENGINE.generate(request(BEFORE, after, old=old, seed=seed), model, Progress())
    new = last.text[len(BEFORE) : -len(after)]
    assert new != old
    assert new.rstrip("\"'”’)")[-1] in ".!?…"
    assert 0.3 * len(old) < len(new) < 3 * len(old)


def test_what_follows_is_more_expected_after_its_own_beginning(model: Model) -> None:
    own = surprise_of_following(model, "She opened the ", "door and went into the room.", Progress())
    other = surprise_of_following(model, "1234 5678 #### ", "rood and tnew otni eht moor.", Progress())
    assert own < other
    assert surprise_of_following(model, BEFORE, "", Progress()) == 0.0


def test_stop_ends_it_and_the_next_text_is_as_ever(model: Model) -> None:
    token = CancelToken()
    threading.Timer(0.15, token.cancel).start()
    seen = []
    with pytest.raises(Cancelled):
        seen.extend(alternatives(request(BEFORE, length=400, temperature=1.0), (1, 2, 3), model, Progress(token)))
    assert made(model, request(BEFORE, length=8, seed=9)) == made(model, request(BEFORE, length=8, seed=9))


def test_predictions_are_of_the_text(model: Model) -> None:
    text = BEFORE * 40
    found = predictions(model, text, Progress())
    assert "".join(text[start:end] for start, end in found.spans) == text
    assert len(found.tokens) > model.codec["context"] // 2
    likeliest = found.ranks == 1
    np.testing.assert_array_equal(found.top[likeliest, 0], found.tokens[likeliest])
    np.testing.assert_allclose(np.exp(found.chances[likeliest]), found.top_chances[likeliest, 0])
    assert np.all(np.diff(found.top_chances, axis=1) <= 0)
    assert np.all(found.entropies >= 0)
    # What is read again and again is expected.
    assert found.chances[-200:].mean() > found.chances[:20].mean()


def test_a_character_network_predicts_too(shelf: ModelShelf) -> None:
    found = predictions(shelf.open("char-rnn-shakespeare"), "ROMEO:\nWhat—light", Progress())
    assert found.spans[0].tolist() == [0, 1]
    assert found.spans[-1].tolist() == [16, 17]
    assert len(predictions(shelf.open("char-rnn-shakespeare"), "", Progress())) == 0


def test_a_file_is_measured_whole(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(BEFORE * 3, encoding="utf8")
    score = ENGINE.score(model, [path], Progress())
    assert score["predicted"] == len(BEFORE) * 3
    assert score["nats_per_char"] == pytest.approx(predictions(model, BEFORE * 3, Progress()).nats / len(BEFORE) / 3)
    path.write_text("", encoding="utf8")
    with pytest.raises(AtelierError) as caught:
        ENGINE.score(model, [path], Progress())
    assert caught.value.kind is ErrorKind.BAD_FILE


def test_a_context_is_never_a_single_token(model: Model) -> None:
    context = ProseReader(model).context("", "", 10)
    assert len(context.tokens) >= 2
    _, scores = read_context(model, context.tokens, Progress())
    assert np.isfinite(scores).all()
