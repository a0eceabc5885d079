"""Texts for the Transformers: packed corpora, one stream of tokens, rows that learn to write towards what follows."""

from __future__ import annotations

import bisect
import functools
import lzma
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from app.studios.write.subwords import END, PREFIX, SPECIAL, SUFFIX, SubwordCodec

BOOK = re.compile(r"\n*^(?==== .+ ===$)", re.MULTILINE)
STORY_END = "<|endoftext|>"
SAMPLE_EVERY, SAMPLE_PART = 4, 100_000
"""The subwords are learnt from every so-manieth part of so many characters."""
SHORTEST, LONGEST = 40, 1800
"""Characters of a passage with an end to write towards, and of what follows it."""
INSIDE = 0.2
"""The share of passages that may end within a word, as a caret can stand there."""


def prepared_folder(name: str) -> Path:
    """Where what is made of a model's corpora once is kept for the next call."""
    return platformdirs.user_cache_path("atelie") / "training" / name


def read_documents(data: Path, name: str) -> list[str]:
    """The books, volumes or stories of one packed corpus, without the blank lines around them."""
    with lzma.open(data / "text" / f"{name}.txt.xz", "rt", encoding="utf8") as file:
        text = file.read()
    parts = text.split(STORY_END) if STORY_END in text else BOOK.split(text)
    return [part.strip("\n") for part in parts if part.strip()]


def learn_subwords(documents: list[str], size: int) -> Tokenizer:
    """A byte-level BPE (Sennrich et al. 2016; Radford et al. 2019) of *size* entries, the special ones first."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_sampled(documents), trainer)
    return tokenizer


def _sampled(documents: list[str]) -> list[str]:
    parts = [text[at : at + SAMPLE_PART] for text in documents for at in range(0, len(text), SAMPLE_PART)]
    return parts[::SAMPLE_EVERY]


@dataclass(frozen=True)
class Texts:
    """Documents as text, and as one stream of tokens with an end mark after each."""

    documents: list[str]
    codec: SubwordCodec
    stream: np.ndarray

    @classmethod
    def prepared(cls, data: Path, names: tuple[str, ...], vocabulary: int, cache: Path) -> Texts:
        """Read the corpora; subwords and stream are made once and kept in *cache*."""
        documents = [document for name in names for document in read_documents(data, name)]
        cache.mkdir(parents=True, exist_ok=True)
        learnt, stream = cache / "tokenizer.json", cache / "stream.npy"
        if not learnt.exists():
            learn_subwords(documents, vocabulary).save(str(learnt))
        codec = SubwordCodec.of_file(learnt)
        if not stream.exists():
            np.save(stream, _stream(documents, codec))
        return cls(documents, codec, np.load(stream))

    def rows(self, rng: np.random.Generator, batch: int, window: int, share: float) -> np.ndarray:
        """A batch (batch, window + 1) int64: plain windows, and a *share* of rows that write towards an end."""
        return np.stack([
            self._towards(rng, window + 1) if rng.random() < share else self._plain(rng, window + 1)
            for _ in range(batch)
        ])  # fmt: skip

    def _plain(self, rng: np.random.Generator, count: int) -> np.ndarray:
        start = int(rng.integers(0, len(self.stream) - count))
        return self.stream[start : start + count].astype(np.int64)

    def _towards(self, rng: np.random.Generator, count: int) -> np.ndarray:
        row: list[int] = []
        while len(row) < count:
            row += self._passage(rng)
        return np.array(row[:count], np.int64)

    def _passage(self, rng: np.random.Generator) -> list[int]:
        """``SUFFIX`` what follows ``PREFIX`` a passage that leads up to it ``END``; see :mod:`.subwords`."""
        lengths = np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST), 2)).astype(int)
        text = self._piece(rng, int(lengths.sum()))
        cut = _cut(text, min(int(lengths[0]), len(text) - 1), rng)
        before, after = self.codec.encode(text[:cut]), self.codec.encode(text[cut:])
        return [SPECIAL[SUFFIX], *after, SPECIAL[PREFIX], *before, SPECIAL[END]]

    def _piece(self, rng: np.random.Generator, length: int) -> str:
        """Characters that stand together in one document, which is drawn by its length."""
        number = bisect.bisect_right(self._ends, int(rng.integers(0, self._ends[-1])))
        document = self.documents[number]
        start = int(rng.integers(0, max(1, len(document) - length)))
        return document[start : start + length]

    @functools.cached_property
    def _ends(self) -> list[int]:
        return np.cumsum([len(document) for document in self.documents]).tolist()


def _cut(text: str, near: int, rng: np.random.Generator) -> int:
    """Where a passage ends: mostly between two words, sometimes inside one."""
    if rng.random() < INSIDE:
        return near
    found = text.find(" ", near)
    return near if found < 0 else found


def _stream(documents: list[str], codec: SubwordCodec) -> np.ndarray:
    """All tokens, uint16, an end mark after each document."""
    parts = []
    for document in documents:
        parts += [codec.encode(document), [SPECIAL[END]]]
    return np.concatenate([np.asarray(part, np.uint16) for part in parts])
