"""The form of what a character network writes: how many of the marks that open something are closed again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

TAIL = 1500
"""What begins in so many last characters of a longer passage may end after it, and is not counted."""
NOTHING_STAYS_OPEN = ""
"""The name of a mark behind which all that is open counts as never closed."""


@dataclass(frozen=True)
class Form:
    """A property of good text of one kind: its name, and how many of how many places in a passage have it."""

    name: str
    count: Callable[[str], tuple[int, int]]


@dataclass(frozen=True)
class Mark:
    """Something at a place of a text that opens or closes what is called *name*."""

    at: int
    opens: bool
    name: str


def words(text: str) -> list[str]:
    """The words of letters of a text, in lower case."""
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())


def known_words(vocabulary: set[str]) -> Form:
    """The share of a text's words that are among *vocabulary*."""

    def count(text: str) -> tuple[int, int]:
        found = words(text)
        return sum(word in vocabulary for word in found), len(found)

    return Form("words that occur in the training text", count)


def opens_with_speaker(speech: str) -> bool:
    """Whether the first line of a speech is a name and a colon, as in the training text."""
    return re.fullmatch(r"[A-Z][A-Za-z' .-]*:", speech.partition("\n")[0]) is not None


def closed_links(text: str) -> tuple[int, int]:
    """How many ``[[`` have their ``]]`` in the same paragraph, of how many."""
    return _closed(text, _marks(text, r"(?P<open>\[\[)|\]\]|(?P<end>\n\s*\n)"))


def closed_templates(text: str) -> tuple[int, int]:
    """How many ``{{`` have their ``}}`` on the same page, of how many."""
    return _closed(text, _marks(text, r"(?P<open>\{\{)|\}\}|(?P<end></page>)"))


def ended_environments(text: str) -> tuple[int, int]:
    """How many ``\\begin{x}`` have their ``\\end{x}``, rightly nested, of how many."""
    return _closed(text, _marks(text, r"(?P<open>\\begin)\{(?P<name>[^{}\n]+)\}|\\end\{(?P<ended>[^{}\n]+)\}"))


def closed_braces(text: str) -> tuple[int, int]:
    """How many ``{`` have their ``}`` in the same paragraph, of how many; without ``\\{``."""
    return _closed(text, _marks(text, r"(?P<open>(?<!\\)\{)|(?<!\\)\}|(?P<end>\n\s*\n)"))


def closed_formulae(text: str) -> tuple[int, int]:
    """How many ``$`` and ``$$`` have their like before the paragraph ends, of how many."""
    return _closed(text, _dollars(text))


def _marks(text: str, pattern: str) -> Iterator[Mark]:
    for found in re.finditer(pattern, text):
        groups = found.groupdict()
        if groups.get("end"):
            yield Mark(found.start(), False, NOTHING_STAYS_OPEN)
        else:
            yield Mark(found.start(), bool(groups["open"]), groups.get("name") or groups.get("ended") or "pair")


def _dollars(text: str) -> Iterator[Mark]:
    """A dollar sign opens a formula where none like it is open; ``\\$`` is none."""
    within = ""
    for found in re.finditer(r"\\.|\$\$?|\n\s*\n", text):
        sign = found[0]
        if sign.startswith("\\"):
            continue
        if sign.startswith("$"):
            yield Mark(found.start(), sign != within, sign)
            within = "" if sign == within else sign
        else:
            yield Mark(found.start(), False, NOTHING_STAYS_OPEN)
            within = ""


def _closed(text: str, marks: Iterable[Mark]) -> tuple[int, int]:
    """How many of the marks that open something before the tail of a text are closed, and how many there are."""
    counted = len(text) - TAIL if len(text) > 2 * TAIL else len(text)
    still_open: list[Mark] = []
    opened = closed = 0
    for mark in marks:
        if mark.opens:
            still_open.append(mark)
            opened += mark.at < counted
        elif mark.name == NOTHING_STAYS_OPEN:
            still_open.clear()
        elif any(other.name == mark.name for other in still_open):
            while (last := still_open.pop()).name != mark.name:
                pass
            closed += last.at < counted
    return closed, opened


def _speakers(text: str) -> tuple[int, int]:
    # Without the first and last speech, which may be cut.
    speeches = [part.strip("\n") for part in text.split("\n\n")[1:-1] if part.strip()]
    return sum(map(opens_with_speaker, speeches)), len(speeches)


FORMS = {
    "shakespeare": [Form("speeches that open with a name in capitals or title case and a colon", _speakers)],
    "wikipedia": [
        Form("links [[ that are closed in their paragraph", closed_links),
        Form("templates {{ that are closed on their page", closed_templates),
    ],
    "latex": [
        Form("environments begun that are ended, rightly nested", ended_environments),
        Form("braces { that are closed in their paragraph", closed_braces),
        Form("formulae $ and $$ that are closed in their paragraph", closed_formulae),
    ],
}
"""What is counted in a sample, by the text a network learnt from."""
