"""The chapters of a text, found from its headings and kept up to date from what changes."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from app.studios.write.document import Text

LONGEST_TITLE = 120
_PART = "BOOK|Book|PART|Part|VOLUME|Volume|ACT|Act|LIVRO|Livro|PARTE|Parte|TOMO|Tomo|ATO|Ato"
_CHAPTER = "CHAPTER|Chapter|SCENE|Scene|CANTO|Canto|LETTER|Letter|CAPÍTULO|Capítulo|CENA|Cena|CARTA|Carta"
_ALONE = "PROLOGUE|Prologue|EPILOGUE|Epilogue|PRÓLOGO|Prólogo|EPÍLOGO|Epílogo"
_NUMBER = r"(?:\d{1,4}|[IVXLCDM]{1,9}|[A-ZÀ-Þ][\w-]{1,15})"
_HEADING = re.compile(
    rf"^(?:(?P<marks>#{{1,6}})[ \t]+(?P<title>[^\n]*[^\s#])[ \t#]*"
    rf"|[ \t]*(?:(?P<part>{_PART})|{_CHAPTER})[ \t]+{_NUMBER}[ \t]*(?:[.:—–-][^\n]{{0,80}})?"
    rf"|[ \t]*(?:{_ALONE})[ \t]*[.:]?[ \t]*)$",
    re.MULTILINE,
)
"""A Markdown heading, or a line that names a chapter: ``CHAPTER IV``, ``Part Two: The sea``, ``Prologue``."""


class Heading(NamedTuple):
    """Where a heading starts, how deep it stands (1 is the highest), what it says."""

    start: int
    level: int
    title: str


class Outline:
    """Looks again only at the lines that changed since it was asked last."""

    def __init__(self) -> None:
        self._text = Text()
        self._found: list[Heading] = []

    def of(self, text: Text) -> list[Heading]:
        """The headings of a text, in its order."""
        start, end, new = text.change_since(self._text)
        first = text.text.rfind("\n", 0, start) + 1
        stop = text.text.find("\n", start + len(new))
        last = len(text.text) if stop < 0 else stop
        moved = len(text.text) - len(self._text.text)
        before = [heading for heading in self._found if heading.start < first]
        after = [
            heading._replace(start=heading.start + moved)
            for heading in self._found[len(before) :]
            if heading.start + moved > last and heading.start >= end
        ]
        self._found = before + headings(text.text, first, last) + after
        self._text = text
        return self._found


def headings(text: str, start: int = 0, end: int | None = None) -> list[Heading]:
    """The headings between two places, both at the ends of lines."""
    part = text[start:end]
    return [Heading(start + match.start(), _level(match), _title(match)) for match in _HEADING.finditer(part)]


def heading_at(found: list[Heading], place: int) -> int:
    """The number of the heading under which a place stands; -1 before the first."""
    return bisect_right(found, place, key=lambda heading: heading.start) - 1


def _level(match: re.Match[str]) -> int:
    if match["marks"]:
        return len(match["marks"])
    return 1 if match["part"] else 2


def _title(match: re.Match[str]) -> str:
    title = " ".join((match["title"] or match[0]).split())
    return title[:LONGEST_TITLE].replace("*", "").replace("_", "")
