"""Reading and writing plain text, with the recipe in a side-car file ``x.txt.recipe.json``."""

from __future__ import annotations

import contextlib
import json
import logging
from pathlib import Path

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, disk_error, read_bytes
from app.base.i18n import tr
from app.runtime.recipe import Recipe, recipe_from_json, sha256_hex
from app.studios.write.document import Run, Text

log = logging.getLogger(__name__)

LIMIT = 20_000_000
"""The largest text in bytes; about thirty novels."""
SUFFIXES = (".txt", ".md")
_BINARY = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1a\x1b"))
"""Control characters that no text has."""
_SIDE_CAR_LIMIT = 5 * LIMIT


class _Authors(msgspec.Struct):
    """Who wrote which characters of the file, beside the recipe's own fields; good for the text of that hash alone."""

    text_sha256: str = ""
    runs: tuple[Run, ...] = ()


def side_car(path: Path) -> Path:
    """Where the recipe of a text lies."""
    return path.with_name(path.name + ".recipe.json")


def save_text(path: Path, text: Text, recipe: Recipe | None) -> list[Path]:
    """Write the text as UTF-8 without a mark, and its side-car; returns the files written.

    Without a recipe a side-car of an earlier save is taken away, since it would speak of another text.
    Raises :class:`AtelierError` (``DISK``; ``BAD_INPUT`` for a suffix that is not a text's).
    """
    if path.suffix.lower() not in SUFFIXES:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A text can't be written as “{suffix}”.", suffix=path.suffix or path.name),
            tr("Possible: {known}.", known=" ".join(SUFFIXES)),
        )
    content = text.text.encode()
    atomic_write(path, content)
    beside = side_car(path)
    if recipe is None:
        _remove(beside)
        return [path]
    atomic_write(beside, _side_car_json(recipe, _Authors(sha256_hex(content), text.runs)))
    return [path, beside]


def load_text(path: Path) -> tuple[Text, Recipe | None]:
    """Read a text file: UTF-8, UTF-16 with a mark, or else Latin-1; at most 20 MB.

    Raises :class:`AtelierError` (``BAD_FILE``) for what is no text, is empty or too large.
    """
    content = read_bytes(path, LIMIT)
    if not content:
        raise AtelierError(
            ErrorKind.BAD_FILE, tr("“{name}” is empty.", name=path.name), tr("Start an empty page with New instead.")
        )
    text = Text.by("user", _decoded(path, content))
    recipe, authors = _read_side_car(side_car(path))
    if authors.text_sha256 == sha256_hex(text.text.encode()) and sum(run.length for run in authors.runs) == len(text):
        text = Text(text.text, authors.runs)
    return text, recipe


def _decoded(path: Path, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode("utf-16")
    if len(content.translate(None, _BINARY)) == len(content):
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("latin-1")
    raise AtelierError(
        ErrorKind.BAD_FILE,
        tr("“{name}” is not a text.", name=path.name),
        tr("It looks like a picture, a sound or a document of a word processor; save that as plain text first."),
    )


def _side_car_json(recipe: Recipe, authors: _Authors) -> bytes:
    fields = json.loads(recipe.to_json()) | {"text_sha256": authors.text_sha256}
    fields["runs"] = [[run.length, run.maker] for run in authors.runs]
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _read_side_car(path: Path) -> tuple[Recipe | None, _Authors]:
    """The recipe, if there is one that can be read. A damaged side-car must not keep the text from being opened."""
    if not path.is_file():
        return None, _Authors()
    try:
        content = read_bytes(path, _SIDE_CAR_LIMIT)
        recipe = recipe_from_json(content)
    except AtelierError as error:
        log.info("%s was passed over: %s", path.name, error)
        return None, _Authors()
    try:
        return recipe, msgspec.json.decode(content, type=_Authors)
    except msgspec.DecodeError:
        return recipe, _Authors()


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(path, error) from error
