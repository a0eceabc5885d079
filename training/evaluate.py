"""``python -m training evaluate MODEL`` or ``--all``: measure the shipped ONNX files and write what was found.

The figures go into ``model.toml`` and ``CARD.md`` of the model, then into the tables of the pages about models.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from app.base.paths import bundled_models_dir
from training import tables
from training.lib.card import opened, write_metrics
from training.registry import TASKS, recipe_of

log = logging.getLogger(__name__)


def main(arguments: list[str]) -> None:
    options = _parser().parse_args(arguments)
    chosen = sorted(TASKS) if options.all else [options.model]
    for name in chosen:
        if (options.out / name).is_dir():
            evaluate(name, options.data, options.out / name, options.quick)
        else:
            log.info("%s is not in %s", name, options.out)
    if options.out == bundled_models_dir():
        tables.write()


def evaluate(name: str, data: Path, folder: Path, quick: bool = False) -> None:
    """Measure the finished model in *folder* on *data*, say what its card had, and write the metrics.

    Raises AtelierError for a damaged one.
    """
    model = opened(folder)
    before = {metric.name: metric.ours for metric in model.manifest.metrics}
    metrics = recipe_of(name).measure(model, data, quick)
    for metric in metrics:
        stood = before.get(metric.name)
        told = "the card did not have it" if stood is None else f"the card had {stood:.4g}"
        log.info("%s: %s %.4g %s (%s)", name, metric.name, metric.ours, metric.unit, told)
    write_metrics(folder, metrics)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m training evaluate", description="Measure the shipped models.")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("model", nargs="?", choices=sorted(TASKS), metavar="MODEL", help=", ".join(sorted(TASKS)))
    which.add_argument("--all", action="store_true", help="each model there is")
    add_places(parser)
    parser.add_argument("--out", type=Path, default=bundled_models_dir(), help="the folder of the finished models")
    return parser


def add_places(parser: argparse.ArgumentParser) -> None:
    """The options that training, evaluating and the queue share."""
    parser.add_argument("--data", type=Path, default=tables.ROOT.parent / "shared" / "data", help="folder of the data")
    parser.add_argument("--quick", action="store_true", help="measure on a few samples only, to try whether it works")
