"""Markdown (CommonMark 0.31) as a novelist uses it: ``#`` headings, ``*emphasis*``, ``**strong**``, ``>`` quotations,
``***`` between scenes. All other signs stay what they are. A line break in the text is one in the book."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.studios.write.formats.blocks import RULE_BLOCK, Block, Kind, Span, block

_RULES = ["heading", "hr", "blockquote", "emphasis", "escape", "newline"]
_SIGNS = re.compile(r"([\\*_])|^([#>+=-])", re.MULTILINE)


@cache
def parser() -> MarkdownIt:
    """The parser, with line breaks kept."""
    return MarkdownIt("zero", {"breaks": True}).enable(_RULES)


def read(text: str) -> list[Block]:
    """The blocks of a text in Markdown; any text is one."""
    return list(_blocks(parser().parse(text)))


def write(blocks: Iterable[Block]) -> str:
    """The text in Markdown from which :func:`read` gets the same blocks; blank lines stand between them."""
    return "\n\n".join(map(_written, blocks)) + "\n"


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    quoted, level = 0, 0
    for token in tokens:
        quoted += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "hr":
            yield RULE_BLOCK
        elif token.type == "inline":
            kind: Kind = "heading" if level else "quote" if quoted else "paragraph"
            found = block(kind, _spans(token.children or []), level)
            if found is not None:
                yield found


def _spans(tokens: list[Token]) -> Iterator[Span]:
    strong = emphasis = 0
    for token in tokens:
        if token.tag == "strong":
            strong += token.nesting
        elif token.tag == "em":
            emphasis += token.nesting
        else:
            text = "\n" if token.type in ("softbreak", "hardbreak") else token.content
            yield Span(text, strong > 0, emphasis > 0)


def _written(wanted: Block) -> str:
    """The block as plainly as it can be: with signs escaped only where they would be misread, marks left out where
    Markdown has none for such a place (inside a word, say)."""
    if wanted.kind == "rule":
        return "***"
    plain = Block(wanted.kind, (Span(wanted.text),), wanted.level)
    tries = ((wanted, False), (wanted, True), (plain, False))
    for tried, escaped in tries:
        text = _lines(tried, escaped)
        if read(text) == [tried]:
            return text
    return _lines(plain, escaped=True)


def _lines(written: Block, escaped: bool) -> str:
    text = "".join(_marked(span, escaped) for span in written.spans)
    if written.kind == "heading":
        return "#" * written.level + " " + text.replace("\n", " ")
    return "> " + text.replace("\n", "\n> ") if written.kind == "quote" else text


def _marked(span: Span, escaped: bool) -> str:
    text = _SIGNS.sub(r"\\\g<0>", span.text) if escaped else span.text
    marks = "*" * (span.emphasis + 2 * span.strong)
    inside = text.strip()
    if not inside or not marks:
        return text
    start = text.index(inside)
    return text[:start] + marks + inside + marks + text[start + len(inside) :]
