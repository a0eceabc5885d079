"""Plays a score: the sound is made in a thread of its own, the cursor follows what is heard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QElapsedTimer, QObject, Qt, QTimer, Signal

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Jobs, Listener
from app.studios.compose.audio import RATE, render, seconds_at, tick_at
from app.studios.compose.document import Score

SOUND = "sound"
"""The lane and the group in which sound is made."""
FRAME_MS = 16


class Player(QObject):
    """Play, pause, seek. Where no sound can come out, it says so and the cursor runs in silence."""

    moved = Signal(float)
    """The tick that is heard now."""
    playingChanged = Signal(bool)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._score: Score | None = None
        self._sound = np.zeros((0, 2), np.float32)
        self._from = 0.0
        self._sink: Any = None
        self._buffer: QBuffer | None = None
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._follow)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def play(self, score: Score, tick: float) -> None:
        """Play from *tick*, as soon as the sound is made; at the end of the music, from its beginning."""
        self.pause()
        tick = 0.0 if tick >= score.end else tick
        if score == self._score:
            self._start(tick)
            return
        made: list[np.ndarray] = []

        def work(_: Progress) -> Iterator[None]:
            made.append(render(score))
            yield None

        def ended(end: End, error: AtelierError | None) -> None:
            if error is not None:
                self.failed.emit(error)
            elif end is End.DONE:
                self._score, self._sound = score, made[0]
                self._start(tick)

        self._jobs.submit(SOUND, work, Listener(ended=ended), lane=SOUND)

    def pause(self) -> None:
        """Stop where it is; also before the sound is ready."""
        self._jobs.drop(SOUND)
        if self._sink is not None:
            self._sink.stop()
            self._sink = self._buffer = None
        if self._timer.isActive():
            self._timer.stop()
            self.playingChanged.emit(False)

    def _start(self, tick: float) -> None:
        assert self._score is not None
        self._from = seconds_at(self._score, round(tick))
        try:
            self._open_sink()
        except AtelierError as error:
            self.failed.emit(error)
        self._clock.start()
        self._timer.start(FRAME_MS)
        self.playingChanged.emit(True)

    def _open_sink(self) -> None:
        """Raises :class:`AtelierError` (``NO_DEVICE``) when this machine can't play sound."""
        try:
            from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices
        except ImportError as error:
            raise _silent(tr("the system's sound libraries are missing")) from error
        device = QMediaDevices.defaultAudioOutput()
        if device.isNull():
            raise _silent(tr("there is no sound device"))
        form = QAudioFormat()
        form.setSampleRate(RATE)
        form.setChannelCount(2)
        form.setSampleFormat(QAudioFormat.SampleFormat.Float)
        if not device.isFormatSupported(form):
            raise _silent(tr("the sound device does not take 44.1 kHz stereo"))
        rest = self._sound[int(self._from * RATE) :]
        self._buffer = QBuffer(self)
        self._buffer.setData(QByteArray(rest.tobytes()))
        self._buffer.open(QBuffer.OpenModeFlag.ReadOnly)
        self._sink = QAudioSink(device, form, self)
        self._sink.start(self._buffer)

    def _follow(self) -> None:
        assert self._score is not None
        passed = self._sink.processedUSecs() / 1e6 if self._sink is not None else self._clock.elapsed() / 1000
        tick = tick_at(self._score, self._from + passed)
        self.moved.emit(min(tick, float(self._score.end)))
        if tick >= self._score.end:
            self.pause()


def _silent(why: str) -> AtelierError:
    return AtelierError(
        ErrorKind.NO_DEVICE,
        tr("No sound can be played: {why}.", why=why),
        tr("The cursor runs in silence; saving as MIDI or WAV works."),
    )
