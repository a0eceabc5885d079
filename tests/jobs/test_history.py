"""The history is a tree that survives."""

import random
import sqlite3
import zlib
from pathlib import Path

import pytest

from app.base.errors import AtelierError
from app.jobs.history import LARGE, History, Node
from app.jobs.pieces import LEAST, MOST, cut


def node(history: History, parent: int | None, title: str) -> Node:
    made = Node(id=history.next_id(), studio="write", parent=parent, title=title, preview=b"")
    history.add(made, title.encode())
    return made


def test_branches_paths_stars_and_documents_come_back(tmp_path: Path) -> None:
    history = History(tmp_path)
    root = node(history, None, "root")
    left, right = node(history, root.id, "left"), node(history, root.id, "right")
    history.star(right.id, True)
    history.close()

    again = History(tmp_path)
    assert [found.title for found in again.nodes("write")] == ["root", "left", "right"]
    assert [found.title for found in again.path(left.id)] == ["root", "left"]
    assert again.get(right.id).star
    assert again.document(left.id) == b"left"
    assert again.next_id() == right.id + 1
    again.close()


def test_a_damaged_database_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").write_bytes(b"this is no database" * 100)
    history = History(tmp_path)
    assert history.nodes("write") == []
    history.close()
    assert len(list(tmp_path.glob("history.damaged-*.sqlite"))) == 1


def test_a_missing_document_is_a_clear_error(tmp_path: Path) -> None:
    history = History(tmp_path)
    made = node(history, None, "a")
    (tmp_path / "write" / f"{made.id}.z").write_bytes(b"broken")
    with pytest.raises(AtelierError, match="damaged"):
        history.document(made.id)
    history.close()


def novel(words: int) -> bytes:
    names = random.Random(1).choices(["sea", "grey", "nobody", "came", "down", "boats", "that", "morning"], k=words)
    return " ".join(f"{name}{at % 97}" for at, name in enumerate(names)).encode()


def test_steps_in_a_novel_cost_what_they_change_and_each_comes_back(tmp_path: Path) -> None:
    history, text, kept, first = History(tmp_path), novel(100_000), {}, 0
    for step in range(8):
        at = 70_000 * step
        text = text[:at] + b"and so it went on" + text[at:]
        made = Node(id=history.next_id(), studio="write", parent=None, title="", preview=b"")
        kept[made.id] = text + b"behind it what stood there before: " + text
        history.add(made, kept[made.id])
        if step == 0:
            first = size(tmp_path)
    history.close()
    assert size(tmp_path) - first < 0.25 * first < len(zlib.compress(text))
    again = History(tmp_path)
    assert all(again.document(node) == content for node, content in kept.items())
    again.close()


def test_a_missing_piece_is_a_clear_error(tmp_path: Path) -> None:
    history = History(tmp_path)
    made = Node(id=history.next_id(), studio="write", parent=None, title="", preview=b"")
    history.add(made, novel(20_000))
    history.close()
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        database.execute("DELETE FROM piece")
    database.close()
    again = History(tmp_path)
    with pytest.raises(AtelierError, match="damaged"):
        again.document(made.id)
    again.close()


def test_a_history_of_an_earlier_version_is_read_and_gone_on_with(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "history.sqlite")
    database.execute(
        "CREATE TABLE node (id INTEGER PRIMARY KEY, studio TEXT NOT NULL, parent INTEGER, created REAL NOT NULL, "
        "title TEXT NOT NULL, recipe TEXT NOT NULL, preview BLOB NOT NULL, star INTEGER NOT NULL DEFAULT 0)"
    )
    with database:
        database.execute("INSERT INTO node VALUES (1, 'write', NULL, 5.0, 'old', '{}', x'00', 1)")
    database.close()
    (tmp_path / "write").mkdir()
    (tmp_path / "write" / "1.z").write_bytes(zlib.compress(novel(20_000)))
    history = History(tmp_path)
    new = node(history, 1, "new")
    assert [(found.title, found.star, found.preview) for found in history.path(new.id)] == [
        ("old", True, b"\0"),
        ("new", False, b""),
    ]
    assert history.document(1) == novel(20_000)
    history.close()


@pytest.mark.parametrize("content", [b"", b"abc", bytes(300_000), novel(60_000), random.Random(2).randbytes(LARGE)])
def test_pieces_joined_are_the_content_and_none_is_too_large(content: bytes) -> None:
    pieces = cut(content)
    assert b"".join(pieces) == content
    assert all(LEAST <= len(piece) <= MOST for piece in pieces[:-1])


def size(folder: Path) -> int:
    """Bytes of all files; the database is closed, or what it has yet to take over counts twice."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
