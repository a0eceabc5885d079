"""The corpus as one stream of tokens with its bars, and rows of it: windows, and gaps with what stands around them."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import platformdirs

from app.studios.compose.document import Score
from app.studios.compose.events import DRUM, END, PITCH, PREFIX, SUFFIX, head, measures_of, tokens_of, transposed
from app.studios.compose.instruments import parts_of
from training.musenet.corpus import Piece, chosen, scores

UP, DOWN = 6, -5
"""Pieces are moved by so many semitones at most, where they stay on a piano's keys."""
LOWEST, HIGHEST = 21, 108
UNTOLD = 0.15
"""The share of windows whose head names no composer or style, and of those that name no parts."""
STYLE = 0.25
"""The share of windows of a composer that are told to be of the style alone."""
BEGINNING = 0.3
"""The share of windows that begin with the piece."""
NARROW = 128
"""In no more tokens than this no gap is made."""
SHORT = 0.5
"""The share of gaps with less around them than there is room for."""
AFTER = 8
"""Bars of what follows a gap, at most."""
NOBODY = -1
STREAM = "events-1.npz"
"""The file in which the tokens are kept; its number changes with their meaning."""


@dataclass(frozen=True)
class Corpus:
    """Pieces of one part (train or valid) as arrays.

    ``stream`` uint16 holds the tokens of all bars; bar b of all is ``stream[bars[b]:bars[b + 1]]`` in the tempo
    ``tempos[b]``; piece p is the bars ``pieces[p]`` up to ``pieces[p + 1]``, of ``groups[p]`` and ``styles[p]``, played
    by the parts ``parts[p]`` (-1: none), its pitches from ``lows[p]`` to ``highs[p]``.
    """

    stream: np.ndarray
    bars: np.ndarray
    tempos: np.ndarray
    pieces: np.ndarray
    groups: np.ndarray
    styles: np.ndarray
    parts: np.ndarray
    lows: np.ndarray
    highs: np.ndarray

    def __len__(self) -> int:
        return len(self.groups)

    def tokens(self, first: int, last: int) -> np.ndarray:
        """Bars *first* up to *last* of all."""
        return self.stream[self.bars[first] : self.bars[last]]

    @staticmethod
    def moved(tokens: np.ndarray, semitones: int) -> np.ndarray:
        """Tokens in another key, or as they are where a pitch would leave the piano's keys."""
        pitches = tokens[(tokens >= PITCH) & (tokens < DRUM)] - PITCH + semitones
        fits = not len(pitches) or (pitches.min() >= LOWEST and pitches.max() <= HIGHEST)
        return transposed(tokens, semitones) if fits else tokens

    def rows(self, rng: np.random.Generator, batch: int, length: int, share: float) -> np.ndarray:
        """A batch (batch, length) int64 of windows, a *share* of which are gaps with what stands around them."""
        return np.stack([self._row(rng, length, share) for _ in range(batch)])

    def _row(self, rng: np.random.Generator, length: int, share: float) -> np.ndarray:
        parts, left = [], length
        while left > 0:
            part = self._passage(rng, left, left > NARROW and rng.random() < share)[:left]
            parts.append(part)
            left -= len(part)
        return np.concatenate(parts).astype(np.int64)

    def _passage(self, rng: np.random.Generator, room: int, gap: bool) -> np.ndarray:
        piece = int(self._chances.searchsorted(rng.random() * self._chances[-1], side="right"))
        first, last = int(self.pieces[piece]), int(self.pieces[piece + 1])
        start = first if rng.random() < BEGINNING else int(rng.integers(first, last))
        begin = self.head(piece, start, rng)
        parts = self._gap(rng, start, last, room - len(begin)) if gap else self._plain(start, last, room)
        low, high = max(DOWN, LOWEST - int(self.lows[piece])), min(UP, HIGHEST - int(self.highs[piece]))
        shift = int(rng.integers(min(low, 0), max(high, 0) + 1))
        return transposed(np.concatenate([np.array(begin, np.int64), *parts]), shift)

    def _plain(self, start: int, last: int, room: int) -> list[np.ndarray]:
        stop = min(last, int(self.bars.searchsorted(self.bars[start] + room)) + 1)
        return [self.tokens(start, stop), np.array([END] if stop == last else [], np.int64)]

    def _gap(self, rng: np.random.Generator, start: int, last: int, room: int) -> list[np.ndarray]:
        """``SUFFIX`` what follows ``PREFIX`` what went before and what leads up to it ``END``, within the room."""
        if rng.random() < SHORT:
            room = int(rng.integers(room // 8, room + 1))
        reach = max(start + 1, min(last, int(self.bars.searchsorted(self.bars[start] + room - 3, side="right")) - 1))
        after = int(rng.integers(min(1, reach - start - 1), min(AFTER, reach - start - 1) + 1))
        mark = functools.partial(np.array, dtype=np.int64)
        return [
            mark([SUFFIX]),
            self.tokens(reach - after, reach),
            mark([PREFIX]),
            self.tokens(start, reach - after),
            mark([END]),
        ]

    def head(self, piece: int, start: int, rng: np.random.Generator | None = None) -> list[int]:
        """The head of a window that begins with bar *start*; with *rng*, part of it may be left untold."""
        group, parts = int(self.groups[piece]), [int(part) for part in self.parts[piece] if part != NOBODY]
        chance = rng.random(3) if rng else np.ones(3)
        if chance[0] < STYLE:
            group = int(self.styles[piece])
        return head(
            None if chance[1] < UNTOLD else group,
            int(self.tempos[start]),
            [] if chance[2] < UNTOLD else parts,
            start == self.pieces[piece],
        )

    @functools.cached_property
    def _chances(self) -> np.ndarray:
        """Running sums of the chance of each piece: by its length, and by the root of that of all of its group."""
        sizes = np.diff(self.bars[self.pieces]).astype(float)
        groups = np.bincount(self.groups, sizes)
        return np.cumsum(sizes / np.sqrt(groups[self.groups]))

    def save(self, path: Path) -> None:
        np.savez(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Corpus:
        with np.load(path) as file:
            return cls(**{field.name: file[field.name] for field in fields(cls)})


class _Collector:
    """Gathers pieces one by one."""

    def __init__(self) -> None:
        self._tokens: list[np.ndarray] = []
        self._sizes: list[int] = []
        self._tempos: list[int] = []
        self._rows: list[tuple[int, int, int, int, int]] = []
        self._parts: list[tuple[int, ...]] = []

    def add(self, piece: Piece, score: Score) -> None:
        parts, tempo, before = parts_of(score), -1, len(self._sizes)
        for measure in measures_of(score, parts):
            tokens = tokens_of(measure, measure.tempo if tempo < 0 else tempo)
            tempo = measure.tempo
            self._tokens.append(np.array(tokens, np.uint16))
            self._sizes.append(len(tokens))
            self._tempos.append(tempo)
        bars = len(self._sizes) - before
        tokens = np.concatenate(self._tokens[before:])
        pitches = tokens[(tokens >= PITCH) & (tokens < DRUM)].astype(int) - PITCH
        low, high = (pitches.min(), pitches.max()) if len(pitches) else (LOWEST, HIGHEST)
        self._rows.append((bars, piece.group, piece.style, int(low), int(high)))
        self._parts.append(tuple(sorted(set(parts))))

    def corpus(self) -> Corpus:
        bars, groups, styles, lows, highs = np.array(self._rows).T
        widest = max(map(len, self._parts))
        return Corpus(
            np.concatenate(self._tokens),
            _sums(self._sizes),
            np.array(self._tempos, np.int8),
            _sums(bars),
            groups.copy(),
            styles.copy(),
            np.array([parts + (NOBODY,) * (widest - len(parts)) for parts in self._parts], np.int16),
            lows.copy(),
            highs.copy(),
        )


def _sums(sizes: list[int] | np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(sizes)])


def prepared_folder() -> Path:
    """Where the tokens are kept for the next call."""
    return platformdirs.user_cache_path("atelie") / "training" / "musenet-mini"


def prepared(data: Path) -> tuple[Corpus, Corpus]:
    """The train and the valid part; made once, in minutes, and kept."""
    folder = prepared_folder()
    paths = [folder / f"{part}-{STREAM}" for part in ("train", "valid")]
    if not all(path.exists() for path in paths):
        folder.mkdir(parents=True, exist_ok=True)
        collectors = {True: _Collector(), False: _Collector()}
        for piece, score in scores(data, chosen(data)):
            collectors[piece.train].add(piece, score)
        for path, train in zip(paths, (True, False), strict=True):
            collectors[train].corpus().save(path)
    train, valid = (Corpus.load(path) for path in paths)
    return train, valid
