"""Writing never loses what was there."""

import errno
import os
from pathlib import Path

import pytest

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, read_bytes


def test_replaces_the_whole_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "work.txt"
    target.write_bytes(b"old")
    atomic_write(target, b"new")
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "work.txt"
    target.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AtelierError, match="The disk is full") as caught:
        atomic_write(target, b"new")
    assert caught.value.kind is ErrorKind.DISK
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(AtelierError, match="its folder does not exist"):
        atomic_write(tmp_path / "gone" / "work.txt", b"x")


def test_a_read_only_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)  # a super-user may write everywhere, so chmod would prove nothing
    with pytest.raises(AtelierError, match="read-only"):
        atomic_write(tmp_path / "work.txt", b"x")


def test_reading_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(AtelierError, match="There is no file “gone.txt”"):
        read_bytes(tmp_path / "gone.txt")
    (tmp_path / "large.txt").write_bytes(b"x" * 2_000_000)
    with pytest.raises(AtelierError, match="too large: 2 MB"):
        read_bytes(tmp_path / "large.txt", limit=1_000_000)
