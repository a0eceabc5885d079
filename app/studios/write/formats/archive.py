"""The zip file in which DOCX and ODT come: looked at before it is unpacked."""

from __future__ import annotations

import io
import zipfile

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


def broken() -> AtelierError:
    """What to say of a document that can't be read."""
    return AtelierError(
        ErrorKind.BAD_FILE,
        tr("it is damaged, or is not what its name says."),
        tr("Open it in the program that wrote it and save it again, or save it as plain text."),
    )
