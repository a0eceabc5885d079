"""The gallery as the window uses it: filled, searched and read in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.services import Services
from app.jobs.snapshot import decode
from app.jobs.worker import DISK, End, Listener
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.files import decode_picture
from app.studios.imagine.gallery import Gallery, Item
from app.studios.imagine.request import ImagineRequest

STUDIO = "imagine"
LANE = "gallery"
"""The lane of all that reads; what is written goes through the disk's, so that nothing is lost at the end."""


class Archive(QObject):
    """Asks the gallery and tells what it found, never in the window's thread."""

    changed = Signal()
    """Pictures came, or a star."""
    failed = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.gallery = Gallery(services.paths.data / "studios" / STUDIO)
        self.stars = self.gallery.starred()
        self.is_open = True
        """False once the window closes: what comes after that must begin no thread."""

    def keep(self, pictures: tuple[Picture, ...], node: int | None) -> None:
        """Put pictures in; called in the disk's thread after a generation was kept."""
        self.gallery.add(pictures, node)

    def star(self, picture: Picture, on: bool) -> None:
        """Give a picture its star or take it away; one that the history does not have is kept here."""
        key = picture.key
        self._remember(key, on)

        def write() -> None:
            if not self.gallery.by_keys([key]):
                self.gallery.add([picture], None)
            self.gallery.star(key, on)

        self._write(f"star.{key}", write)

    def star_key(self, key: str, on: bool) -> None:
        """The same for a picture that is in the gallery."""
        self._remember(key, on)
        self._write(f"star.{key}", lambda: self.gallery.star(key, on))

    def keep_whole(self, pictures: tuple[Picture, ...]) -> None:
        """Keep pictures that may be in no node of the history, such as the steered parents of others."""
        self._write("whole", lambda: self.gallery.add(pictures, None))

    def find(self, words: str, starred: bool, found: Callable[[list[Item]], None]) -> None:
        """Search; of several searches only the last one's pictures are told."""
        self.read("find", lambda: self.gallery.find(words, starred), found)

    def read(self, group: str, ask: Callable[[], Any], found: Callable[[Any], None]) -> None:
        """Have *ask* answered in the background; newest wins within the *group*."""
        if not self.is_open:
            return

        def work(_: Progress) -> Iterator[Any]:
            yield ask()

        listener = Listener(partial=found, ended=self._ended)
        self._services.jobs.submit(f"{STUDIO}.gallery.{group}", work, listener, lane=LANE)

    def picture(self, item: Item) -> Picture:
        """The whole picture; called in a worker thread. Raises :class:`AtelierError`."""
        request, content = self.gallery.kept(item.key)
        if content is not None:
            return msgspec.structs.replace(decode_picture(content), request=request)
        document = decode(self._services.history.document(item.node or 0), Pictures).document
        found = next((picture for picture in document.pictures if picture.key == item.key), None)
        return found if found is not None else self._remade(request)

    def chosen_of(self, node: int) -> Picture | None:
        """The picture that was chosen at a step of the history; called in a worker thread."""
        return decode(self._services.history.document(node), Pictures).document.chosen

    def fill(self) -> None:
        """Take in what the history has from before there was a gallery, in the background."""
        history, jobs = self._services.history, self._services.jobs

        def work(progress: Progress) -> Iterator[int]:
            known = self.gallery.indexed()
            for node, created in history.ids(STUDIO):
                progress.check()
                if node in known:
                    continue
                try:
                    pictures = decode(history.document(node), Pictures).document.pictures
                except AtelierError:  # a damaged step of the history hides no other
                    pictures = ()
                self.gallery.add(pictures, node, created)
                yield node

        jobs.submit(f"{STUDIO}.gallery.fill", work, Listener(ended=self._changed), lane=LANE, background=True)

    def write_files(self, work: Callable[[Progress], list[Path]], done: Callable[[list[Path]], None]) -> None:
        """Write many files in the background; *done* is told what was written."""

        def job(progress: Progress) -> Iterator[list[Path]]:
            yield work(progress)

        listener = Listener(partial=done, ended=self._ended)
        self._services.jobs.submit(f"{STUDIO}.gallery.export", job, listener, lane=LANE)

    def stop_files(self) -> None:
        self._services.jobs.stop(f"{STUDIO}.gallery.export")

    def _remember(self, key: str, on: bool) -> None:
        self.stars = self.stars | {key} if on else self.stars - {key}
        self.changed.emit()

    def _remade(self, request: ImagineRequest | None) -> Picture:
        """A picture that its step of the history has no more is made again from its request."""
        if request is None:
            raise AtelierError(ErrorKind.BAD_INPUT, tr("This picture is not in the history any more."))
        model = self._services.shelf.open(request.model)
        *_, made = ENGINE.generate(msgspec.structs.replace(request, count=1), model, Progress())
        return made.pictures[0]

    def _write(self, group: str, write: Callable[[], None]) -> None:
        def work(_: Progress) -> Iterator[None]:
            write()
            yield None

        self._services.jobs.submit(f"{STUDIO}.gallery.{group}", work, Listener(ended=self._changed), lane=DISK)

    def _ended(self, _: End, error: AtelierError | None) -> None:
        if error is not None:
            self.failed.emit(error)

    def _changed(self, end: End, error: AtelierError | None) -> None:
        self._ended(end, error)
        if end is End.DONE:
            self.changed.emit()
