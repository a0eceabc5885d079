"""Text to tokens and back."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.studios.write.codec import CharCodec

PLAIN = CharCodec("\n 'abcé")
SPELLING = CharCodec("ab c", spells=True)


@pytest.mark.parametrize(
    ("text", "read"), [("", ""), ("abc", "abc"), ("a’b", "a'b"), ("áé", "aé"), ("a漢b\ud800", "ab"), ("\u00a0c", " c")]
)
def test_what_the_vocabulary_lacks_is_read_as_something_plain(text: str, read: str) -> None:
    tokens = PLAIN.encode(text)
    assert tokens.dtype == np.int64
    assert PLAIN.decode(tokens) == read
    assert PLAIN.characters(tokens) == len(read)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_a_codec_that_spells_reads_and_writes_any_text(text: str) -> None:
    tokens = SPELLING.encode(text)
    assert SPELLING.decode(tokens) == text
    assert SPELLING.characters(tokens) == len(text)
    assert (tokens < len(SPELLING)).all()


@given(st.lists(st.integers(0, len(SPELLING) - 1)))
def test_any_tokens_make_text_that_a_file_can_hold(tokens: list[int]) -> None:
    text = SPELLING.decode(tokens)
    text.encode()
    assert not any(unicodedata.category(character) == "Cc" for character in text)


def test_a_spelled_character_comes_with_its_last_byte() -> None:
    speller = SPELLING.speller()
    steps = [(speller.add(int(token)), speller.inside) for token in SPELLING.encode("a漢b")]
    assert steps == [("a", False), ("", True), ("", True), ("漢", False), ("b", False)]
    assert speller.add(int(SPELLING.encode("漢")[0])) == ""
    assert speller.add(SPELLING.vocabulary.index("a")) == "a"
    assert not speller.inside


def test_the_most_frequent_characters_are_kept_and_the_rest_spelled() -> None:
    codec = CharCodec.of_text("aaabbbcd", most=2)
    assert (codec.vocabulary, codec.spells, len(codec)) == ("ab", True, 258)
    whole = CharCodec.of_text("bca")
    assert (whole.vocabulary, whole.spells, len(whole)) == ("abc", False, 3)
    assert CharCodec.of_model(codec.parameters()).encode("c").tolist() == [2 + ord("c")]
    assert len(CharCodec.of_model({"vocabulary": "ab"}).encode("c")) == 0
    with pytest.raises(ValueError, match="once"):
        CharCodec("aa")
