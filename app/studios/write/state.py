"""The state of the writing studio."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QObject

from app.base.card import StudioCard
from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.jobs.services import Services
from app.jobs.studio_state import StudioState
from app.runtime.catalog import Entry
from app.runtime.recipe import Recipe
from app.studios.write.document import LONGEST_LINE, Folded, Maker, Text, breaks_in
from app.studios.write.evidence import FAMILY
from app.studios.write.request import Choice, Verse, WriteRequest
from app.studios.write.words import count_words

TITLE_WORDS = 12
LONGEST_WORD = 500
"""No further than this is looked for the ends of the word that was changed."""


class WriteState(StudioState[Text, WriteRequest]):
    """A text, and the place in it where the machine is to write."""

    document_type = Text

    def __init__(self, services: Services, card: StudioCard, parent: QObject | None = None) -> None:
        super().__init__(services, card, parent)
        self.place: tuple[int, int] = (0, 0)
        self._verse: Verse | None = None
        self._words = WordCount()
        self._refilled: tuple[int, int, str] | None = None
        self._breaks = 0

    def models(self) -> list[Entry]:
        """Those that write; a detector only reads."""
        return [entry for entry in super().models() if entry.manifest and entry.manifest.family != FAMILY]

    def make_request(self) -> WriteRequest:
        """Write at the caret, or in place of the marked span."""
        start, end = (min(place, len(self.document)) for place in self.place)
        return WriteRequest(
            model=self.settings.model,
            seed=self.settings.seed,
            controls=dict(self.settings.controls),
            document=self.document,
            start=start,
            end=end,
            verse=self._verse,
        )

    @property
    def words(self) -> int:
        """How many words the text has."""
        return self._words.of(self.document)

    def write_verse(self, verse: Verse) -> None:
        """Write lines by rules at the place; asked for again, others."""
        self._verse = verse
        try:
            self.generate()
        finally:
            self._verse = None

    def choose(self, start: int, end: int, token: str, choice: Choice) -> None:
        """Put one of the likeliest tokens in the place of a part of the text: one step, with what makes it again."""
        request = msgspec.structs.replace(self.make_request(), start=start, end=end, verse=None, choice=choice)
        self.accept(tr("Choose a word"), request, request.with_written(token))

    def fold(self, document: Text, near: Text) -> Folded:
        """A step of the undo stack keeps what it changed, not a novel before and after each word."""
        return document.folded(near)

    def unfold(self, kept: Folded, near: Text) -> Text:
        """The text again."""
        return near.unfolded(kept)

    def read_file(self, path: Path) -> tuple[Text, Recipe | None]:
        """The text, with breaks in lines that no page can show."""
        text, recipe = super().read_file(path)
        breaks = breaks_in(text.text)
        self._breaks = len(breaks)
        return (text.with_changes(breaks) if breaks else text).counted(), recipe

    def tell_breaks(self, count: int) -> None:
        """Say in place that lines were broken."""
        message = tr(
            "{count} line breaks were put into lines too long to be shown (more than {limit} characters).",
            count=f"{count:,}",
            limit=f"{LONGEST_LINE:,}",
        )
        self.failed.emit(AtelierError(ErrorKind.BAD_INPUT, message, tr("Nothing was left out.")))

    def _opened(self, path: Path, document: Text, recipe: Recipe | None) -> None:
        super()._opened(path, document, recipe)
        if self._breaks:
            self.tell_breaks(self._breaks)

    def refill(self) -> None:
        """Write the marked span anew; asked for again at what came of it, with another seed."""
        start, end = self.place
        if self._refilled == (start, end, self.document.text) and not self.lock_seed:
            self.set_seed(self.settings.seed + 1)
        self.generate()

    def note_refilled(self, start: int, end: int) -> None:
        """Remember where a Refill has written, for the next one."""
        self._refilled = (start, end, self.document.text)

    def node_title(self, document: Text, request: WriteRequest) -> str:
        """The first words of what the machine wrote."""
        start, end = written_span(request, document)
        words = document.text[start:end].split(maxsplit=TITLE_WORDS)[:TITLE_WORDS]
        return " ".join(words)[:160] or tr("(nothing)")

    def status(self) -> str:
        """Word count, and how much of the text is the machine's."""
        words = tr("{count} words", count=f"{self.words:,}")
        if not self.document.text:
            return words
        shares = [tr("{percent} % by the machine", percent=_percent(self.document, "machine"))]
        if edited := _percent(self.document, "edited"):
            shares.append(tr("{percent} % edited", percent=edited))
        return " · ".join([words, *shares])


class Bursts:
    """Divides typing into undo steps: what is typed or rubbed out in one go at one place, up to the end of a line."""

    LONGEST = 200

    def __init__(self) -> None:
        self._number, self._first, self._end, self._closed = 0, 0, 0, False

    def key(self, text: str, start: int, end: int) -> str:
        """The name of the burst that a change belongs to; its characters are text[start:end], none if rubbed out."""
        goes_on = start == self._end or (start == end and start == self._end - 1)
        if self._closed or not goes_on or abs(end - self._first) > self.LONGEST:
            self._number, self._first = self._number + 1, start
        self._end, self._closed = end, "\n" in text[start:end]
        return f"typing.{self._number}"


class WordCount:
    """Counts the words of a text that changes a little at a time; looks only at what changed."""

    def __init__(self) -> None:
        self._text, self._count = Text(), 0

    def of(self, text: Text) -> int:
        """How many words the text has."""
        self._count = text.words if "words" in vars(text) else self._counted(text)
        self._text = text
        return self._count

    def _counted(self, text: Text) -> int:
        start, end, put = text.change_since(self._text)
        old, new = self._text.text, text.text
        first = _blank_before(new, start)
        new_end = start + len(put)
        after = _blank_after(new, new_end) - new_end
        return self._count + count_words(new[first : new_end + after]) - count_words(old[first : end + after])


def written_span(request: WriteRequest, document: Text) -> tuple[int, int]:
    """Where the machine wrote, in the document that came of the request."""
    return request.start, request.end + len(document) - len(request.document)


def _percent(document: Text, maker: Maker) -> int:
    return round(100 * document.share(maker))


def _blank_before(text: str, at: int) -> int:
    end = max(0, at - LONGEST_WORD)
    while at > end and not text[at - 1].isspace():
        at -= 1
    return at


def _blank_after(text: str, at: int) -> int:
    end = min(len(text), at + LONGEST_WORD)
    while at < end and not text[at].isspace():
        at += 1
    return at
