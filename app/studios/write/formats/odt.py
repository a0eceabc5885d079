"""ODT (OpenDocument 1.3), written with odfdo; what is read is found in its XML with lxml."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from odfdo import Document, Header, Paragraph, Style
from odfdo import Span as OdfSpan

from app.studios.write.formats.archive import broken, check_archive, find_part, steady, with_part
from app.studios.write.formats.blocks import LEVELS, RULE, Block, Kind, Span, block, runs_leftwards, xml_safe

_EPOCH = datetime.datetime(2000, 1, 1)
_LOOKS = {(True, False): "Strong", (False, True): "Emphasis", (True, True): "StrongEmphasis"}
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_HEAVY = {"bold", "600", "700", "800", "900"}
_ASIDES = {_TEXT + "note", _OFFICE + "annotation", _TEXT + "tracked-changes"}
_SIGNS = {_TEXT + "line-break": "\n", _TEXT + "tab": "\t"}
_WITHIN = {_TEXT + "span", _TEXT + "a", _TEXT + "meta", _TEXT + "bookmark-ref", _TEXT + "ruby", _TEXT + "ruby-base"}
_PART = "atelie-recipe.json"
_ENTRY = b'<manifest:file-entry manifest:full-path="atelie-recipe.json" manifest:media-type="application/json"/>'
_QUOTE, _RULE, _LEFTWARDS = "Quotations", "SceneBreak", "Leftwards"


def write(blocks: list[Block]) -> bytes:
    """A text document; equal blocks give equal bytes."""
    document = Document("text")
    document.body.clear()
    _add_styles(document)
    meta: Any = document.meta
    meta.creation_date = _EPOCH
    for written in blocks:
        document.body.append(_element(written))
    made = io.BytesIO()
    document.save(made)
    return steady(made.getvalue())


def enclose(content: bytes, kept: bytes) -> bytes:
    """The document with some JSON in it, as a file of the package."""
    return with_part(content, _PART, kept, "META-INF/manifest.xml", _ENTRY)


def enclosed(content: bytes) -> bytes:
    """What :func:`enclose` has put into it; empty where there is none."""
    return find_part(content, lambda name: name == _PART)


def _add_styles(document: Any) -> None:
    for (strong, emphasis), name in _LOOKS.items():
        document.insert_style(Style("text", name=name, bold=strong, italic=emphasis))
    document.insert_style(Style("paragraph", name=_QUOTE, area="paragraph", margin_left="1cm", margin_right="1cm"))
    document.insert_style(Style("paragraph", name=_RULE, area="paragraph", align="center"))
    leftwards = Style("paragraph", name=_LEFTWARDS, area="paragraph", align="end")
    leftwards.set_properties({"style:writing-mode": "rl-tb"}, area="paragraph")
    document.insert_style(leftwards)


def _element(written: Block) -> Any:
    if written.kind == "rule":
        return Paragraph(RULE, style=_RULE)
    style = _QUOTE if written.kind == "quote" else _LEFTWARDS if runs_leftwards(written.text) else None
    made: Any = Header(written.level) if written.kind == "heading" else Paragraph(style=style)
    for span in written.spans:
        made.append(OdfSpan(xml_safe(span.text), style=_LOOKS.get((span.strong, span.emphasis))))
    return made


def read(content: bytes) -> list[Block]:
    """The blocks of a text document. Notes, comments, pictures and deleted passages are passed over.

    Raises :class:`AtelierError` (``BAD_FILE``).
    """
    check_archive(content, "content.xml")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            roots = [_parsed(archive.read(name)) for name in ("styles.xml", "content.xml")]
    except (KeyError, zipfile.BadZipFile, etree.XMLSyntaxError, NotImplementedError, RuntimeError, OSError) as error:
        raise broken() from error
    looks = {name: look for root in roots for name, look in _looks(root)}
    paragraphs = (element for element in roots[1].iter(_TEXT + "p", _TEXT + "h") if not _is_aside(element))
    return [found for found in (_block(element, looks) for element in paragraphs) if found]


def _parsed(content: bytes) -> Any:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def _looks(root: Any) -> Iterator[tuple[str, tuple[bool, bool]]]:
    """The named styles of characters: strong, emphasis."""
    for style in root.iter(_STYLE + "style"):
        properties = style.find(_STYLE + "text-properties")
        if properties is not None and style.get(_STYLE + "family") == "text":
            weight, slant = properties.get(_FO + "font-weight", ""), properties.get(_FO + "font-style", "")
            yield style.get(_STYLE + "name", ""), (weight in _HEAVY, slant in ("italic", "oblique"))


def _is_aside(element: Any) -> bool:
    return element.tag in _ASIDES or any(parent.tag in _ASIDES for parent in element.iterancestors())


def _block(element: Any, looks: dict[str, tuple[bool, bool]]) -> Block | None:
    style = element.get(_TEXT + "style-name", "")
    if element.tag == _TEXT + "h":
        level = min(max(int(element.get(_TEXT + "outline-level", "1")), 1), LEVELS[-1])
        return block("heading", _spans(element, looks, (False, False)), level)
    kind: Kind = "quote" if style == _QUOTE else "paragraph"
    return block(kind, _spans(element, looks, (False, False)))


def _spans(element: Any, looks: dict[str, tuple[bool, bool]], look: tuple[bool, bool]) -> Iterator[Span]:
    """The text of a paragraph or of an element in it, but not that of a paragraph inside, as in a frame."""
    yield Span(" ".join((element.text or "").split("\n")), *look)
    for child in element:
        if child.tag == _TEXT + "s":
            yield Span(" " * min(int(child.get(_TEXT + "c", "1")), 100), *look)
        elif child.tag in _SIGNS:
            yield Span(_SIGNS[child.tag], *look)
        elif child.tag in _WITHIN:
            strong, emphasis = looks.get(child.get(_TEXT + "style-name", ""), (False, False))
            yield from _spans(child, looks, (look[0] or strong, look[1] or emphasis))
        yield Span(" ".join((child.tail or "").split("\n")), *look)
