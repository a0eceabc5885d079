"""A document that is opened from files and saved to them, with the recipe that made it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import msgspec
from PySide6.QtCore import QObject, Signal

from app.base.card import StudioCard
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.document_state import DocumentState
from app.jobs.services import Services
from app.jobs.snapshot import Made, Snapshot, StudioSettings
from app.runtime.engine import Engine, Request
from app.runtime.recipe import Recipe

log = logging.getLogger(__name__)

Doc = TypeVar("Doc")
Req = TypeVar("Req", bound=Request)


class FileState(DocumentState[Doc], Generic[Doc, Req]):
    """The files of a studio are its engine's; all of them are read and written in the disk's thread."""

    saved = Signal(object)
    """The list of paths just written."""
    opened = Signal(object)
    """The path of the work that was just opened."""

    def __init__(self, services: Services, card: StudioCard, parent: QObject | None = None) -> None:
        self.engine: Engine[Req, Doc] = card.load_engine()
        super().__init__(services, card, parent)
        self._last_request: Req | None = None
        self._remember(self._now.made)

    def recipe(self) -> Recipe | None:
        """The recipe an export of the document carries; None for a work no machine had a part in."""
        return self._now.made.recipe(self.card.id) if self._now.made else None

    def save(self, path: Path, with_recipe: bool = True) -> None:
        """Write the document to a file; :attr:`saved` or :attr:`failed` follows."""
        self.export(path, self.document, self.recipe() if with_recipe else None)

    def export(self, path: Path, document: Doc, recipe: Recipe | None) -> None:
        """Write any document of this studio, in the disk's thread."""
        self.write_on_disk(path, lambda: self.write_file(path, document, recipe))

    def write_on_disk(self, path: Path, write_all: Callable[[], list[Path]]) -> None:
        """Have files written by *write_all*, which returns them, in the disk's thread."""
        written: list[Path] = []

        def write(_: Progress) -> Iterator[None]:
            written.extend(write_all())
            yield None

        self._on_disk(f"{self.card.id}.save.{path}", write, lambda: self.saved.emit(written))

    def write_file(self, path: Path, document: Doc, recipe: Recipe | None) -> list[Path]:
        """Write a file and return what was written; called in the disk's thread.

        A studio whose window can write more kinds of files than its engine does it here.
        """
        return self.engine.export(path, document, recipe)

    def read_file(self, path: Path) -> tuple[Doc, Recipe | None]:
        """The work in a file and its recipe; called in the disk's thread. Raises :class:`AtelierError`."""
        return self.engine.load(path)

    def open(self, path: Path) -> None:
        """Open a work; if it carries a recipe, the settings come back with it. One undo step."""
        self.stop()
        found: list[tuple[Doc, Recipe | None]] = []

        def read(_: Progress) -> Iterator[None]:
            found.append(self.read_file(path))
            yield None

        self._on_disk(self._reading, read, lambda: self._opened(path, *found[0]))

    def show_example(self, path: Path) -> None:
        """Begin with a small finished work, read at once; it is no step of the undo stack."""
        document, recipe = self.engine.load(path)
        old, self._now = self.settings, self._loaded(document, recipe)
        self._tell_settings(old)
        self.documentChanged.emit()

    @property
    def _reading(self) -> str:
        """The group of all that replaces the document by one from the disk; the last one asked for counts."""
        return f"{self.card.id}.open"

    def _opened(self, path: Path, document: Doc, recipe: Recipe | None) -> None:
        self.failed.emit(None)
        self.stop()
        self._push(tr("Open {name}", name=path.name), self._loaded(document, recipe))
        self.opened.emit(path)

    def _loaded(self, document: Doc, recipe: Recipe | None) -> Snapshot[Doc]:
        """A work from a file; its recipe, if it is one of this studio, brings the settings."""
        request = self._request_of(recipe.request) if recipe and recipe.studio == self.card.id else None
        if recipe is None or request is None:
            return Snapshot(document, self.settings)
        made = Made.by_recipe(recipe)
        self._remember(made)
        controls = self._filled(request).controls
        return Snapshot(document, StudioSettings(model=request.model, seed=request.seed, controls=controls), made)

    def _remember(self, made: Made | None) -> None:
        """Asking for the same as what is shown takes the next seed, as it does after a generation."""
        request = self._request_of(made.request) if made and made.complete else None
        self._last_request = self._filled(request) if request else None

    def _filled(self, request: Req) -> Req:
        """The request with those controls it does not name: its model may have got more since."""
        return msgspec.structs.replace(cast(Any, request), controls=self.meant_by(request.model, request.controls))

    def _request_of(self, content: dict[str, Any]) -> Req | None:
        """The request in a recipe; None for one that is none of this studio: the work opens without it."""
        try:
            return msgspec.convert(content, type=self.engine.request_type)
        except msgspec.ValidationError as error:
            log.info("The recipe's request can't be read: %s", error)
            return None
