"""Writes verse with a Transformer that can't break its rules: rhymes, syllables a line, an acrostic, banned words.

The network writes whole words that are single tokens and whose syllables the dictionary knows. What a word would leave
of the line is looked at before it is drawn: it must leave room for a word that rhymes, and a word that is to be rhymed
with must have others that can. So a line is never begun that can't be ended; of several drawn side by side, the one the
network itself thinks likeliest is taken. What can't be done is known before a line is begun, and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.base.errors import ErrorKind, Unfinished
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.decoder import Decoder, read_context
from app.runtime.model import Model
from app.runtime.sampling import rng, sample_token
from app.studios.write.constraints import parse_banned
from app.studios.write.document import Text
from app.studios.write.generator import sampling_of
from app.studios.write.prose import ProseReader
from app.studios.write.request import Verse, WriteRequest
from app.studios.write.rhyme import dictionary, rhyme_parts, syllables

CANDIDATES = 8
"""Lines drawn side by side; the likeliest is taken."""
WORD = re.compile(r" (?:[a-z]+|I)|[A-Z][a-z]*")
_WEAK = (
    "a an the and or but nor of to in on at by for from with into upon as if than that which who his her my your their "
    "our its was were is are be been had has very"
)
WEAK = frozenset(_WEAK.split())
"""Words that lean on the next one do not end a line."""
STOPS = (",", ";", ".", "!", "?")
CONTEXT = 2000
"""So many characters before a line are read, and no more than half of what the network can read."""


@dataclass(frozen=True)
class Word:
    """A word that is one token: ``text`` with its blank if it has one."""

    token: int
    text: str
    syllables: int
    parts: frozenset[str]

    @property
    def bare(self) -> str:
        return self.text.strip().lower()


class Words:
    """The words of a model that verse can be made of."""

    def __init__(self, model: Model, banned: tuple[str, ...]) -> None:
        pieces = ProseReader(model).codec.pieces
        texts = {token: piece.decode(errors="replace") for token, piece in enumerate(pieces)}
        self.stops = {token: text for token, text in texts.items() if text in STOPS}
        words = [word for token, text in texts.items() if WORD.fullmatch(text) and (word := _word(token, text))]
        forbidden = {part for phrase in banned for part in phrase.split()}
        kept = [word for word in words if word.bare not in forbidden]
        self.inner = [word for word in kept if word.text.startswith(" ")]
        self.first = [word for word in kept if not word.text.startswith(" ")]
        self.by_token = {word.token: word for word in kept}


def _word(token: int, text: str) -> Word | None:
    """The word, if it is said with one number of syllables only and the dictionary knows it."""
    bare = text.strip().lower()
    if bare not in dictionary() or (len(bare) == 1 and bare not in "aio"):
        return None
    counts = syllables(bare)
    return Word(token, text, counts[0], rhyme_parts(bare)) if len(counts) == 1 and counts[0] else None


def write_verse(request: WriteRequest, model: Model, progress: Progress) -> Iterator[Text]:
    """The text with more and more lines in the request's place.

    Raises :class:`Unfinished` (``BAD_INPUT``) that says which line can't be made and why; the lines before it stay.
    """
    verse = request.verse or Verse()
    poet = _Poet(request, verse.check(), model)
    made, lines = "", verse.plan()
    for number, (letter, initial, new_stanza) in enumerate(lines):
        progress.report(number / len(lines))
        made += ("\n" if new_stanza else "") + poet.line(number, letter, initial, made, progress)
        yield request.with_written(made)


class _Poet:
    def __init__(self, request: WriteRequest, verse: Verse, model: Model) -> None:
        self._verse, self._model, self._reader = verse, model, ProseReader(model)
        self._words = Words(model, parse_banned(str(request.controls.get("banned", ""))))
        before = request.document.text[: request.start]
        self._before = before if not before or before.endswith("\n") else before + "\n"
        self._lead = "" if self._before == before else "\n"
        self._generator, self._sampling = rng(request.seed), sampling_of(request.controls)
        self._ends: dict[str, list[Word]] = {}

    def line(self, number: int, letter: str, initial: str, made: str, progress: Progress) -> str:
        """The next line with its break, and before the first one the break that parts it from the text."""
        firsts = [word for word in self._words.first if word.text.startswith(initial)]
        ends = self._endings(letter)
        self._check(number, letter, initial, firsts, ends)
        decoder, scores = read_context(self._model, self._context(self._before + made), progress)
        drawn = _Lines(self, decoder.picked([0] * CANDIDATES), scores, firsts, ends, progress)
        text, last = drawn.best()
        self._ends.setdefault(letter, []).append(last)
        return (self._lead if not made else "") + text + "\n"

    def _context(self, text: str) -> np.ndarray:
        window = int(self._model.codec["context"])
        tokens = self._reader.codec.encode(text[-CONTEXT:])[-window // 2 :]
        return np.array([self._reader.end, *(tokens or [self._reader.end])], np.int64)

    def _endings(self, letter: str) -> list[Word]:
        """The words a line may end with: new ones that rhyme, or, to begin a rhyme, ones that leave enough others."""
        used = {word.bare for words in self._ends.values() for word in words}
        fresh = [word for word in self._words.inner if word.bare not in used and word.bare not in WEAK]
        if letter == "-":
            return fresh
        before = self._ends.get(letter)
        if before:
            return [word for word in fresh if all(word.parts & other.parts for other in before)]
        heard = frozenset[str]().union(*(word.parts for words in self._ends.values() for word in words))
        return _with_partners([word for word in fresh if not word.parts & heard], self._verse.plan(), letter)

    def _check(self, number: int, letter: str, initial: str, firsts: list[Word], ends: list[Word]) -> None:
        why = ""
        if not firsts:
            why = tr("no word that may be written begins with “{letter}”", letter=initial)
        elif not ends:
            rhymed = self._ends.get(letter)
            why = tr("no word is left that rhymes with “{word}”", word=rhymed[-1].bare) if rhymed else ""
            why = why or tr("no word has enough rhymes")
        elif not any(self._fits(first, ends) for first in firsts):
            count = self._verse.syllables
            why = tr("no first and last word fit into {count} syllables", count=count)
        if why:
            message = tr("Line {number} can't be made: {why}.", number=number + 1, why=why)
            raise Unfinished(ErrorKind.BAD_INPUT, message, tr("The lines before it were kept. Loosen that rule."))

    def _fits(self, first: Word, ends: list[Word]) -> bool:
        return first.syllables + min(word.syllables for word in ends) <= self._verse.syllables

    @property
    def target(self) -> int:
        return self._verse.syllables

    @property
    def words(self) -> Words:
        return self._words

    def draw(self, scores: np.ndarray, tokens: list[int]) -> int:
        """One of *tokens*, drawn as the settings say."""
        masked = np.full_like(scores, -np.inf)
        masked[tokens] = scores[tokens]
        return sample_token(masked, self._generator, self._sampling)


class _Lines:
    """Lines drawn side by side."""

    def __init__(
        self,
        poet: _Poet,
        decoder: Decoder,
        scores: np.ndarray,
        firsts: list[Word],
        ends: list[Word],
        progress: Progress,
    ) -> None:
        self._poet, self._decoder, self._progress = poet, decoder, progress
        self._firsts, self._ends = firsts, ends
        self._least = min(word.syllables for word in ends)
        self._scores = np.repeat(scores[None], CANDIDATES, axis=0)
        self._rows: list[list[Word]] = [[] for _ in range(CANDIDATES)]
        self._texts, self._chances = [""] * CANDIDATES, [0.0] * CANDIDATES
        self._tokens = [0] * CANDIDATES

    def best(self) -> tuple[str, Word]:
        """The line the network thinks likeliest, a token, and its last word."""
        while any(self._open(row) for row in range(CANDIDATES)):
            for row in range(CANDIDATES):
                if self._open(row):
                    self._draw(row)
            self._scores = self._decoder.read(np.array(self._tokens)[:, None], self._progress)[:, -1]
        best = int(np.argmax([chance / len(row) for chance, row in zip(self._chances, self._rows, strict=True)]))
        return self._texts[best] + self._stop(best), self._rows[best][-1]

    def _left(self, row: int) -> int:
        return self._poet.target - sum(word.syllables for word in self._rows[row])

    def _open(self, row: int) -> bool:
        return self._left(row) > 0

    def _draw(self, row: int) -> None:
        scores, words = self._scores[row], self._poet.words
        token = self._poet.draw(scores, self._allowed(row))
        self._tokens[row] = token
        shifted = scores - scores.max()
        self._chances[row] += float(shifted[token] - np.log(np.exp(shifted).sum()))
        self._texts[row] += words.stops.get(token) or words.by_token[token].text
        if token in words.by_token:
            self._rows[row].append(words.by_token[token])

    def _allowed(self, row: int) -> list[int]:
        """Tokens after which the line can still be ended as it must."""
        left, words = self._left(row), self._poet.words
        if not self._rows[row]:
            return [word.token for word in self._firsts if word.syllables <= left - self._least]
        last, may_pause = self._rows[row][-1].bare, self._texts[row][-1].isalpha()
        inner = [word.token for word in words.inner if word.syllables <= left - self._least and word.bare != last]
        ending = [word.token for word in self._ends if word.syllables == left and word.bare != last]
        comma = [token for token, text in words.stops.items() if text == "," and may_pause and last not in WEAK]
        return [*inner, *ending, *comma]

    def _stop(self, row: int) -> str:
        """The mark at the end of a line, if the network thinks one likelier than all words."""
        scores, words = self._scores[row], self._poet.words
        best = max(words.stops, key=lambda token: float(scores[token]), default=None)
        plain = max((float(scores[word.token]) for word in words.inner), default=-np.inf)
        return words.stops[best] if best is not None and float(scores[best]) > plain else ""


def _with_partners(words: list[Word], plan: list[tuple[str, str, bool]], letter: str) -> list[Word]:
    """The words that as many others rhyme with as lines of *letter* are to follow."""
    needed = sum(other == letter for other, _, _ in plan) - 1
    families: dict[str, set[str]] = {}
    for word in words:
        for part in word.parts:
            families.setdefault(part, set()).add(word.bare)
    return [word for word in words if all(len(families[part]) > needed for part in word.parts)]
