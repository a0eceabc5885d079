"""DOCX (ECMA-376, WordprocessingML), read and written with python-docx."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.run import Run
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from app.studios.write.formats.archive import broken, check_archive, find_part, steady, with_part
from app.studios.write.formats.blocks import LEVELS, RULE, Block, Kind, Span, block, runs_leftwards, xml_safe

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_RECIPE = b"urn:atelie:recipe"
_PART = "customXml/atelie.xml"
_RELATION = (
    b'<Relationship Id="atelie" Target="../customXml/atelie.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"/>'
)
_EPOCH = datetime.datetime(2000, 1, 1)


def read(content: bytes) -> list[Block]:
    """The blocks of a document: its paragraphs, also those in tables and text boxes, with insertions accepted.

    Pictures, notes and comments are passed over. Raises :class:`AtelierError` (``BAD_FILE``).
    """
    check_archive(content, "word/document.xml")
    try:
        document = docx.Document(io.BytesIO(content))
        names = {style.style_id: style.name or "" for style in document.styles}
        return [found for element in _paragraphs(document) if (found := _block(element, names))]
    except Exception as error:  # python-docx lets through whatever lxml, zipfile and its own look-ups raise
        raise broken() from error


def write(blocks: list[Block]) -> bytes:
    """A document with Word's own styles for headings and quotations; equal blocks give equal bytes."""
    document = docx.Document()
    properties = document.core_properties
    properties.author = properties.comments = properties.last_modified_by = ""
    properties.created = properties.modified = _EPOCH
    for written in blocks:
        _add(document, written)
    made = io.BytesIO()
    document.save(made)
    return steady(made.getvalue())


def enclose(content: bytes, kept: bytes) -> bytes:
    """The document with some JSON in it, as a part of custom XML, which other programs hand on."""
    part = b'<?xml version="1.0" encoding="UTF-8"?>\n<recipe xmlns="%s">%s</recipe>' % (
        _RECIPE,
        escape(kept.decode()).encode(),
    )
    return with_part(content, _PART, part, "word/_rels/document.xml.rels", _RELATION)


def enclosed(content: bytes) -> bytes:
    """What :func:`enclose` has put in, whatever another program called it since; empty where there is none."""
    part = find_part(content, lambda name: name.startswith("customXml/"), _RECIPE)
    try:
        return (etree.fromstring(part, etree.XMLParser(resolve_entities=False, huge_tree=True)).text or "").encode()
    except etree.XMLSyntaxError:
        return b""


def _add(document: Any, written: Block) -> None:
    if written.kind == "rule":
        document.add_paragraph(RULE).alignment = WD_ALIGN_PARAGRAPH.CENTER
        return
    style = {"heading": f"Heading {written.level}", "quote": "Quote"}.get(written.kind)
    paragraph = document.add_paragraph(style=style)
    leftwards = runs_leftwards(written.text)
    if leftwards:
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
    for span in written.spans:
        run = paragraph.add_run(xml_safe(span.text))
        run.bold = run.font.cs_bold = span.strong or None
        run.italic = run.font.cs_italic = span.emphasis or None
        run.font.rtl = leftwards or None


def _paragraphs(document: Any) -> Iterator[Any]:
    """The elements of all in the order of the document; what stands there twice, for old programs, only once."""
    for element in document.element.body.iter(qn("w:p")):
        if next(element.iterancestors(_FALLBACK), None) is None:
            yield element


def _block(element: Any, names: dict[str, str]) -> Block | None:
    """Names of styles are looked up by us: python-docx searches through all of them for each run."""
    style = names.get(element.style, "")
    level = _level(style)
    kind: Kind = "heading" if level else "quote" if "Quote" in style else "paragraph"
    return block(kind, _spans(element, names, is_heading=bool(level)), level)


def _spans(paragraph: Any, names: dict[str, str], is_heading: bool) -> Iterator[Span]:
    """The runs of the paragraph itself, not those of a box in it; a heading's own look is no emphasis."""
    for element in paragraph.iter(qn("w:r")):
        if next(element.iterancestors(qn("w:p"), _FALLBACK)) is paragraph:
            run = Run(element, paragraph)
            style = names.get(element.style, "")
            strong = bool(run.bold if run.bold is not None else style == "Strong")
            emphasis = bool(run.italic if run.italic is not None else style == "Emphasis")
            yield Span(run.text, strong and not is_heading, emphasis)


def _level(style: str) -> int:
    name, _, number = style.rpartition(" ")
    if name.lower() == "heading" and number.isdecimal():
        return min(int(number), LEVELS[-1])
    return 1 if style == "Title" else 0
