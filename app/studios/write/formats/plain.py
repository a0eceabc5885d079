"""Plain text of any encoding that can be told."""

from __future__ import annotations

import contextlib

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr

_BINARY = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1a\x1b"))
"""Control characters that no text has."""
_SAMPLE = 4096
_ZEROS = 0.3
"""A text in UTF-16 without a mark has so many zeros at least in every other byte, and none in the rest."""


def read(content: bytes) -> str:
    """UTF-8; UTF-16, with a mark or told by its zeros; else Latin-1.

    Raises :class:`AtelierError` (``BAD_FILE``) for what is no text.
    """
    wide = _wide_encoding(content)
    if wide:
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(wide)
    if len(content.translate(None, _BINARY)) == len(content):
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("latin-1")
    raise AtelierError(
        ErrorKind.BAD_FILE,
        tr("it is not a text."),
        tr("It looks like a picture, a sound or a document of a word processor; save that as plain text first."),
    )


def _wide_encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    first, second = content[:_SAMPLE:2], content[1:_SAMPLE:2]
    if second.count(0) > _ZEROS * len(second) and not first.count(0):
        return "utf-16-le"
    return "utf-16-be" if first.count(0) > _ZEROS * len(first) and not second.count(0) else ""
