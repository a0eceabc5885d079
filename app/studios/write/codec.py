"""Text to tokens and back: one token a character, over a vocabulary that is part of the model."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

_PLAIN = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'", "´": "'",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "...", "\t": " ", "\u00a0": " ", "\r": "",
}  # fmt: skip


class CharCodec:
    """Characters to indices in *vocabulary*, a string of distinct characters in the order of their indices.

    A character the model has never seen is brought to one it knows: typographic signs to plain ones, accents dropped;
    what is left over is passed over. The user's own text is never changed by this, only what the model reads of it.
    """

    def __init__(self, vocabulary: str) -> None:
        if len(set(vocabulary)) != len(vocabulary) or not vocabulary:
            raise ValueError("a vocabulary holds each character once")
        self.vocabulary = vocabulary
        self._index = {character: index for index, character in enumerate(vocabulary)}

    @classmethod
    def of_text(cls, text: str) -> CharCodec:
        """The codec of all characters of a text, in the order of their code points."""
        return cls("".join(sorted(set(text))))

    def __len__(self) -> int:
        return len(self.vocabulary)

    def encode(self, text: str) -> np.ndarray:
        """The tokens of a text, int64 of shape (n,); n is smaller or larger than the text where signs were replaced."""
        tokens = [self._index[known] for character in text for known in self._known(character)]
        return np.array(tokens, np.int64)

    def decode(self, tokens: Sequence[int] | np.ndarray) -> str:
        """The text of tokens."""
        return "".join(self.vocabulary[int(token)] for token in tokens)

    def _known(self, character: str) -> str:
        if character in self._index:
            return character
        plain = _PLAIN.get(character)
        if plain is None:
            plain = unicodedata.normalize("NFD", character)
        return "".join(part for part in plain if part in self._index)
