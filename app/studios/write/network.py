"""A character network with its state: reads text, and says what may come next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.base.progress import Progress
from app.runtime.decoder import common_tokens
from app.runtime.model import Model
from app.runtime.session import SessionOptions
from app.studios.write.codec import CharCodec

GRAPH = "step"
ONE_THREAD = SessionOptions(threads=1)
"""A step of one character is too small to be shared out; a second thread would only take a core from the window."""
CHUNK = 512
"""Characters read in one call of the network; the user's Stop is looked at between two."""


@dataclass(frozen=True)
class Remembered:
    """Tokens (1, n) that were read, and the states h and c after each whole chunk of them."""

    tokens: np.ndarray
    states: list[tuple[np.ndarray, np.ndarray]]


class CharReader:
    """Reads *rows* texts side by side, each with its own state.

    The graph takes ``tokens`` (batch, time) int64, ``h`` and ``c`` (layers, batch, width) float32 and gives ``logits``
    (batch, time, vocabulary), ``h_out``, ``c_out``.
    """

    def __init__(self, model: Model, rows: int = 1) -> None:
        self._model = model
        self.codec = CharCodec.of_model(model.codec)
        layers, width = int(model.codec["layers"]), int(model.codec["width"])
        self.h = np.zeros((layers, rows, width), np.float32)
        self.c = np.zeros((layers, rows, width), np.float32)

    def read(self, tokens: np.ndarray, progress: Progress) -> np.ndarray:
        """Read tokens (rows, time) and move on; returns the scores of what comes after each, (rows, time, V)."""
        feeds = {"tokens": np.ascontiguousarray(tokens, np.int64), "h": self.h, "c": self.c}
        found = self._model.session(GRAPH, ONE_THREAD).run(feeds, progress)
        self.h, self.c = found["h_out"], found["c_out"]
        return found["logits"]

    def read_all(self, tokens: np.ndarray, progress: Progress) -> np.ndarray:
        """Read tokens (rows, time), at least one, in chunks; returns the scores after the last, (rows, V)."""
        scores = np.zeros((tokens.shape[0], 1, len(self.codec)), np.float32)
        for at in range(0, tokens.shape[1], CHUNK):
            progress.report(at / tokens.shape[1])
            scores = self.read(tokens[:, at : at + CHUNK], progress)
        return scores[:, -1]

    def read_again(self, tokens: np.ndarray, progress: Progress) -> np.ndarray:
        """:meth:`read_all` for one text, tokens (1, n), of which the last call read much the same.

        Whole chunks that begin both are not read again: the states after them are kept. A text is always divided at the
        same places, so the result is the same to the bit.
        """
        known: Remembered = self._model.memory.get("read", Remembered(tokens[:, :0], []))
        same = min(common_tokens(known.tokens[0], tokens[0]), tokens.shape[1] - 1) // CHUNK
        states = known.states[:same]
        if states:
            self.h, self.c = states[-1]
        scores = np.zeros((1, 1, len(self.codec)), np.float32)
        for at in range(same * CHUNK, tokens.shape[1], CHUNK):
            progress.report(at / tokens.shape[1])
            scores = self.read(tokens[:, at : at + CHUNK], progress)
            states = [*states, (self.h, self.c)]
        whole = tokens.shape[1] // CHUNK
        self._model.memory["read"] = Remembered(tokens, states[:whole])
        return scores[:, -1]

    def picked(self, rows: list[int]) -> CharReader:
        """A reader that goes on from the state of these rows, one may be named more than once."""
        other = CharReader(self._model, len(rows))
        other.h, other.c = self.h[:, rows], self.c[:, rows]
        return other
