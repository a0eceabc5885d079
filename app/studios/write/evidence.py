"""Evidence of whether a machine wrote a text, with the rate at which it errs; never a verdict.

A *reader*, one of the writing models, says how likely each token was to it; a small network trained on texts of people
and of machines judges the numbers (:mod:`.traits`) of each passage. It is several networks in one, each trained on
another draw of the same texts: where they disagree, the answer is unsure. What is too short is not judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.manifest import Metric
from app.runtime.model import Model, ModelShelf
from app.studios.write.predictions import Predictions
from app.studios.write.score import read_any_text
from app.studios.write.surprise import PartReader, parts_of
from app.studios.write.traits import TRAITS, cut, joined, traits, unbroken

DETECTOR = "text-detector"
GRAPH = "detector"
FAMILY = "text-detector"
SHORTEST = 200
"""Characters; below, chance decides."""
MOST_PARTS = 60
"""Of a longer text so many parts are read, evenly spread, some 130,000 characters."""
SURE = 0.9
MIDDLE = 0.8
"""The share of the networks whose answers the range of a chance holds."""


class Says(StrEnum):
    """What the evidence speaks for."""

    MACHINE = "machine"
    PERSON = "person"
    UNSURE = "unsure"
    TOO_SHORT = "too short"


@dataclass(frozen=True)
class Judgement:
    """The chance that a machine wrote the characters from *start* up to *end*, and the range of what it may be."""

    start: int
    end: int
    chance: float
    low: float
    high: float

    @property
    def says(self) -> Says:
        if self.end - self.start < SHORTEST:
            return Says.TOO_SHORT
        if self.chance >= SURE and self.low > 0.5:
            return Says.MACHINE
        return Says.PERSON if self.chance <= 1 - SURE and self.high < 0.5 else Says.UNSURE


@dataclass(frozen=True)
class Reliability:
    """How well machine and person were told apart at so many characters: area under the ROC curve, 95 % interval."""

    auc: float
    low: float
    high: float
    characters: int


@dataclass(frozen=True)
class Evidence:
    """What was found in a text: over all of it, and passage by passage."""

    whole: Judgement
    passages: tuple[Judgement, ...]
    detector: Model
    reader: Model

    @property
    def judged(self) -> int:
        """How many characters were read for it."""
        return sum(passage.end - passage.start for passage in self.passages)

    @property
    def reliability(self) -> Reliability:
        return reliability(self.detector)


def weigh(shelf: ModelShelf, text: str, progress: Progress, reader: PartReader | None = None) -> Evidence:
    """Judge a text; *reader* may have read parts of it before.

    Raises :class:`AtelierError`: ``NO_MODEL`` or ``BAD_MODEL`` where there is no detector, or its reader is another
    one than it was trained with; ``BAD_INPUT`` for a text in which there is nothing to be read.
    """
    detector = shelf.open(DETECTOR)
    network = reader_of(detector, shelf)
    found = _read(network, text, progress, reader or PartReader())
    if found is None:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("There is nothing to be judged."),
            tr("Write or paste at least {count} characters.", count=SHORTEST),
        )
    passages = [passage for run in unbroken(found) for passage in cut(run)]
    judged = judge(detector, [traits(passage) for passage in passages])
    places = [(int(passage.spans[0, 0]), int(passage.spans[-1, 1])) for passage in passages]
    whole = _summed(judged, np.array([end - start for start, end in places]))
    return Evidence(
        _judgement((places[0][0], places[-1][1]), whole),
        tuple(_judgement(place, row) for place, row in zip(places, judged, strict=True)),
        detector,
        network,
    )


def reader_of(detector: Model, shelf: ModelShelf) -> Model:
    """The network by whose chances the detector judges. Raises :class:`AtelierError` (``BAD_MODEL``) for another."""
    reader = shelf.open(str(detector.codec["reader"]))
    if reader.digest != detector.codec["reader_sha256"] or tuple(detector.codec["traits"]) != TRAITS:
        raise AtelierError(
            ErrorKind.BAD_MODEL,
            tr(
                "The detector was made for another version of “{id}”, so its error rates do not hold.",
                id=reader.manifest.id,
            ),
            tr("Make it anew with `python -m training {detector}`.", detector=DETECTOR),
        )
    return reader


def judge(detector: Model, rows: Sequence[np.ndarray]) -> np.ndarray:
    """What each network of the detector says of each passage: traits (n, 22) to log odds float64 (n, networks)."""
    return detector.run(GRAPH, {"traits": np.stack(rows)})["odds"].astype(np.float64)


def reliability(detector: Model) -> Reliability:
    """What was measured of the detector on texts it has not seen. Raises StopIteration for a manifest without it."""
    auc, low, high = (next(m for m in detector.manifest.metrics if m.name == name) for name in AUC)
    return Reliability(auc.ours, low.ours, high.ours, 500)


AUC = (
    "machine told from person at 500 characters",
    "the same, lower end of the 95 % interval",
    "the same, upper end of the 95 % interval",
)
"""The names of the metrics that hold it."""


def failures(detector: Model) -> list[Metric]:
    """Where the detector fails and how often, as was measured: the other metrics."""
    return [metric for metric in detector.manifest.metrics if metric.name not in AUC]


def check_file(path: Path, shelf: ModelShelf, progress: Progress) -> dict[str, Any]:
    """The evidence on one file, ready for JSON. Raises :class:`AtelierError`, see :func:`weigh`."""
    text = read_any_text(path)
    found = weigh(shelf, text, progress)
    measured = found.reliability
    return {
        "file": path.name,
        "characters": len(text),
        "judged_characters": found.judged,
        **_described(found.whole),
        "auc": {"value": measured.auc, "interval": [measured.low, measured.high], "at_characters": measured.characters},
        "detector": {"id": found.detector.manifest.id, "sha256": found.detector.digest},
        "reader": {"id": found.reader.manifest.id, "sha256": found.reader.digest},
        "not_judged_below_characters": SHORTEST,
        "passages": [_described(passage) for passage in found.passages],
        "fails": {metric.name: {metric.unit: metric.ours} for metric in failures(found.detector)},
        "note": tr("Evidence with an error rate, not a verdict."),
    }


def _described(part: Judgement) -> dict[str, Any]:
    place = {"start": part.start, "end": part.end, "says": str(part.says)}
    if part.says is Says.TOO_SHORT:
        return place
    return {**place, "chance": round(part.chance, 4), "range": [round(part.low, 4), round(part.high, 4)]}


def _read(network: Model, text: str, progress: Progress, reader: PartReader) -> Predictions | None:
    parts = parts_of(text)
    step = -(-len(parts) // MOST_PARTS) or 1
    read = list(reader.read(network, text, parts[::step], progress))
    return joined([found for _, found in read], [start for (start, _), _ in read])


def _summed(judged: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The log odds of a whole text: the mean over its passages, which are too much alike to be so many witnesses."""
    return (judged * lengths[:, None]).sum(0) / lengths.sum()


def _judgement(place: tuple[int, int], odds: np.ndarray) -> Judgement:
    low, high = np.quantile(odds, [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2])
    chance, low, high = (float(1 / (1 + np.exp(-value))) for value in (odds.mean(), low, high))
    return Judgement(*place, chance, low, high)
