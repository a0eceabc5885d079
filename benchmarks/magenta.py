"""Steps of a sketch-rnn here and in magenta.js on Node, by turns, with the same weights.

Needs Node and ``npm install @magenta/sketch`` in some folder, whose path is given; nothing else here needs either.
"""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.model import Model, ModelShelf
from app.runtime.sampling import rng
from app.runtime.session import Arrays
from app.studios.paint.codec import start_row
from app.studios.paint.magenta_import import MAGENTA_FILES
from app.studios.paint.mixture import Decoder, Freedom, sample_row

WIDTH, MIXTURES = 512, 20
"""The size of the decoders that Magenta publishes as ``.gen.json``."""
SCRIPT = Path(__file__).with_suffix(".js")
TURNS, STEPS, TEMPERATURE = 9, 200, 0.4
ALIKE = 1e-4


def steps(folder: Path) -> Iterator[str]:
    """Steps a second (read a point, get the mixture, draw the next point) of the studio and of the package *folder*."""
    with tempfile.TemporaryDirectory() as place:
        path = _checkpoint(Path(place) / "random.gen.json")
        models = Path(place) / "models"
        name = MAGENTA_FILES.add(path, Catalog(models), models, Progress())
        model = ModelShelf(Catalog(models)).open(name)
        command = ["node", str(SCRIPT), str(folder), str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
            ours, theirs = _by_turns(model, node)
            node.communicate()
    for who, seconds in (("the studio", ours), ("magenta.js on Node", theirs)):
        yield f"sketch-rnn of {WIDTH} units, {who}: {STEPS / seconds.min():,.0f} steps/s, {_spread(seconds)}"
    ratios = theirs / ours
    yield (
        f"sketch-rnn of {WIDTH} units: the studio makes {np.median(ratios):.1f} times as many steps "
        f"({ratios.min():.1f} – {ratios.max():.1f} in {TURNS} turns)"
    )


def _by_turns(model: Model, node: subprocess.Popen[str]) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of each turn, ours and theirs; one before them shows that both compute the same, and is not counted."""
    _, mixture = _ours(model)
    _, means = _theirs(node)
    worst = float(np.abs(mixture["means"][:, 0] - means).max())
    if worst > ALIKE:
        raise RuntimeError(f"magenta.js computes something else: the means differ by {worst:.2g}")
    times = [(_ours(model)[0], _theirs(node)[0]) for _ in range(TURNS)]
    return np.array([ours for ours, _ in times]), np.array([theirs for _, theirs in times])


def _ours(model: Model) -> tuple[float, Arrays]:
    """The seconds of so many steps, and the mixture after the first."""
    generator, row = rng(1), start_row()
    decoder = Decoder(model, np.zeros((1, 0), np.float32), np.ones((1, 1), np.float32))
    first, started = None, time.perf_counter()
    for _ in range(STEPS):
        mixture = decoder.go_on(row)
        first = first or mixture
        row = sample_row(mixture, generator, Freedom(TEMPERATURE, TEMPERATURE))
        row[:, 2:] = (1, 0, 0)  # never the end
    assert first is not None
    return time.perf_counter() - started, first


def _theirs(node: subprocess.Popen[str]) -> tuple[float, np.ndarray]:
    assert node.stdin is not None
    assert node.stdout is not None
    node.stdin.write(f"{STEPS}\n")
    node.stdin.flush()
    for line in node.stdout:  # the package prints of its own
        if line.startswith("> "):
            found = json.loads(line[2:])
            return float(found["seconds"]), np.array(found["first"])
    raise RuntimeError("Node ended before it answered")


def _checkpoint(path: Path) -> Path:
    """A file in Magenta's layout with random weights."""
    generator, outputs = rng(0), 6 * MIXTURES + 3
    shapes = [(WIDTH, outputs), (outputs,), (5, 4 * WIDTH), (WIDTH, 4 * WIDTH), (4 * WIDTH,)]
    arrays = [np.round(generator.normal(0, 0.05, shape) * 3276.7).astype("<i2") for shape in shapes]
    about = {"name": "random", "version": 6, "max_seq_len": 150, "mode": 2, "scale_factor": 1.0}
    packed = [base64.b64encode(array.tobytes()).decode() for array in arrays]
    path.write_text(json.dumps([about, shapes, packed]), encoding="utf8")
    return path


def _spread(seconds: np.ndarray) -> str:
    each = 1000 * seconds / STEPS
    return f"{np.median(each):.2f} ms each ({each.min():.2f} – {each.max():.2f})"
