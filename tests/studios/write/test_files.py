"""Reading and writing text with its side-car."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.base.errors import AtelierError, ErrorKind
from app.runtime.recipe import Recipe
from app.studios.write.document import Text
from app.studios.write.files import LIMIT, load_text, save_text, side_car

RECIPE = Recipe(studio="write", model="m", model_sha256="0", request={"model": "m"}, result_sha256="1")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("déjà vu\n".encode(), "déjà vu\n"),
        (b"\xef\xbb\xbfmarked", "marked"),
        (b"a\r\nb\rc", "a\nb\nc"),
        ("caf\xe9".encode("latin-1"), "café"),
        ("wide 𝔸".encode("utf-16"), "wide 𝔸"),
    ],
)
def test_texts_of_any_kind_are_read(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    found, recipe = load_text(path)
    assert found.text == text
    assert recipe is None
    assert found.share("user") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "is not a text"),
        (b"MThd\x00\x00\x00\x06", "is not a text"),
        (b"a" * (LIMIT + 1), "is too large: 20 MB"),
    ],
)
def test_what_is_no_text_gets_a_clear_error(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    with pytest.raises(AtelierError, match=message) as error:
        load_text(path)
    assert error.value.kind is ErrorKind.BAD_FILE


def test_authors_and_recipe_survive_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    text = Text.by("user", "mine, ").replaced(6, 6, "not mine 🙂", "machine")
    assert save_text(path, text, RECIPE) == [path, side_car(path)]
    assert path.read_bytes() == "mine, not mine 🙂".encode()
    assert load_text(path) == (text, RECIPE)
    again = [file.read_bytes() for file in save_text(path, text, RECIPE)]
    assert again == [path.read_bytes(), side_car(path).read_bytes()]


def test_authors_of_another_text_are_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    save_text(path, Text.by("machine", "abc"), RECIPE)
    path.write_text("xyz", encoding="utf8")
    text, recipe = load_text(path)
    assert (text.share("user"), recipe) == (1, RECIPE)


def test_without_recipe_nothing_tells_of_one(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    save_text(path, Text.by("machine", "abc"), RECIPE)
    assert save_text(path, Text.by("machine", "abc"), None) == [path]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("damaged", [b"", b"{", b"[1]", b'{"format":"other"}', b"\xff"])
def test_a_damaged_side_car_does_not_keep_the_text_shut(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / "x.txt"
    save_text(path, Text.by("user", "abc"), RECIPE)
    side_car(path).write_bytes(damaged)
    assert load_text(path) == (Text.by("user", "abc"), None)


def test_where_nothing_can_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(AtelierError, match="folder does not exist"):
        save_text(tmp_path / "none" / "x.txt", Text.by("user", "a"), None)
    with pytest.raises(AtelierError, match=r"can't be written as “\.doc”"):
        save_text(tmp_path / "x.doc", Text.by("user", "a"), None)
