"""The state of one studio: a document with files and undo, the model that works on it, the history of what it made."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec
from PySide6.QtCore import QObject, Signal

from app.base.card import StudioCard
from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.file_state import FileState
from app.jobs.history import Node
from app.jobs.services import Services
from app.jobs.snapshot import Made, Snapshot, encode
from app.jobs.worker import End, Listener
from app.runtime.engine import Request

Doc = TypeVar("Doc")
Req = TypeVar("Req", bound=Request)


class _Generation(Generic[Doc, Req]):
    """The request that runs now, its newest result, and the document with that result in its place."""

    def __init__(self, request: Req, before: Snapshot[Doc], record: bool, title: str = "") -> None:
        self.request, self.before, self.record = request, before, record
        self.title = title or tr("Generate")
        self.parent, self.node = before.node, None if record else before.node
        self.result: Doc | None = None
        self.document: Doc | None = None
        self.started = time.monotonic()


class StudioState(FileState[Doc, Req], Generic[Doc, Req]):
    """Base of the four studios' states.

    A studio gives :attr:`document_type`, :meth:`empty`, :meth:`make_request`, :meth:`node_title`, :meth:`node_preview`.
    """

    busyChanged = Signal(bool)
    progressed = Signal(float, str)

    def __init__(self, services: Services, card: StudioCard, parent: QObject | None = None) -> None:
        super().__init__(services, card, parent)
        self.last_seconds = 0.0
        self.lock_seed = False
        self._running: _Generation[Doc, Req] | None = None
        self._accepted: _Generation[Doc, Req] | None = None
        self._asked: dict[int | None, list[Req]] = {}
        """What was made from each node of the history, since the start."""

    # --- what a studio gives -------------------------------------------------------------------------------------

    def make_request(self) -> Req:
        """The request for the document and settings as they are. Raises :class:`AtelierError` (``BAD_INPUT``)."""
        raise AtelierError(ErrorKind.INTERNAL, f"{type(self).__name__} makes no requests")

    def placed(self, before: Doc, request: Req, result: Doc) -> Doc:
        """The document with a result in its place; most studios' results are whole documents already."""
        return result

    def node_title(self, document: Doc, request: Req) -> str:
        """A few words for the history: the first words, the key, the class."""
        return f"{request.model} · {request.seed}"

    def node_preview(self, document: Doc) -> bytes:
        """A PNG of at most 160 × 96 pixels, or nothing. Called in a worker thread."""
        return b""

    def recorded(self, node: int, document: Doc) -> None:
        """A generation was kept in the history; called in the disk's thread."""

    def status(self) -> str:
        """One short text for the status line, such as the share made by hand."""
        return ""

    # --- generating ----------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether something runs that the user waits for; a passing preview does not count."""
        return self._running is not None and self._running.record

    def generate(self, request: Req | None = None, title: str = "") -> None:
        """Run the model; the document grows as results come. Ends as one undo step, called *title* or else “Generate”,
        and one node of the history."""
        self.stop()
        try:
            if request is None:
                request = self._fresh_request()
            self._start(request, record=True, title=title)
        except AtelierError as error:
            self.failed.emit(error)

    def preview(self, request: Req) -> None:
        """Show the result of a passing request (a slider under the mouse): newest wins, one undo step, no node."""
        running = self._running
        before = running.before if running and not running.record else None
        if before is None:
            self.stop()
        self._start(request, record=False, before=before)

    def accept(self, title: str, request: Req, document: Doc, more: bool = False) -> None:
        """Keep what was taken of a suggestion, which *request* makes again: one undo step, one node of the history.

        *more*: the document holds more of the suggestion accepted last; its node of the history becomes this one.
        """
        self.stop()
        taken, last = _Generation[Doc, Req](request, self._now, record=True, title=title), self._accepted
        if more and last is not None and last.node == self.node:
            taken.node, taken.parent = last.node, last.parent
        self.set_seed(request.seed)
        self._keep(taken, document, document, complete=True)
        self._accepted = taken

    def stop(self) -> None:
        """End what runs; what was made so far is kept, at once."""
        running = self._running
        if running is None:
            return
        for result in self.services.jobs.drop(self._group):
            self._show(running, result)
        self._finish(running, End.STOPPED, None)

    @property
    def _group(self) -> str:
        return f"{self.card.id}.generate"

    def _fresh_request(self) -> Req:
        """The request as things stand, with the next seed that shows something new; with a locked seed, that one."""
        request = self.make_request()
        asked = self._asked.get(self.node, [])
        while not self.lock_seed and (self._filled(request) == self._last_request or request in asked):
            self.set_seed(self.settings.seed + 1)
            request = self.make_request()
        return request

    def _start(self, request: Req, record: bool, before: Snapshot[Doc] | None = None, title: str = "") -> None:
        running = _Generation[Doc, Req](request, before or self._now, record, title)
        was_busy, self._running = self.busy, running
        self.failed.emit(None)
        listener = Listener(
            partial=lambda result: self._show(running, result),
            progress=self.progressed.emit,
            ended=lambda end, error: self._finish(running, end, error),
        )
        self.services.jobs.submit(self._group, lambda progress: self._work(request, progress), listener)
        if record and not was_busy:
            self.busyChanged.emit(True)

    def _work(self, request: Req, progress: Progress) -> Iterator[Doc]:
        model = self.services.shelf.open(request.model)
        yield from self.engine.generate(request, model, progress)

    def _show(self, running: _Generation[Doc, Req], result: Doc) -> None:
        running.result = result
        running.document = self.placed(running.before.document, running.request, result)
        self._now = Snapshot(running.document, self.settings, running.before.made, running.before.node)
        self.documentChanged.emit()

    def _finish(self, running: _Generation[Doc, Req], end: End, error: AtelierError | None) -> None:
        self._running = None
        self.last_seconds = time.monotonic() - running.started
        if running.result is not None and running.document is not None:
            self._keep(running, running.result, running.document, complete=end is End.DONE)
        if error is not None:
            self.failed.emit(error)
            self.modelChanged.emit()
        if running.record:
            self.busyChanged.emit(False)

    def _keep(self, running: _Generation[Doc, Req], result: Doc, document: Doc, complete: bool) -> None:
        request = running.request
        model = self.services.shelf.open(request.model)
        made = Made(
            request=msgspec.to_builtins(request),
            digest=self.engine.digest(result),
            complete=complete,
            model=request.model,
            model_sha256=model.digest,
        )
        if running.record and running.node is None:
            running.node = self.services.history.next_id()
        self._last_request = self._filled(request) if running.record and complete else None
        if running.record and complete:
            self._asked.setdefault(running.before.node, []).append(request)
        after = Snapshot(document, self.settings, made, running.node)
        self._now = running.before
        self._push(running.title, after, "" if running.record else "preview")
        if running.record and running.node is not None:
            self._record(running.node, running.parent, after, request)

    # --- history -------------------------------------------------------------------------------------------------

    def history(self) -> list[Node]:
        """The newest generations of this studio, oldest first; none, and :attr:`failed`, if they can't be read."""
        try:
            return self.services.history.nodes(self.card.id)
        except AtelierError as error:
            self.failed.emit(error)
            return []

    def go_to(self, node: int) -> None:
        """Bring back a generation, its document and its settings, as one undo step."""
        self.stop()
        found: list[Snapshot[Doc]] = []

        def read(_: Progress) -> Iterator[None]:
            found.append(self._decoded(self.services.history.document(node)))
            yield None

        def show() -> None:
            self.failed.emit(None)
            self.stop()
            self._remember(found[0].made)
            self._push(tr("Go back"), found[0])

        self._on_disk(self._reading, read, show)

    def set_star(self, node: int, on: bool) -> None:
        """Mark a generation as a favourite, or no longer."""

        def write(_: Progress) -> Iterator[None]:
            self.services.history.star(node, on)
            yield None

        self._on_disk(f"{self.card.id}.star.{node}", write, self.historyChanged.emit)

    def _record(self, node: int, parent: int | None, after: Snapshot[Doc], request: Req) -> None:
        def write(_: Progress) -> Iterator[None]:
            entry = Node(
                id=node,
                studio=self.card.id,
                parent=parent,
                title=self.node_title(after.document, request),
                preview=self.node_preview(after.document),
            )
            self.services.history.add(entry, encode(after))
            self.recorded(node, after.document)
            yield None

        # A group of its own for each node: a newer node must not drop the writing of an older one.
        self._on_disk(f"{self.card.id}.node.{node}", write, self.historyChanged.emit)
