"""Opening, dropping and saving files of other programs in the real window."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.cli import replay, run
from app.jobs.services import Services
from app.runtime.recipe import Match
from app.studios.write.card import CARD
from app.studios.write.document import LONGEST_LINE, Text
from app.studios.write.page import WritePage


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A document as Word would write it."""
    document = docx.Document()
    document.add_heading("A letter", 1)
    document.add_paragraph("Dear ").add_run("reader").italic = True
    document.save(str(tmp_path / "letter.docx"))
    return tmp_path / "letter.docx"


def _drop(page: WritePage, path: Path) -> None:
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(path))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, files, left, none))


def test_a_dropped_document_is_read_and_never_written_over(
    qtbot: QtBot, page: WritePage, letter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _drop(page, letter)
    qtbot.waitUntil(lambda: page.state.document.text == "# A letter\n\nDear *reader*\n")
    before = letter.read_bytes()
    asked: list[str] = []

    def ask(*arguments: str) -> tuple[str, str]:
        asked.append(arguments[-1])
        return str(letter.with_name("mine.docx")), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    with qtbot.waitSignal(page.state.saved):
        page.save_file()
    assert asked == ["Write (*.txt *.md *.docx *.odt *.html *.pdf)"]
    assert letter.read_bytes() == before
    assert [paragraph.text for paragraph in docx.Document(str(letter.with_name("mine.docx"))).paragraphs] == [
        "A letter",
        "Dear reader",
    ]
    with qtbot.waitSignal(page.state.saved):
        page.save_file()
    assert len(asked) == 1


@pytest.mark.parametrize("suffix", [".odt", ".html", ".docx", ".md"])
def test_saved_and_opened_again_with_authors(qtbot: QtBot, page: WritePage, tmp_path: Path, suffix: str) -> None:
    text = Text.by("user", "# One\n\nMine, ").replaced(13, 13, "not *mine*.", "machine")
    page.state.edit("x", text)
    page.state.set_control("length", 20)
    page.generate()
    qtbot.waitUntil(lambda: not page.state.busy, timeout=60_000)
    whole = page.state.document
    path = tmp_path / f"x{suffix}"
    with qtbot.waitSignal(page.state.saved):
        page.state.save(path)
    page.new()
    page.open_path(path)
    qtbot.waitUntil(lambda: bool(page.state.document.text))
    assert page.state.document == whole
    assert page.path == path


def test_pdf_is_written_by_the_window(qtbot: QtBot, page: WritePage, tmp_path: Path) -> None:
    page.state.edit("x", Text.by("user", "# One\n\nTwo."))
    with qtbot.waitSignal(page.state.saved):
        page.state.save(tmp_path / "x.pdf")
    document = QPdfDocument()
    document.load(str(tmp_path / "x.pdf"))
    assert document.getAllText(0).text().split() == ["One", "Two.", "1"]
    document.close()


def test_a_broken_document_is_told_in_place_and_nothing_is_lost(qtbot: QtBot, page: WritePage, tmp_path: Path) -> None:
    page.state.edit("x", Text.by("user", "mine"))
    (tmp_path / "x.docx").write_bytes(b"PK\x03\x04 cut off")
    page.open_path(tmp_path / "x.docx")
    qtbot.waitUntil(lambda: "“x.docx” can't be opened: it is damaged" in page.errors.text)
    assert page.state.document.text == "mine"


def test_a_megabyte_without_a_blank_is_broken_into_lines_and_said(
    qtbot: QtBot, page: WritePage, tmp_path: Path
) -> None:
    (tmp_path / "x.txt").write_text("x" * 1_000_000, encoding="utf8")
    page.open_path(tmp_path / "x.txt")
    qtbot.waitUntil(lambda: "99 line breaks were put into lines too long" in page.errors.text)
    assert page.state.document.text.replace("\n", "") == "x" * 1_000_000
    assert max(map(len, page.state.document.text.split("\n"))) == LONGEST_LINE


def test_a_pasted_megabyte_too_and_half_a_character_is_replaced(qtbot: QtBot, page: WritePage) -> None:
    QApplication.clipboard().setText("a few words " * 2_000)
    qtbot.keyClick(page.editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert "2 line breaks" in page.errors.text
    assert page.state.document.text.replace("\n", "") == "a few words " * 2_000
    page.undo()
    page.editor.insertPlainText("half \ud83d of it")
    assert page.state.document.text == "half � of it"


def test_the_command_line_writes_documents_that_can_be_replayed(tmp_path: Path, services: Services) -> None:
    out = str(tmp_path / "x.docx")
    command = ["write", "char-rnn-shakespeare", "--prompt", "KING:\n", "--tokens", "60", "--seed", "3", "--out", out]
    assert run((CARD,), command) == 0
    assert replay((CARD,), services.shelf, tmp_path / "x.docx").match is Match.EXACT
    assert docx.Document(out).paragraphs[0].text.startswith("KING:\n")


def test_marks_that_combine_and_scripts_from_right_to_left(qtbot: QtBot, page: WritePage) -> None:
    page.editor.insertPlainText("שלום e\u0301 🙂 नमस्ते")
    assert page.state.document.text == page.editor.toPlainText() == "שלום e\u0301 🙂 नमस्ते"
    page.editor.mark(9, 9)
    qtbot.keyClick(page.editor, Qt.Key.Key_Backspace)
    qtbot.keyClick(page.editor, Qt.Key.Key_Backspace)
    text = page.state.document.check().text
    assert text == page.editor.toPlainText()
    assert "🙂" not in text
