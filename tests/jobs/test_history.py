"""The history is a tree that survives."""

from pathlib import Path

import pytest

from app.base.errors import AtelierError
from app.jobs.history import History, Node


def node(history: History, parent: int | None, title: str) -> Node:
    made = Node(id=history.next_id(), studio="write", parent=parent, title=title, recipe="{}", preview=b"")
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
