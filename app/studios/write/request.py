"""What is asked of a writing model."""

from __future__ import annotations

import re

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.manifest import ControlValue
from app.studios.write.document import Text

LEAST, MOST, LINES = 3, 16, 60
"""Syllables of a line of verse, and lines, at most."""
FREE = "free"


class Verse(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a verse: letters of a rhyme scheme (``-`` is a line without a rhyme), syllables a line, an acrostic.

    There are as many lines as the acrostic has letters, else as the scheme has; a longer verse repeats the scheme in
    stanzas, each with rhymes of its own.
    """

    scheme: str = "ABAB"
    syllables: int = 8
    acrostic: str = ""

    def check(self) -> Verse:
        """Itself. Raises :class:`AtelierError` (``BAD_INPUT``)."""
        why = ""
        if self.scheme.lower() != FREE and not re.fullmatch(rf"[A-Za-z-]{{1,{LINES}}}", self.scheme):
            why = tr("“{scheme}” is no rhyme scheme", scheme=self.scheme)
        elif not LEAST <= self.syllables <= MOST:
            why = tr("a line can't have {count} syllables", count=self.syllables)
        elif self.acrostic and not re.fullmatch(rf"[A-Za-z ]{{1,{LINES}}}", self.acrostic):
            why = tr("“{letters}” can't begin lines", letters=self.acrostic)
        if why:
            hint = tr("A scheme is ABAB, AABB or free; lines have {least} to {most} syllables; acrostics are A to Z.")
            raise AtelierError(
                ErrorKind.BAD_INPUT, tr("No such verse: {why}.", why=why), hint.format(least=LEAST, most=MOST)
            )
        return self

    def plan(self) -> list[tuple[str, str, bool]]:
        """For each line: the name of its rhyme or ``-``, the letter it begins with or "", whether a stanza begins."""
        letters = self.acrostic.replace(" ", "").upper()
        scheme = "----" if self.scheme.lower() == FREE else self.scheme.upper()
        lines = []
        for number in range(len(letters) or len(scheme)):
            stanza, place = divmod(number, len(scheme))
            name = scheme[place] if scheme[place] == "-" else f"{scheme[place]}{stanza}"
            lines.append((name, letters[number : number + 1], stanza > 0 and place == 0))
        return lines


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The token that the writer chose: the *number*-th of the likeliest, from 0 on, where the character *at* stands."""

    at: int = 0
    number: int = 0


class WriteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Write in the place of the characters from *start* up to *end* of *document*; elsewhere nothing changes.

    Where both are the same, the text goes on there by ``controls["length"]`` characters. A longer span is filled anew,
    in about its own length, so that it fits what follows.

    Where ``taken`` is a number, only so many characters of what is written are kept, from its start: what a writer took
    of a suggestion. The request still says all that was suggested, and the taken part is made again from it to the bit.
    """

    model: str
    seed: int = 0
    controls: dict[str, ControlValue] = {}
    document: Text = Text()
    start: int = 0
    end: int = 0
    taken: int | None = None
    verse: Verse | None = None
    """Where there are rules, lines of verse are written by them, and ``controls["length"]`` says nothing."""
    choice: Choice | None = None
    """Where the writer chose among the likeliest tokens, that one is put there, and the controls say nothing."""

    def check(self) -> WriteRequest:
        """Itself. Raises :class:`AtelierError` (``BAD_INPUT``) for a place outside the text."""
        if not 0 <= self.start <= self.end <= len(self.document.check()):
            raise AtelierError(ErrorKind.BAD_INPUT, tr("The place to write at is outside the text."))
        if self.taken is not None and self.taken < 0:
            raise AtelierError(ErrorKind.BAD_INPUT, tr("Less than nothing can't be taken of what was written."))
        if self.choice is not None and (self.choice.number < 0 or not self.start <= self.choice.at <= self.end):
            raise AtelierError(ErrorKind.BAD_INPUT, tr("The place to choose a word at is outside the word."))
        return self

    def written(self, result: Text) -> str:
        """What stands in the request's place in a text that came of it."""
        return result.text[self.start : self.end + len(result) - len(self.document)]

    def with_written(self, passage: str) -> Text:
        """The document with a passage of the machine's in the request's place, or with the taken part of it."""
        return self.document.replaced(self.start, self.end, passage[: self.taken], "machine")
