"""The working file and its backups."""

import os
import time
from pathlib import Path

from app.jobs.autosave import BACKUP_SECONDS, BACKUPS, WorkingFile


def test_backups_rotate_and_are_bounded(tmp_path: Path) -> None:
    working = WorkingFile(tmp_path)
    old = time.time() - 2 * BACKUP_SECONDS
    for number in range(BACKUPS + 4):
        working.write(str(number).encode())
        for path in working.candidates():
            os.utime(path, (old, old))
    contents = [path.read_text() for path in working.candidates()]
    newest = BACKUPS + 3
    assert contents == [str(newest - age) for age in range(BACKUPS + 1)]


def test_within_five_minutes_there_is_one_backup(tmp_path: Path) -> None:
    working = WorkingFile(tmp_path)
    for number in range(10):
        working.write(str(number).encode())
    assert [path.read_text() for path in working.candidates()] == ["9", "0"]
