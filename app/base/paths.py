"""Where things lie on disk: the user's folders and the resources that come with the program."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HOME_VARIABLE = "ATELIE_HOME"


@dataclass(frozen=True)
class Paths:
    """The three folders of a user: works and history, settings, and what can be made again."""

    data: Path
    config: Path
    cache: Path

    @classmethod
    def default(cls) -> Paths:
        """The platform's usual folders, or sub-folders of ``$ATELIE_HOME`` when that is set. Creates nothing."""
        home = os.environ.get(HOME_VARIABLE)
        if home:
            return cls(Path(home) / "data", Path(home) / "config", Path(home) / "cache")
        dirs = platformdirs.PlatformDirs("atelie", appauthor=False)
        return cls(dirs.user_data_path, dirs.user_config_path, dirs.user_cache_path)

    @property
    def user_models(self) -> Path:
        """The folder for models the user adds; each in a folder of its own, as in ``models_onnx``."""
        return self.data / "models"

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.json"


def _bundled(name: str) -> Path:
    """A folder shipped with the program: inside the package when installed, beside it in a source checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_bundled" / name
    return installed if installed.is_dir() else package.parent / name


def resources_dir() -> Path:
    """The folder of icons, themes, brushes, examples."""
    return _bundled("resources")


def bundled_models_dir() -> Path:
    """The folder ``models_onnx`` with the networks trained for Ateliê."""
    return _bundled("models_onnx")
