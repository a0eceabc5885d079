"""The surprise view: each token of the text on the ground of its rank, and charts of what was read."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QToolTip, QVBoxLayout, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.write.document import Text
from app.studios.write.state import WriteState
from app.studios.write.surprise import (
    BITS,
    SUBWORD_BANDS,
    PartReader,
    Placed,
    around,
    band_limits,
    follow,
    histograms,
    parts_of,
    runs,
)
from app.studios.write.views.charts import BarChart
from app.studios.write.views.editor import Editor
from app.ui.bands import band_colour
from app.ui.theme import GRID

SETTLE_MS = 300
MOST = 60_000
"""So many characters around what is seen are read."""
GROUP = "write.surprise"
CHANCES = ("≥ 50 %", "20–50 %", "5–20 %", "1–5 %", "0.1–1 %", "< 0.1 %")


class Surprise(QObject):
    """Keeps what was read in step with the text, and shows it behind the text and in the panel."""

    failed = Signal(object)

    def __init__(self, state: WriteState, editor: Editor, reader: PartReader, parent: QObject) -> None:
        super().__init__(parent)
        self._state, self._editor, self._reader = state, editor, reader
        self.panel = SurprisePanel()
        self.placed: list[Placed] = []
        self._limits: tuple[int, ...] = SUBWORD_BANDS
        self._text, self._on = Text(), False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._read)
        state.documentChanged.connect(self._follow)
        state.modelChanged.connect(self._forget)
        editor.verticalScrollBar().valueChanged.connect(lambda _: self._wait())
        editor.viewport().installEventFilter(self)
        editor.underlays.append(self._paint)
        self.panel.stop.clicked.connect(self.stop)

    @property
    def is_on(self) -> bool:
        return self._on

    def set_on(self, on: bool) -> None:
        """Read and colour the text, or no longer."""
        self._on = on
        self._forget()
        if not on:
            self.stop()

    def stop(self) -> None:
        """End the reading; what was read stays to be seen until the text is looked at elsewhere or changed."""
        self._settle.stop()
        self._state.services.jobs.drop(GROUP)
        self.panel.show_progress(None)

    # --- inside --------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._text, self.placed = self._state.document, []
        self._show()
        self._wait()

    def _follow(self) -> None:
        if not self._on:
            return
        change = self._state.document.change_since(self._text)
        self._text = self._state.document
        self.placed = follow(self.placed, change)
        self._state.services.jobs.drop(GROUP)  # the hands come first
        self._wait()

    def _wait(self) -> None:
        if self._on:
            self._settle.start()

    def _read(self) -> None:
        """Read what is in view and around it, in the background."""
        text, model, seen = self._text.text, self._state.settings.model, self._seen()

        def work(progress: Progress) -> Iterator[tuple[list[Placed], tuple[int, ...]]]:
            network = self._state.services.shelf.open(model)
            spans, found = around(parts_of(text), seen, MOST), []
            for (start, _), part in self._reader.read(network, text, spans, progress):
                if len(part):
                    found.append(Placed(start, part))
                yield sorted(found, key=lambda placed: placed.start), band_limits(network)

        listener = Listener(self._take, lambda fraction, _: self.panel.show_progress(fraction), self._ended)
        self._state.services.jobs.submit(GROUP, work, listener, background=True)

    def _take(self, result: tuple[list[Placed], tuple[int, ...]]) -> None:
        self.placed, self._limits = result
        self._show()

    def _ended(self, end: End, error: AtelierError | None) -> None:
        self.panel.show_progress(None)
        if error is not None:
            self.failed.emit(error)

    def _show(self) -> None:
        self._editor.viewport().update()
        self.panel.show_found(self.placed, self._limits, len(self._text), self._on)

    def _seen(self) -> tuple[int, int]:
        blocks = [(start, end) for start, end, _, _ in self._editor.seen_blocks()]
        return (blocks[0][0], blocks[-1][1]) if blocks else (0, 0)

    def _paint(self, painter: QPainter) -> None:
        if not self._on:
            return
        colours = [band_colour(band) for band in range(len(self._limits) + 1)]
        for rectangle, band in self._editor.rectangles(self._bands_in):
            if rectangle.center().y() > 0:  # not the rim of the line above
                painter.fillRect(rectangle, colours[band])

    def _bands_in(self, start: int, end: int) -> np.ndarray:
        near = [part for part in self.placed if part.start < end and part.end > start]
        found = [runs(part, start, end, self._limits) for part in near]
        return np.concatenate([np.zeros((0, 3), np.int64), *found])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say rank and chance of the token under the pointer."""
        if not self._on or not isinstance(event, QHelpEvent):
            return False
        told = self.told_at(self._editor.index_at(event.pos()))
        QToolTip.showText(event.globalPos(), told, self._editor.viewport())
        return True

    def told_at(self, place: int) -> str:
        """Rank, chance and openness of the token at a character; empty where nothing was read."""
        for part in self.placed:
            first, last = part.tokens_in(place, place + 1)
            if first < last:
                found = part.found
                return tr(
                    "Guess number {rank} of the network, chance {chance} %; it was open to {bits} bits here.",
                    rank=f"{int(found.ranks[first]):,}",
                    chance=f"{100 * math.exp(found.chances[first]):.3g}",
                    bits=f"{found.entropies[first] / math.log(2):.1f}",
                )
        return ""


class SurprisePanel(QWidget):
    """Legend and charts, how much was read, and Stop."""

    def __init__(self) -> None:
        super().__init__()
        self._told = QLabel()
        self._told.setWordWrap(True)
        self._told.setObjectName("muted")
        self.ranks = BarChart(tr("Rank"), rank_labels(SUBWORD_BANDS))
        self.chances = BarChart(tr("Chance"), CHANCES)
        self.entropies = BarChart(tr("Openness of the place, in bits"), _bit_labels())
        hints = (
            (
                self.ranks,
                tr("The network's guess at each place: first of all, or far down its list; the text's colours"),
            ),
            (self.chances, tr("How likely the network thought what stands there")),
            (self.entropies, tr("How many ways the network thought the text could go on: 3 bits are eight alike")),
        )
        self.stop = QPushButton(tr("Stop reading"))
        self.stop.setToolTip(tr("End the reading; what was read stays coloured"))
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setRange(0, 1000)
        self._progress.setAccessibleName(tr("Progress of the reading"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._told)
        row = QHBoxLayout()
        row.addWidget(self._progress, 1)
        row.addWidget(self.stop)
        column.addLayout(row)
        for chart, hint in hints:
            chart.setToolTip(hint)
            column.addWidget(chart)
        self._charts = [chart for chart, _ in hints]
        self.show_progress(None)
        self.show_found([], SUBWORD_BANDS, 0, on=False)

    @property
    def told(self) -> str:
        """What the panel says of how much was read."""
        return self._told.text()

    def show_progress(self, fraction: float | None) -> None:
        """How far the reading is, 0..1; None while nothing is read."""
        for widget in (self._progress, self.stop):
            widget.setVisible(fraction is not None)
        self._progress.setValue(round(1000 * (fraction or 0.0)))

    def show_found(self, placed: list[Placed], limits: tuple[int, ...], length: int, on: bool) -> None:
        bars = histograms([part.found for part in placed], limits)
        colours: list[QColor] = [band_colour(band) for band in range(len(limits) + 1)]
        self.ranks.show_shares(bars.ranks, rank_labels(limits), colours)
        self.chances.show_shares(bars.chances, CHANCES)
        self.entropies.show_shares(bars.entropies, _bit_labels())
        for chart in self._charts:
            chart.setVisible(bars.count > 0)
        read = sum(part.end - part.start for part in placed)
        self._told.setText(_how_much(read, length) if on else tr("Colour each word by how much it surprises (F5)."))


def rank_labels(limits: tuple[int, ...]) -> list[str]:
    """The bands of ranks in words."""
    lows = [1, *(limit + 1 for limit in limits)]
    named = [f"{low:,}" if low == high else f"{low:,}–{high:,}" for low, high in zip(lows, limits, strict=False)]
    return [*named, tr("beyond")]


def _bit_labels() -> list[str]:
    return [*(f"{bits}–{bits + 1}" for bits in range(BITS)), f"≥ {BITS}"]


def _how_much(read: int, length: int) -> str:
    if not length:
        return tr("The page is empty; write or paste a text.")
    if read >= length:
        return tr("All {count} characters were read.", count=f"{length:,}")
    return tr("{read} of {count} characters were read, around what is seen.", read=f"{read:,}", count=f"{length:,}")
