"""What all formats have in common: a list of blocks, each a list of spans."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paragraph", "heading", "quote", "rule"]
LEVELS = range(1, 7)
RULE = "* * *"
"""A break between scenes, as it is printed."""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"[ \t]*\n[ \t]*")


@dataclass(frozen=True)
class Span:
    """Characters in one look; ``\\n`` ends a line inside the block."""

    text: str
    strong: bool = False
    emphasis: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading of a level 1..6, a paragraph of a quotation, or a break between scenes (no spans)."""

    kind: Kind
    spans: tuple[Span, ...] = ()
    level: int = 0

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


RULE_BLOCK = Block("rule")


def block(kind: Kind, spans: Iterable[Span], level: int = 0) -> Block | None:
    """A block without blanks at the ends of its lines, neighbours of one look joined; None if nothing is left.

    A paragraph of three asterisks is a break between scenes.
    """
    merged: list[Span] = []
    for span in spans:
        if merged and (merged[-1].strong, merged[-1].emphasis) == (span.strong, span.emphasis):
            span = Span(merged.pop().text + span.text, span.strong, span.emphasis)
        if span.text:
            merged.append(span)
    tidy = tuple(span for span in _tidied(merged) if span.text)
    if "".join(span.text for span in tidy).replace(" ", "") in ("***", "⁂"):
        return RULE_BLOCK
    return Block(kind, tidy, level) if tidy else None


def xml_safe(text: str) -> str:
    """The text without the characters that XML has no place for."""
    return _NO_XML.sub("", text)


def runs_leftwards(text: str) -> bool:
    """Whether the first letter with a direction is one of a script that is written from right to left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((found for found in directions if found in ("L", "R", "AL")), "L") != "L"


def _tidied(spans: list[Span]) -> Iterable[Span]:
    """The spans without blanks around line breaks and at both ends, over the borders of spans too."""
    texts = [_BLANKS.sub("\n", span.text) for span in spans]
    for at in range(len(texts)):
        before = "".join(texts[:at])[-1:] or "\n"
        after = "".join(texts[at + 1 :])[:1] or "\n"
        if before.isspace():
            texts[at] = texts[at].lstrip(" \t") if before != "\n" or at else texts[at].lstrip()
        if after == "\n":
            texts[at] = texts[at].rstrip(" \t") if at < len(texts) - 1 else texts[at].rstrip()
        yield Span(texts[at], spans[at].strong, spans[at].emphasis)
