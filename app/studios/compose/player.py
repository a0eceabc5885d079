"""Plays a score: the sound is made in a thread of its own, mixed here, and the cursor follows what is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.jobs.worker import End, Jobs, Listener
from app.studios.compose.document import Score, Track
from app.studios.compose.output import DeviceSink, SilentSink, Sink
from app.studios.compose.sound.sampler import RATE, Sampler, default_font, sampler_of
from app.studios.compose.sound.stage import BLOCK, LEVEL, Stage, gains_of, pressed
from app.studios.compose.transport import Transport

SOUND = "sound"
"""The lane and the group in which sound is made."""
FRAME_MS = 10
LEAST = RATE * FRAME_MS // 2000
"""Fewer frames are not worth handing over: the clock runs on meanwhile, and the window would chase it for ever."""
PREVIEW_SECONDS = 0.4


class Player(QObject):
    """Play, pause, seek, loop, click; hear one note. Where no sound can come out, the cursor runs in silence."""

    moved = Signal(float)
    """The tick that is heard now."""
    playingChanged = Signal(bool)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.open_sink: Callable[[], Sink] = lambda: DeviceSink(self)
        self._jobs = jobs
        self._font: Path | None = None
        self._sampler: Sampler | None = None
        self._score: Score | None = None
        self._stage: Stage | None = None
        self._stale = True
        self._transport: Transport | None = None
        self._from: float | None = None
        """The tick from which to play as soon as there is a stage; None while nothing is to be played."""
        self._loop: tuple[int, int] | None = None
        self._metronome = False
        self._sink: Sink | None = None
        self._base = 0
        """Frames that were played before this playback began."""
        self._notes: list[np.ndarray] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._pump)

    @property
    def playing(self) -> bool:
        return self._transport is not None

    @property
    def metronome(self) -> bool:
        return self._metronome

    def play(self, score: Score, tick: float) -> None:
        """Play from *tick*, as soon as the sound is made; at the end of the music, from its beginning."""
        self.pause()
        self._from = 0.0 if tick >= score.end else tick
        self.update(score)
        stage = self._stage
        if stage is not None and not self._stale and stage.ready(self._frame(stage, self._from) // BLOCK):
            self._begin(stage, self._from)
        else:
            self._make()

    def pause(self) -> None:
        """Stop where it is; also before the sound is ready."""
        self._from = None
        self._jobs.drop(SOUND)
        if self._transport is not None:
            self._transport = None
            self._close_sink()
            self.playingChanged.emit(False)

    def update(self, score: Score) -> None:
        """The score was changed: what is played follows, the mixer at once, notes as soon as their sound is made."""
        self._score = score
        if self._stage is not None and not self._stale and self._stage.remix(score):
            return
        self._stale = True

    def set_loop(self, region: tuple[int, int] | None) -> None:
        """Play these ticks again and again, or no longer."""
        self._loop = region
        self._apply_loop()

    def set_metronome(self, on: bool) -> None:
        """Click on each beat, the first of a bar higher."""
        self._metronome, self._stale = on, True

    def set_font(self, font: Path | None) -> None:
        """Play with another SoundFont from now on; None for the one that comes with Ateliê."""
        self._font, self._sampler, self._stale = font, None, True

    def warm(self) -> None:
        """Load the SoundFont, so that the first note is heard at once."""
        self._make()

    def preview(self, track: Track, pitch: int, velocity: int) -> None:
        """Let one note be heard now. Nothing is heard while the SoundFont is loaded, nor without a device."""
        if self._sampler is None:
            self._make()
            return
        if not self._open_sink(silently=True):
            return
        wave = self._sampler.note(track.program, track.drums, pitch, velocity, PREVIEW_SECONDS)
        self._notes = [*self._notes[-7:], wave * gains_of(track) * LEVEL]
        self._timer.start(FRAME_MS)
        self._pump()

    def close(self) -> None:
        """End everything."""
        self.pause()
        self._close_sink()

    # --- making --------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        """Have made what is missing, in the thread of the sound; one job at a time."""
        if self._jobs.busy(SOUND):
            return
        score, stage, head = self._score, None if self._stale else self._stage, self._head()
        made: list[Stage] = []

        def work(progress: Progress) -> Iterator[None]:
            self._sampler = sampler_of(self._font or default_font())
            if score is not None:
                made.append(stage or Stage(score, self._sampler, self._metronome, self._stage))
                self._prepare(made[0], head, progress)
            yield None

        def ended(end: End, error: AtelierError | None) -> None:
            if error is not None:
                self._from = None
                self.failed.emit(error)
            elif end is End.DONE and made:
                self._take(made[0], score)

        self._jobs.submit(SOUND, work, Listener(ended=ended), lane=SOUND)

    def _prepare(self, stage: Stage, head: int | None, progress: Progress) -> None:
        """This block and the next; called in the thread of the sound."""
        if self._from is not None and head is None:
            head = self._frame(stage, self._from)
        if head is not None:
            for block in (head // BLOCK, head // BLOCK + 1):
                progress.check()
                stage.prepare(block)

    def _take(self, stage: Stage, score: Score | None) -> None:
        self._stage = stage
        self._stale = self._score is not score and not (self._score is not None and stage.remix(self._score))
        self._stale = self._stale or stage.metronome is not self._metronome
        if self._from is not None:
            self._begin(stage, self._from)
        elif self._transport is not None:
            self._transport.end = stage.frames
            self._apply_loop()
            self._pump()

    def _frame(self, stage: Stage, tick: float) -> int:
        return round(stage.timing.second(tick) * RATE)

    def _head(self) -> int | None:
        return self._transport.head if self._transport is not None else None

    # --- playing -------------------------------------------------------------------------------------------------

    def _begin(self, stage: Stage, tick: float) -> None:
        self._from = None
        self._open_sink(silently=False)
        assert self._sink is not None
        self._base = self._sink.played()
        self._transport = Transport(self._frame(stage, tick), stage.frames)
        self._apply_loop()
        self._timer.start(FRAME_MS)
        self.playingChanged.emit(True)
        self._pump()

    def _apply_loop(self) -> None:
        if self._transport is not None and self._stage is not None:
            first, last = self._loop or (0, 0)
            frames = self._frame(self._stage, first), self._frame(self._stage, last)
            self._transport.loop = frames if self._loop else None

    def _pump(self) -> None:
        """Hand over as much as the device takes, and say what is heard."""
        sink = self._sink
        if sink is None:
            self._timer.stop()
            return
        while (free := sink.free()) >= LEAST:
            sound = self._next(free)
            if not len(sound):
                break
            sink.write(sound)
        if self._transport is not None:
            self._follow(sink)
        elif not self._notes:
            self._timer.stop()

    def _next(self, most: int) -> np.ndarray:
        """The next frames of the score with the notes that are previewed; empty when there is nothing."""
        sound = np.zeros((0, 2), np.float32)
        stage, transport = self._stage, self._transport
        if stage is not None and transport is not None:
            if self._stale or not (stage.ready(transport.head // BLOCK) and stage.ready(transport.head // BLOCK + 1)):
                self._make()
            if stage.ready(transport.head // BLOCK):
                start, count = transport.next(min(most, BLOCK - transport.head % BLOCK))
                sound = stage.mix(start, count)
        if self._notes and not len(sound):
            sound = np.zeros((min(most, max(map(len, self._notes))), 2), np.float32)
        return self._with_notes(sound)

    def _with_notes(self, sound: np.ndarray) -> np.ndarray:
        if not self._notes:
            return sound
        for wave in self._notes:
            part = wave[: len(sound)]
            sound[: len(part)] += part
        self._notes = [wave[len(sound) :] for wave in self._notes if len(wave) > len(sound)]
        return pressed(sound)

    def _follow(self, sink: Sink) -> None:
        assert self._transport is not None
        assert self._stage is not None
        played = sink.played() - self._base
        tick = self._stage.timing.tick(self._transport.heard(played) / RATE)
        end = float(self._stage.score.end)
        self.moved.emit(min(tick, end))
        if self._transport.done(played) or (tick >= end and self._transport.loop is None):
            self.moved.emit(end)
            self.pause()

    def _open_sink(self, silently: bool) -> bool:
        """Whether there is a device; *silently* does without one instead of keeping time."""
        if self._sink is None:
            try:
                self._sink = self.open_sink()
            except AtelierError as error:
                if silently:
                    return False
                self.failed.emit(error)
                self._sink = SilentSink()
        return not isinstance(self._sink, SilentSink)

    def _close_sink(self) -> None:
        self._timer.stop()
        self._notes = []
        if self._sink is not None:
            self._sink.close()
            self._sink = None
