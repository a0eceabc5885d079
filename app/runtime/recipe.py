"""The recipe that every exported work carries, so that it can be made again.

A recipe holds no time and no name of a person or machine: two exports of one request are the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Any

import msgspec

from app import __version__
from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr

FORMAT = "atelie-recipe/1"
KEY = "atelie-recipe"
"""The keyword of the PNG text chunk, the prefix of the MIDI text event, the id of the SVG metadata."""

LOSSY = (".jpg", ".jpeg", ".mp4", ".webm", ".gif")
"""Suffixes of files that keep a work only nearly."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What made a work: the model by id and hash, the whole request, the version, and a hash of the result."""

    studio: str
    model: str
    model_sha256: str
    request: dict[str, Any]
    result_sha256: str
    complete: bool = True
    """False when the user stopped the generation half way and kept what there was."""
    app_version: str = __version__
    format: str = FORMAT

    def to_json(self) -> str:
        """One line of JSON in ASCII, keys in a fixed order."""
        return json.dumps(msgspec.to_builtins(self), sort_keys=True, separators=(",", ":"))


def recipe_from_json(text: str | bytes) -> Recipe:
    """Read a recipe. Raises :class:`AtelierError` (``BAD_FILE``) if it is damaged or of an unknown format."""
    try:
        recipe = msgspec.json.decode(text, type=Recipe)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AtelierError(
            ErrorKind.BAD_FILE, tr("The recipe in this file is damaged."), tr("The work itself can still be opened.")
        ) from error
    if recipe.format != FORMAT:
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("The recipe has the unknown format “{format}”.", format=recipe.format),
            tr("It may come from a newer version of Ateliê."),
        )
    return recipe


class Match(StrEnum):
    """How a work made again compares with the one in the file."""

    EXACT = "bit-exact"
    TOLERANCE = "within tolerance"
    DIFFERENT = "different"


class Verdict(msgspec.Struct, frozen=True):
    """The comparison in a word, and the reason in a sentence."""

    match: Match
    why: str


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
