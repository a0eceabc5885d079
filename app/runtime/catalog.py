"""All models there are, bundled and the user's own, and for each that can't be used the reason why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.manifest import MANIFEST, Manifest, load_manifest
from app.runtime.verify import check_presence

Origin = Literal["bundled", "user"]
FOREIGN = "config.json"
"""What a model folder of Hugging Face's libraries has in the place of our manifest."""


@dataclass
class Entry:
    """One model folder. ``problem`` says why it can't be used; such a model is listed, never loaded, never deleted."""

    folder: Path
    origin: Origin
    manifest: Manifest | None
    problem: AtelierError | None = None

    @property
    def id(self) -> str:
        return self.manifest.id if self.manifest else self.folder.name

    @property
    def usable(self) -> bool:
        return self.problem is None


class Catalog:
    """Reads the model folders once; :meth:`refresh` reads them again."""

    def __init__(self, bundled: Path, user: Path | None = None) -> None:
        self._folders: list[tuple[Path, Origin]] = [(bundled, "bundled")]
        if user is not None:
            self._folders.append((user, "user"))
        self._entries: dict[str, Entry] = {}
        self.refresh()

    def refresh(self) -> None:
        """Look at the folders again. A quarantined model gets a new chance."""
        entries: dict[str, Entry] = {}
        for parent, origin in self._folders:
            for folder in sorted(parent.iterdir()) if parent.is_dir() else []:
                if folder.is_dir() and not folder.name.startswith((".", "_")):
                    _add(entries, _read(folder, origin))
        self._entries = entries

    def entries(self) -> list[Entry]:
        """All models, usable or not, in the order of their ids."""
        return [self._entries[key] for key in sorted(self._entries)]

    def for_studio(self, studio: str) -> list[Entry]:
        """The models of one studio, usable ones first; those whose manifest can't be read belong to none."""
        mine = [entry for entry in self.entries() if entry.manifest and entry.manifest.studio == studio]
        return sorted(mine, key=lambda entry: not entry.usable)

    def get(self, model_id: str) -> Entry:
        """The usable model of that id. Raises ``AtelierError``: unknown (``NO_MODEL``), or why it can't be used."""
        entry = self._entries.get(model_id)
        if entry is None:
            known = ", ".join(entry.id for entry in self.entries() if entry.usable)
            raise AtelierError(
                ErrorKind.NO_MODEL,
                tr("There is no model “{id}”.", id=model_id),
                tr("Models: {known}.", known=known or "–"),
            )
        if entry.problem:
            raise entry.problem
        return entry

    def quarantine(self, model_id: str, problem: AtelierError) -> None:
        """Mark a model as unusable for the reason given, until the next :meth:`refresh`. Its files stay as they are."""
        self._entries[model_id].problem = problem


def _add(entries: dict[str, Entry], entry: Entry) -> None:
    first = entries.get(entry.id)
    if first is None:
        entries[entry.id] = entry
        return
    entry.problem = AtelierError(
        ErrorKind.BAD_MODEL,
        tr("Two models have the id “{id}”; the one in “{folder}” is used.", id=entry.id, folder=first.folder.name),
        tr("Change the id in the other's model.toml."),
    )
    entries[f"{entry.id}@{entry.folder.name}"] = entry


def _read(folder: Path, origin: Origin) -> Entry:
    manifest = None
    if (folder / FOREIGN).is_file() and not (folder / MANIFEST).exists():
        return Entry(folder, origin, None, _foreign(folder))
    try:
        manifest = load_manifest(folder)
        check_presence(folder, manifest)
    except AtelierError as problem:
        return Entry(folder, origin, manifest, problem)
    return Entry(folder, origin, manifest)


def _foreign(folder: Path) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_MODEL,
        tr("“{folder}” comes from another program and was not added yet.", folder=folder.name),
        tr("Machine ▸ Models… ▸ Add a model folder…, or `atelie models --add` with this folder."),
    )
