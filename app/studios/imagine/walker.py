"""The walk in the window: its key frames in the document, its preview, its film."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import DISK, MODELS, End, Listener, Work
from app.runtime.engine import make_recipe
from app.studios.imagine.bars import bars_of
from app.studios.imagine.breeding import source
from app.studios.imagine.document import Picture
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.files import save_pictures
from app.studios.imagine.request import ImagineRequest, KeyFrame, Walk
from app.studios.imagine.state import ImagineState
from app.studios.imagine.walk import frames

FILM = "film"
"""The lane in which films are made: neither pictures nor autosave wait for it."""


class Walker(QObject):
    """All changes of the walk are steps of the undo stack."""

    changed = Signal()
    """Another walk, or pictures of its keys came."""
    playing = Signal(bool)
    frameShown = Signal(object, float)
    """A frame of the preview as a Picture, and its second."""
    exporting = Signal(float)
    """How far the film is, 0 to 1; below 0 once it is over."""

    def __init__(self, state: ImagineState) -> None:
        super().__init__(state)
        self._state = state
        self._images: dict[bytes, Picture] = {}
        self._frames: list[np.ndarray] = []
        self._shown, self._complete = 0, False
        self._before = state.document.walk
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        state.documentChanged.connect(self._follow)

    @property
    def walk(self) -> Walk:
        return self._state.document.walk

    def add(self, picture: Picture) -> None:
        """A key frame of the picture at the end."""
        made = source(picture)
        if made is None:
            self._fail(tr("A picture that was only opened can't be walked to."), tr("Find it in the model first."))
            return
        request = msgspec.structs.replace(made, count=1, walk=None)
        self._images[_name(request)] = picture
        self.change(keys=(*self.walk.keys, KeyFrame(request)))

    def change(self, **fields: object) -> None:
        """Change the walk."""
        self._replace(msgspec.structs.replace(self.walk, **fields))

    def change_key(self, place: int, **fields: object) -> None:
        """Change one key frame."""
        keys = list(self.walk.keys)
        keys[place] = msgspec.structs.replace(keys[place], **fields)
        self.change(keys=tuple(keys))

    def remove(self, place: int) -> None:
        self.change(keys=(*self.walk.keys[:place], *self.walk.keys[place + 1 :]))

    def move(self, place: int, to: int) -> None:
        """Put a key frame at another place."""
        keys = list(self.walk.keys)
        keys.insert(to, keys.pop(place))
        self.change(keys=tuple(keys))

    def lock_to(self, path: Path) -> None:
        """Let the keys fall on the bars of a MIDI file."""
        found: list[tuple[float, ...]] = []

        def read(_: Progress) -> Iterator[None]:
            found.append(bars_of(path))
            yield None

        self._submit("bars", read, lambda: self.change(bars=found[0]), lane=DISK)

    def image_of(self, key: KeyFrame) -> Picture | None:
        """The picture of a key, if it is known yet; else it is made, and :attr:`changed` follows."""
        return self._images.get(_name(key.request))

    # --- preview -------------------------------------------------------------------------------------------------

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    def play(self) -> None:
        """Show the walk in its own time; a machine too slow for it shows each frame when it is there."""
        self.halt()
        self._frames, self._shown, self._complete = [], 0, False
        made, walk, state = self._frames, self.walk, self._state

        def work(progress: Progress) -> Iterator[int]:
            for frame in frames(walk, state.services.shelf.open(_model(walk)), progress):
                made.append(frame)
                yield len(made)

        def over() -> None:
            self._complete = True

        self._submit("walk", work, over)
        self._timer.start(max(1, round(1000 / max(1.0, walk.rate))))
        self.playing.emit(True)

    def halt(self) -> None:
        """End the preview."""
        self._state.services.jobs.drop("imagine.walk")
        if self._timer.isActive():
            self._timer.stop()
            self.playing.emit(False)

    def _tick(self) -> None:
        if self._shown >= len(self._frames):
            if self._complete and not self.walk.loop:
                self.halt()
            elif self._complete:
                self._shown = 0
            return
        frame = Picture.of_array(self._frames[self._shown])
        self.frameShown.emit(frame, self._shown / self.walk.rate)
        self._shown += 1

    # --- film ----------------------------------------------------------------------------------------------------

    def export(self, path: Path, times: int, with_recipe: bool) -> None:
        """Write the film to *path*, to a folder as PNG if it has no suffix; *times* as large."""
        walk, state = self.walk, self._state
        written: list[Path] = []

        def work(progress: Progress) -> Iterator[None]:
            request = ImagineRequest(model=_model(walk), walk=walk)
            model = state.services.shelf.open(request.model)
            *_, result = ENGINE.generate(request, model, progress.part(0.0, 0.5))
            recipe = make_recipe(ENGINE, request, model, result) if with_recipe else None
            written.extend(save_pictures(path, result, recipe, times=times, progress=progress.part(0.5, 1.0)))
            yield None

        self.exporting.emit(0.0)
        self._submit("film", work, lambda: state.saved.emit(written), lane=FILM)

    def stop_export(self) -> None:
        self._state.services.jobs.stop("imagine.film")

    # --- inside --------------------------------------------------------------------------------------------------

    def _replace(self, walk: Walk) -> None:
        merge = "walk" if len(walk.keys) == len(self.walk.keys) else ""
        self._state.edit(tr("Walk"), msgspec.structs.replace(self._state.document, walk=walk), merge)

    def _follow(self) -> None:
        if self.walk is not self._before:
            self._before = self.walk
            self.halt()
            self.changed.emit()
            self.fill()

    def fill(self) -> None:
        """Make the pictures of the keys that are not known, in the background."""
        missing = [key.request for key in self.walk.keys if self.image_of(key) is None]
        if not missing:
            return
        shelf = self._state.services.shelf

        def work(progress: Progress) -> Iterator[dict[bytes, Picture]]:
            made: dict[bytes, Picture] = {}
            for request in missing:
                *_, last = ENGINE.generate(request, shelf.open(request.model), progress)
                made[_name(request)] = last.pictures[0]
                yield dict(made)

        def show(made: dict[bytes, Picture]) -> None:
            self._images.update(made)
            self.changed.emit()

        listener = Listener(partial=show, ended=lambda _, error: self._state.failed.emit(error) if error else None)
        self._state.services.jobs.submit("imagine.keys", work, listener, background=True)

    def _submit(self, name: str, work: Work, done: Callable[[], None], lane: str = MODELS) -> None:
        def ended(end: End, error: AtelierError | None) -> None:
            if name == "film":
                self.exporting.emit(-1.0)
            if error is not None:
                self.halt()
                self._state.failed.emit(error)
            elif end is End.DONE:
                done()

        listener = Listener(progress=lambda part, _: self.exporting.emit(part) if name == "film" else None, ended=ended)
        self._state.failed.emit(None)
        self._state.services.jobs.submit(f"imagine.{name}", work, listener, lane=lane)

    def _fail(self, message: str, hint: str) -> None:
        self._state.failed.emit(AtelierError(ErrorKind.BAD_INPUT, message, hint))


def _model(walk: Walk) -> str:
    """The model of the first key. Raises :class:`AtelierError` (``BAD_INPUT``) for an empty walk."""
    if not walk.keys:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("A walk needs two key frames or more."), tr("Add pictures to the timeline.")
        )
    return walk.keys[0].request.model


def _name(request: ImagineRequest) -> bytes:
    return msgspec.json.encode(request)
