"""Reading and writing texts with the recipe and the authors: in the file where it has a place for them that is not
shown, beside it (``x.txt.recipe.json``) where it holds the text alone.

A text is Markdown, or plain: whatever else a file holds is brought to that when it is read (:mod:`.formats`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, disk_error, read_bytes
from app.base.i18n import tr
from app.runtime.recipe import Recipe, recipe_from_json, sha256_hex
from app.studios.write.document import Run, Text
from app.studios.write.formats import docx, html, markdown, odt, plain

log = logging.getLogger(__name__)

LIMIT = 20_000_000
"""The largest file in bytes; about thirty novels."""
PLAIN = (".txt", ".md")
"""The files that hold just the text; all others are read and written through its blocks."""
PDF = ".pdf"
"""Written by Qt, which is not known here."""
READERS: dict[str, Callable[[bytes], str]] = {
    ".txt": plain.read,
    ".md": plain.read,
    ".html": lambda content: markdown.write(html.read(plain.read(content))),
    ".htm": lambda content: markdown.write(html.read(plain.read(content))),
    ".docx": lambda content: markdown.write(docx.read(content)),
    ".odt": lambda content: markdown.write(odt.read(content)),
}
"""The text in a file's bytes. Raise :class:`AtelierError` (``BAD_FILE``)."""
WRITERS: dict[str, Callable[[str, str], bytes]] = {
    ".txt": lambda text, _: text.encode(),
    ".md": lambda text, _: text.encode(),
    ".odt": lambda text, _: odt.write(markdown.read(text)),
    ".html": lambda text, title: html.write(text, title).encode(),
    ".docx": lambda text, _: docx.write(markdown.read(text)),
}
"""A text and its title as a file's bytes."""
ENCLOSERS: dict[str, Callable[[bytes, bytes], bytes]] = {
    ".odt": odt.enclose,
    ".html": html.enclose,
    ".docx": docx.enclose,
}
"""A file's bytes with the recipe in it."""
ENCLOSED: dict[str, Callable[[bytes], bytes]] = {
    ".odt": odt.enclosed,
    ".html": html.enclosed,
    ".htm": html.enclosed,
    ".docx": docx.enclosed,
}
"""The recipe in a file's bytes, or nothing."""
_SIDE_CAR_LIMIT = 5 * LIMIT


class _Authors(msgspec.Struct):
    """Who wrote which characters of the file, beside the recipe's own fields.

    Good only while what is read from the file has that hash. ``source`` is the text itself where the file does not hold
    it to the letter, as DOCX does not hold the signs of Markdown; empty elsewhere.
    """

    text_sha256: str = ""
    runs: tuple[Run, ...] = ()
    source: str = ""


def side_car(path: Path) -> Path:
    """Where the recipe of a text lies."""
    return path.with_name(path.name + ".recipe.json")


def save_text(path: Path, text: Text, recipe: Recipe | None) -> list[Path]:
    """Write the text, UTF-8 without a mark where it is plain, and its side-car if it needs one; returns both.

    A side-car of an earlier save is taken away where there is none now, since it would speak of another text.
    Raises :class:`AtelierError` (``DISK``; ``BAD_INPUT`` for a suffix that is not a text's).
    """
    suffix = path.suffix.lower()
    if suffix not in WRITERS:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A text can't be written as “{suffix}”.", suffix=path.suffix or path.name),
            tr("Possible: {known}.", known=" ".join([*WRITERS, PDF])),
        )
    content, beside = WRITERS[suffix](text.text, path.stem), side_car(path)
    kept = _kept_json(recipe, _authors(text, suffix, content)) if recipe else b""
    within = bool(kept) and suffix in ENCLOSERS
    atomic_write(path, ENCLOSERS[suffix](content, kept) if within else content)
    if not kept or within:
        _remove(beside)
        return [path]
    atomic_write(beside, kept)
    return [path, beside]


def load_text(path: Path) -> tuple[Text, Recipe | None]:
    """Read a text file by its suffix, plain where that is unknown; at most 20 MB.

    Raises :class:`AtelierError` (``BAD_FILE``) for what is no text, is empty or too large.
    """
    content = read_bytes(path, LIMIT)
    if not content:
        raise AtelierError(
            ErrorKind.BAD_FILE, tr("“{name}” is empty.", name=path.name), tr("Start an empty page with New instead.")
        )
    text = Text.by("user", _read(path, content))
    recipe, authors = _kept(path, content)
    if authors.text_sha256 == sha256_hex(text.text.encode()):
        source = authors.source or text.text
        if sum(run.length for run in authors.runs) == len(source):
            text = Text(source, authors.runs)
    return text, recipe


def _read(path: Path, content: bytes) -> str:
    try:
        return READERS.get(path.suffix.lower(), plain.read)(content)
    except AtelierError as error:
        message = tr("“{name}” can't be opened: {why}", name=path.name, why=error.message)
        raise AtelierError(error.kind, message, error.hint) from error


def _authors(text: Text, suffix: str, content: bytes) -> _Authors:
    if suffix in PLAIN:
        return _Authors(sha256_hex(text.text.encode()), text.runs)
    return _Authors(sha256_hex(READERS[suffix](content).encode()), text.runs, text.text)


def _kept_json(recipe: Recipe, authors: _Authors) -> bytes:
    fields = json.loads(recipe.to_json()) | {"text_sha256": authors.text_sha256}
    fields["runs"] = [[run.length, run.maker] for run in authors.runs]
    if authors.source:
        fields["source"] = authors.source
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _kept(path: Path, content: bytes) -> tuple[Recipe | None, _Authors]:
    """The recipe, if there is one that can be read. A damaged one must not keep the text from being opened."""
    kept, beside = ENCLOSED.get(path.suffix.lower(), lambda _: b"")(content), side_car(path)
    if not kept and not beside.is_file():
        return None, _Authors()
    try:
        kept = kept or read_bytes(beside, _SIDE_CAR_LIMIT)
        recipe = recipe_from_json(kept)
    except AtelierError as error:
        log.info("The recipe of %s was passed over: %s", path.name, error)
        return None, _Authors()
    try:
        return recipe, msgspec.json.decode(kept, type=_Authors)
    except msgspec.DecodeError:
        return recipe, _Authors()


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(path, error) from error
