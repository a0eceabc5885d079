"""HTML: written by the Markdown parser's own renderer, read by lxml; scripts and styles are passed over."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from lxml import html as lxml_html

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.write.formats.blocks import RULE_BLOCK, Block, Kind, Span, block, xml_safe
from app.studios.write.formats.markdown import parser

_PAGE = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ max-width: 38em; margin: 3em auto; padding: 0 1em; font-family: Georgia, serif; line-height: 1.5; }}
h1, h2, h3, h4, h5, h6, p, blockquote {{ unicode-bidi: plaintext; text-align: start; }}
</style>
</head>
<body>
{body}</body>
</html>
"""
_BEGIN, _END = b'<script type="application/json" id="atelie-recipe">', b"</script>"
_SILENT = ("script", "style", "head", "template", "noscript", "svg", "math", "object", "iframe")
_INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
    "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
_STRONG, _EMPHASIS = {"b", "strong"}, {"em", "i", "cite", "dfn", "var"}


def body(text: str) -> str:
    """A text in Markdown as the inside of an HTML ``body``."""
    return parser().render(xml_safe(text))


def write(text: str, title: str) -> str:
    """A text in Markdown as a whole page of HTML 5."""
    return _PAGE.format(title=html.escape(title), body=body(text))


def enclose(content: bytes, kept: bytes) -> bytes:
    """The page with some JSON in its head, where it is not shown."""
    return content.replace(b"</head>", _BEGIN + kept.replace(b"</", b"<\\/") + _END + b"\n</head>", 1)


def enclosed(content: bytes) -> bytes:
    """What :func:`enclose` has put into it; empty where there is none."""
    _, _, after = content.partition(_BEGIN)
    return after.partition(_END)[0]


def read(text: str) -> list[Block]:
    """The blocks of a page. Raises :class:`AtelierError` (``BAD_FILE``) if it can't be made out or holds no text."""
    settings = lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(xml_safe(text).encode(), parser=settings)
    except etree.LxmlError as error:
        raise AtelierError(ErrorKind.BAD_FILE, tr("it holds no text.")) from error
    etree.strip_elements(root, *_SILENT, with_tail=False)
    reader = _Reader()
    reader.walk(root)
    return list(reader.blocks())


class _Reader:
    """Walks through the elements and gathers spans; each element that is not inline ends a block."""

    def __init__(self) -> None:
        self._found: list[tuple[Kind, int, list[Span]]] = [("paragraph", 0, [])]
        self._strong = self._emphasis = self._quoted = 0
        self._level = 0

    def blocks(self) -> Iterator[Block]:
        for kind, level, spans in self._found:
            found = RULE_BLOCK if kind == "rule" else block(kind, spans, level)
            if found is not None:
                yield found

    def walk(self, root: Any) -> None:
        """Not recursive: pages may be nested deeper than Python's stack."""
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                self._enter(element.tag)
                self._say(element.text)
            else:
                self._leave(element.tag)
                self._say(element.tail)

    def _enter(self, name: str) -> None:
        self._count(name, 1)
        if name == "br":
            self._say_exactly("\n")
        elif name not in _INLINE:
            self._begin("rule" if name == "hr" else None)

    def _leave(self, name: str) -> None:
        self._count(name, -1)
        if name not in _INLINE:
            self._begin(None)

    def _count(self, name: str, by: int) -> None:
        self._strong += by * (name in _STRONG)
        self._emphasis += by * (name in _EMPHASIS)
        self._quoted += by * (name == "blockquote")
        if len(name) == 2 and name[0] == "h" and name[1] in "123456":
            self._level = int(name[1]) if by > 0 else 0

    def _begin(self, kind: Kind | None) -> None:
        kind = kind or ("heading" if self._level else "quote" if self._quoted else "paragraph")
        self._found.append((kind, self._level, []))

    def _say(self, text: str | None) -> None:
        if text:
            folded = " ".join(text.split()) if text.strip() else ""
            left = " " if text[0].isspace() else ""
            right = " " if folded and text[-1].isspace() else ""
            self._say_exactly(left + folded + right)

    def _say_exactly(self, text: str) -> None:
        if self._found[-1][0] == "rule":
            self._begin(None)
        self._found[-1][2].append(Span(text, self._strong > 0, self._emphasis > 0))
