"""``python -m training MODEL``: train, resume, export."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from training.lib.loop import Run, train
from training.registry import TASKS, recipe_of

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe = recipe_of(options.model)
    out = options.out / options.model
    if options.minutes > 0:
        run = Run(out, options.minutes, options.device, options.resume, options.threads)
        train(recipe.task(options.model, options.data, options.device), run)
    if options.export:
        recipe.export(options.model, options.data, out, options.export / options.model)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m training", description="Train one of Ateliê's networks and export it.")
    parser.add_argument("model", choices=sorted(TASKS))
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the data sets")
    parser.add_argument("--out", type=Path, default=Path("runs"), help="where checkpoints and samples go")
    parser.add_argument("--minutes", type=float, default=30, help="how long this call trains; 0 only exports")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=0, help="threads of the processor; 0 is all")
    parser.add_argument("--resume", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--export", type=Path, metavar="DIR", help="write the finished model to DIR/MODEL")
    return parser


if __name__ == "__main__":
    main()
