"""``python -m training mind``: put the faces to be imagined into the folder of a finished painter of pictures."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from app.base.paths import bundled_models_dir
from app.runtime.manifest import Manifest
from training.evaluate import add_places, evaluate
from training.lib.adding import add_graph
from training.spiral.export import NOTES, controls
from training.spiral.mind import COMPONENTS, mind_graph

MODEL = "spiral-painter"


def main(arguments: list[str]) -> None:
    options = _parser().parse_args(arguments)
    folder = options.models / MODEL
    add_graph(mind_graph(options.data), folder, _with_mind, lambda _: NOTES)
    evaluate(MODEL, options.data, folder, options.quick)


def _with_mind(manifest: Manifest) -> Manifest:
    return msgspec.structs.replace(manifest, codec={**manifest.codec, "mind": COMPONENTS}, controls=controls())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m training mind",
        description=f"Fit the faces that {MODEL} has in mind when it paints from imagination, which takes a minute and"
        " no training, and put them into its folder; then measure it again.",
    )
    add_places(parser)
    parser.add_argument("--models", type=Path, default=bundled_models_dir(), help="the folder of the finished models")
    return parser
