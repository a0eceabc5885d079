"""Text to tokens and back: one token a character, over a vocabulary that is part of the model."""

from __future__ import annotations

import codecs
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

_PLAIN = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'", "´": "'",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "...", "\t": " ", "\u00a0": " ", "\r": "",
}  # fmt: skip
BYTES = 256


class CharCodec:
    """Characters to indices in *vocabulary*, a string of distinct characters in the order of their indices.

    A character that is not in the vocabulary is brought to one that is: typographic signs to plain ones, accents
    dropped; what is left over is passed over. Or, where the codec *spells*, it is written as its UTF-8 bytes, 256
    tokens after those of the vocabulary, so that any text can be read and written. The user's own text is never
    changed by this, only what the model reads of it.
    """

    def __init__(self, vocabulary: str, spells: bool = False) -> None:
        if len(set(vocabulary)) != len(vocabulary) or not vocabulary:
            raise ValueError("a vocabulary holds each character once")
        self.vocabulary, self.spells = vocabulary, spells
        self._index = {character: index for index, character in enumerate(vocabulary)}
        self._codes, self._order = np.unique([ord(character) for character in vocabulary], return_index=True)

    @classmethod
    def of_text(cls, text: str, most: int | None = None) -> CharCodec:
        """The codec of all characters of a text, in the order of their code points.

        With *most*, that of its so many most frequent ones; the others are spelled.
        """
        frequent = [character for character, _ in Counter(text).most_common(most)]
        return cls("".join(sorted(frequent)), spells=most is not None)

    @classmethod
    def of_model(cls, parameters: Mapping[str, Any]) -> CharCodec:
        """The codec of a manifest."""
        return cls(parameters["vocabulary"], bool(parameters.get("spells", False)))

    def parameters(self) -> dict[str, Any]:
        """What a manifest says of the codec."""
        return {"vocabulary": self.vocabulary, "spells": self.spells}

    def __len__(self) -> int:
        return len(self.vocabulary) + BYTES * self.spells

    def encode(self, text: str) -> np.ndarray:
        """The tokens of a text, int64 of shape (n,); n is smaller or larger than the text where signs were replaced."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        place = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
        unknown = self._codes[place] != codes
        found = self._order[place]
        if unknown.any():
            others = [self._replaced(text[at]) for at in np.flatnonzero(unknown)]
            counts = np.ones(len(codes), np.int64)
            counts[unknown] = [len(tokens) for tokens in others]
            found = np.repeat(found, counts)
            found[np.repeat(unknown, counts)] = [token for part in others for token in part]
        return found

    def decode(self, tokens: Sequence[int] | np.ndarray) -> str:
        """The text of tokens; bytes that make no character are passed over."""
        speller = self.speller()
        return "".join(speller.add(int(token)) for token in tokens)

    def speller(self) -> Speller:
        """Makes text of tokens that come one at a time."""
        return Speller(self.vocabulary)

    def characters(self, tokens: np.ndarray) -> int:
        """How many characters begin in *tokens*."""
        rest = np.asarray(tokens) - len(self.vocabulary)
        return int(((rest < 0) | (rest & 0xC0 != 0x80)).sum())

    def _replaced(self, character: str) -> list[int]:
        if self.spells:
            return [len(self.vocabulary) + byte for byte in character.encode("utf8", "ignore")]
        plain = _PLAIN.get(character)
        if plain is None:
            plain = unicodedata.normalize("NFD", character)
        return [self._index[part] for part in plain if part in self._index]


class Speller:
    """Text from tokens one at a time: a character of several bytes comes with its last one."""

    def __init__(self, vocabulary: str) -> None:
        self._vocabulary = vocabulary
        self._bytes = codecs.getincrementaldecoder("utf8")("ignore")

    def add(self, token: int) -> str:
        """The character that *token* completes, or nothing: within one, or where bytes make none that can be shown."""
        if token < len(self._vocabulary):
            self._bytes.reset()
            return self._vocabulary[token]
        found = self._bytes.decode(bytes([token - len(self._vocabulary)]))
        return "" if found and unicodedata.category(found) == "Cc" else found

    @property
    def inside(self) -> bool:
        """Whether a character has begun and is not complete."""
        return bool(self._bytes.getstate()[0])
