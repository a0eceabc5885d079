"""``python -m benchmarks [NAME…]``: run all benchmarks, or those named, and print one line for each figure."""

from __future__ import annotations

import argparse
import functools
import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from benchmarks import composing, eager, gallery, generators, ghost, imagining, magenta, painting, window, writing

BENCHMARKS = {
    "text": generators.text,
    "harmony": generators.harmony,
    "pictures": generators.pictures,
    "batch": gallery.batch,
    "gallery": gallery.gallery,
    "imagine": imagining.imagine,
    "eager": eager.eager,
    "drawings": generators.drawings,
    "strokes": generators.strokes,
    "sound": generators.sound,
    "slider": window.slider,
    "roll": window.roll,
    "ghost": ghost.first_token,
    "decoding": ghost.decoding,
    "musenet": composing.decoding,
    "typing": writing.typing,
    "pen": painting.pen,
    "openraster": painting.openraster,
    "start": window.start,
}


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}, magenta")
    parser.add_argument(
        "--magenta", type=Path, metavar="DIR", help="where @magenta/sketch is installed, for the benchmark “magenta”"
    )
    options = parser.parse_args()
    known = dict(BENCHMARKS)
    if options.magenta:
        known["magenta"] = functools.partial(magenta.steps, options.magenta)
    names = options.names or list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"there is no benchmark “{unknown[0]}” (“magenta” needs --magenta); there are: {', '.join(known)}")
    for name in names:
        for line in known[name]():
            print(f"{name:10} {line}", flush=True)


if __name__ == "__main__":
    main()
