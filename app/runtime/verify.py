"""Checks a model's files against the hashes in its manifest before anything of them is loaded."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.manifest import FileEntry, Manifest


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def model_digest(manifest: Manifest) -> str:
    """One SHA-256 for the whole model: over the names and hashes of its files, in the order of their names."""
    lines = sorted(f"{entry.sha256}  {entry.name}\n" for entry in manifest.files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def verify_file(folder: Path, entry: FileEntry) -> None:
    """Compare one file with its entry. Raises :class:`AtelierError` (``DAMAGED_MODEL``); touches nothing."""
    path = folder / entry.name
    if not path.is_file():
        raise damaged(folder, tr("“{name}” is missing", name=entry.name))
    if path.stat().st_size != entry.bytes or sha256_of(path) != entry.sha256:
        raise damaged(folder, tr("“{name}” is not the file that was published (its SHA-256 differs)", name=entry.name))


def check_presence(folder: Path, manifest: Manifest) -> None:
    """The quick look at start: each file there and of its size. Raises :class:`AtelierError` (``DAMAGED_MODEL``)."""
    for entry in manifest.files:
        path = folder / entry.name
        if not path.is_file():
            raise damaged(folder, tr("“{name}” is missing", name=entry.name))
        if path.stat().st_size != entry.bytes:
            raise damaged(folder, tr("“{name}” has the wrong size", name=entry.name))


def damaged(folder: Path, why: str) -> AtelierError:
    return AtelierError(
        ErrorKind.DAMAGED_MODEL,
        tr("The model “{model}” is damaged and was not loaded: {why}.", model=folder.name, why=why),
        tr("Nothing was deleted. Put the original file back or install Ateliê again."),
    )
