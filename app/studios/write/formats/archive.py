"""The zip file in which DOCX and ODT come: looked at before it is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr

XML_LIMIT = 150_000_000
"""What the XML parts of a document may come to, in bytes; a novel of 300,000 words has 15 MB."""
PARTS = 5_000
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def check_archive(content: bytes, member: str) -> None:
    """Raises :class:`AtelierError` (``BAD_FILE``) for what is no zip file with *member*, or would fill the memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise broken() from error
    if member not in {part.filename for part in parts}:
        raise broken()
    size = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if size > XML_LIMIT or len(parts) > PARTS:
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("it would unpack to {size} MB.", size=f"{size // 1_000_000:,}"),
            tr("At most {limit} MB are read; no novel is as long.", limit=XML_LIMIT // 1_000_000),
        )


def steady(content: bytes) -> bytes:
    """The same archive without the time of its making, so that equal texts give equal files."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            entry = zipfile.ZipInfo(part.filename, _FIRST_DAY)
            entry.compress_type = part.compress_type
            new.writestr(entry, old.read(part))
    return made.getvalue()


def with_part(content: bytes, name: str, part: bytes, named_in: str, entry: bytes) -> bytes:
    """The archive with one more part, and an *entry* for it before the last end tag of the part *named_in*."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for known in old.infolist():
            body = old.read(known)
            if known.filename == named_in:
                end = body.rindex(b"</")
                body = body[:end] + entry + body[end:]
            new.writestr(known, body)
        new.writestr(zipfile.ZipInfo(name, _FIRST_DAY), part, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def find_part(content: bytes, fits: Callable[[str], bool], mark: bytes = b"") -> bytes:
    """The first part of a fitting name that holds *mark*; empty where there is none, or the archive can't be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = (archive.read(part) for part in archive.infolist() if _is_small(part) and fits(part.filename))
            return next((part for part in parts if mark in part), b"")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, zlib.error):
        return b""


def _is_small(part: zipfile.ZipInfo) -> bool:
    return part.file_size <= XML_LIMIT


def broken() -> AtelierError:
    """What to say of a document that can't be read."""
    return AtelierError(
        ErrorKind.BAD_FILE,
        tr("it is damaged, or is not what its name says."),
        tr("Open it in the program that wrote it and save it again, or save it as plain text."),
    )
