"""Reading and writing whole files so that a crash, a full disk or a wrong folder never costs a work."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr


def atomic_write(path: Path, content: bytes) -> None:
    """Replace the file at *path* by *content*, or leave it as it was.

    The bytes go to a temporary file in the same folder, are flushed to the disk, and take the name in one step.
    Raises :class:`AtelierError` (``DISK``) with the reason in plain words.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside *path* to be written in the block; it takes the name at its end, or is gone if the block failed.

    Raises :class:`AtelierError` (``DISK``) for what the disk refuses, in the block too.
    """
    temporary = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise disk_error(path, error) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def read_bytes(path: Path, limit: int = 1 << 30) -> bytes:
    """The content of *path*. Raises ``AtelierError`` (``BAD_FILE``) if it can't be read or is over *limit* bytes."""
    try:
        size = path.stat().st_size
        if size > limit:
            raise AtelierError(
                ErrorKind.BAD_FILE,
                tr("“{name}” is too large: {size} MB, and at most {limit} MB can be opened here.").format(
                    name=path.name, size=size // 1_000_000, limit=limit // 1_000_000
                ),
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise AtelierError(ErrorKind.BAD_FILE, tr("There is no file “{name}”.").format(name=path.name)) from error
    except OSError as error:
        raise AtelierError(
            ErrorKind.BAD_FILE, tr("“{name}” can't be read: {why}.").format(name=path.name, why=error.strerror)
        ) from error


def make_folder(path: Path) -> Path:
    """Create the folder *path* with its parents. Raises :class:`AtelierError` (``DISK``)."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(path, error) from error
    return path


def disk_error(path: Path, error: OSError) -> AtelierError:
    """Say in plain words why *path* could not be written, and what to do."""
    name = path.name
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        message, hint = tr("The disk is full: “{name}” was not written."), tr("Free some space and save again.")
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        message, hint = tr("“{name}” can't be written: the folder is read-only."), tr("Save it in another folder.")
    elif error.errno in (errno.ENOENT, errno.ENOTDIR):
        message, hint = tr("“{name}” can't be written: its folder does not exist."), tr("Choose another folder.")
    else:
        message, hint = tr("“{name}” can't be written: {why}."), tr("What you made is still open; save it elsewhere.")
    return AtelierError(ErrorKind.DISK, message.format(name=name, why=error.strerror or error), hint)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
