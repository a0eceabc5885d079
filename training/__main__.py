"""``python -m training MODEL`` trains, resumes, exports; ``evaluate`` measures, ``fills`` measures what is put
into gaps, ``encoder`` adds one to a generator, ``mind`` what a painter imagines, ``queue`` trains all."""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import replace
from pathlib import Path

from app.base.paths import bundled_models_dir
from app.runtime.manifest import load_manifest
from app.runtime.verify import model_digest
from training import evaluate, queueing
from training.encoder import export as encoder
from training.gpt import fills
from training.lib.loop import CHECKPOINT, Run, train
from training.lib.pieces import join, split
from training.lib.settings import parsed, remember
from training.registry import TASKS, recipe_of
from training.spiral import addmind

COMMANDS = {
    "encoder": encoder.main,
    "evaluate": evaluate.main,
    "fills": fills.main,
    "mind": addmind.main,
    "queue": queueing.main,
}
"""Words that may stand in place of a model."""
WARM_RATE = 0.5
"""Of the usual peak learning rate, where a training begins with weights that have learnt already."""


def main(arguments: list[str] | None = None) -> None:
    words = sys.argv[1:] if arguments is None else arguments
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if words and words[0] in COMMANDS:
        COMMANDS[words[0]](words[1:])
    else:
        _train_and_export(_parser().parse_args(words))


def _train_and_export(options: argparse.Namespace) -> None:
    recipe, out = recipe_of(options.model), options.out / options.model
    if options.pieces and join(out / CHECKPOINT):
        logging.info("%s was put together from its pieces", out / CHECKPOINT)
    if options.minutes > 0:
        settings = remember(out, dict(options.set), options.resume)
        task = recipe.built(options.model, options.data, options.device, settings)
        run = _run(options, out)
        if options.from_shipped and not (options.resume and (out / CHECKPOINT).exists()):
            shipped = options.from_shipped / (options.parent or options.model)
            recipe.begin_from(task, shipped)
            digest = model_digest(load_manifest(shipped))
            run = replace(run, begun_from=digest, rate=options.rate or WARM_RATE)
        train(task, run)
    if options.pieces and options.minutes > 0:
        split(out / CHECKPOINT)
    if options.export:
        recipe.export(options.model, options.data, out, options.export / options.model, options.quick)


def _run(options: argparse.Namespace, out: Path) -> Run:
    return Run(
        out,
        options.minutes,
        options.device,
        options.resume,
        options.threads,
        horizon=options.horizon,
        fit=options.fit,
        rate=options.rate or 1.0,
        every_evaluation=60 * options.look,
        start=_start(options),
    )


def _start(options: argparse.Namespace) -> str:
    """What was said of the beginning, as a card repeats it."""
    words = ["--from-shipped"] if options.from_shipped else []
    words += [f"--parent {options.parent}"] if options.parent else []
    words += [f"--rate {options.rate:g}"] if options.rate else []
    return " ".join(words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m training",
        description="Train one of Ateliê's networks and export it.",
        epilog=f"In place of MODEL: {', '.join(COMMANDS)}, each with its own --help.",
    )
    parser.add_argument("model", choices=sorted(TASKS), metavar="MODEL", help=", ".join(sorted(TASKS)))
    evaluate.add_places(parser)
    parser.add_argument("--out", type=Path, default=Path("runs"), help="where checkpoints and samples go")
    parser.add_argument("--minutes", type=float, default=30, help="how long this call trains; 0 only exports")
    parser.add_argument("--look", type=float, default=5, metavar="MINUTES", help="how often the valid loss and samples")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=0, help="threads of the processor; 0 is all")
    parser.add_argument("--resume", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument(
        "--from-shipped",
        type=Path,
        nargs="?",
        const=bundled_models_dir(),
        metavar="DIR",
        help="where there is no checkpoint, begin with the weights of the finished model, with a fresh schedule",
    )
    parser.add_argument(
        "--parent", metavar="MODEL", help="with --from-shipped: begin with the weights of another model of its kind"
    )
    _add_schedule(parser)
    parser.add_argument(
        "--pieces",
        action="store_true",
        help="keep the checkpoint also in pieces under 16 MB, and begin with them",
    )
    parser.add_argument("--export", type=Path, metavar="DIR", help="write the finished model to DIR/MODEL")
    return parser


def _add_schedule(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--horizon", type=int, default=0, metavar="N", help="lay the schedule out for N steps")
    parser.add_argument(
        "--fit", type=float, default=0, metavar="MINUTES", help="let the schedule end after so many minutes in all"
    )
    parser.add_argument(
        "--rate", type=float, metavar="F", help=f"F times the usual peak learning rate; {WARM_RATE} for --from-shipped"
    )
    parser.add_argument(
        "--set", type=parsed, action="append", default=[], metavar="NAME=VALUE", help="batch=512, width=1024, …"
    )


if __name__ == "__main__":
    main()
