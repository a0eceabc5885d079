"""Logging to a rotating file in the user's cache folder, and warnings to the terminal."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

from app.base.files import make_folder


def set_up(folder: Path | None = None, verbose: bool = False) -> None:
    """Send warnings to standard error and, given a *folder*, everything to ``atelie.log`` there (3 × 1 MB).

    Raises :class:`AtelierError` (``DISK``) if the folder can't be made.
    """
    root = logging.getLogger("app")
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.DEBUG if verbose else logging.WARNING)
    root.addHandler(terminal)
    if folder is not None:
        make_folder(folder)
        file = logging.handlers.RotatingFileHandler(
            folder / "atelie.log", maxBytes=1_000_000, backupCount=2, encoding="utf8", delay=True
        )
        file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root.addHandler(file)
