"""Texts in the files of other programs."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtPdf import QPdfDocument
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError, ErrorKind
from app.runtime.recipe import Recipe
from app.studios.write import pdf
from app.studios.write.document import Run, Text
from app.studios.write.files import ENCLOSED, PLAIN, load_text, save_text, side_car
from app.studios.write.formats import docx as docx_format
from app.studios.write.formats import html, markdown, odt, plain
from app.studios.write.formats.archive import XML_LIMIT
from app.studios.write.formats.blocks import Block, Span

RECIPE = Recipe(studio="write", model="m", model_sha256="0", request={"model": "m"}, result_sha256="1")
NOVEL = """# The *Sea*

It was **dark** and *stormy*
over two lines, with ***both***, 2 * 3, snake_case, a < b & c.

> A quoted
> line

***

## שלום עולם

שלום *עולם*, 🙂, é in two signs, 漢字.
"""
BLOCKS = markdown.read(NOVEL)


def _through_html(blocks: list[Block]) -> list[Block]:
    return html.read(html.write(markdown.write(blocks), "A title"))


def test_what_markdown_makes_of_it() -> None:
    assert [(block.kind, block.level) for block in BLOCKS] == [
        ("heading", 1), ("paragraph", 0), ("quote", 0), ("rule", 0), ("heading", 2), ("paragraph", 0),
    ]  # fmt: skip
    assert BLOCKS[1].spans[:3] == (Span("It was "), Span("dark", strong=True), Span(" and "))
    assert markdown.write(BLOCKS) == NOVEL


@pytest.mark.parametrize(
    "through",
    [
        lambda blocks: docx_format.read(docx_format.write(blocks)),
        lambda blocks: odt.read(odt.write(blocks)),
        _through_html,
    ],
    ids=["docx", "odt", "html"],
)
def test_headings_emphasis_and_paragraphs_survive(through: object) -> None:
    assert through(BLOCKS) == BLOCKS  # pyright: ignore[reportCallIssue]


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("ab *_#>\\`-=+\n1.א"), max_size=30))
def test_any_signs_come_back_as_they_were(text: str) -> None:
    blocks = [block for line in text.split("\n\n") if (block := _plain(line))]
    read = markdown.read(markdown.write(blocks))
    assert [block.text for block in read] == [block.text for block in blocks]


def _plain(line: str) -> Block | None:
    found = markdown.block("paragraph", [Span("\n".join(part for part in line.split("\n") if part.strip()))])
    return None if found is None or found.kind == "rule" else found


def test_signs_in_a_document_of_another_program_are_no_markdown() -> None:
    document = docx.Document()
    document.add_paragraph("# 1 of *2* _3_")
    made = io.BytesIO()
    document.save(made)
    (found,) = markdown.read(markdown.write(docx_format.read(made.getvalue())))
    assert (found.kind, found.text) == ("paragraph", "# 1 of *2* _3_")


def test_a_page_from_the_web_gives_its_text() -> None:
    page = """<html><head><title>No</title><style>p{}</style></head><body><script>no()</script>
      <div>Loose <b>words</b><br>and   more</div><ul><li>One</li><li>Two</li></ul><h2> Part <i>two</i></h2>
      <blockquote><p>Said.</p></blockquote><hr><p>End &amp; &lt;out&gt;</body>"""
    assert markdown.write(html.read(page)).split("\n\n") == [
        "Loose **words**\nand more", "One", "Two", "## Part *two*", "> Said.", "***", "End & <out>\n",
    ]  # fmt: skip


def test_equal_texts_give_equal_files() -> None:
    assert docx_format.write(BLOCKS) == docx_format.write(BLOCKS)
    assert odt.write(BLOCKS) == odt.write(BLOCKS)


@pytest.mark.parametrize("suffix", [".txt", ".md", ".docx", ".odt", ".html"])
def test_authors_and_recipe_survive_each_kind_of_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    text = Text(NOVEL, (Run(20, "user"), Run(30, "machine"), Run(3, "edited"), Run(len(NOVEL) - 53, "user")))
    assert save_text(path, text, RECIPE) == ([path, side_car(path)] if suffix in PLAIN else [path])
    assert load_text(path) == (text, RECIPE)
    whole = path.read_bytes()
    assert save_text(path, text, None) == [path]
    assert list(tmp_path.iterdir()) == [path]
    found, recipe = load_text(path)
    assert (found.text, recipe, found.share("user")) == (NOVEL, None, 1)
    if suffix not in PLAIN:  # as an earlier version kept it
        side_car(path).write_bytes(ENCLOSED[suffix](whole))
        assert load_text(path) == (text, RECIPE)


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [(".html", (b'"format":', b"format")), (".docx", (b"<recipe ", b"<recipe")), (".odt", (b'{"app', b"{app"))],
)
def test_a_damaged_recipe_in_a_file_does_not_keep_it_shut(
    tmp_path: Path, suffix: str, damage: tuple[bytes, bytes]
) -> None:
    path = tmp_path / f"x{suffix}"
    save_text(path, Text.by("machine", NOVEL), RECIPE)
    path.write_bytes(_changed(path.read_bytes(), *damage))
    assert load_text(path) == (Text.by("user", NOVEL), None)


def _changed(content: bytes, old: bytes, new: bytes) -> bytes:
    """A file, or each part of an archive, with some bytes in place of others."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.replace(old, new)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(made, "w") as changed:
        for part in archive.infolist():
            changed.writestr(part, archive.read(part).replace(old, new))
    return made.getvalue()


def test_authors_are_not_believed_after_another_program_changed_the_document(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    save_text(path, Text.by("machine", NOVEL), RECIPE)
    document = docx.Document(str(path))
    document.add_paragraph("Mine.")
    document.save(str(path))
    text, recipe = load_text(path)
    assert text.text == NOVEL + "\nMine.\n"
    assert text.share("user") == 1
    assert recipe == RECIPE


def test_tracked_insertions_and_tables_are_read_and_deletions_are_not() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("kept ")
    document.add_table(1, 1).cell(0, 0).text = "in a cell"
    mark = docx.oxml.OxmlElement("w:ins")  # pyright: ignore[reportAttributeAccessIssue]
    mark.append(paragraph.add_run("added")._r)
    paragraph._p.append(mark)
    made = io.BytesIO()
    document.save(made)
    assert [block.text for block in docx_format.read(made.getvalue())] == ["kept added", "in a cell"]


def _archive(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.docx", b"not a zip", "it is damaged"),
        ("a.docx", b"PK\x03\x04 cut off", "it is damaged"),
        ("a.docx", _archive(word__other_xml=b"<a/>"), "it is damaged"),
        ("a.docx", _archive(word__document_xml=b"<a"), "it is damaged"),
        ("a.docx", _archive(word__document_xml=b" " * (XML_LIMIT + 1)), "would unpack to 150 MB"),
        ("a.odt", _archive(content_xml=b"<a", styles_xml=b"<a/>"), "it is damaged"),
        ("a.odt", _archive(content_xml=b"<a/>"), "it is damaged"),
        ("a.html", b"<!-- nothing -->", "it holds no text"),
        ("a.html", b"\x89PNG\r\n\x1a\n\x00\x01", "it is not a text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x01", "it is not a text"),
    ],
)
def test_what_is_broken_says_so(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AtelierError, match=f"“{name}” can't be opened: .*{message}") as error:
        load_text(tmp_path / name)
    assert error.value.kind is ErrorKind.BAD_FILE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
def test_wide_encodings_are_told_with_and_without_a_mark(encoding: str) -> None:
    assert plain.read("Olá, мир 🙂\nand so on\n".encode(encoding)) == "Olá, мир 🙂\nand so on\n"


def test_pdf_has_the_text_its_pages_and_the_recipe(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(pdf.write(NOVEL * 20, "A novel", '{"format":"here"}'))
    document = QPdfDocument()
    assert document.load(str(tmp_path / "x.pdf")) is QPdfDocument.Error.None_
    assert document.pageCount() > 2
    assert "The Sea" in document.getAllText(0).text()
    assert document.metaData(QPdfDocument.MetaDataField.Title) == "A novel"
    assert b"EmbeddedFile" in (tmp_path / "x.pdf").read_bytes()
    document.close()
