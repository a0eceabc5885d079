"""How fast the picture follows the mouse in Imagine, beside the bare network."""

from __future__ import annotations

import math
import resource
import shutil
import sys
import time
from collections.abc import Iterator

import msgspec
import numpy as np
import onnxruntime
from PySide6.QtCore import QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from superqt import QDoubleSlider

from app.base.paths import Paths
from app.jobs.worker import FRAME_MS
from app.runtime.device import physical_cores
from app.runtime.model import Model
from app.studios.imagine.page import ImaginePage
from app.studios.imagine.state import ImagineState
from app.studios.imagine.styled import no_mask, noise_of, styles_of
from benchmarks.measure import clock, spread
from benchmarks.window import OpenStudio, wait_until
from tests.make_tiny_stylegan import DATA, STYLEGAN

MOVES, WARM, PATIENCE_MS = 120, 10, 5000
MODELS = ("stylegan-portraits", "biggan-avatars", STYLEGAN)


def imagine() -> Iterator[str]:
    """Milliseconds from a mouse event on a slider to the picture painted on the (offscreen) screen, and of the bare
    ONNX Runtime call on the same input, taken in turns; peak memory with two models in use."""
    with OpenStudio("imagine") as window:
        page = window.page
        assert isinstance(page, ImaginePage)
        _add_tiny(page.state)
        there = [name for name in MODELS if any(entry.id == name for entry in page.state.models())]
        for name in there:
            yield from _measured(page, name)
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)
        yield f"peak memory with {len(there)} models in use: {size:.0f} MB"


def _measured(page: ImaginePage, name: str) -> Iterator[str]:
    jobs = page.state.services.jobs
    page.state.set_model(name)
    wait_until(lambda: not jobs.busy())
    page.state.generate()
    wait_until(lambda: not jobs.busy())
    model = page.state.services.shelf.open(name)
    pairs = np.array(list(_moves(page, model)))[WARM:]
    window, bare, own = pairs.T
    p50, p95 = np.percentile(window, (50, 95))
    side = model.codec["side"]
    yield f"{name}, {side} px, mouse to pixels: p50 {p50:.1f} ms, p95 {p95:.1f} ms"
    yield f"{name}, {side} px, bare ONNX Runtime: {spread(bare, 'ms', 1)}, p95 {np.percentile(bare, 95):.1f} ms"
    yield f"{name}, {side} px: {np.median(window / bare):.2f} of the bare call (median of {len(pairs)} pairs)"
    yield f"{name}, {side} px: the window's thread works {spread(own, 'ms', 1)} of each"


def _moves(page: ImaginePage, model: Model) -> Iterator[tuple[float, float, float]]:
    """Milliseconds through the window, of the bare call, and of work in the window's thread alone, for each step of a
    hand that waits for the picture."""
    slider = page.instrument.directions.first.rows[0].field.findChild(QDoubleSlider)
    assert slider is not None
    session = _bare(model)
    _mouse(slider, QMouseEvent.Type.MouseButtonPress, slider.width() / 2)
    for move in range(MOVES):
        place = slider.width() * (0.5 + 0.4 * math.sin((move + 1) / 5))
        started, worked = clock(), time.thread_time()
        _mouse(slider, QMouseEvent.Type.MouseMove, place)
        _shown(page.state)
        page.picture.repaint()
        taken, own = clock() - started, 1000 * (time.thread_time() - worked)
        yield taken, _bare_run(session, page, model), own
        wait_until(lambda: not page.state.services.jobs.busy())
        _pause(FRAME_MS)
    _mouse(slider, QMouseEvent.Type.MouseButtonRelease, slider.width() / 2)
    wait_until(lambda: not page.state.services.jobs.busy())


def _shown(state: ImagineState) -> None:
    """Let the event loop run, without spinning, until the picture is another."""
    loop = QEventLoop()
    state.documentChanged.connect(loop.quit)
    QTimer.singleShot(PATIENCE_MS, loop.quit)
    loop.exec()
    state.documentChanged.disconnect(loop.quit)


def _pause(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _bare(model: Model) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = physical_cores()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(model.folder / "generator.onnx"), options, ["CPUExecutionProvider"])


def _bare_run(session: onnxruntime.InferenceSession, page: ImaginePage, model: Model) -> float:
    """Milliseconds of the generator alone on what made the picture shown."""
    chosen = page.state.document.chosen
    assert chosen is not None
    assert chosen.request is not None
    request = msgspec.structs.replace(chosen.request, count=1)
    styles = styles_of(request, model)[None]
    feeds = {"styles": styles, "other": styles, "mask": no_mask(model), **noise_of(request, model)}
    started = clock()
    session.run(None, feeds)
    return clock() - started


def _mouse(slider: QWidget, kind: QMouseEvent.Type, x: float) -> None:
    place = QPointF(x, slider.height() / 2)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(slider, QMouseEvent(kind, place, slider.mapToGlobal(place), left, left, none))


def _add_tiny(state: ImagineState) -> None:
    """The tiny model of the tests among the user's, so that there is always one to measure the window's share with."""
    paths: Paths = state.services.paths
    shutil.copytree(DATA / STYLEGAN, paths.user_models / STYLEGAN)
    state.services.shelf.catalog.refresh()
