"""What could stand at a place of a text: the likeliest tokens there and their chances, after what stands before.

A token is whatever the network writes at a time: a character, or a word or piece of one with the blank before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.decoder import read_context
from app.runtime.engine import by_family
from app.runtime.model import Model
from app.runtime.sampling import probabilities
from app.studios.write.document import Text
from app.studios.write.network import CharReader
from app.studios.write.predictions import TOP
from app.studios.write.prose import STEP, ProseReader
from app.studios.write.request import Choice, WriteRequest

LOOKERS = {
    "char-rnn": "app.studios.write.chances:among_characters",
    "gpt": "app.studios.write.chances:among_subwords",
    "gpt-2": "app.studios.write.chances:among_subwords",
}
"""What finds the chances, by the model's family."""
READ = 1000
"""Only so many tokens before the place are read."""
_WORD = re.compile(r"[\w'’]+")
LONGEST_WORD = 200


@dataclass(frozen=True)
class Chances:
    """The likeliest tokens at a place, at most :data:`TOP`, as (text, chance from 0 to 1), falling.

    To choose one is to put it in the place of the characters from ``start`` up to ``end``: of what is left of the word.
    """

    start: int
    end: int
    options: tuple[tuple[str, float], ...]


def chances_at(model: Model, text: str, at: int, progress: Progress) -> Chances:
    """The chances where the character *at* stands, or at the end. Raises :class:`AtelierError` as a generator does."""
    return by_family(LOOKERS, model)(model, text, min(max(at, 0), len(text)), progress)


def choose_token(request: WriteRequest, model: Model, progress: Progress) -> Iterator[Text]:
    """The text with the chosen token in the request's place. Raises :class:`AtelierError` (``BAD_INPUT``) for none."""
    choice = request.choice or Choice()
    options = chances_at(model, request.document.text, choice.at, progress).options
    if choice.number >= len(options):
        raise AtelierError(ErrorKind.BAD_INPUT, tr("There are only {count} words to choose from.", count=len(options)))
    yield request.with_written(options[choice.number][0])


def among_characters(model: Model, text: str, at: int, progress: Progress) -> Chances:
    """Those of a character network: for the character itself."""
    reader = CharReader(model)
    tokens = reader.codec.encode("\n" + text[max(0, at - READ) : at])
    scores = reader.read_all(tokens[None], progress)[0]
    vocabulary = reader.codec.vocabulary
    return Chances(at, word_end(text, at), _likeliest(scores, list(vocabulary)))


def among_subwords(model: Model, text: str, at: int, progress: Progress) -> Chances:
    """Those of a Transformer: for the token of which the character is a part."""
    reader, end = ProseReader(model), word_end(text, at)
    first = _beginning(text, at)
    tokens, spans = reader.codec.encode_with_places(text[first:end])
    number = int(np.searchsorted(spans[:, 1], at - first, "right"))
    given = [reader.end, *tokens[max(0, number - READ) : number].tolist()]
    # A single token would be computed in another way than the same one among others.
    read = np.array(given if len(given) > 1 else [reader.end, *given], np.int64)
    _, scores = read_context(model, read, progress, place="chances")
    options = _likeliest(scores, [piece.decode(errors="replace") for piece in reader.codec.pieces])
    start = first + int(spans[number, 0]) if number < len(spans) else at
    return Chances(min(start, at), end, options)


def word_end(text: str, at: int) -> int:
    """Where the word ends that the character *at* is a part of; *at* where it is of none."""
    found = _WORD.match(text, at, at + LONGEST_WORD)
    return found.end() if found else at


def _beginning(text: str, at: int) -> int:
    """Where reading begins: it stays the same for a while from one place to the next, and is never inside a word."""
    start = max(0, at - READ * 4) // STEP * STEP
    return text.find(" ", start, at) + 1 if start else 0


def _likeliest(scores: np.ndarray, texts: list[str]) -> tuple[tuple[str, float], ...]:
    """The likeliest of the tokens that can be shown: scores (V,) and the texts of at most so many."""
    chances = probabilities(scores[: len(texts)])
    order = np.argsort(-chances, kind="stable")
    shown = (token for token in order.tolist() if texts[token] and "�" not in texts[token])
    return tuple((texts[token], float(chances[token])) for token, _ in zip(shown, range(TOP), strict=False))
