"""Goes on with a text, character by character, with a recurrent network."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator

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


def context_tokens(reader: CharReader, before: str) -> np.ndarray:
    """The end of a text as tokens (1, n), n at least 1: an empty page is read as the start of a line."""
    tokens = reader.codec.encode(before[-CONTEXT:])
    if not len(tokens):
        tokens = reader.codec.encode("\n")
    return tokens[None] if len(tokens) else np.zeros((1, 1), np.int64)


def continue_text(request: WriteRequest, model: Model, progress: Progress) -> Iterator[Text]:
    """The text with more and more written at the request's place; see :class:`WriteRequest`.

    Reads at most the last :data:`CONTEXT` characters before the place. Snapshots come at most thirty times a second.
    """
    count = int(request.controls.get("length", 400))
    made, shown = "", time.monotonic()
    for made in _characters(request, model, count, progress):
        if time.monotonic() - shown >= SNAPSHOT_SECONDS:
            shown = time.monotonic()
            yield _with(request, made)
    yield _with(request, made)


def _characters(request: WriteRequest, model: Model, count: int, progress: Progress) -> Iterator[str]:
    reader = CharReader(model)
    tokens = context_tokens(reader, request.document.text[: request.start])
    scores = reader.read_all(tokens, progress.part(0.0, 0.1))
    sampling, generator = sampling_of(request.controls), rng(request.seed)
    repetitions, written = Repetitions(), progress.part(0.1, 1.0)
    for token in tokens[0]:
        repetitions.add(int(token))
    made: list[str] = []
    speller = reader.codec.speller()
    for _ in range(count * MOST_TOKENS):
        token = sample_token(scores[0], generator, sampling, repetitions.again)
        repetitions.add(token)
        if character := speller.add(token):
            made.append(character)
            yield "".join(made)
            written.report(len(made) / count)
        if len(made) == count:
            return
        scores = reader.read(np.array([[token]]), progress)[:, -1]


def _with(request: WriteRequest, made: str) -> Text:
    return request.document.replaced(request.start, request.end, made, "machine")
