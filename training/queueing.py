"""``python -m training queue``: all models in order of need, each for its share of the minutes.

The queue trains in pieces of a few minutes, each a process of its own: one that fails, hangs or is killed costs no
other model its turn, and what a piece reached is in its checkpoint. A model whose minutes are used up is exported and
measured. Called again with the same words, the queue goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.base.errors import AtelierError
from app.runtime.manifest import MANIFEST, load_manifest
from training.evaluate import add_places
from training.lib.loop import CHECKPOINT, PROGRESS
from training.lib.settings import Setting

log = logging.getLogger(__name__)
PLAN = Path(__file__).with_name("queue.toml")
SHORTEST = 0.25
"""Minutes: it is not worth beginning a piece for less."""
GRACE = 5.0
"""Minutes a piece may take beyond its own, for reading data, compiling, the last evaluation."""
MINIATURE_STEPS = 2


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model of the queue; see ``queue.toml``."""

    name: str
    share: float
    cpu: dict[str, Setting] = {}
    cuda: dict[str, Setting] = {}
    miniature: dict[str, Setting] = {}


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of ``queue.toml``, in order of need."""

    models: list[Entry]


@dataclass(frozen=True)
class Done:
    """How far a model's training is: steps, the horizon of its schedule, minutes."""

    step: int = 0
    horizon: int = 0
    minutes: float = 0.0

    @property
    def finished(self) -> bool:
        return 0 < self.horizon <= self.step


def main(arguments: list[str]) -> None:
    for name, state in Queue(*parse(arguments)).run().items():
        log.info("%-22s %s", name, state)


def parse(arguments: list[str]) -> tuple[Plan, argparse.Namespace]:
    """The plan and the options of a command line."""
    options = _parser().parse_args(arguments)
    return msgspec.toml.decode(options.plan.read_bytes(), type=Plan), options


class Queue:
    """One call of the queue."""

    def __init__(self, plan: Plan, options: argparse.Namespace) -> None:
        self._plan, self._options = plan, options
        self._start = time.monotonic()
        self._minutes = {
            entry.name: options.minutes * entry.share / sum(each.share for each in plan.models) for entry in plan.models
        }

    def run(self) -> dict[str, str]:
        """Work through the models; returns what became of each, in words."""
        return {entry.name: self._model(entry) for entry in self._plan.models}

    def _model(self, entry: Entry) -> str:
        """Train one model until its minutes are used up or the call is over, then export it."""
        while (piece := self._next_piece(entry)) > 0:
            if not self._call(entry, [*self._training(entry), "--minutes", f"{piece:.3f}"], piece):
                return f"failed, see {self._output(entry)}"
        done = progress_of(self._options.out / entry.name)
        if self._left() <= 0 and not self._over(entry, done):
            return f"{done.step} steps, {done.minutes:.1f} minutes; not finished"
        if not self._exported(entry) and not self._call(entry, self._export(entry), 10.0):
            return f"{done.step} steps; export failed, see {self._output(entry)}"
        return f"{done.step} steps, {done.minutes:.1f} minutes, exported"

    def _next_piece(self, entry: Entry) -> float:
        """Minutes of the next piece; 0 when there is none to do."""
        done = progress_of(self._options.out / entry.name)
        if self._over(entry, done):
            return 0.0
        return max(0.0, min(self._options.piece, max(SHORTEST, self._minutes[entry.name] - done.minutes), self._left()))

    def _over(self, entry: Entry, done: Done) -> bool:
        return done.finished or (done.step > 0 and self._minutes[entry.name] - done.minutes < SHORTEST)

    def _left(self) -> float:
        return self._options.call - (time.monotonic() - self._start) / 60 if self._options.call else float("inf")

    def _training(self, entry: Entry) -> list[str]:
        options = self._options
        schedule = ["--horizon", str(MINIATURE_STEPS)] if options.miniature else []
        schedule = schedule or ["--fit", f"{self._minutes[entry.name]:.3f}"]
        settings = {**getattr(entry, options.device), **(entry.miniature if options.miniature else {})}
        chosen = [word for name, value in settings.items() for word in ("--set", f"{name}={json.dumps(value)}")]
        return [*self._common(entry), "--device", options.device, *schedule, *chosen]

    def _export(self, entry: Entry) -> list[str]:
        return [*self._common(entry), "--minutes", "0", "--export", str(self._options.out / "models")]

    def _common(self, entry: Entry) -> list[str]:
        options = self._options
        wanted = {"--quick": options.quick or options.miniature, "--pieces": options.pieces}
        flags = [flag for flag, on in wanted.items() if on]
        return [entry.name, "--data", str(options.data), "--out", str(options.out), *flags]

    def _exported(self, entry: Entry) -> bool:
        """Whether there is a measured model that is not older than the checkpoint."""
        folder, checkpoint = self._options.out / "models" / entry.name, self._options.out / entry.name / CHECKPOINT
        try:
            fresh = (folder / MANIFEST).stat().st_mtime >= checkpoint.stat().st_mtime
            return fresh and bool(load_manifest(folder).metrics)
        except (OSError, AtelierError):
            return False

    def _call(self, entry: Entry, words: list[str], minutes: float) -> bool:
        """Run ``python -m training`` with *words*; returns whether it went well. Its output goes to a file."""
        output = self._output(entry)
        output.parent.mkdir(parents=True, exist_ok=True)
        log.info("%s: %s", entry.name, " ".join(words))
        with output.open("ab") as file:
            try:
                subprocess.run(
                    [sys.executable, "-m", "training", *words],
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    timeout=60 * (minutes + GRACE),
                    env=self._environment(),
                    check=True,
                )
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                log.error("%s: %s", entry.name, error)
                return False
        return True

    def _environment(self) -> dict[str, str]:
        """What a miniature makes of the data must not be found by a real training later."""
        apart = {"XDG_CACHE_HOME": str((self._options.out / "cache").resolve())} if self._options.miniature else {}
        return {**os.environ, **apart}

    def _output(self, entry: Entry) -> Path:
        return self._options.out / entry.name / "output.txt"


def progress_of(run: Path) -> Done:
    """How far the training in the folder *run* is."""
    path = run / PROGRESS
    return msgspec.json.decode(path.read_bytes(), type=Done) if path.exists() else Done()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m training queue", description="Train all models, in order of need.")
    add_places(parser)
    parser.add_argument("--minutes", type=float, default=25, help="for all models and all calls together")
    parser.add_argument("--piece", type=float, default=8, metavar="MINUTES", help="length of one piece at most")
    parser.add_argument(
        "--call", type=float, default=0, metavar="MINUTES", help="begin nothing after so many; 0: no end"
    )
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--miniature", action="store_true", help="two steps of tiny networks, to try it all")
    parser.add_argument("--pieces", action="store_true", help="keep checkpoints also in pieces under 16 MB")
    parser.add_argument(
        "--out", type=Path, default=Path("runs"), help="where checkpoints go, and to models/ the exports"
    )
    parser.add_argument("--plan", type=Path, default=PLAN, help="the queue")
    return parser
