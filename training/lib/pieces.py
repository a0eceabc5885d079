"""A checkpoint in pieces small enough to travel one by one, and put together again."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from app.runtime.verify import sha256_of

SIZE = 15 << 20
INDEX = "SHA256SUMS"


def split(path: Path, size: int = SIZE) -> Path:
    """Write the file as pieces of at most *size* bytes into the folder ``<name>.pieces`` beside it; returns that.

    ``SHA256SUMS`` there has the hash of each piece and, last, of the whole; ``cat`` of the pieces gives the file.
    """
    folder, fresh = _folder(path), path.with_name(path.name + ".pieces.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    lines, whole = [], hashlib.sha256()
    with path.open("rb") as file:
        for number, content in enumerate(iter(lambda: file.read(size), b"")):
            name = f"{path.name}.{number:03d}"
            (fresh / name).write_bytes(content)
            whole.update(content)
            lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    (fresh / INDEX).write_text("".join([*lines, f"{whole.hexdigest()}  {path.name}\n"]), encoding="utf8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return folder


def join(path: Path) -> bool:
    """Put the file together from its pieces where it is missing; returns whether that was done.

    Raises ValueError for a piece that is missing or damaged; nothing is written then.
    """
    if path.exists() or not (_folder(path) / INDEX).exists():
        return False
    *pieces, (whole, _) = [line.split("  ") for line in (_folder(path) / INDEX).read_text(encoding="utf8").splitlines()]
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        for digest, name in pieces:
            piece = _folder(path) / name
            if not piece.exists() or sha256_of(piece) != digest:
                raise ValueError(f"the piece {piece} is missing or damaged")
            file.write(piece.read_bytes())
    if sha256_of(fresh) != whole:
        raise ValueError(f"the pieces of {path} do not make the file they were cut from")
    fresh.replace(path)
    return True


def _folder(path: Path) -> Path:
    return path.with_name(path.name + ".pieces")
