"""Nats per frame of the family ``coconet``: the evaluation of Huang et al. 2017, table 1, as its authors published it.

Of a whole piece, one frame (the four voices at a step) is asked for given those before it in an ordering of the steps,
random or chronological. Its voices are asked for one after the other in random order, and each sees what the network
would itself have written for those before it, not the truth. The chances of several orderings are averaged, not their
logarithms; then come the means over the frames of a piece and over pieces.

The authors ask for every frame. That takes hours on a processor, so some can be drawn: in strata by how many voices
move into the frame, as many of each. Most frames are such in which nothing moves, and they hardly differ; those in
which all move are few and differ much. How many frames a stratum has is known, so this gives the same in expectation,
with less error than frames drawn evenly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.sampling import probabilities, rng
from app.studios.compose.codec import VOICES, Codec
from app.studios.compose.gibbs import Predict

ORDERINGS = 5
"""As many as the authors average over."""
STRATA = VOICES + 1
FLOOR = 1e-12
FAR = 512
"""Steps of the piece on which it is tried how far the network hears."""


@dataclass(frozen=True)
class Found:
    """The mean over pieces of the mean over their frames, and how many frames were asked for.

    *error* is the standard error that comes from drawing them; 0 where every frame was asked for.
    """

    nats: float
    error: float
    frames: int


@dataclass(frozen=True)
class Stratum:
    """The share of the mean that is some frames', and those of them to ask for.

    *chosen* are (piece, step), (n, 2); *weights* (n,) sum to 1; *whole* says that they are all there are.
    """

    share: float
    chosen: np.ndarray
    weights: np.ndarray
    whole: bool

    def nats(self, losses: np.ndarray) -> float:
        """What the stratum adds to the mean, by the losses (n,) of the chosen frames."""
        return float(self.share * (self.weights * losses).sum())

    def variance(self, losses: np.ndarray) -> float:
        """The variance of that, as of frames drawn independently; they are drawn better, so it is a bound."""
        return 0.0 if self.whole else float(self.share**2 * losses.var(ddof=1) / len(losses))


def strata(pieces: list[np.ndarray], frames: int | None, random: np.random.Generator) -> list[Stratum]:
    """The frames to ask for: about *frames* of them, or every one for None. *pieces* are classes (steps, 4)."""
    places = np.concatenate([np.stack([np.full(len(p), n), np.arange(len(p))], 1) for n, p in enumerate(pieces)])
    weights = np.concatenate([np.full(len(piece), 1 / len(piece) / len(pieces)) for piece in pieces])
    kind = np.concatenate([moving(piece) for piece in pieces])
    most = len(places) if frames is None else max(2, frames // STRATA)
    inside = [kind == voices for voices in range(STRATA)]
    return [_stratum(places[own], weights[own], most, random) for own in inside if own.any()]


def moving(piece: np.ndarray) -> np.ndarray:
    """How many voices are not where they were a step before, (steps,); at the first step all four."""
    return np.concatenate([[VOICES], (np.diff(piece, axis=0) != 0).sum(axis=1)])


def _stratum(places: np.ndarray, weights: np.ndarray, most: int, random: np.random.Generator) -> Stratum:
    """All of these frames, or *most* at even distances, so that each piece has its part."""
    share = float(weights.sum())
    if len(places) <= most:
        return Stratum(share, places, weights / share, True)
    at = np.searchsorted(weights.cumsum() / share, (random.random() + np.arange(most)) / most)
    return Stratum(share, places[np.minimum(at, len(places) - 1)], np.full(most, 1 / most), False)


def reach(codec: Codec, predict: Predict) -> int:
    """How many steps before and behind a step the network hears, rounded up to quarters; found by trying.

    What lies farther need not be shown to it: it says the same without.
    """
    random, middle = rng(0, 3), FAR // 2
    piece = np.stack([random.integers(low, high + 1, FAR) for low, high in codec.ranges], 1)
    known = np.ones((2, FAR, VOICES), bool)
    known[1, middle] = False
    classes = np.repeat(codec.encode(piece)[None], 2, axis=0)
    with_it, without = predict(codec.features(classes, known, np.zeros(2, np.int64), np.full(2, FAR)))
    heard = np.flatnonzero((with_it != without).any(axis=(1, 2)))
    farthest = int(np.abs(heard - middle).max(initial=0))
    return _up(farthest + codec.steps_per_quarter, codec.steps_per_quarter)


def _up(steps: int, quarter: int) -> int:
    return -(-steps // quarter) * quarter


class FrameMeasure:
    """The same frames, orderings and masks each time: a drawn frame costs what it costs where every one is asked for.

    *pieces* are classes (steps, 4) of whole quarters; *frames* as for :func:`strata`.
    """

    def __init__(
        self, codec: Codec, predict: Predict, pieces: list[np.ndarray], frames: int | None, orderings: int = ORDERINGS
    ) -> None:
        self._codec, self._predict, self._pieces, self._orderings = codec, predict, pieces, orderings
        self._strata = strata(pieces, frames, rng(0, 2))
        self._reach = reach(codec, predict)

    def nats(self, chronological: bool, progress: Progress) -> Found:
        """The figure for one kind of ordering."""
        asked = np.unique(np.concatenate([stratum.chosen for stratum in self._strata]), axis=0)
        losses: dict[tuple[int, int], float] = {}
        for number in range(len(self._pieces)):
            note = tr("piece {number} of {all}", number=number + 1, all=len(self._pieces))
            progress.report(len(losses) / len(asked), note)
            steps = asked[asked[:, 0] == number, 1].tolist()
            found = self._losses(number, steps, chronological)
            losses.update(zip(((number, step) for step in steps), found, strict=True))
        pairs = [(s, np.array([losses[piece, step] for piece, step in s.chosen.tolist()])) for s in self._strata]
        variance = sum(stratum.variance(mine) for stratum, mine in pairs)
        return Found(sum(stratum.nats(mine) for stratum, mine in pairs), variance**0.5, len(asked))

    def _losses(self, number: int, steps: list[int], chronological: bool) -> list[float]:
        """The losses of some steps of a piece, in orderings that are drawn for all of its steps."""
        piece = self._pieces[number]
        random, orderings = rng(0, 2, int(chronological), number), range(self._orderings)
        length = len(piece)
        place = np.stack([np.arange(length) if chronological else random.permutation(length) for _ in orderings])
        voices = random.permuted(np.tile(np.arange(VOICES), (len(orderings), length, 1)), axis=2)
        return [self._loss(piece, step, place < place[:, step, None], voices[:, step]) for step in steps]

    def _loss(self, piece: np.ndarray, step: int, before: np.ndarray, voices: np.ndarray) -> float:
        """The loss of one step, given the steps *before* it, bool (orderings, steps), and the order of its *voices*."""
        first, end = self._heard(piece, step)
        known = np.repeat(before[:, first:end, None], VOICES, axis=2)
        classes = np.repeat(piece[None, first:end], self._orderings, axis=0)
        rows, total = np.arange(self._orderings), np.zeros(self._orderings)
        for voice in voices.T:
            logs = self._logs(classes, known, step - first, first, len(piece))[rows, voice]
            total += logs[rows, piece[step, voice]]
            classes[rows, step - first, voice] = logs.argmax(axis=1)
            known[rows, step - first, voice] = True
        return float(np.log(self._orderings) - np.logaddexp.reduce(total))

    def _heard(self, piece: np.ndarray, step: int) -> tuple[int, int]:
        """The part of a piece that the network can hear from a step, in whole quarters."""
        quarter = self._codec.steps_per_quarter
        begin = step // quarter * quarter
        return max(0, begin - self._reach), min(len(piece), begin + quarter + self._reach)

    def _logs(self, classes: np.ndarray, known: np.ndarray, at: int, first: int, length: int) -> np.ndarray:
        """The logarithm of the chance of each class at one step, (orderings, 4, classes).

        Orderings that show the network the same ask it once: in chronological order, all do at first.
        """
        shown = np.where(known, classes, -1).reshape(len(known), -1)
        _, one, back = np.unique(shown, axis=0, return_index=True, return_inverse=True)
        begin, whole = np.full(len(one), first), np.full(len(one), length)
        scores = self._predict(self._codec.features(classes[one], known[one], begin, whole))
        return np.log(np.maximum(probabilities(scores[:, at]), FLOOR))[back.reshape(-1)]
