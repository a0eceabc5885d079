"""What goes wrong with a file or a disk is told in place, in the window and on the command line, and costs no work."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError, ErrorKind
from app.base.paths import bundled_models_dir
from app.cli import run
from app.jobs.studio_state import StudioState
from app.runtime.manifest import MANIFEST
from app.shell.window import Window
from app.studios.cards import CARDS
from app.ui.studio_page import StudioPage

Opener = Callable[..., Window]
STUDIOS = [card.id for card in CARDS]
SUFFIXES = {card.id: card.extensions[0] for card in CARDS}
MODELS = {"write": "char-rnn-shakespeare", "compose": "coconet-bach", "imagine": "gan-2014", "paint": "sketch-rnn"}
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 8
HUGE = 100_000_000


def change_by_hand(state: StudioState) -> None:
    """An unsaved change that must survive."""
    state.set_seed(4711)
    state.edit("Test", state.empty())


def refused(page: StudioPage, path: Path, qtbot: QtBot) -> str:
    """The message after opening *path*; the work in front must not have changed."""
    change_by_hand(page.state)
    before, settings, undo = page.state.document, page.state.settings, page.state.undo_title
    page.open_path(path)
    qtbot.waitUntil(lambda: bool(page.errors.text), timeout=30_000)
    assert (page.state.document, page.state.settings, page.state.undo_title) == (before, settings, undo)
    assert page.path is None
    return page.errors.text


@pytest.mark.parametrize("studio", STUDIOS)
@pytest.mark.parametrize("content", [b"", JPEG[:40], b"\0" * 5000], ids=["empty", "a piece of a JPEG", "zeros"])
def test_a_file_that_is_none_is_refused_in_every_studio(
    studio: str, content: bytes, open_window: Opener, tmp_path: Path, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"work{SUFFIXES[studio]}"
    path.write_bytes(content)
    told = refused(open_window(studio).page, path, qtbot)
    assert run(CARDS, ["score", MODELS[studio], str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("atelie: ")
    for message in (told, line):
        assert message.endswith(".")
        assert len(message.split()) > 3
        assert "Something went wrong inside" not in message
    assert path.read_bytes() == content


def test_a_midi_file_that_is_a_jpeg(
    open_window: Opener, tmp_path: Path, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "photo.mid"
    path.write_bytes(JPEG)
    assert "photo.mid" in refused(open_window("compose").page, path, qtbot)
    out = tmp_path / "out.mid"
    assert run(CARDS, ["compose", "coconet-bach", "--melody", str(path), "--out", str(out)]) == 2
    assert "photo.mid" in capsys.readouterr().err
    assert not out.exists()


def test_a_text_of_a_hundred_megabytes(
    open_window: Opener, tmp_path: Path, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "library.txt"
    path.write_bytes(b"all the books " * (HUGE // 14 + 1))
    assert "too large: 100 MB" in refused(open_window("write").page, path, qtbot)
    assert run(CARDS, ["score", "char-rnn-shakespeare", str(path)]) == 2
    assert "too large: 100 MB" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "9"])
def test_a_control_that_is_no_number_in_its_range(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CARDS, ["imagine", "gan-2014", "--set", f"truncation={value}", "--out", "x.png"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"Variety can't be {value}" in line.replace(".0", "")


# --- models -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_model(home: Path) -> Path:
    """A model of the user's own, "my-gan"."""
    folder = home / "data" / "models" / "my-gan"
    shutil.copytree(bundled_models_dir() / "gan-2014", folder)
    manifest = folder / MANIFEST
    manifest.write_text(manifest.read_text(encoding="utf8").replace('id = "gan-2014"', 'id = "my-gan"'))
    return folder


def test_a_truncated_graph_is_listed_with_the_reason_and_not_offered(
    own_model: Path, open_window: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = own_model / "generator.onnx"
    graph.write_bytes(graph.read_bytes()[:5000])
    page = open_window("imagine").page
    row = page.bar.models.findData("my-gan")
    assert (
        not page.bar.models.model().index(row, 0).flags() & page.bar.models.model().index(row, 0).flags().ItemIsEnabled
    )
    assert run(CARDS, ["imagine", "my-gan", "--out", "x.png"]) == 2
    assert "“generator.onnx” has the wrong size" in capsys.readouterr().err
    assert graph.stat().st_size == 5000


def test_a_changed_byte_is_found_on_load_told_in_place_and_the_model_put_aside(
    own_model: Path, open_window: Opener, qtbot: QtBot
) -> None:
    graph = own_model / "generator.onnx"
    content = bytearray(graph.read_bytes())
    content[-100] ^= 1
    graph.write_bytes(content)
    page = open_window("imagine").page
    before = page.state.document
    page.state.set_model("my-gan")
    page.generate()
    qtbot.waitUntil(lambda: "SHA-256 differs" in page.errors.text, timeout=30_000)
    assert page.state.document == before
    assert not next(entry for entry in page.state.models() if entry.id == "my-gan").usable
    assert graph.read_bytes() == content
    page.state.set_model("gan-2014")
    page.generate()
    qtbot.waitUntil(lambda: not page.state.busy, timeout=30_000)
    assert page.state.document != before


# --- disks ------------------------------------------------------------------------------------------------------------


def full(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def read_only(*_: object, **__: object) -> None:
    raise PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.parametrize(
    ("module", "name", "fault", "message"),
    [(os, "fsync", full, "The disk is full"), (tempfile, "mkstemp", read_only, "the folder is read-only")],
    ids=["full", "read-only"],
)
@pytest.mark.parametrize("studio", STUDIOS)
def test_a_disk_that_refuses_keeps_the_old_file_and_the_open_work(
    studio: str,
    module: object,
    name: str,
    fault: Callable[..., None],
    message: str,
    open_window: Opener,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = open_window(studio).page
    path = tmp_path / f"work{SUFFIXES[studio]}"
    with qtbot.waitSignal(page.state.saved):
        page.state.save(path)
    saved, document = path.read_bytes(), page.state.document
    with monkeypatch.context() as patch:
        patch.setattr(module, name, fault)
        page.state.save(path)
        qtbot.waitUntil(lambda: message in page.errors.text)
        page.state.autosave()
        qtbot.waitUntil(lambda: not page.state.services.jobs.busy())
    assert path.read_bytes() == saved
    assert sorted(file.name for file in tmp_path.glob("*.part")) == []
    assert page.state.document == document
    with qtbot.waitSignal(page.state.saved):
        page.state.save(path)


def test_a_full_disk_in_the_history_costs_the_node_and_not_the_result(
    open_window: Opener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_window("paint").page
    before = page.state.document
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        page.generate()
        qtbot.waitUntil(lambda: "The disk is full" in page.errors.text, timeout=30_000)
    assert page.state.document != before
    assert page.film.count() == 0
    page.generate()
    qtbot.waitUntil(lambda: page.film.count() == 1, timeout=30_000)


def test_a_history_that_can_not_be_read_is_told_and_the_studio_works_on(
    open_window: Opener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_window("paint").page

    def broken(*_: object) -> None:
        raise AtelierError(ErrorKind.DISK, "The history can't be read.")

    with monkeypatch.context() as patch:
        patch.setattr(page.state.services.history, "nodes", broken)
        page.generate()
        qtbot.waitUntil(lambda: "history can't be read" in page.errors.text, timeout=30_000)
    assert page.state.document.strokes


def test_the_command_line_on_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "crab.svg"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    assert run(CARDS, ["paint", "sketch-rnn", "--class", "crab", "--out", str(path)]) == 2
    assert "The disk is full" in capsys.readouterr().err
    assert path.read_bytes() == b"old"
