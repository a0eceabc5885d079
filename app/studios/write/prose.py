"""Goes on with a text, or writes between two parts of it, subword by subword, with a Transformer."""

from __future__ import annotations

import codecs
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.decoder import Decoder, read_context
from app.runtime.model import Model
from app.runtime.sampling import rng, sample_token
from app.studios.write.constraints import BannedWords, beginning_with, parse_banned
from app.studios.write.document import Text, cleaned
from app.studios.write.generator import SNAPSHOT_SECONDS, sampling_of
from app.studios.write.request import WriteRequest
from app.studios.write.subwords import SubwordCodec

AFTER = 600
"""So many characters of what follows the place are read."""
STEP = 1024
"""A text too long to be read whole is read from a place that moves on by so many characters at a time, so that most of
what is read stays the same from one key to the next."""
CHARACTERS_A_TOKEN = 6
LONGEST_WORD = 40
SPARE = 8
"""Room for the tokens that only repeat a half-written word."""
RECENT = 128
"""The repetition penalty is on tokens among so many before."""
BANNED_LOOK_BACK = 80
"""So many characters before the place may hold the beginning of a banned phrase."""


@dataclass(frozen=True)
class Context:
    """What the network reads before it writes: tokens (n,), n at least 2; whether it writes towards an end.

    ``given`` are the last bytes of the text before the place, taken back from the tokens: what is written begins with
    them, so that a half-written word can be gone on with in the tokens it would really have. ``cut``: the text
    before the place was too long to be read whole.
    """

    tokens: np.ndarray
    given: bytes
    towards: bool
    cut: bool = False


class ProseReader:
    """The marks and limits of one model."""

    def __init__(self, model: Model) -> None:
        self.codec = SubwordCodec.of_model(model)
        self._window = int(model.codec["context"])
        self.end = int(model.codec["end"])
        """The token that ends a document, or a passage that leads up to something."""
        self.marks = [int(model.codec[name]) for name in ("suffix", "prefix") if name in model.codec]
        """The tokens before what follows and before what went before, of networks that write between the two."""

    def context(self, before: str, after: str, room: int) -> Context:
        """What to read where *before* and *after* stand at either side, with *room* left for tokens to be written."""
        towards = len(self.marks) == 2 and bool(after.strip())
        head = [self.end]
        if towards:
            head = [self.marks[0], *self.codec.encode(after[:AFTER]), self.marks[1]]
        tokens = self._before(before, max(self._window // 4, self._window - room - len(head)))
        given, cut = self.codec.bytes_of(tokens[-1:]), len(self.codec.decode(tokens)) < len(before)
        tokens = [*head, *tokens[:-1]]
        # A single token would be computed in another way than the same one among others.
        return Context(np.array(tokens if len(tokens) > 1 else [self.end, *tokens], np.int64), given, towards, cut)

    def _before(self, text: str, budget: int) -> list[int]:
        """The end of a text as at most *budget* tokens, begun where it will be for the next thousand characters."""
        origin = max(0, len(text) - budget * CHARACTERS_A_TOKEN) // STEP * STEP
        tokens, spans = self.codec.encode_with_places(text[origin:])
        for start in range(origin, len(text), STEP):
            word = text.find(" ", start, start + LONGEST_WORD) if start else 0
            first = int(np.searchsorted(spans[:, 0], max(word, start) - origin))
            if len(tokens) - first <= budget:
                return tokens[first:].tolist()
        return tokens[-budget:].tolist()


def continue_text(request: WriteRequest, model: Model, progress: Progress) -> Iterator[Text]:
    """The text with more and more written in the request's place; see :class:`WriteRequest`.

    Where something follows, the network writes towards it, and may end early. Snapshots come thirty times a second.
    """
    for (made,) in alternatives(request, (request.seed,), model, progress):
        yield request.document.replaced(request.start, request.end, made, "machine")


def alternatives(
    request: WriteRequest, seeds: Sequence[int], model: Model, progress: Progress
) -> Iterator[tuple[str, ...]]:
    """What is written in the request's place with each of *seeds*, side by side; each as if it were written alone."""
    count = int(request.controls.get("length", 60))
    writing = Writing(request, [rng(seed) for seed in seeds], count, model)
    shown = 0.0
    for made in writing.go(progress):
        if time.monotonic() - shown >= SNAPSHOT_SECONDS:
            shown = time.monotonic()
            yield made
    yield writing.made


class Writing:
    """Rows that write in a request's place at most *count* tokens each, each with its own random numbers."""

    def __init__(
        self, request: WriteRequest, generators: Sequence[np.random.Generator], count: int, model: Model
    ) -> None:
        text = request.document.text
        self._model, self._count, self._before = model, count, text[: request.start]
        self._reader = ProseReader(model)
        self._context = self._reader.context(self._before, text[request.end :], count + SPARE)
        self._sampling = sampling_of(request.controls)
        self._banned = BannedWords(parse_banned(str(request.controls.get("banned", ""))), self._reader.codec)
        # Marks are not written; the end is written only where there is something to lead up to.
        marks = self._reader.marks if self.towards else [*self._reader.marks, self._reader.end]
        self._reserved = np.array(marks, np.int64)
        self._most = count + len(self._context.given)
        self._rows = [_Row(generator, self._context, self._reader.codec, self._most) for generator in generators]

    @property
    def towards(self) -> bool:
        """Whether the network knows what is to follow."""
        return self._context.towards

    @property
    def made(self) -> tuple[str, ...]:
        """What each row has written so far."""
        return tuple(row.text for row in self._rows)

    @property
    def ended(self) -> tuple[bool, ...]:
        """Whether each row came to its end by itself."""
        return tuple(self._reader.end in row.tokens[-1:] for row in self._rows)

    def go(self, progress: Progress) -> Iterator[tuple[str, ...]]:
        """Write a token in each row at a time, until each has all of its own or has come to its end."""
        if self._context.cut:
            count = f"{len(self._context.tokens):,}"
            progress.report(0.0, tr("The text is too long for this network: it reads the last {n} tokens", n=count))
        decoder, scores = read_context(self._model, self._context.tokens, progress.part(0.0, 0.2))
        decoder = decoder.picked([0] * len(self._rows))
        scores, written = np.repeat(scores[None], len(self._rows), axis=0), progress.part(0.2, 1.0)
        for number in range(self._most):
            for row, given in zip(self._rows, scores, strict=True):
                self._draw(row, given)
            yield self.made
            written.report((number + 1) / self._count)
            if all(row.done for row in self._rows):
                return
            scores = self._step(decoder, progress)

    def _step(self, decoder: Decoder, progress: Progress) -> np.ndarray:
        last = np.array([[row.tokens[-1]] for row in self._rows])
        return decoder.read(last, progress)[:, -1]

    def _draw(self, row: _Row, scores: np.ndarray) -> None:
        if row.done:
            return
        if row.given:
            scores = _only(scores, beginning_with(row.given, self._reader.codec))
        banned = self._reserved
        if self._banned.words:
            forbidden = self._banned.forbidden(self._before[-BANNED_LOOK_BACK:] + row.text)
            banned = np.concatenate([banned, np.array(forbidden, np.int64)])
        row.add(sample_token(scores, row.generator, self._sampling, row.recent, banned), self._reader.end)
        row.done = row.done or row.count >= self._count


class _Row:
    """What was written with one generator's random numbers, in *most* tokens at most."""

    def __init__(self, generator: np.random.Generator, context: Context, codec: SubwordCodec, most: int) -> None:
        self.generator, self.given, self.done = generator, context.given, False
        self.text, self.count = "", 0
        self._codec = codec
        known = context.tokens[-RECENT:]
        self._begin = self._end = len(known)
        self._all = np.concatenate([known, np.zeros(most, np.int64)])
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    @property
    def tokens(self) -> np.ndarray:
        """What was written, (n,)."""
        return self._all[self._begin : self._end]

    @property
    def recent(self) -> np.ndarray:
        """The last tokens (n,), of the context too."""
        return self._all[max(0, self._end - RECENT) : self._end]

    def add(self, token: int, end: int) -> None:
        """Take a token in; bytes that only repeat the end of the given text are not counted as written."""
        self._all[self._end] = token
        self._end += 1
        if token == end:
            self.done = True
            return
        piece = self._codec.pieces[token]
        known = min(len(self.given), len(piece))
        self.given = self.given[known:]
        fresh = cleaned(self._decoder.decode(piece[known:]))
        self.text += fresh
        self.count += len(piece) > known


def _only(scores: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    kept = np.full_like(scores, -np.inf)
    kept[tokens] = scores[tokens]
    return kept
