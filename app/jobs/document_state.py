"""A document with its settings, what can be undone, and what autosave keeps of both.

The document is an immutable value. Every change, by hand or by machine, is one step of one undo stack, and a step also
holds the settings and the request that made it; so undo brings back the result *and* what made it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from app.base.card import StudioCard
from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.autosave import WorkingFile
from app.jobs.services import Services
from app.jobs.snapshot import Snapshot, StudioSettings, decode, encode
from app.jobs.undo import UndoStack
from app.jobs.worker import DISK, End, Listener
from app.runtime.catalog import Entry
from app.runtime.manifest import ControlValue, Manifest

log = logging.getLogger(__name__)

Doc = TypeVar("Doc")


class DocumentState(QObject, Generic[Doc]):
    """What of a studio is there while nothing runs. A studio gives :attr:`document_type` and :meth:`empty`."""

    documentChanged = Signal()
    settingsChanged = Signal()
    modelChanged = Signal()
    historyChanged = Signal()
    failed = Signal(object)
    """An AtelierError to show in place, or None to take the last one away."""

    document_type: type[Any]

    def __init__(self, services: Services, card: StudioCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.card = card
        self._undo: UndoStack[Snapshot[Doc]] = UndoStack(fold=self._folded, unfold=self._unfolded)
        self._working = WorkingFile(services.paths.data / "studios" / card.id)
        self._autosave = QTimer(self)
        self._autosave.setSingleShot(True)
        self._autosave.timeout.connect(self.autosave)
        self._now = Snapshot(self.empty(), self._first_settings())
        self.first_run = not self._restore()

    def empty(self) -> Doc:
        """A new, empty document."""
        return self.document_type()

    def fold(self, document: Doc, near: Doc) -> Any:
        """What the undo stack keeps of *document*, where *near* is there too; large documents give the difference."""
        return document

    def unfold(self, kept: Any, near: Doc) -> Doc:
        """The document of which :meth:`fold` kept that."""
        return kept

    def stop(self) -> None:
        """End what runs; called before each change of the document by hand. Nothing runs in a document alone."""

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
        manifest = self._manifest(model)
        controls = manifest.defaults() if manifest else {}
        self._set_settings(StudioSettings(model=model, seed=self.settings.seed, controls=controls))

    def set_seed(self, seed: int) -> None:
        self._set_settings(msgspec.structs.replace(self.settings, seed=seed))

    def set_control(self, control: str, value: ControlValue) -> None:
        """Set one declared control."""
        self.set_controls({control: value})

    def set_controls(self, values: dict[str, ControlValue]) -> None:
        """Set several declared controls at once."""
        self._set_settings(msgspec.structs.replace(self.settings, controls={**self.settings.controls, **values}))

    def meant_by(self, model: str, values: dict[str, ControlValue]) -> dict[str, ControlValue]:
        """All controls of *model* as a work has them that was made with *values*; *values* for an unknown model."""
        manifest = self._manifest(model)
        return manifest.meant_by(values) if manifest else values

    # --- undo ----------------------------------------------------------------------------------------------------

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
        self._travel(self._undo.undo(self._now))

    def redo(self) -> None:
        self.stop()
        self._travel(self._undo.redo(self._now))

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

    # --- autosave ------------------------------------------------------------------------------------------------

    def autosave(self) -> None:
        """Write the work in progress in the disk's thread."""
        self._autosave.stop()
        snapshot = self._now

        def write(_: Progress) -> Iterator[None]:
            self._working.write(encode(snapshot))
            yield None

        self._on_disk(f"{self.card.id}.autosave", write)

    def autosave_if_dirty(self) -> None:
        """On focus loss and at the end: do not wait for the timer."""
        if self._autosave.isActive():
            self.autosave()

    def _restore(self) -> bool:
        """Bring back the work in progress from the newest file that can be read; False on the first run."""
        for path in self._working.candidates():
            try:
                self._now = self._decoded(self._working.read(path))
                return True
            except AtelierError as error:
                aside = self._working.set_aside(path)
                log.info("%s could not be restored (%s) and was set aside as %s", path.name, error, aside.name)
        return False

    # --- inside --------------------------------------------------------------------------------------------------

    def _decoded(self, content: bytes) -> Snapshot[Doc]:
        """A snapshot from the disk, with the controls its model has got since. Raises :class:`AtelierError`."""
        found = decode(content, self.document_type)
        controls = self.meant_by(found.settings.model, found.settings.controls)
        return Snapshot(
            found.document, msgspec.structs.replace(found.settings, controls=controls), found.made, found.node
        )

    def _manifest(self, model: str) -> Manifest | None:
        return next((entry.manifest for entry in self.models() if entry.id == model), None)

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

    def _folded(self, snapshot: Snapshot[Doc], near: Snapshot[Doc]) -> Snapshot[Any]:
        return snapshot.with_document(self.fold(snapshot.document, near.document))

    def _unfolded(self, kept: Snapshot[Any], near: Snapshot[Doc]) -> Snapshot[Doc]:
        return kept.with_document(self.unfold(kept.document, near.document))

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

    def _on_disk(
        self, group: str, work: Callable[[Progress], Iterator[None]], done: Callable[[], None] | None = None
    ) -> None:
        """Do *work* in the disk's thread, then *done* here; an error is shown in place."""

        def ended(end: End, error: AtelierError | None) -> None:
            if error is not None:
                self.failed.emit(error)
            elif end is End.DONE and done is not None:
                done()

        self.services.jobs.submit(group, work, Listener(ended=ended), lane=DISK)
