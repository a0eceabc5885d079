"""Every generation is kept: a tree of nodes in SQLite, with the document of each node in a file of its own.

Of a large document the file holds the names of pieces, which are kept once for all nodes: a step in a novel costs what
it changed. The recipe is not beside the document but in it.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, make_folder, read_bytes
from app.base.i18n import tr
from app.jobs.pieces import NAME, cut, name_of

LARGE = 64 << 10
"""Bytes from which on a document is kept in pieces."""
_IN_PIECES = b"pieces/1"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS node (
    id INTEGER PRIMARY KEY,
    studio TEXT NOT NULL,
    parent INTEGER,
    created REAL NOT NULL,
    title TEXT NOT NULL,
    recipe TEXT NOT NULL,
    preview BLOB NOT NULL,
    star INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS piece (name BLOB PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS node_studio ON node (studio, id);
"""
_KEEP = """
INSERT INTO node VALUES (?, ?, ?, ?, ?, '', ?, 0)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, preview = excluded.preview
"""
"""The column ``recipe`` is that of older histories."""
_COLUMNS = "id, studio, parent, created, title, preview, star"


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One generation. ``created`` is in seconds since 1970; ``preview`` is a small PNG, or empty for text."""

    id: int
    studio: str
    parent: int | None
    title: str
    preview: bytes
    created: float = 0.0
    star: bool = False


class History:
    """The tree of all studios. May be used from several threads; a database that can't be opened is set aside."""

    def __init__(self, folder: Path) -> None:
        self._folder = make_folder(folder)
        self._lock = threading.Lock()
        self._database = _open(folder / "history.sqlite")
        self._next = self._database.execute("SELECT COALESCE(MAX(id), 0) FROM node").fetchone()[0]

    def next_id(self) -> int:
        """A number for a new node; given before the node is written, so that its children can name it."""
        with self._lock:
            self._next += 1
            return self._next

    def add(self, node: Node, document: bytes) -> None:
        """Keep a node and the document as it was after it; what was kept under its number before is replaced.

        Raises :class:`AtelierError` (``DISK``).
        """
        make_folder(self._folder / node.studio)
        content = self._in_pieces(document) if len(document) >= LARGE else zlib.compress(document, 3)
        atomic_write(self._file(node), content)
        row = (node.id, node.studio, node.parent, node.created or time.time(), node.title, node.preview)
        self._write(_KEEP, [row])

    def nodes(self, studio: str, limit: int = 200) -> list[Node]:
        """The newest *limit* nodes of a studio, oldest first. Raises :class:`AtelierError` (``DISK``)."""
        query = f"SELECT {_COLUMNS} FROM node WHERE studio = ? ORDER BY id DESC LIMIT ?"
        return self._read(query, (studio, limit))[::-1]

    def ids(self, studio: str) -> list[tuple[int, float]]:
        """Number and time of all nodes of a studio, oldest first. Raises :class:`AtelierError` (``DISK``)."""
        return self._rows("SELECT id, created FROM node WHERE studio = ? ORDER BY id", (studio,))

    def get(self, node_id: int) -> Node:
        """One node. Raises :class:`AtelierError` (``BAD_INPUT``) if there is none."""
        found = self._read(f"SELECT {_COLUMNS} FROM node WHERE id = ?", (node_id,))
        if not found:
            raise AtelierError(ErrorKind.BAD_INPUT, tr("This step of the history is gone."))
        return found[0]

    def document(self, node_id: int) -> bytes:
        """The document of a node. Raises :class:`AtelierError` (``BAD_FILE``) if its file is missing or damaged."""
        content = read_bytes(self._file(self.get(node_id)))
        try:
            if content.startswith(_IN_PIECES):
                return b"".join(self._pieces(content[len(_IN_PIECES) :]))
            return zlib.decompress(content)
        except (zlib.error, IndexError) as error:
            raise AtelierError(ErrorKind.BAD_FILE, tr("This step of the history is damaged.")) from error

    def path(self, node_id: int) -> list[Node]:
        """The nodes from the root down to this one."""
        nodes, current = [], self.get(node_id)
        while current.parent is not None:
            nodes.append(current)
            current = self.get(current.parent)
        return [*nodes, current][::-1]

    def star(self, node_id: int, on: bool) -> None:
        """Mark a node as a favourite, or no longer."""
        self._write("UPDATE node SET star = ? WHERE id = ?", [(int(on), node_id)])

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _file(self, node: Node) -> Path:
        return self._folder / node.studio / f"{node.id}.z"

    def _in_pieces(self, document: bytes) -> bytes:
        """Keep the pieces that are not there yet; what the node's file holds."""
        parts = cut(document)
        pieces = {name_of(piece): piece for piece in parts}
        new = [name for name in pieces if not self._rows("SELECT 1 FROM piece WHERE name = ?", (name,))]
        kept = [(name, zlib.compress(pieces[name], 3)) for name in new]
        self._write("INSERT OR IGNORE INTO piece VALUES (?, ?)", kept)
        return _IN_PIECES + b"".join(map(name_of, parts))

    def _pieces(self, names: bytes) -> Iterator[bytes]:
        """The pieces of so many names. Raises IndexError if one is missing."""
        for at in range(0, len(names), NAME):
            (content,) = self._rows("SELECT content FROM piece WHERE name = ?", (names[at : at + NAME],))[0]
            yield zlib.decompress(content)

    def _read(self, query: str, values: tuple[object, ...]) -> list[Node]:
        return [
            Node(id=i, studio=s, parent=p, created=c, title=t, preview=image, star=bool(star))
            for i, s, p, c, t, image, star in self._rows(query, values)
        ]

    def _rows(self, query: str, values: tuple[object, ...]) -> list[Any]:
        try:
            with self._lock:
                return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise AtelierError(ErrorKind.DISK, tr("The history can't be read: {why}.", why=error)) from error

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        try:
            with self._lock, self._database:
                self._database.executemany(statement, rows)
        except sqlite3.Error as error:
            raise AtelierError(ErrorKind.DISK, tr("The history can't be written: {why}.", why=error)) from error


def _open(path: Path) -> sqlite3.Connection:
    try:
        return _prepared(path)
    except sqlite3.DatabaseError:
        path.replace(path.with_suffix(f".damaged-{int(time.time())}.sqlite"))
        return _prepared(path)


def _prepared(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(_SCHEMA)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database
