"""The state of one studio: its document, its settings, what runs, what can be undone.

The document is an immutable value. Every change, by hand or by machine, is one step of one undo stack, and a step also
holds the settings and the request that made it; so undo brings back the result *and* what made it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from app.base.card import StudioCard
from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.autosave import WorkingFile
from app.jobs.history import Node
from app.jobs.services import Services
from app.jobs.undo import UndoStack
from app.jobs.worker import DISK, End, Listener
from app.runtime.catalog import Entry
from app.runtime.engine import Engine, Request
from app.runtime.manifest import ControlValue
from app.runtime.recipe import Recipe

log = logging.getLogger(__name__)

Doc = TypeVar("Doc")
Req = TypeVar("Req", bound=Request)


class StudioSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the bar and the panel show: the model's id, the seed, the values of its declared controls."""

    model: str = ""
    seed: int = 0
    controls: dict[str, ControlValue] = {}


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """Which generation the document comes from: its request, the hash of its result, whether it ran to the end."""

    request: dict[str, Any]
    digest: str
    complete: bool
    model: str
    model_sha256: str


class Snapshot(Generic[Doc]):
    """The whole state at a moment; what undo, autosave and the history keep."""

    __slots__ = ("document", "made", "node", "settings")

    def __init__(self, document: Doc, settings: StudioSettings, made: Made | None = None, node: int | None = None):
        self.document, self.settings, self.made, self.node = document, settings, made, node


class _Saved(msgspec.Struct, frozen=True):
    """A snapshot on the disk."""

    document: msgspec.Raw
    settings: StudioSettings
    made: Made | None
    node: int | None


class _Generation(Generic[Doc, Req]):
    """The request that runs now, its newest result, and the document with that result in its place."""

    def __init__(self, request: Req, before: Snapshot[Doc], record: bool) -> None:
        self.request, self.before, self.record = request, before, record
        self.result: Doc | None = None
        self.document: Doc | None = None
        self.started = time.monotonic()


class StudioState(QObject, Generic[Doc, Req]):
    """Base of the four studios' states.

    A studio gives :attr:`document_type`, :meth:`empty`, :meth:`make_request`, :meth:`node_title`, :meth:`node_preview`.
    """

    documentChanged = Signal()
    settingsChanged = Signal()
    modelChanged = Signal()
    busyChanged = Signal(bool)
    progressed = Signal(float, str)
    failed = Signal(object)
    """An AtelierError to show in place, or None to take the last one away."""
    historyChanged = Signal()
    saved = Signal(object)
    """The list of paths just written."""
    opened = Signal(object)
    """The path of the work that was just opened."""

    document_type: type[Any]

    def __init__(self, services: Services, card: StudioCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.card = card
        self.engine: Engine[Req, Doc] = card.load_engine()
        self.last_seconds = 0.0
        self.lock_seed = False
        self._undo: UndoStack[Snapshot[Doc]] = UndoStack()
        self._running: _Generation[Doc, Req] | None = None
        self._last_request: Req | None = None
        self._working = WorkingFile(services.paths.data / "studios" / card.id)
        self._autosave = QTimer(self)
        self._autosave.setSingleShot(True)
        self._autosave.timeout.connect(self.autosave)
        self._now = Snapshot(self.empty(), self._first_settings())
        self.first_run = not self._restore()

    # --- what a studio gives -------------------------------------------------------------------------------------

    def empty(self) -> Doc:
        """A new, empty document."""
        return self.document_type()

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

    def status(self) -> str:
        """One short text for the status line, such as the share made by hand."""
        return ""

    # --- document and settings -----------------------------------------------------------------------------------

    @property
    def document(self) -> Doc:
        return self._now.document

    @property
    def settings(self) -> StudioSettings:
        return self._now.settings

    @property
    def node(self) -> int | None:
        """The node of the history the document stands on."""
        return self._now.node

    def models(self) -> list[Entry]:
        """The models this studio could use; those with a problem can be shown with their reason."""
        return self.services.shelf.catalog.for_studio(self.card.id)

    def entry(self) -> Entry | None:
        """The chosen model's entry."""
        return next((entry for entry in self.models() if entry.id == self.settings.model), None)

    def set_model(self, model: str) -> None:
        """Choose a model; its controls start at their defaults."""
        entry = next((entry for entry in self.models() if entry.id == model), None)
        controls = entry.manifest.defaults() if entry and entry.manifest else {}
        self._set_settings(StudioSettings(model=model, seed=self.settings.seed, controls=controls))

    def set_seed(self, seed: int) -> None:
        self._set_settings(msgspec.structs.replace(self.settings, seed=seed))

    def set_control(self, control: str, value: ControlValue) -> None:
        """Set one declared control."""
        self._set_settings(msgspec.structs.replace(self.settings, controls={**self.settings.controls, control: value}))

    def edit(self, title: str, document: Doc, merge: str = "") -> None:
        """Change the document by hand, as one undo step; a running generation is stopped first and what it made kept.

        Edits of one non-empty *merge* key within a second become one step.
        """
        self.stop()
        if document == self.document:
            return
        self._push(title, Snapshot(document, self.settings, self._now.made, self._now.node), merge)

    def undo(self) -> None:
        """Take the last step back: the document, the settings, the place in the history."""
        self.stop()
        self._travel(self._undo.undo())

    def redo(self) -> None:
        self.stop()
        self._travel(self._undo.redo())

    @property
    def undo_title(self) -> str:
        """What undo would take back; empty if nothing."""
        return self._undo.undo_title

    @property
    def redo_title(self) -> str:
        return self._undo.redo_title

    def new(self) -> None:
        """Start an empty document. The old one stays in the undo stack and the history."""
        self.stop()
        self.failed.emit(None)
        self._push(tr("New"), Snapshot(self.empty(), self.settings))

    # --- generating ----------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether something runs that the user waits for; a passing preview does not count."""
        return self._running is not None and self._running.record

    def generate(self, request: Req | None = None) -> None:
        """Run the model; the document grows as results come. Ends as one undo step and one node of the history."""
        self.stop()
        try:
            if request is None:
                request = self._fresh_request()
            self._start(request, record=True)
        except AtelierError as error:
            self.failed.emit(error)

    def preview(self, request: Req) -> None:
        """Show the result of a passing request (a slider under the mouse): newest wins, one undo step, no node."""
        running = self._running
        before = running.before if running and not running.record else None
        if before is None:
            self.stop()
        self._start(request, record=False, before=before)

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
        request = self.make_request()
        if request == self._last_request and not self.lock_seed:
            self.set_seed(self.settings.seed + 1)
            request = self.make_request()
        return request

    def _start(self, request: Req, record: bool, before: Snapshot[Doc] | None = None) -> None:
        running = _Generation[Doc, Req](request, before or self._now, record)
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
        node = self.services.history.next_id() if running.record else running.before.node
        self._last_request = request if running.record and complete else None
        after = Snapshot(document, self.settings, made, node)
        self._now = running.before
        self._push(tr("Generate"), after, "" if running.record else "preview")
        if running.record and node is not None:
            self._record(node, running.before.node, after, request)

    # --- history -------------------------------------------------------------------------------------------------

    def history(self) -> list[Node]:
        """The newest generations of this studio, oldest first."""
        return self.services.history.nodes(self.card.id)

    def go_to(self, node: int) -> None:
        """Bring back a generation, its document and its settings, as one undo step."""
        self.stop()
        try:
            snapshot = self._decoded(self.services.history.document(node))
        except AtelierError as error:
            self.failed.emit(error)
            return
        self._push(tr("Go back"), snapshot)

    def set_star(self, node: int, on: bool) -> None:
        self.services.history.star(node, on)
        self.historyChanged.emit()

    def _record(self, node: int, parent: int | None, after: Snapshot[Doc], request: Req) -> None:
        def write(_: Progress) -> Iterator[None]:
            recipe = _recipe(self.card.id, after.made)
            title, preview = self.node_title(after.document, request), self.node_preview(after.document)
            entry = Node(
                id=node,
                studio=self.card.id,
                parent=parent,
                title=title,
                recipe=recipe.to_json() if recipe else "",
                preview=preview,
            )
            self.services.history.add(entry, self._encoded(after))
            yield None

        # A group of its own for each node: a newer node must not drop the writing of an older one.
        self._on_disk(f"{self.card.id}.node.{node}", write, lambda: self.historyChanged.emit())

    # --- files ---------------------------------------------------------------------------------------------------

    def recipe(self) -> Recipe | None:
        """The recipe an export of the document carries; None for a work no machine had a part in."""
        return _recipe(self.card.id, self._now.made)

    def save(self, path: Path, with_recipe: bool = True) -> None:
        """Write the document to a file; :attr:`saved` or :attr:`failed` follows."""
        self.export(path, self.document, self.recipe() if with_recipe else None)

    def export(self, path: Path, document: Doc, recipe: Recipe | None) -> None:
        """Write any document of this studio, in the disk's thread."""
        written: list[Path] = []

        def write(_: Progress) -> Iterator[None]:
            written.extend(self.engine.export(path, document, recipe))
            yield None

        self._on_disk(f"{self.card.id}.save.{path}", write, lambda: self.saved.emit(written))

    def open(self, path: Path) -> None:
        """Open a work; if it carries a recipe, the settings come back with it. One undo step."""
        self.stop()
        found: list[tuple[Doc, Recipe | None]] = []

        def read(_: Progress) -> Iterator[None]:
            found.append(self.engine.load(path))
            yield None

        self._on_disk(f"{self.card.id}.open", read, lambda: self._opened(path, *found[0]))

    def show_example(self, path: Path) -> None:
        """Begin with a small finished work, read at once; it is no step of the undo stack."""
        document, recipe = self.engine.load(path)
        self._now = self._loaded(document, recipe)
        self.documentChanged.emit()
        self.settingsChanged.emit()

    def _opened(self, path: Path, document: Doc, recipe: Recipe | None) -> None:
        self.failed.emit(None)
        self.stop()
        self._push(tr("Open {name}", name=path.name), self._loaded(document, recipe))
        self.opened.emit(path)

    def _loaded(self, document: Doc, recipe: Recipe | None) -> Snapshot[Doc]:
        """A work from a file; its recipe, if it is one of this studio, brings the settings.

        Asking for the same again then takes the next seed, as it does after a generation.
        """
        request = self._request_of(recipe.request) if recipe and recipe.studio == self.card.id else None
        if recipe is None or request is None:
            return Snapshot(document, self.settings)
        self._last_request = request if recipe.complete else None
        made = Made(
            request=recipe.request,
            digest=recipe.result_sha256,
            complete=recipe.complete,
            model=recipe.model,
            model_sha256=recipe.model_sha256,
        )
        return Snapshot(
            document, StudioSettings(model=request.model, seed=request.seed, controls=request.controls), made
        )

    def _request_of(self, content: dict[str, Any]) -> Req | None:
        """The request in a recipe; None for one that is none of this studio: the work opens without it."""
        try:
            return msgspec.convert(content, type=self.engine.request_type)
        except msgspec.ValidationError as error:
            log.info("The recipe's request can't be read: %s", error)
            return None

    # --- autosave ------------------------------------------------------------------------------------------------

    def autosave(self) -> None:
        """Write the work in progress in the disk's thread, if it changed since."""
        self._autosave.stop()
        snapshot = self._now

        def write(_: Progress) -> Iterator[None]:
            self._working.write(self._encoded(snapshot))
            yield None

        self._on_disk(f"{self.card.id}.autosave", write, None)

    def autosave_if_dirty(self) -> None:
        """On focus loss and at the end: do not wait for the timer."""
        if self._autosave.isActive():
            self.autosave()

    def _restore(self) -> bool:
        """Bring back the work in progress from the newest file that can be read; False on the first run."""
        for path in self._working.candidates():
            try:
                self._now = self._decoded(self._working.read(path))
                made = self._now.made
                self._last_request = self._request_of(made.request) if made and made.complete else None
                return True
            except AtelierError as error:
                aside = self._working.set_aside(path)
                log.info("%s could not be restored (%s) and was set aside as %s", path.name, error, aside.name)
        return False

    # --- inside --------------------------------------------------------------------------------------------------

    def _first_settings(self) -> StudioSettings:
        entry = next((entry for entry in self.models() if entry.usable), None)
        if entry is None or entry.manifest is None:
            return StudioSettings()
        return StudioSettings(model=entry.id, controls=entry.manifest.defaults())

    def _set_settings(self, settings: StudioSettings) -> None:
        old, self._now = self.settings, Snapshot(self.document, settings, self._now.made, self._now.node)
        self._dirty()
        self._tell_settings(old)

    def _tell_settings(self, old: StudioSettings) -> None:
        if old.model != self.settings.model:
            self.modelChanged.emit()
        if old != self.settings:
            self.settingsChanged.emit()

    def _push(self, title: str, after: Snapshot[Doc], merge: str = "") -> None:
        self._undo.push(title, self._now, after, merge)
        self._travel(after)

    def _travel(self, snapshot: Snapshot[Doc] | None) -> None:
        if snapshot is None:
            return
        old, self._now = self._now, snapshot
        self._dirty()
        self._tell_settings(old.settings)
        self.documentChanged.emit()
        if old.node != snapshot.node:
            self.historyChanged.emit()

    def _dirty(self) -> None:
        if not self._autosave.isActive():
            self._autosave.start(int(1000 * self.services.settings.values.autosave_seconds))

    def _on_disk(self, group: str, write: Any, done: Any) -> None:
        def ended(end: End, error: AtelierError | None) -> None:
            if error is not None:
                self.failed.emit(error)
            elif end is End.DONE and done is not None:
                done()

        self.services.jobs.submit(group, write, Listener(ended=ended), lane=DISK)

    def _encoded(self, snapshot: Snapshot[Doc]) -> bytes:
        document = msgspec.Raw(msgspec.msgpack.encode(snapshot.document))
        return msgspec.msgpack.encode(_Saved(document, snapshot.settings, snapshot.made, snapshot.node))

    def _decoded(self, content: bytes) -> Snapshot[Doc]:
        try:
            saved = msgspec.msgpack.decode(content, type=_Saved)
            document = msgspec.msgpack.decode(saved.document, type=self.document_type)
        except (msgspec.DecodeError, ValueError) as error:
            raise AtelierError(ErrorKind.BAD_FILE, tr("This saved state is damaged.")) from error
        return Snapshot(document, saved.settings, saved.made, saved.node)


def _recipe(studio: str, made: Made | None) -> Recipe | None:
    if made is None:
        return None
    return Recipe(
        studio=studio,
        model=made.model,
        model_sha256=made.model_sha256,
        request=made.request,
        result_sha256=made.digest,
        complete=made.complete,
    )
