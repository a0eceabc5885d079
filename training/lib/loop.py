"""A resumable training loop: checkpoints, averaged weights, bf16 autocast, a time budget.

The same code runs on CPU and CUDA. Each step draws its batch and its dropout masks from a generator seeded by
``(seed, step)`` alone, so a run that was killed and resumed follows the loss curve of one that was not.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
LOSS_LOG = "log.jsonl"


class Task(Protocol):
    """One training problem: the networks, their optimizers, and what a step does.

    ``horizon`` is the number of steps the learning-rate schedule is laid out for; the loop stops there or when the
    time is up. ``averaged`` maps the name of a module to the half-life of its moving average, in steps.
    """

    name: str
    seed: int
    horizon: int
    modules: dict[str, nn.Module]
    optimizers: dict[str, Optimizer]
    averaged: dict[str, float]

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """Run one update (forward, backward, optimizer) and return the losses, in nats unless their name says more."""
        ...

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Return the metrics of *modules* (averaged weights) on the ``valid`` part."""
        ...

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """Write something a person can look at (text, MIDI, contact sheet) into *folder*."""
        ...


@dataclass
class Run:
    """Where and for how long a training goes on.

    ``minutes`` bounds this call, not the whole training; ``every_*`` are in seconds of wall time.
    """

    out: Path
    minutes: float = 30.0
    device: str = "cpu"
    resume: bool = True
    threads: int = 0
    every_checkpoint: float = 120.0
    every_evaluation: float = 300.0


@dataclass
class Progress:
    """What a checkpoint remembers besides the weights: steps done, seconds spent, the metrics seen on the way."""

    step: int = 0
    seconds: float = 0.0
    metrics: list[dict[str, float]] = field(default_factory=list)


def autocast(device: str) -> torch.autocast:
    """bf16 autocast for *device* (``"cpu"`` or ``"cuda"``); weights and their updates stay in fp32."""
    return torch.autocast(device_type=torch.device(device).type, dtype=torch.bfloat16)


def warmup_cosine(step: int, horizon: int, warmup: int = 100, floor: float = 0.05) -> float:
    """Learning-rate factor: linear warm-up, then half a cosine down to *floor* at *horizon*."""
    if step < warmup:
        return (step + 1) / warmup
    along = min(1.0, (step - warmup) / max(1, horizon - warmup))
    return floor + (1 - floor) * 0.5 * (1 + float(np.cos(np.pi * along)))


def set_rate(optimizer: Optimizer, factor: float) -> None:
    """Set each group's learning rate to *factor* times its ``initial_lr`` (recorded at the first call)."""
    for group in optimizer.param_groups:
        group.setdefault("initial_lr", group["lr"])
        group["lr"] = group["initial_lr"] * factor


class Averages:
    """Exponential moving averages of weights (Polyak), warmed up so that early averages are not the initial noise."""

    def __init__(self, modules: dict[str, nn.Module], half_lives: dict[str, float]) -> None:
        self._live = {name: modules[name] for name in half_lives}
        self._half_lives = half_lives
        self._shadow = {name: _copy_state(module) for name, module in self._live.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        for name, module in self._live.items():
            half_life = min(self._half_lives[name], max(1.0, step / 10))
            decay = 0.5 ** (1.0 / half_life)
            for key, value in module.state_dict().items():
                shadow = self._shadow[name][key]
                if shadow.is_floating_point():
                    shadow.lerp_(value, 1 - decay)
                else:
                    shadow.copy_(value)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the averaged weights into the live modules for the duration of a block."""
        backup = {name: _copy_state(module) for name, module in self._live.items()}
        self._load(self._shadow)
        try:
            yield
        finally:
            self._load(backup)

    def state(self) -> dict[str, Any]:
        return self._shadow

    def restore(self, state: dict[str, Any]) -> None:
        for name, tensors in state.items():
            for key, value in tensors.items():
                self._shadow[name][key].copy_(value)

    def _load(self, states: dict[str, Any]) -> None:
        for name, module in self._live.items():
            module.load_state_dict(states[name])


def train(task: Task, run: Run) -> Progress:
    """Train *task* until its horizon or until ``run.minutes`` are over; always ends with a checkpoint."""
    if run.threads:
        torch.set_num_threads(run.threads)
    run.out.mkdir(parents=True, exist_ok=True)
    for module in task.modules.values():
        module.to(run.device)
    averages = Averages(task.modules, task.averaged)
    progress = restore(task, averages, run) if run.resume else Progress()
    _Loop(task, run, averages, progress).go()
    return progress


class _Loop:
    """One call of :func:`train`: clocks for the checkpoint and the evaluation, running means of the losses."""

    def __init__(self, task: Task, run: Run, averages: Averages, progress: Progress) -> None:
        self._task, self._run, self._averages, self._progress = task, run, averages, progress
        self._start = time.monotonic()
        self._before = progress.seconds
        self._sums: dict[str, float] = {}
        self._count = 0
        self._next = {"checkpoint": run.every_checkpoint, "evaluation": run.every_evaluation}

    def go(self) -> None:
        progress = self._progress
        while progress.step < self._task.horizon and self._elapsed() < 60 * self._run.minutes:
            torch.manual_seed(self._task.seed * 1_000_003 + progress.step)
            losses = self._task.step(progress.step, np.random.default_rng((self._task.seed, progress.step)))
            progress.step += 1
            self._averages.update(progress.step)
            self._add(losses)
            if self._due("checkpoint"):
                self._save()
            if self._due("evaluation"):
                self._evaluate()
        self._evaluate()
        self._save()

    def _elapsed(self) -> float:
        return time.monotonic() - self._start

    def _due(self, name: str) -> bool:
        if self._elapsed() < self._next[name]:
            return False
        self._next[name] = self._elapsed() + getattr(self._run, f"every_{name}")
        return True

    def _add(self, losses: dict[str, float]) -> None:
        for key, value in losses.items():
            self._sums[key] = self._sums.get(key, 0.0) + value
        self._count += 1

    def _save(self) -> None:
        self._progress.seconds = self._before + self._elapsed()
        save(self._task, self._averages, self._progress, self._run.out)

    def _evaluate(self) -> None:
        self._progress.seconds = self._before + self._elapsed()
        row = {"step": float(self._progress.step), "minutes": self._progress.seconds / 60}
        row |= {key: value / max(1, self._count) for key, value in self._sums.items()}
        self._sums, self._count = {}, 0
        with self._averages.applied(), evaluating(self._task.modules), torch.no_grad():
            row |= {f"valid_{key}": value for key, value in self._task.evaluate(self._task.modules).items()}
            self._task.sample(self._task.modules, self._run.out / "samples", self._progress.step)
        self._progress.metrics.append(row)
        with (self._run.out / LOSS_LOG).open("a", encoding="utf8") as file:
            file.write(json.dumps(row) + "\n")
        log.info("%s %s", self._task.name, " ".join(f"{key}={value:.4g}" for key, value in row.items()))


@contextmanager
def evaluating(modules: dict[str, nn.Module]) -> Iterator[None]:
    """Switch *modules* to evaluation mode for a block, and each back to the mode it was in."""
    modes = {name: module.training for name, module in modules.items()}
    for module in modules.values():
        module.eval()
    try:
        yield
    finally:
        for name, module in modules.items():
            module.train(modes[name])


def save(task: Task, averages: Averages, progress: Progress, out: Path) -> None:
    """Write the checkpoint atomically: a kill in the middle leaves the one before."""
    state = {
        "modules": {name: module.state_dict() for name, module in task.modules.items()},
        "optimizers": {name: optimizer.state_dict() for name, optimizer in task.optimizers.items()},
        "averages": averages.state(),
        "progress": {"step": progress.step, "seconds": progress.seconds, "metrics": progress.metrics},
    }
    fresh = out / (CHECKPOINT + ".new")
    torch.save(state, fresh)
    fresh.replace(out / CHECKPOINT)


def restore(task: Task, averages: Averages, run: Run) -> Progress:
    """Load the checkpoint in ``run.out`` into *task*; without one, start at step 0."""
    path = run.out / CHECKPOINT
    if not path.exists():
        return Progress()
    state = torch.load(path, map_location=run.device, weights_only=True)
    for name, module in task.modules.items():
        module.load_state_dict(state["modules"][name])
    for name, optimizer in task.optimizers.items():
        optimizer.load_state_dict(state["optimizers"][name])
    averages.restore(state["averages"])
    return Progress(**state["progress"])


def load_averaged(modules: dict[str, nn.Module], checkpoint: Path) -> Progress:
    """Load the averaged weights of a checkpoint (live ones where there is no average) for evaluation or export."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    for name, module in modules.items():
        module.load_state_dict(state["averages"].get(name) or state["modules"][name])
        module.eval()
    return Progress(**state["progress"])


def _copy_state(module: nn.Module) -> dict[str, torch.Tensor]:
    return {key: value.detach().clone() for key, value in module.state_dict().items()}
