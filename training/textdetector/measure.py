"""How well the detector tells machine from person, and where it fails."""

from __future__ import annotations

import numpy as np

from app.runtime.manifest import Metric
from app.runtime.model import Model
from app.studios.write.evidence import AUC, MIDDLE, SURE, judge
from app.studios.write.traits import PASSAGE
from training.textdetector.data import LENGTHS, PARAPHRASES, Examples
from training.textdetector.texts import CAREFUL, GENERATORS, TEMPERATURES

RESAMPLES = 1000


def auc(scores: np.ndarray, machine: np.ndarray) -> float:
    """The chance that a passage of a machine scores above one of a person; ties count half (Hanley & McNeil 1982)."""
    values, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    positive = int(machine.sum())
    negative = len(values[places]) - positive
    return float((ranks[machine].sum() - positive * (positive + 1) / 2) / (positive * negative))


def interval(scores: np.ndarray, examples: Examples, resamples: int = RESAMPLES) -> tuple[float, float]:
    """The middle 95 % of the AUC over resamples of whole texts, people and machines apart (percentile bootstrap)."""
    rng = np.random.default_rng(0)
    members = [_groups(examples, machine) for machine in (False, True)]
    found = []
    for _ in range(resamples):
        drawn = [groups[at] for groups in members for at in rng.integers(0, len(groups), len(groups))]
        rows = np.concatenate(drawn)
        found.append(auc(scores[rows], examples.machine[rows]))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _groups(examples: Examples, machine: bool) -> list[np.ndarray]:
    """The rows of each text, or of the texts written after one prompt."""
    names = np.unique(examples.group[examples.machine == machine])
    return [np.flatnonzero(examples.group == name) for name in names]


class Bench:
    """The test examples with what a detector says of them."""

    def __init__(self, detector: Model, examples: Examples, resamples: int = RESAMPLES) -> None:
        self._examples, self._resamples = examples, resamples
        self._odds = judge(detector, list(examples.traits))
        self._scores = self._odds.mean(1)
        self._people = (examples.part == "test") & ~examples.machine

    def metrics(self) -> list[Metric]:
        """All figures, the AUC at 500 characters with its interval first."""
        test = self._mask("test", PASSAGE)
        low, high = interval(self._scores[test], self._examples.where(test), self._resamples)
        head = [self._auc(AUC[0], test)]
        head += [_share(name, value, head[0].samples, "AUC") for name, value in zip(AUC[1:], (low, high), strict=True)]
        return [
            *head,
            *self._like_from_like(),
            *self._by_length(),
            *self._by_source(),
            *self._by_edit(),
            *self._others(),
            *self._decisions(),
        ]

    def _like_from_like(self) -> list[Metric]:
        """Each generator against people's texts of the corpora it learnt from."""
        test, found = self._mask("test", PASSAGE), []
        for generator, corpora in GENERATORS.items():
            machines = test & self._examples.machine & np.char.startswith(self._examples.source, generator)
            people = test & ~self._examples.machine & np.isin(self._examples.source, corpora)
            if machines.any():
                found.append(self._auc(f"{generator} told from {' and '.join(corpora)}", machines | people))
        return found

    def _by_length(self) -> list[Metric]:
        others = [length for length in LENGTHS if length != PASSAGE]
        return [self._auc(f"at {length:,} characters", self._mask("test", length)) for length in others]

    def _by_source(self) -> list[Metric]:
        careful = [f"{temperature} careful" for temperature in TEMPERATURES]
        names = {f"at boldness {ending.split(' ')[0]}": ending for ending in careful}
        names["all words allowed (top-p 1, boldness 1)"] = "1.0 pure"
        return [self._against_people(name, "test", ending) for name, ending in names.items()]

    def _by_edit(self) -> list[Metric]:
        return [self._against_people(f"after an edit: {name}", "paraphrase", name) for name in PARAPHRASES]

    def _others(self) -> list[Metric]:
        stories = self._against_people("stories of a large language model never learnt from", "other", "tiny-stories")
        mask = (self._examples.part == "other") & ~self._examples.machine & (self._examples.length == PASSAGE)
        alarms = self._says_machine()[mask]
        return [stories, _share("false alarms on encyclopedia markup by people", alarms.mean(), int(mask.sum()))]

    def _decisions(self) -> list[Metric]:
        """What happens at the default limits: how much is left open, how often the rest is wrong."""
        test = self._mask("test", PASSAGE)
        machine, says_machine, says_person = self._examples.machine[test], *(m[test] for m in self._says())
        people = int((~machine).sum())
        return [
            _share("passages on which it is unsure", 1 - (says_machine | says_person).mean(), len(machine)),
            _share("people's passages taken for a machine's", says_machine[~machine].mean(), people),
            _share("machine's passages taken for a person's", says_person[machine].mean(), int(machine.sum())),
        ]

    def _says_machine(self) -> np.ndarray:
        return self._says()[0]

    def _says(self) -> tuple[np.ndarray, np.ndarray]:
        """Where it speaks for a machine, and where for a person (n,)."""
        low, high = np.quantile(self._odds, [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2], axis=1)
        limit = np.log(SURE / (1 - SURE))
        return (self._scores >= limit) & (low > 0), (self._scores <= -limit) & (high < 0)

    def _mask(self, part: str, length: int) -> np.ndarray:
        return (self._examples.part == part) & (self._examples.length == length)

    def _against_people(self, name: str, part: str, ending: str) -> Metric:
        machines = self._mask(part, PASSAGE) & self._examples.machine & np.char.endswith(self._examples.source, ending)
        return self._auc(name, machines | (self._people & (self._examples.length == PASSAGE)))

    def _auc(self, name: str, mask: np.ndarray) -> Metric:
        return _share(name, auc(self._scores[mask], self._examples.machine[mask]), int(mask.sum()), "AUC")


def _share(name: str, value: float, samples: int, unit: str = "share") -> Metric:
    where = f"texts the detector has not seen, boldness {TEMPERATURES[0]}-{TEMPERATURES[-1]}, top-p {CAREFUL['top_p']}"
    better = "higher" if unit == "AUC" else "lower"
    return Metric(name=name, unit=unit, ours=round(float(value), 4), samples=samples, measured_on=where, better=better)
