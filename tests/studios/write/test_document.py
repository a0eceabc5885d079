"""The immutable text and who wrote what."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.errors import AtelierError
from app.studios.write.document import Run, Text, cleaned, common_prefix, common_suffix, count_words
from app.studios.write.state import WordCount

texts = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\r\x00\u2028\u2029\ufdd0\ufdd1"), max_size=40
)
edits = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40), texts, st.sampled_from(["user", "machine"])), max_size=8
)


@given(texts, edits)
def test_runs_always_cover_the_text(first: str, steps: list[tuple[int, int, str, str]]) -> None:
    text = Text.by("user", first)
    for one, other, new, maker in steps:
        start, end = sorted((min(one, len(text)), min(other, len(text))))
        before = text
        text = text.replaced(start, end, new, maker)  # pyright: ignore[reportArgumentType]
        assert text.text == before.text[:start] + new + before.text[end:]
        assert text.check() is text
        assert all(one.maker != other.maker for one, other in zip(text.runs, text.runs[1:], strict=False))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(text), type=Text) == text
    assert text.share("user") + text.share("machine") == pytest.approx(1 if text.text else 0)


def test_changing_three_characters_of_the_machine_changes_exactly_three() -> None:
    text = Text.by("machine", "the quick brown fox").replaced(4, 9, "qxyzk", "user")
    assert list(text.spans("user")) == [(5, 8)]
    assert list(text.spans("machine")) == [(0, 5), (8, 19)]
    assert list(text.spans("machine", 6, 10)) == [(8, 10)]


def test_runs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(AtelierError):
        Text("abc", (Run(2, "user"),)).check()


def test_half_a_character_is_refused_and_line_breaks_are_made_one_kind() -> None:
    with pytest.raises(AtelierError, match="half a character at position 3"):
        cleaned("ab\ud800c")
    assert cleaned("a\r\nb\rc\u2029d\0e") == "a\nb\nc\nde"


@given(texts, texts)
def test_common_ends(one: str, other: str) -> None:
    first = common_prefix(one, other)
    assert one[:first] == other[:first]
    assert first == min(len(one), len(other)) or one[first] != other[first]
    last = common_suffix(one, other)
    assert one[len(one) - last :] == other[len(other) - last :]


@given(texts, edits)
def test_words_are_counted_from_what_changed(first: str, steps: list[tuple[int, int, str, str]]) -> None:
    counter, text = WordCount(), first
    assert counter.of(text) == count_words(text)
    for one, other, new, _ in steps:
        start, end = sorted((min(one, len(text)), min(other, len(text))))
        text = text[:start] + new + text[end:]
        assert counter.of(text) == count_words(text)


def test_words_as_a_writer_counts_them() -> None:
    assert count_words("“Well,” he said — and that’s 1 of 3.") == 8
