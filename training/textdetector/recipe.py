"""Trains ``text-detector``: reads texts of people and machines with one of our networks, learns to tell them apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from app.studios.write.traits import PASSAGE, TRAITS
from training.lib.loop import set_rate, warmup_cosine
from training.textdetector.data import Examples, prepared
from training.textdetector.measure import auc
from training.textdetector.network import Detector
from training.textdetector.texts import Amounts


class TextDetectorTask:
    """Each network of the detector sees each text as often as a draw with replacement gives it.

    ``reader`` is the number of the reader in :data:`~training.textdetector.texts.READERS`; ``people``, ``tuning`` and
    ``testing`` are the texts of people, ``prompts`` those for each setting of each generator.
    """

    reader, people, tuning, testing, prompts = 0, 120, 45, 120, 3
    networks, hidden, rate, decay, horizon, seed = 20, 12, 0.02, 0.02, 400, 1

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name = name
        amounts = Amounts(self.people, self.tuning, self.testing, self.prompts)
        self.examples = prepared(data, self.reader, amounts)
        self._device = device
        self._begin(self.examples.of("train"))

    def taught_without(self, generator: str) -> Detector:
        """A detector that has not met the texts of one generator."""
        known = self.examples.of("train")
        self._begin(known.where(~np.char.startswith(known.source, generator)))
        for step in range(self.horizon):
            self.step(step, np.random.default_rng(step))
        return self.network

    def _begin(self, examples: Examples) -> None:
        torch.manual_seed(self.seed)
        self.network = Detector(len(TRAITS), self.networks, self.hidden)
        self._traits, self._machine = tensors(examples)
        self.network.settle(self._traits)
        drawn = draws(examples, self.networks, self.seed)
        self._weights = torch.from_numpy(drawn * balance(examples)[:, None]).float().to(self._device)
        self._traits, self._machine = self._traits.to(self._device), self._machine.to(self._device)
        self.modules: dict[str, nn.Module] = {"detector": self.network}
        self.averaged: dict[str, float] = {}
        self.optimizers: dict[str, Optimizer] = {
            "detector": torch.optim.AdamW(self.network.parameters(), self.rate, weight_decay=self.decay)
        }

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One update on all passages; the loss is in nats."""
        optimizer = self.optimizers["detector"]
        set_rate(optimizer, warmup_cosine(step, self.horizon, 10))
        odds = self.network(self._traits)
        wanted = self._machine[:, None].expand_as(odds)
        loss = F.binary_cross_entropy_with_logits(odds, wanted, self._weights)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return {"loss": loss.item()}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Loss in nats and AUC on the texts kept for calibration, passages of 500 characters."""
        examples = self.examples.of("tune", length=PASSAGE)
        rows, machine = tensors(examples)
        odds = modules["detector"](rows.to(self._device)).cpu().mean(1)
        weights = torch.from_numpy(balance(examples)).float()
        loss = F.binary_cross_entropy_with_logits(odds, machine, weights)
        return {"loss": loss.item(), "auc": auc(odds.numpy(), examples.machine)}

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """The mean log odds of each source, as a table."""
        folder.mkdir(parents=True, exist_ok=True)
        rows, _ = tensors(self.examples)
        odds = modules["detector"](rows.to(self._device)).cpu().mean(1).numpy()
        names = np.char.add(np.char.add(self.examples.part, "\t"), self.examples.source)
        lines = [f"{name}\t{odds[names == name].mean():.2f}" for name in np.unique(names)]
        (folder / f"{step:06d}.tsv").write_text("\n".join(lines) + "\n", encoding="utf8")


def tensors(examples: Examples) -> tuple[torch.Tensor, torch.Tensor]:
    """Traits (n, traits) and who wrote them (n,), 1 for a machine."""
    return torch.from_numpy(examples.traits).float(), torch.from_numpy(examples.machine.astype(np.float32))


def balance(examples: Examples) -> np.ndarray:
    """Weights (n,) of mean 1 that let people, and each generator, count alike: half for people, half for machines."""
    names = np.where(examples.machine, [source.split(" ")[0] for source in examples.source.tolist()], "people")
    found, places, counts = np.unique(names, return_inverse=True, return_counts=True)
    machines = max(1, len(found) - 1)
    share = np.where(found == "people", 0.5, 0.5 / machines)
    return (len(examples) * share / counts)[places]


def draws(examples: Examples, networks: int, seed: int) -> np.ndarray:
    """How often each network sees each passage (n, networks): texts of one group are drawn together."""
    _, places = np.unique(examples.group, return_inverse=True)
    count = int(places.max()) + 1
    rng = np.random.default_rng(seed)
    return rng.multinomial(count, np.full(count, 1 / count), networks).T[places]
