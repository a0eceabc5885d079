"""The user's settings: one typed struct, one JSON file, written when a dialog or the window is closed."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import msgspec

from app.base.files import atomic_write, make_folder

log = logging.getLogger(__name__)


class Settings(msgspec.Struct, kw_only=True):
    """What the user chose. Unknown fields of a newer version are dropped; a damaged file is set aside, not lost."""

    theme: str = "system"
    device: str = "auto"
    embed_recipe: bool = True
    autosave_seconds: float = 3.0
    memory_megabytes: int = 1024
    last_studio: str = "write"
    geometry: str = ""
    studios: dict[str, dict[str, Any]] = {}
    """One section a studio, by its id; each studio keeps here what it wants to find again."""


class SettingsStore:
    """Loads the settings once and writes them back when told to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.values = self._load()

    def save(self) -> None:
        """Write the settings. Raises :class:`AtelierError` (``DISK``)."""
        make_folder(self._path.parent)
        atomic_write(self._path, msgspec.json.format(msgspec.json.encode(self.values)))

    def section(self, studio: str) -> dict[str, Any]:
        """The settings of one studio, a dictionary that may be changed in place."""
        return self.values.studios.setdefault(studio, {})

    def _load(self) -> Settings:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Settings)
        except FileNotFoundError:
            return Settings()
        except (msgspec.DecodeError, OSError) as error:
            log.info("settings could not be read (%s); they were set aside and the defaults are used", error)
            self._set_aside()
            return Settings()

    def _set_aside(self) -> None:
        try:
            self._path.replace(self._path.with_suffix(".damaged.json"))
        except OSError as error:
            log.info("the damaged settings could not be set aside: %s", error)
