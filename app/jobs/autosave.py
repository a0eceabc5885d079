"""Keeps the work in progress on the disk, with rotating backups, so that a crash costs seconds."""

from __future__ import annotations

import time
from pathlib import Path

from app.base.files import atomic_write, make_folder, read_bytes

BACKUPS = 5
BACKUP_SECONDS = 300.0


class WorkingFile:
    """One studio's work in progress: ``working.bin`` and its backups ``working.1.bin`` (newest) … ``working.5.bin``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "working.bin"

    def write(self, content: bytes) -> None:
        """Replace the file; every five minutes the one before becomes a backup. Raises ``AtelierError`` (``DISK``)."""
        make_folder(self._folder)
        if self._path.exists() and self._backup_is_due():
            self._rotate()
        atomic_write(self._path, content)

    def candidates(self) -> list[Path]:
        """The files to try at start, newest first."""
        return [path for path in (self._path, *map(self._backup, range(1, BACKUPS + 1))) if path.exists()]

    def read(self, path: Path) -> bytes:
        return read_bytes(path)

    def set_aside(self, path: Path) -> Path:
        """Rename a file that can't be understood, so that no later save overwrites it; returns its new place."""
        aside = path.with_name(f"{path.stem}.damaged-{time.time_ns()}{path.suffix}")
        return path.rename(aside)

    def _backup(self, number: int) -> Path:
        return self._folder / f"working.{number}.bin"

    def _backup_is_due(self) -> bool:
        newest = self._backup(1)
        return not newest.exists() or time.time() - newest.stat().st_mtime > BACKUP_SECONDS

    def _rotate(self) -> None:
        for number in range(BACKUPS - 1, 0, -1):
            if self._backup(number).exists():
                self._backup(number).replace(self._backup(number + 1))
        # A copy, not a rename: at no moment may the work be without its file.
        atomic_write(self._backup(1), self._path.read_bytes())
