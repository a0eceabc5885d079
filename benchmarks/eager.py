"""How long one picture takes: the studio's generator, the bare ONNX Runtime call, PyTorch eager on the same weights.

All on one thread, one after the other in turns, in processor time: what else the machine does is left out. What
PyTorch takes is measured where it is installed.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.device import CPU
from app.runtime.model import Model, ModelShelf
from app.runtime.session import Arrays, Session, SessionCache, SessionOptions, open_session
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.request import DirectionMove, DirectionPart, ImagineRequest
from app.studios.imagine.styled import noise_of, styles_of
from benchmarks.measure import spread

RUNS, WARM = 60, 5
STYLED = ("stylegan", "biggan")


def eager() -> Iterator[str]:
    """Milliseconds of processor time a picture for each styled model there is."""
    shelf = ModelShelf(Catalog(bundled_models_dir()))
    for entry in shelf.catalog.entries():
        if entry.manifest and entry.usable and entry.manifest.family in STYLED:
            yield from _compared(_OnOneThread(entry.folder, entry.manifest, SessionCache(), lambda: CPU))


class _OnOneThread(Model):
    """A model whose graphs run on one thread."""

    def session(self, stem: str, options: SessionOptions | None = None) -> Session:
        return super().session(stem, SessionOptions(threads=1))


def _compared(model: Model) -> Iterator[str]:
    name = f"{model.manifest.id}, {model.codec['side']} px"
    feeds = _feeds(model)
    session = open_session(model.folder / "generator.onnx", CPU, SessionOptions(threads=1))
    ways: dict[str, Callable[[int], object]] = {
        "studio": lambda run: _picture(model, run),
        "bare": lambda _: session.run(feeds),
    }
    if model.manifest.family == "stylegan" and importlib.util.find_spec("torch"):
        ways["torch"] = _torch(model.folder, feeds)
    taken = _in_turns(ways)
    for way, values in taken.items():
        yield f"{name}, {way}: {spread(values, 'ms', 1)}"
    yield f"{name}: the studio takes {_ratio(taken['studio'], taken['bare'])} of the bare call"
    if "torch" in taken:
        yield f"{name}: PyTorch eager takes {_ratio(taken['torch'], taken['studio'])} of the studio"


def _in_turns(ways: dict[str, Callable[[int], object]]) -> dict[str, np.ndarray]:
    """Milliseconds of processor time of each way, in turns; the first ones do not count."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for run in range(RUNS + WARM):
        for name, way in ways.items():
            started = time.process_time()
            way(run)
            taken[name].append(1000 * (time.process_time() - started))
    return {name: np.array(values[WARM:]) for name, values in taken.items()}


def _ratio(ours: np.ndarray, theirs: np.ndarray) -> str:
    return f"{np.median(ours / theirs):.2f} (median of {len(ours)} pairs)"


def _picture(model: Model, run: int) -> None:
    """As a slider asks for it: another place along a direction each time."""
    move = DirectionMove(parts=(DirectionPart(0),), amount=0.01 * run)
    request = ImagineRequest(model=model.manifest.id, controls=model.manifest.defaults(), moves=(move,))
    *_, _ = ENGINE.generate(request, model, Progress())


def _feeds(model: Model) -> Arrays:
    request = ImagineRequest(model=model.manifest.id, controls=model.manifest.defaults())
    styles, side = styles_of(request, model)[None], int(model.codec["side"])
    return {
        "styles": styles,
        "other": styles,
        "mask": np.zeros((1, 1, side, side), np.float32),
        **noise_of(request, model),
    }


def _torch(folder: Path, feeds: Arrays) -> Callable[[int], object]:
    """The network of the training with the weights of the shipped graph, called as anybody would."""
    import torch

    from training.stylegan.graphs import Painted
    from training.stylegan.shipped import shipped_synthesis

    torch.set_num_threads(1)
    painted = Painted(shipped_synthesis(folder)).eval()
    given = [torch.from_numpy(value) for value in feeds.values()]

    def run(_: int) -> object:
        with torch.inference_mode():
            return painted(*given)

    return run
