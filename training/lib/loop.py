"""A resumable training loop: checkpoints, averaged weights, bf16 autocast, a time budget.

The same code runs on CPU and CUDA. Each step draws its batch and its dropout masks from a generator seeded by
``(seed, step)`` alone, so a run that was killed and resumed follows the loss curve of one that was not.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from training.lib.averages import Averages, evaluating
from training.lib.curve import draw_curves
from training.lib.hardware import hardware

log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
PROGRESS = "progress.json"
"""How far the checkpoint is, in a few numbers."""
LOSS_LOG = "log.jsonl"
CURVES = "curves.png"
FIT_STEPS = 40
"""Steps after which the time of one is known; the first half may be compiling. Less than any warm-up."""
FIT_SHARE = 0.9
"""Of the minutes, for steps; the rest goes to evaluations, samples and checkpoints."""


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

    ``minutes`` bounds this call, not the whole training; ``every_*`` are in seconds of wall time. ``horizon`` is the
    number of steps the schedule is laid out for instead of the task's own; ``fit`` the minutes, in all calls together,
    in which it shall end: the horizon is then found from the time of the first steps. Both hold for later calls too.
    ``rate`` multiplies the peak learning rate of a run that begins; ``begun_from`` names the shipped weights it has;
    ``start`` are the words of the command line that made it begin so.
    """

    out: Path
    minutes: float = 30.0
    device: str = "cpu"
    resume: bool = True
    threads: int = 0
    every_checkpoint: float = 120.0
    every_evaluation: float = 300.0
    horizon: int = 0
    fit: float = 0.0
    rate: float = 1.0
    begun_from: str = ""
    start: str = ""


@dataclass
class Progress:
    """What a checkpoint remembers besides the weights: steps done, seconds spent, the metrics seen on the way.

    ``horizon`` is that of the schedule where it is not the task's own, else 0; ``hardware`` where the last call ran;
    ``begun_from`` the digest of the shipped model a warm start took its weights from; ``start`` what was said on the
    command line of how to begin.
    """

    step: int = 0
    seconds: float = 0.0
    metrics: list[dict[str, float]] = field(default_factory=list)
    horizon: int = 0
    hardware: str = ""
    begun_from: str = ""
    start: str = ""


def autocast(device: str) -> torch.autocast:
    """bf16 autocast for *device* (``"cpu"`` or ``"cuda"``); weights and their updates stay in fp32."""
    return torch.autocast(device_type=torch.device(device).type, dtype=torch.bfloat16)


def warmup_cosine(step: int, horizon: int, warmup: int = 100, floor: float = 0.05) -> float:
    """Learning-rate factor: linear warm-up, then half a cosine down to *floor* at *horizon*."""
    if step < warmup:
        return (step + 1) / warmup
    along = min(1.0, (step - warmup) / max(1, horizon - warmup))
    return floor + (1 - floor) * 0.5 * (1 + float(np.cos(np.pi * along)))


def warmup_stable_decay(step: int, horizon: int, warmup: int = 100, decay_share: float = 0.2) -> float:
    """Learning-rate factor: linear warm-up, 1, then a straight line to 0 over the last *decay_share* of *horizon*.

    What was learnt before the decay does not depend on *horizon*, so a run can be prolonged (Hu et al. 2024, MiniCPM,
    arXiv 2404.06395; Hägele et al. 2024, arXiv 2405.18392).
    """
    if step < warmup:
        return (step + 1) / warmup
    return min(1.0, max(0.0, (horizon - step) / max(1.0, horizon * decay_share)))


def set_rate(optimizer: Optimizer, factor: float) -> None:
    """Set each group's learning rate to *factor* times its ``initial_lr`` (recorded at the first call)."""
    for group in optimizer.param_groups:
        group.setdefault("initial_lr", group["lr"])
        group["lr"] = group["initial_lr"] * factor


def train(task: Task, run: Run) -> Progress:
    """Train *task* until its horizon or until ``run.minutes`` are over; always ends with a checkpoint."""
    if run.threads:
        torch.set_num_threads(run.threads)
    run.out.mkdir(parents=True, exist_ok=True)
    for module in task.modules.values():
        module.to(run.device)
    averages = Averages(task.modules, task.averaged)
    progress = restore(task, averages, run) if run.resume else Progress()
    _begin(task, run, progress)
    _Loop(task, run, averages, progress).go()
    return progress


def _begin(task: Task, run: Run, progress: Progress) -> None:
    """Settle the horizon and, at the first step, the peak learning rate."""
    progress.hardware = hardware(run.device)
    progress.horizon = run.horizon or progress.horizon
    task.horizon = progress.horizon or task.horizon
    if progress.step == 0:
        progress.begun_from, progress.start = run.begun_from, run.start
        for optimizer in task.optimizers.values():
            for group in optimizer.param_groups:
                group["initial_lr"] = group["lr"] * run.rate


class _Loop:
    """One call of :func:`train`: clocks for the checkpoint and the evaluation, running means of the losses."""

    def __init__(self, task: Task, run: Run, averages: Averages, progress: Progress) -> None:
        self._task, self._run, self._averages, self._progress = task, run, averages, progress
        self._start = time.monotonic()
        self._before = progress.seconds
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._timed: list[float] = []
        self._next = {"checkpoint": run.every_checkpoint, "evaluation": run.every_evaluation}

    def go(self) -> None:
        progress = self._progress
        while progress.step < self._task.horizon and self._elapsed() < 60 * self._run.minutes:
            torch.manual_seed(self._task.seed * 1_000_003 + progress.step)
            losses = self._task.step(progress.step, np.random.default_rng((self._task.seed, progress.step)))
            progress.step += 1
            self._averages.update(progress.step)
            self._add(losses)
            self._fit()
            if self._due("checkpoint"):
                self._save()
            if self._due("evaluation"):
                self._evaluate()
        self._evaluate()
        self._save()

    def _fit(self) -> None:
        """Once the first steps are timed, lay the schedule out so that it ends after ``run.fit`` minutes in all."""
        if not self._run.fit or self._progress.horizon:
            return
        self._timed.append(self._elapsed())
        if len(self._timed) < FIT_STEPS:
            return
        each = (self._timed[-1] - self._timed[FIT_STEPS // 2]) / (FIT_STEPS - 1 - FIT_STEPS // 2)
        left = 60 * self._run.fit * FIT_SHARE - self._before - self._elapsed()
        self._progress.horizon = self._task.horizon = self._progress.step + max(1, round(left / each))
        log.info("%s: %.3g s a step, horizon %d", self._task.name, each, self._task.horizon)

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
            self._counts[key] = self._counts.get(key, 0) + 1

    def _save(self) -> None:
        self._progress.seconds = self._before + self._elapsed()
        save(self._task, self._averages, self._progress, self._run.out)

    def _evaluate(self) -> None:
        self._progress.seconds = self._before + self._elapsed()
        row = {"step": float(self._progress.step), "minutes": self._progress.seconds / 60}
        row |= {key: value / self._counts[key] for key, value in self._sums.items()}
        self._sums, self._counts = {}, {}
        with self._averages.applied(), evaluating(self._task.modules), torch.no_grad():
            row |= {f"valid_{key}": value for key, value in self._task.evaluate(self._task.modules).items()}
            self._task.sample(self._task.modules, self._run.out / "samples", self._progress.step)
        self._progress.metrics.append(row)
        with (self._run.out / LOSS_LOG).open("a", encoding="utf8") as file:
            file.write(json.dumps(row) + "\n")
        draw_curves(self._run.out / LOSS_LOG, self._run.out / CURVES)
        log.info("%s %s", self._task.name, " ".join(f"{key}={value:.4g}" for key, value in row.items()))


def save(task: Task, averages: Averages, progress: Progress, out: Path) -> None:
    """Write the checkpoint atomically: a kill in the middle leaves the one before."""
    state = {
        "modules": {name: module.state_dict() for name, module in task.modules.items()},
        "optimizers": {name: optimizer.state_dict() for name, optimizer in task.optimizers.items()},
        "averages": averages.state(),
        "progress": asdict(progress),
    }
    fresh = out / (CHECKPOINT + ".new")
    torch.save(state, fresh)
    fresh.replace(out / CHECKPOINT)
    brief = {"step": progress.step, "horizon": task.horizon, "minutes": progress.seconds / 60}
    (out / PROGRESS).write_text(json.dumps(brief), encoding="utf8")


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
