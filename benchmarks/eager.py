"""How long one picture takes: the studio's generator, the bare ONNX Runtime calls, PyTorch eager on the same weights.

In turns; on one thread in processor time, which leaves out what else the machine does, and on all cores by the clock.
The bare calls are those of the graphs that the picture needs, with inputs that lie ready: the generator, and where
steps go through the latent (BigGAN) the mapping network before it. What PyTorch takes is measured where it is
installed: from styles to the picture, with no mask, as one would write it.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.device import CPU, physical_cores
from app.runtime.manifest import Manifest
from app.runtime.model import Model, ModelShelf
from app.runtime.session import Arrays, Session, SessionCache, SessionOptions
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.request import DirectionMove, DirectionPart, ImagineRequest
from app.studios.imagine.styled import noise_of, styles_of
from benchmarks.measure import spread

RUNS, WARM = 60, 5
STYLED = ("stylegan", "biggan")
Way = Callable[[int], object]
"""What makes a picture; it is told how often it was asked."""


def eager() -> Iterator[str]:
    """Milliseconds a picture for each styled model there is."""
    shelf = ModelShelf(Catalog(bundled_models_dir()))
    for entry in shelf.catalog.entries():
        if entry.manifest and entry.usable and entry.manifest.family in STYLED:
            yield from _compared(_Held(entry.folder, entry.manifest, 1), 1, time.process_time)
            cores = physical_cores()
            yield from _compared(_Held(entry.folder, entry.manifest, cores), cores, time.perf_counter)


class _Held(Model):
    """A model whose graphs run on so many threads."""

    def __init__(self, folder: Path, manifest: Manifest, threads: int) -> None:
        super().__init__(folder, manifest, SessionCache(), lambda: CPU)
        self._threads, self.inside = threads, 0.0
        self.heard: dict[str, tuple[Sequence[str], Arrays]] | None = None
        """Where there is one, what each graph was asked for and given is put there, by its stem."""

    def run(self, stem: str, feeds: Arrays, progress: Progress | None = None, outputs: Sequence[str] = ()) -> Arrays:
        """As every model does; *inside* adds up the seconds that ONNX Runtime takes."""
        if self.heard is not None:
            self.heard[stem] = outputs, feeds
        session, started = self.session(stem), time.perf_counter()
        try:
            return session.run(feeds, progress, outputs)
        finally:
            self.inside += time.perf_counter() - started

    def session(self, stem: str, options: SessionOptions | None = None) -> Session:
        return super().session(stem, SessionOptions(threads=self._threads))


def _compared(model: _Held, threads: int, clock: Callable[[], float]) -> Iterator[str]:
    what = "processor time" if clock is time.process_time else "by the clock"
    name = f"{model.manifest.id}, {model.codec['side']} px, threads: {threads}, {what}"
    studio: tuple[str, Way] = ("studio", lambda run: _picture(model, run))
    taken = _in_turns(studio, ("bare", _bare(model, threads)), clock)
    for way, values in taken.items():
        yield f"{name}, {way}: {spread(values, 'ms', 1)}"
    yield f"{name}: the studio takes {_ratio(taken['studio'], taken['bare'])} of the bare call"
    yield f"{name}: outside of the network the studio takes {spread(_outside(model), 'ms')}"
    if model.manifest.family == "stylegan" and importlib.util.find_spec("torch"):
        taken = _in_turns(studio, ("torch", _torch(model, threads)), clock)
        yield f"{name}: PyTorch eager takes {_ratio(taken['torch'], taken['studio'])} of the studio"


def _outside(model: _Held) -> np.ndarray:
    """Milliseconds of each picture, by the clock, in which no network runs."""
    found = []
    for run in range(RUNS):
        before, started = model.inside, time.perf_counter()
        _picture(model, run)
        found.append(1000 * (time.perf_counter() - started - (model.inside - before)))
    return np.array(found)


def _in_turns(first: tuple[str, Way], second: tuple[str, Way], clock: Callable[[], float]) -> dict[str, np.ndarray]:
    """Milliseconds of each of two ways, each as often before the other as after it; the first ones do not count."""
    taken: dict[str, list[float]] = {name: [] for name, _ in (first, second)}
    for run in range(RUNS + WARM):
        for name, way in (first, second) if run % 2 else (second, first):
            started = clock()
            way(run)
            taken[name].append(1000 * (clock() - started))
    return {name: np.array(values[WARM:]) for name, values in taken.items()}


def _ratio(ours: np.ndarray, theirs: np.ndarray) -> str:
    return f"{np.median(ours / theirs):.2f} (median of {len(ours)} pairs)"


def _picture(model: Model, run: int) -> None:
    """As a slider asks for it: another place along a direction each time."""
    move = DirectionMove(parts=(DirectionPart(0),), amount=0.01 * run)
    request = ImagineRequest(model=model.manifest.id, controls=model.manifest.defaults(), moves=(move,))
    *_, _ = ENGINE.generate(request, model, Progress())


def _bare(model: _Held, threads: int) -> Way:
    """The calls of ONNX Runtime that :func:`_picture` needs, on sessions of their own, on what it gave them."""
    given: dict[str, tuple[Sequence[str], Arrays]] = {}
    model.heard = given
    _picture(model, 1)
    model.heard = None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    calls = [
        (onnxruntime.InferenceSession(str(model.folder / f"{stem}.onnx"), options, ["CPUExecutionProvider"]), *asked)
        for stem, asked in given.items()
    ]

    def run(_: int) -> object:
        return [session.run(outputs or None, feeds) for session, outputs, feeds in calls]

    return run


def _torch(model: Model, threads: int) -> Way:
    """The network of the training with the weights of the shipped graph, called as anybody would."""
    import torch

    from training.lib.painted import outside
    from training.stylegan.network import Styles
    from training.stylegan.shipped import shipped_synthesis

    torch.set_num_threads(threads)
    synthesis = shipped_synthesis(model.folder)
    request = ImagineRequest(model=model.manifest.id, controls=model.manifest.defaults())
    styles = Styles(torch.from_numpy(styles_of(request, model)[None]))
    noise = [torch.from_numpy(values) for values in noise_of(request, model).values()]

    def run(_: int) -> object:
        with torch.inference_mode():
            return outside(synthesis.polish(synthesis(styles, noise)))

    return run
