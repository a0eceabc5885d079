"""All pictures ever made here, to be found again: an index of the history with a thumbnail and a star for each.

A picture is known by its key, a hash of its pixels, so that it is found by an exported file too. The whole picture
stays in the history; one that is not there (it was steered and starred) is kept here.
"""

from __future__ import annotations

import contextlib
import io
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.files import make_folder
from app.base.i18n import tr
from app.studios.imagine.codec import ANY
from app.studios.imagine.document import Picture
from app.studios.imagine.files import file_bytes
from app.studios.imagine.request import ImagineRequest

THUMBNAIL = 128
_SCHEMA = """
CREATE TABLE IF NOT EXISTS picture (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    node INTEGER,
    created REAL NOT NULL,
    day TEXT NOT NULL,
    model TEXT NOT NULL,
    seed INTEGER NOT NULL,
    kind TEXT NOT NULL,
    star INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS picture_star ON picture (key) WHERE star;
CREATE TABLE IF NOT EXISTS body (
    id INTEGER PRIMARY KEY,
    request BLOB NOT NULL,
    thumbnail BLOB NOT NULL,
    content BLOB
);
CREATE TABLE IF NOT EXISTS kin (child TEXT NOT NULL, parent TEXT NOT NULL, UNIQUE (child, parent));
CREATE INDEX IF NOT EXISTS kin_parent ON kin (parent);
CREATE TABLE IF NOT EXISTS indexed (node INTEGER PRIMARY KEY);
"""
"""What is large lies in a table of its own, so that a search reads little."""
_ADD = """
INSERT INTO picture (key, node, created, day, model, seed, kind) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET node = COALESCE(picture.node, excluded.node)
"""
_ADD_BODY = "INSERT OR IGNORE INTO body SELECT id, ?, ?, ? FROM picture WHERE key = ?"
_BODY = "SELECT request, content FROM body JOIN picture USING (id) WHERE key = ?"
_COLUMNS = "id, key, node, created, day, model, seed, kind, star"
_WORD = "(model LIKE ? OR kind LIKE ? OR day LIKE ? OR CAST(seed AS TEXT) = ?)"


class Item(msgspec.Struct, frozen=True, array_like=True):
    """One picture of the gallery. *node* is that of the history it came with, *day* as 2026-11-25."""

    id: int
    key: str
    node: int | None
    created: float
    day: str
    model: str
    seed: int
    kind: str
    star: bool


class Gallery:
    """May be used from several threads: each call opens the database for itself. A damaged one is set aside.

    All methods raise :class:`AtelierError` (``DISK``) if the database can't be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = make_folder(folder) / "gallery.sqlite"
        try:
            self._prepare()
        except sqlite3.DatabaseError:
            self._path.replace(self._path.with_suffix(f".damaged-{int(time.time())}.sqlite"))
            self._prepare()

    def add(self, pictures: Iterable[Picture], node: int | None, created: float = 0.0) -> None:
        """Keep pictures that were made; *node* is where the history has them, None for whole pictures to keep here."""
        now = created or time.time()
        made = [picture for picture in pictures if picture.request is not None or node is None]
        rows = [_row(picture, node, now) for picture in made]
        bodies = [(*_body(picture, node), row[0]) for row, picture in zip(rows, made, strict=True)]
        kin = [
            (row[0], parent.key)
            for row, picture in zip(rows, made, strict=True)
            for parent in (picture.request.parents if picture.request else ())
        ]
        with self._open() as database:
            database.executemany(_ADD, rows)
            database.executemany(_ADD_BODY, bodies)
            database.executemany("INSERT OR IGNORE INTO kin VALUES (?, ?)", kin)
            if node is not None:
                database.execute("INSERT OR IGNORE INTO indexed VALUES (?)", (node,))

    def find(self, words: str = "", starred: bool = False) -> list[Item]:
        """The pictures, newest first, of which each of the *words* is a part of the model's name or the class, the
        beginning of the date, or the seed."""
        clauses, values = ["1"], []
        for word in words.split():
            clauses.append(_WORD)
            values += [f"%{word}%", f"%{word}%", f"{word}%", word.removeprefix("seed:")]
        if starred:
            clauses.append("star")
        return self._items(f"WHERE {' AND '.join(clauses)} ORDER BY id DESC", values)

    def by_keys(self, keys: Sequence[str]) -> list[Item]:
        """Those of the *keys* there are, in no order."""
        return self._items(f"WHERE key IN ({', '.join('?' * len(keys))})", keys) if keys else []

    def parents(self, key: str) -> list[str]:
        return self._column("SELECT parent FROM kin WHERE child = ? ORDER BY rowid", key)

    def children(self, key: str, most: int = 12) -> list[str]:
        """The newest *most* children of a picture."""
        return self._column(f"SELECT child FROM kin WHERE parent = ? ORDER BY rowid DESC LIMIT {int(most)}", key)

    def thumbnails(self, ids: Sequence[int]) -> dict[int, bytes]:
        """Small picture files by number."""
        with self._open() as database:
            query = f"SELECT id, thumbnail FROM body WHERE id IN ({', '.join('?' * len(ids))})"
            return dict(database.execute(query, list(ids)).fetchall())

    def kept(self, key: str) -> tuple[ImagineRequest | None, bytes | None]:
        """What made a picture, and its file if it is kept here."""
        with self._open() as database:
            row = database.execute(_BODY, (key,)).fetchone()
        if row is None:
            raise AtelierError(ErrorKind.BAD_INPUT, tr("This picture is not in the gallery any more."))
        return msgspec.json.decode(row[0], type=ImagineRequest | None), row[1]

    def star(self, key: str, on: bool) -> None:
        with self._open() as database:
            database.execute("UPDATE picture SET star = ? WHERE key = ?", (int(on), key))

    def starred(self) -> frozenset[str]:
        """The keys of all pictures with a star."""
        return frozenset(self._column("SELECT key FROM picture WHERE star"))

    def indexed(self) -> set[int]:
        """The nodes of the history whose pictures are here."""
        with self._open() as database:
            return {node for (node,) in database.execute("SELECT node FROM indexed")}

    def __len__(self) -> int:
        with self._open() as database:
            return int(database.execute("SELECT COUNT(*) FROM picture").fetchone()[0])

    def _items(self, rest: str, values: Sequence[object]) -> list[Item]:
        with self._open() as database:
            rows = database.execute(f"SELECT {_COLUMNS} FROM picture {rest}", list(values)).fetchall()
        return [Item(i, key, node, made, day, model, seed, kind, bool(star))
                for i, key, node, made, day, model, seed, kind, star in rows]  # fmt: skip

    def _column(self, query: str, *values: object) -> list[str]:
        with self._open() as database:
            return [value for (value,) in database.execute(query, values)]

    def _prepare(self) -> None:
        with contextlib.closing(sqlite3.connect(self._path)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(_SCHEMA)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with contextlib.closing(sqlite3.connect(self._path)) as database, database:
                database.execute("PRAGMA synchronous = NORMAL")
                yield database
        except sqlite3.Error as error:
            raise AtelierError(ErrorKind.DISK, tr("The gallery can't be used: {why}.", why=error)) from error


def kind_of(request: ImagineRequest) -> str:
    """The class a picture was asked for, or those its founders had."""
    kinds = [str(request.controls.get("class", ANY)), *(name for name, _ in request.mix)]
    for parent in request.parents:
        kinds += [kind_of(gene.request) for gene in parent.genes]
    return ", ".join(dict.fromkeys(kind for kind in kinds if kind and kind != ANY))


def thumbnail(picture: Picture) -> bytes:
    """A small file of the picture: PNG where it is small already, else JPEG."""
    image = Image.fromarray(np.asarray(picture.array))
    if max(image.size) <= THUMBNAIL // 2:
        return file_bytes(picture, None)
    image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _row(picture: Picture, node: int | None, created: float) -> tuple[object, ...]:
    request = picture.request
    return (
        picture.key,
        node,
        created,
        time.strftime("%Y-%m-%d", time.localtime(created)),
        request.model if request else "",
        request.seed if request else 0,
        kind_of(request) if request else "",
    )


def _body(picture: Picture, node: int | None) -> tuple[bytes, bytes, bytes | None]:
    content = file_bytes(picture, None) if node is None else None
    return msgspec.json.encode(picture.request), thumbnail(picture), content
