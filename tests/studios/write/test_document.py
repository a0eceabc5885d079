"""The immutable text and who wrote what."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.errors import AtelierError
from app.studios.write.document import Run, Text, cleaned, common_prefix, common_suffix
from app.studios.write.state import WordCount
from app.studios.write.views.units import Places
from app.studios.write.words import LONG, count_words

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


def test_by_hand_in_the_machines_text_is_edited_and_elsewhere_typed() -> None:
    text = Text.by("machine", "the quick fox").typed(4, 9, "quiet").typed(13, 13, " ran").typed(0, 0, "See ")
    assert [(run.length, run.maker) for run in text.runs] == [
        (4, "user"), (7, "machine"), (2, "edited"), (4, "machine"), (4, "user"),
    ]  # fmt: skip
    assert text.typed(8, 8, "a\nb").share("edited") == pytest.approx(2 / 24)
    assert list(text.typed(0, 17, "").spans("user")) == [(0, 4)]


@given(texts, edits)
def test_many_changes_at_once_are_the_same_as_one_after_the_other(
    first: str, steps: list[tuple[int, int, str, str]]
) -> None:
    text = Text.by("user", first)
    for one, other, new, maker in steps:
        start, end = sorted((min(one, len(text)), min(other, len(text))))
        text = text.replaced(start, end, new, maker)  # pyright: ignore[reportArgumentType]
    spots = range(0, max(0, len(text.text) - 2), 3)
    changes = [(at, at + 1 + at % 2, "xy"[: at % 3]) for at in spots]
    expected = text
    for change in reversed(changes):
        expected = expected.replaced(*change, "user")
    found = text.with_changes(changes)
    assert found.text == expected.text
    assert found.check() is found
    assert all(one.maker != other.maker for one, other in zip(found.runs, found.runs[1:], strict=False))


@given(texts, st.integers(0, 80))
def test_places_in_units_and_back(first: str, at: int) -> None:
    text, places = "", Places()
    for start, piece in ((0, first), (0, "a🙂b"), (2, "𝔸𝔸"), (1, "")):
        end = min(start + 1, len(text))
        places.replaced(start, end, piece)
        text = text[:start] + piece + text[end:]
    units = text.encode("utf-16-le")
    assert places.to_units(min(at, len(text))) == len(text[:at].encode("utf-16-le")) // 2
    assert places.to_index(min(at, len(units) // 2)) == len(units[: 2 * at].decode("utf-16-le", "ignore"))


@given(texts, edits)
def test_a_text_kept_as_its_difference_is_the_same_again(first: str, steps: list[tuple[int, int, str, str]]) -> None:
    steps_of = [Text.by("user", first)]
    for one, other, new, maker in steps:
        text = steps_of[-1]
        start, end = sorted((min(one, len(text)), min(other, len(text))))
        steps_of.append(text.replaced(start, end, new, maker))  # pyright: ignore[reportArgumentType]
    for one in steps_of:
        for other in steps_of:
            assert other.unfolded(one.folded(other)) == one


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
    counter, text = WordCount(), Text.by("user", first)
    assert counter.of(text) == count_words(text.text)
    for number, (one, other, new, _) in enumerate(steps):
        start, end = sorted((min(one, len(text)), min(other, len(text))))
        text = text.replaced(start, end, new, "user")
        if number % 2:  # not each text is looked at
            assert counter.of(text) == count_words(text.text)


@given(st.text(st.sampled_from("ab1 \n\u00a0—-“é漢🙂𝔸𠀀"), min_size=1, max_size=30))
def test_a_novel_is_counted_as_its_lines_are(line: str) -> None:
    line += "\n"
    times = LONG // len(line) + 1
    assert count_words(line * times) == times * count_words(line)


def test_words_as_a_writer_counts_them() -> None:
    assert count_words("“Well,” he said — and that’s 1 of 3.") == 8
