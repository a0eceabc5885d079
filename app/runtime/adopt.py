"""Takes models of other programs onto the user's shelf: which studio knows one, and what all of them do then."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from app.base.card import Kind, StudioCard
from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, disk_error, make_folder
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.manifest import MANIFEST, FileEntry, Manifest, to_toml
from app.runtime.verify import sha256_of

BLOCK = 1 << 24


class Adopter(Protocol):
    """Takes in one kind of models."""

    def takes(self, source: Path) -> bool:
        """Whether a folder or file is of this kind; a quick look."""
        ...

    def add(self, source: Path, catalog: Catalog, models: Path, progress: Progress) -> str:
        """Make a model of *source*, which stays as it is, in the folder *models*; returns its id.

        Raises :class:`AtelierError` (``BAD_MODEL``, ``DISK``) that says what is wrong; nothing is left behind then.
        """
        ...


def kinds_of(cards: Iterable[StudioCard]) -> list[Kind]:
    """All kinds of foreign models that the studios know, in the studios' order."""
    return [kind for card in cards for kind in card.adopts]


def add_model(
    cards: Iterable[StudioCard], source: Path, catalog: Catalog, models: Path, progress: Progress
) -> str:  # fmt: skip
    """Have the first that knows *source*, a folder or a file, add it to the folder *models*; returns its id.

    The caller refreshes the catalog. Raises :class:`AtelierError` (``BAD_MODEL``, ``DISK``).
    """
    kinds = kinds_of(cards)
    if not source.exists():
        raise refused(source, tr("it does not exist"), "")
    for kind in kinds:
        adopter: Adopter = kind.load()
        if adopter.takes(source):
            return adopter.add(source, catalog, models, progress)
    known = "; ".join(tr(kind.what) for kind in kinds)
    raise refused(source, tr("it is no model that is known here"), tr("Known: {kinds}.", kinds=known))


def refused(source: Path, why: str, hint: str) -> AtelierError:
    """The error that says why a folder or file can't be added."""
    return AtelierError(ErrorKind.BAD_MODEL, tr("“{name}” can't be added: {why}.", name=source.name, why=why), hint)


def free_id(source: Path, catalog: Catalog, stem: str) -> str:
    """The id that *stem* gives. Raises :class:`AtelierError` where another model has it, and is not *source* itself."""
    name = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "model"
    for entry in catalog.entries():
        if entry.id == name and (entry.manifest is not None or entry.folder.resolve() != source):
            raise refused(source, tr("there is a model “{id}” already", id=name), tr("Give it another name."))
    return name


@contextlib.contextmanager
def workplace(source: Path, models: Path, model_id: str) -> Iterator[Path]:
    """The folder to make the model in: hidden from the catalog until it is whole, and taken away if it fails.

    A folder that lies in *models* already is made a model where it is.
    """
    if source.is_dir() and source.parent == models.resolve():
        yield source
        return
    folder, final = make_folder(models / f".adding-{model_id}"), models / model_id
    try:
        yield folder
        folder.rename(final)
    except OSError as error:
        raise disk_error(final, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def weights_beside(graph: Path) -> list[Path]:
    """Files with weights too large for the graph: ``model.onnx_data``, ``model.onnx.data`` and their parts."""
    return sorted(path for path in graph.parent.iterdir() if path.name.startswith(graph.name) and path != graph)


def place(source: Path, target: Path, progress: Progress) -> None:
    """The same file under another name where the disk allows it, which takes no room; a copy elsewhere."""
    if source == target:
        return
    try:
        os.link(source.resolve(), target)
    except OSError:
        _copy(source, target, progress)


def file_entry(path: Path, progress: Progress) -> FileEntry:
    """What the manifest says of one file of the model."""
    progress.check()
    return FileEntry(name=path.name, sha256=sha256_of(path), bytes=path.stat().st_size)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``model.toml``."""
    atomic_write(folder / MANIFEST, to_toml(manifest).encode())


def _copy(source: Path, target: Path, progress: Progress) -> None:
    progress.report(0.05, tr("Copying “{name}”", name=source.name))
    try:
        with source.open("rb") as given, target.open("wb") as taken:
            while block := given.read(BLOCK):
                progress.check()
                taken.write(block)
    except OSError as error:
        raise disk_error(target, error) from error
