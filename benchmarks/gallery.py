"""How fast the gallery is with very many pictures, and how many pictures a batch makes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QTimer

from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.model import ModelShelf
from app.studios.imagine.document import Picture
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.page import ImaginePage
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.views.bench import GALLERY
from benchmarks.measure import clock, seconds, spread
from benchmarks.window import OpenStudio, wait_until

MANY, SIDE = 10_000, 64
PAGES = 40
BATCH = 100


def gallery() -> Iterator[str]:
    """Ten thousand pictures: to search, to show, to scroll through; and the longest stall of the window meanwhile."""
    with OpenStudio("imagine") as window:
        page = window.page
        assert isinstance(page, ImaginePage)
        store, view = page.state.archive.gallery, page.rooms.gallery
        store.add(_pictures(), None)
        yield f"search in {MANY:,}: {spread(1000 * seconds(lambda: store.find('gan bag')), 'ms', 1)}"
        with _Stalls() as stalls:
            started = clock()
            page.rooms.bench.show_view(GALLERY)
            wait_until(lambda: len(view.model.items) >= MANY)
            wait_until(lambda: view.model.pixmap(0) is not None)
            yield f"shown with its first thumbnails after {clock() - started:.0f} ms"
            bar = view.thumbs.verticalScrollBar()
            for step in range(PAGES):
                bar.setValue(bar.maximum() * step // PAGES)
                row = view.thumbs.indexAt(view.thumbs.viewport().rect().center()).row()
                wait_until(lambda row=row: row < 0 or view.model.pixmap(row) is not None)
        yield f"longest step of the window's thread, {PAGES} pages scrolled: {stalls.longest:.0f} ms"


def batch() -> Iterator[str]:
    """Pictures a second of a batch for each model that makes some, and how many processors it used."""
    shelf = ModelShelf(Catalog(bundled_models_dir()))
    for entry in shelf.catalog.for_studio("imagine"):
        if (
            not entry.usable
            or entry.manifest is None
            or entry.manifest.family not in ("gan-2014", "stylegan", "biggan")
        ):
            continue
        model = shelf.open(entry.id)
        request = ImagineRequest(model=entry.id, controls=model.manifest.defaults(), count=BATCH)
        list(ENGINE.generate(request, model, Progress()))
        wall, busy = time.perf_counter(), time.process_time()
        list(ENGINE.generate(request, model, Progress()))
        wall, busy = time.perf_counter() - wall, time.process_time() - busy
        yield f"{entry.id}: {BATCH / wall:.1f} pictures a second, {busy / wall:.2f} processors busy"


def _pictures() -> Iterator[Picture]:
    """Noise with a request each; all different."""
    numbers = np.random.default_rng(0)
    for number in range(MANY):
        pixels = numbers.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        kind = ("bag", "coat", "dress")[number % 3]
        yield Picture.of_array(pixels, ImagineRequest(model="gan-2014", seed=number, controls={"class": kind}))


class _Stalls:
    """The most work the window's thread did before its event loop came round: its own processor time, which other
    programs do not lengthen."""

    def __init__(self) -> None:
        self.longest = self._before = 0.0
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)

    def __enter__(self) -> _Stalls:
        self._before = time.thread_time()
        self._timer.start(0)
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()

    def _tick(self) -> None:
        now = time.thread_time()
        self.longest, self._before = max(self.longest, 1000 * (now - self._before)), now
