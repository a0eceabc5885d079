"""Where sound goes: the sound device, or nowhere, at the speed of sound."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.compose.sound.sampler import RATE

AHEAD = RATE // 12
"""Frames that are handed over before they are heard: longer than the window may ever stall."""
BYTES = 8
"""Of a frame: two float32."""


class Sink(Protocol):
    """Takes sound and plays it in its own time."""

    def free(self) -> int:
        """How many frames it takes now."""
        ...

    def write(self, sound: np.ndarray) -> None:
        """Take float32 (frames, 2), no more than :meth:`free` said."""
        ...

    def played(self) -> int:
        """How many of the frames it took have been heard."""
        ...

    def close(self) -> None: ...


class SilentSink:
    """Keeps the time of a sound device and plays nothing."""

    def __init__(self) -> None:
        self._clock = QElapsedTimer()
        self._clock.start()
        self._taken = self._played = 0

    def free(self) -> int:
        return max(0, AHEAD - (self._taken - self.played()))

    def write(self, sound: np.ndarray) -> None:
        if self._taken == self.played():
            self._clock.restart()
            self._played = self._taken
        self._taken += len(sound)

    def played(self) -> int:
        return min(self._taken, self._played + int(self._clock.nsecsElapsed() * RATE / 1e9))

    def close(self) -> None:
        self._clock.invalidate()


class DeviceSink:
    """The system's sound device. Raises ``AtelierError`` (``NO_DEVICE``) when this machine can't play sound."""

    def __init__(self, parent: QObject) -> None:
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
        self._sink = QAudioSink(device, form, parent)
        self._sink.setBufferSize(AHEAD * BYTES)
        self._device: Any = self._sink.start()
        if self._device is None:
            raise _silent(tr("the sound device can't be opened"))

    def free(self) -> int:
        return self._sink.bytesFree() // BYTES

    def write(self, sound: np.ndarray) -> None:
        self._device.write(np.ascontiguousarray(sound, np.float32).tobytes())

    def played(self) -> int:
        return int(self._sink.processedUSecs() * RATE / 1e6)

    def close(self) -> None:
        self._sink.stop()
        self._sink.deleteLater()


def _silent(why: str) -> AtelierError:
    return AtelierError(
        ErrorKind.NO_DEVICE,
        tr("No sound can be played: {why}.", why=why),
        tr("The cursor runs in silence; saving as MIDI, WAV or FLAC works."),
    )
