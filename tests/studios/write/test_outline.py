"""Chapters from headings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.studios.write.document import Text
from app.studios.write.outline import Heading, Outline, heading_at, headings


@pytest.mark.parametrize(
    ("line", "level", "title"),
    [
        ("# The sea", 1, "The sea"),
        ("### *Below* deck ##", 3, "Below deck"),
        ("CHAPTER IV", 2, "CHAPTER IV"),
        ("  Chapter Twenty-One: The   sea", 2, "Chapter Twenty-One: The sea"),
        ("PART ONE", 1, "PART ONE"),
        ("Act II.", 1, "Act II."),
        ("Prologue", 2, "Prologue"),
        ("Capítulo 3", 2, "Capítulo 3"),
        ("PARTE II – O mar", 1, "PARTE II – O mar"),
    ],
)
def test_a_line_that_names_a_chapter(line: str, level: int, title: str) -> None:
    assert headings(f"before\n{line}\nafter") == [Heading(7, level, title)]


@pytest.mark.parametrize(
    "line",
    [
        "#hashtag",
        "# ",
        "####### seven",
        "Part of the reason",
        "Act I think",
        "chapter 4",
        "In CHAPTER IV",
        "Scene of it",
    ],
)
def test_lines_that_only_look_like_one(line: str) -> None:
    assert headings(f"before\n{line}\nafter") == []


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 8), st.text("#a \nI", max_size=12)), max_size=12))
def test_following_changes_finds_what_looking_at_everything_finds(changes: list[tuple[int, int, str]]) -> None:
    outline, text = Outline(), Text.by("user", "# a\nPART I\nb\n## I\n")
    assert outline.of(text) == headings(text.text)
    for number, (start, length, new) in enumerate(changes):
        start = min(start, len(text))
        text = text.replaced(start, min(start + length, len(text)), new, "user")
        if number % 3:
            assert outline.of(text) == headings(text.text)


def test_which_chapter_a_place_is_in() -> None:
    found = headings("x\n# a\n# b\n")
    assert [heading_at(found, place) for place in (0, 2, 5, 6, 9)] == [-1, 0, 0, 1, 1]
