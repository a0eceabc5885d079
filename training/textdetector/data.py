"""The traits of all samples, read once by the reader and kept."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from app.base.progress import Progress
from app.runtime.model import Model, ModelShelf
from app.studios.write.surprise import read_part
from app.studios.write.traits import PASSAGE, TRAITS, cut, traits
from training.gpt.data import prepared_folder
from training.textdetector.texts import READERS, Amounts, Sample, all_samples, generators, reworded, shelf, shuffled

log = logging.getLogger(__name__)
NAME = "text-detector"
LENGTHS = (200, PASSAGE, 1000)
PARAPHRASES = {
    "synonyms": lambda text: reworded(text, 1.0),
    "a tenth of the words moved": lambda text: shuffled(text, 0.1),
}


@dataclass(frozen=True)
class Examples:
    """One row for each passage: traits float32 (n, 22), and as strings or numbers (n,) what it comes from."""

    traits: np.ndarray
    machine: np.ndarray
    source: np.ndarray
    group: np.ndarray
    part: np.ndarray
    length: np.ndarray

    def __len__(self) -> int:
        return len(self.machine)

    def where(self, mask: np.ndarray) -> Examples:
        """The rows of a mask (n,)."""
        return Examples(*(getattr(self, field.name)[mask] for field in fields(self)))

    def of(self, *parts: str, length: int | None = None) -> Examples:
        """The rows of some parts, and of one length of passage."""
        mask = np.isin(self.part, parts)
        return self.where(mask if length is None else mask & (self.length == length))


def reader(number: int, models: ModelShelf) -> Model:
    """One of :data:`READERS`."""
    return models.open(READERS[number])


def prepared(data: Path, number: int, amounts: Amounts) -> Examples:
    """The examples; written and read once for each set of models, and kept."""
    models = shelf()
    network = reader(number, models)
    digests = [name + models.open(name).digest for name in generators(models)]
    known = json.dumps([network.digest, digests, [*TRAITS], repr(amounts)])
    path = prepared_folder(NAME) / f"{hashlib.sha256(known.encode()).hexdigest()[:16]}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        samples = list(all_samples(data, models, amounts))
        _keep_texts(samples, path.with_suffix(".jsonl"))
        examples = read_samples(network, [*samples, *_paraphrased(samples)])
        np.savez_compressed(path, **vars(examples))
    with np.load(path, allow_pickle=False) as found:
        return Examples(**{name: found[name] for name in found.files})


def read_samples(network: Model, samples: Iterable[Sample]) -> Examples:
    """Read each text, and cut it into passages of each of :data:`LENGTHS`."""
    rows: list[np.ndarray] = []
    about: list[tuple[bool, str, str, str, int]] = []
    for number, sample in enumerate(samples):
        if number % 100 == 0:
            log.info("%s: %d texts read", NAME, number)
        found = read_part(network, sample.text, (0, len(sample.text)), Progress())
        for length in LENGTHS:
            for passage in cut(found, length):
                rows.append(traits(passage))
                about.append((sample.machine, sample.source, sample.group, sample.part, length))
    return Examples(np.stack(rows), *(np.array(column) for column in zip(*about, strict=True)))


def _paraphrased(samples: list[Sample]) -> list[Sample]:
    """Every other machine text of the test, edited in simple ways."""
    chosen = [sample for sample in samples if sample.machine and sample.part == "test"][::2]
    return [
        replace(sample, text=edit(sample.text), source=f"{sample.source}, {name}", part="paraphrase")
        for name, edit in PARAPHRASES.items()
        for sample in chosen
    ]


def _keep_texts(samples: list[Sample], path: Path) -> None:
    """For people to look at."""
    lines = [json.dumps(vars(sample), ensure_ascii=False) for sample in samples]
    path.write_text("\n".join(lines) + "\n", encoding="utf8")
