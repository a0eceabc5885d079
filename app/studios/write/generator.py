"""Goes on with a text, character by character, with a recurrent network."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from app.base.progress import Progress
from app.runtime.manifest import ControlValue
from app.runtime.model import Model
from app.runtime.sampling import Sampling, rng, sample_token
from app.studios.write.document import Text
from app.studios.write.network import CharReader
from app.studios.write.request import WriteRequest

CONTEXT = 8192
"""How many characters before the place the network reads; its memory reaches back a few hundred, so that a longer
text changes nothing but the time."""
SNAPSHOT_SECONDS = 1 / 30
MOST_TOKENS = 4
"""Of one character, the bytes of the longest ones; a network that spells nonsense is stopped by that."""
MEMORY = 6
"""The repetition penalty is on characters that would make these many in a row, and one more, occur again."""


def sampling_of(controls: dict[str, ControlValue]) -> Sampling:
    """The way to pick characters that the controls describe; a control that is missing is off."""
    return Sampling(
        temperature=float(controls.get("temperature", 1.0)),
        top_k=int(controls.get("top_k", 0)),
        top_p=float(controls.get("top_p", 1.0)),
        min_p=float(controls.get("min_p", 0.0)),
        repetition_penalty=float(controls.get("repetition_penalty", 1.0)),
    )


class Repetitions:
    """Which character came after the last few, each time they occurred before."""

    def __init__(self) -> None:
        self._after: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        self._last: tuple[int, ...] = ()

    def add(self, token: int) -> None:
        if len(self._last) == MEMORY:
            self._after[self._last].append(token)
        self._last = (*self._last, token)[-MEMORY:]

    @property
    def again(self) -> list[int]:
        """The characters that would repeat what was there before."""
        return self._after.get(self._last, [])


def _beginning(length: int) -> int:
    """Where reading begins in a long text: it stays while half a context is written, so that little is read anew."""
    over, step = length - CONTEXT, CONTEXT // 2
    return -(-over // step) * step if over > 0 else 0


def context_tokens(reader: CharReader, before: str) -> np.ndarray:
    """The end of a text as tokens (1, n), n at least 1: an empty page is read as the start of a line."""
    tokens = reader.codec.encode(before[_beginning(len(before)) :])
    if not len(tokens):
        tokens = reader.codec.encode("\n")
    return tokens[None] if len(tokens) else np.zeros((1, 1), np.int64)


def continue_text(request: WriteRequest, model: Model, progress: Progress) -> Iterator[Text]:
    """The text with more and more written at the request's place; see :class:`WriteRequest`.

    Reads at most the last :data:`CONTEXT` characters before the place, at least half of them. Snapshots come at most
    thirty times a second.
    """
    for (made,) in alternatives(request, (request.seed,), model, progress):
        yield request.document.replaced(request.start, request.end, made, "machine")


def alternatives(
    request: WriteRequest, seeds: Sequence[int], model: Model, progress: Progress
) -> Iterator[tuple[str, ...]]:
    """What is written in the request's place with each of *seeds*, side by side; each as if it were written alone."""
    count = int(request.controls.get("length", 400))
    reader = CharReader(model)
    tokens = context_tokens(reader, request.document.text[: request.start])
    scores = reader.read_again(tokens, progress.part(0.0, 0.1))[0]
    # One by one and not as rows of one call: a graph computes a row among others with other last bits than alone.
    rows = [_Row(reader.picked([0]), tokens[0], scores, request, seed) for seed in seeds]
    written, shown = progress.part(0.1, 1.0), time.monotonic()
    for _ in range(count * MOST_TOKENS):
        writing = [row for row in rows if len(row.made) < count]
        if not writing:
            break
        for row in writing:
            row.write(progress)
        written.report(min(len(row.made) for row in rows) / count)
        if time.monotonic() - shown >= SNAPSHOT_SECONDS:
            shown = time.monotonic()
            yield tuple(row.made for row in rows)
    yield tuple(row.made for row in rows)


class _Row:
    """Writes a token at a time with one seed."""

    def __init__(
        self, reader: CharReader, tokens: np.ndarray, scores: np.ndarray, request: WriteRequest, seed: int
    ) -> None:
        self._reader, self._scores = reader, scores
        self._sampling, self._generator = sampling_of(request.controls), rng(seed)
        self._repetitions, self._speller = Repetitions(), reader.codec.speller()
        for token in tokens.tolist():
            self._repetitions.add(token)
        self._last: int | None = None
        self.made = ""

    def write(self, progress: Progress) -> None:
        """Draw a token; :attr:`made` grows by the character it makes whole, if it does."""
        if self._last is not None:
            self._scores = self._reader.read(np.array([[self._last]]), progress)[0, -1]
        self._last = sample_token(self._scores, self._generator, self._sampling, self._repetitions.again)
        self._repetitions.add(self._last)
        self.made += self._speller.add(self._last)
