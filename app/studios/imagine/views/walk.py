"""The strip under the pictures: the timeline of the walk, what its key frames are like, its preview and its film."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.base.i18n import tr
from app.runtime.film import SUFFIXES
from app.studios.imagine.request import Walk
from app.studios.imagine.views.timeline import Timeline
from app.studios.imagine.walk import EASINGS
from app.studios.imagine.walker import Walker
from app.studios.imagine.walking import MOST_TIMES
from app.ui.form import inset
from app.ui.icons import set_icon
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button


class WalkStrip(QWidget):
    """Shows the walk of the document and changes it."""

    addAsked = Signal()
    """The chosen picture is to be a key frame."""

    def __init__(self, walker: Walker, with_recipe: Callable[[], bool]) -> None:
        super().__init__()
        self.setObjectName("film")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.walker, self._with_recipe = walker, with_recipe
        self.timeline = Timeline(walker)
        self.play = tool_button("play", tr("Show the walk in the large picture"), self._toggle_play)
        self.seconds = _seconds()
        self.easing = QComboBox()
        self.easing.addItems([tr(name) for name in EASINGS])
        self.easing.setAccessibleName(tr("Easing"))
        self.easing.setToolTip(tr("How the way from this key frame to the next begins and ends"))
        self.loop = _switch(tr("Loop"), tr("End where the walk began, so that it can go round"))
        self.still = _switch(tr("Still grain"), tr("The same fine grain in all frames; off: none at all"))
        self.bars = _switch(tr("Bars…"), tr("Let the key frames fall on the bar lines of a MIDI file"))
        self.each = _whole(1, 64, tr("A key frame each so many bars"))
        self.rate = _whole(1, 60, tr("Frames a second"))
        self.times = _whole(1, MOST_TIMES, tr("How many times as large the film is"))
        self.save = QPushButton(tr("Film…"))
        self.save.setToolTip(tr("Write the walk: MP4, WebM, GIF, WebP, or a folder of PNG"))
        self._progress = QProgressBar()
        self._lay_out()
        self._connect()
        self._show()

    def write(self, path: Path) -> None:
        """Write the film; a path without suffix becomes a folder of PNG."""
        self.walker.export(path, self.times.value(), self._with_recipe())

    def lock_to(self, path: Path) -> None:
        """Let the keys fall on the bars of the piece in *path*."""
        self.walker.lock_to(path)

    # --- inside --------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        walk, place = self.walker.walk, self.timeline.current
        key = walk.keys[place] if place < len(walk.keys) else None
        for widget, value in ((self.each, walk.each), (self.rate, round(walk.rate))):
            blocked = widget.blockSignals(True)
            widget.setValue(value)
            widget.blockSignals(blocked)
        for switch, on in ((self.loop, walk.loop), (self.bars, bool(walk.bars)), (self.still, walk.noise != "off")):
            blocked = switch.blockSignals(True)
            switch.setChecked(on)
            switch.blockSignals(blocked)
        for widget in (self.seconds, self.easing):
            widget.setEnabled(key is not None and not (widget is self.seconds and walk.bars))
        if key is not None:
            blocked = self.seconds.blockSignals(True), self.easing.blockSignals(True)
            self.seconds.setValue(key.seconds)
            self.easing.setCurrentIndex(list(EASINGS).index(key.easing) if key.easing in EASINGS else 0)
            self.seconds.blockSignals(blocked[0])
            self.easing.blockSignals(blocked[1])
        self.each.setEnabled(bool(walk.bars))
        ready = len(walk.keys) > 1
        self.play.setEnabled(ready)
        self.save.setEnabled(ready)

    def _toggle_play(self) -> None:
        if self.walker.is_playing:
            self.walker.halt()
        else:
            self.walker.play()

    def _show_playing(self, on: bool) -> None:
        set_icon(self.play, "pause" if on else "play")
        self.timeline.show_second(0.0 if on else None)

    def _show_export(self, part: float) -> None:
        self._progress.setVisible(part >= 0)
        self._progress.setValue(round(1000 * max(0.0, part)))
        self.save.setText(tr("Stop") if part >= 0 else tr("Film…"))

    def _save_or_stop(self) -> None:
        if not self._progress.isHidden():
            self.walker.stop_export()
            return
        kinds = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Film"), str(Path.home() / "walk.mp4"), f"{tr('Film')} ({kinds});;{tr('Folder of PNG')} (*)"
        )
        if name:
            self.write(Path(name))

    def _ask_bars(self, on: bool) -> None:
        if not on:
            self.walker.change(bars=())
            return
        name, _ = QFileDialog.getOpenFileName(self, tr("Open"), str(Path.home()), "MIDI (*.mid *.midi)")
        if name:
            self.lock_to(Path(name))
        self._show()

    def _change_key(self, **fields: object) -> None:
        if self.timeline.current < len(self.walker.walk.keys):
            self.walker.change_key(self.timeline.current, **fields)

    def _move(self, by: int) -> None:
        place = self.timeline.current
        if 0 <= place + by < len(self.walker.walk.keys):
            self.walker.move(place, place + by)
            self.timeline.select(place + by)

    def _remove(self) -> None:
        if self.walker.walk.keys:
            self.walker.remove(self.timeline.current)

    def _connect(self) -> None:
        walker = self.walker
        walker.changed.connect(self._show)
        walker.playing.connect(self._show_playing)
        walker.frameShown.connect(lambda _, second: self.timeline.show_second(second))
        walker.exporting.connect(self._show_export)
        self.timeline.selected.connect(lambda _: self._show())
        self.seconds.valueChanged.connect(lambda value: self._change_key(seconds=float(value)))
        self.easing.currentIndexChanged.connect(lambda row: self._change_key(easing=list(EASINGS)[row]))
        self.loop.toggled.connect(lambda on: walker.change(loop=on))
        self.still.toggled.connect(lambda on: walker.change(noise=Walk().noise if on else "off"))
        self.bars.toggled.connect(self._ask_bars)
        self.each.valueChanged.connect(lambda value: walker.change(each=value))
        self.rate.valueChanged.connect(lambda value: walker.change(rate=float(value)))
        self.save.clicked.connect(self._save_or_stop)

    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setWidget(self.timeline)
        scroll.setWidgetResizable(True)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedHeight(self.timeline.height() + 12)
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(12 * GRID)
        self._progress.setAccessibleName(tr("Progress"))
        self._progress.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tools())
        column.addWidget(scroll)

    def _tools(self) -> QWidget:
        key = (
            ("plus", tr("Make the chosen picture a key frame (W)"), self.addAsked.emit),
            ("remove", tr("Take the key frame out"), self._remove),
            ("left", tr("The key frame one place earlier"), lambda: self._move(-1)),
            ("right", tr("The key frame one place later"), lambda: self._move(1)),
        )
        buttons = [tool_button(name, hint, slot) for name, hint, slot in key]
        film: list[QWidget] = [self._progress]
        for label, widget in ((tr("Frames/s"), self.rate), (tr("Size ×"), self.times)):
            words = QLabel(label)
            words.setObjectName("muted")
            words.setBuddy(widget)
            film += [words, widget]
        way = self.loop, self.still, self.bars, self.each
        return _TwoRows(_row((self.play, *buttons, self.seconds, self.easing)), _row(way, (*film, self.save)))


class _TwoRows(QWidget):
    """One row of widgets beside another, or where there is no room under it."""

    def __init__(self, first: QWidget, second: QWidget) -> None:
        super().__init__()
        self._parts = first, second
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        self._box.setSpacing(GRID)
        self._box.addWidget(first)
        self._box.addWidget(second, 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(max(self._widths()) + 2 * GRID, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = sum(self._widths()) + 3 * GRID <= self.width()
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        self.updateGeometry()

    def _widths(self) -> list[int]:
        return [part.sizeHint().width() for part in self._parts]


def _row(left: Sequence[QWidget], right: Sequence[QWidget] = ()) -> QWidget:
    """Widgets in a row, with what room is left between two groups of them."""
    row, body = QHBoxLayout(), QWidget()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID // 2)
    for widget in left:
        row.addSpacing(GRID // 2 if isinstance(widget, QCheckBox) else 0)
        row.addWidget(widget)
    row.addStretch(1)
    for widget in right:
        row.addWidget(widget)
    body.setLayout(row)
    return body


def _seconds() -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0.1, 60.0)
    box.setSingleStep(0.5)
    box.setDecimals(1)
    box.setSuffix(f" {tr('s')}")
    box.setFixedWidth(8 * GRID)
    box.setKeyboardTracking(False)
    inset(box)
    box.setAccessibleName(tr("Seconds"))
    box.setToolTip(tr("How long the way from this key frame to the next takes"))
    return box


def _whole(least: int, most: int, hint: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setFixedWidth(6 * GRID)
    box.setKeyboardTracking(False)
    inset(box)
    box.setToolTip(hint)
    box.setAccessibleName(hint)
    return box


def _switch(title: str, hint: str) -> QCheckBox:
    switch = QCheckBox(title)
    switch.setToolTip(hint)
    return switch
