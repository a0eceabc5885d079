"""Makes a picture of each studio in each theme, for people to look at: ``python -m tests.make_screenshots FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from app.shell.window import Window
from app.studios.cards import CARDS
from app.ui.theme import theme_names
from tests.pictures import opened, settle

SIZE = (1280, 820)


def main(folder: Path, studios: list[str]) -> None:
    """Write ``STUDIO-THEME.png`` for the studios named, or for all."""
    folder.mkdir(parents=True, exist_ok=True)
    for theme in theme_names():
        with opened(SIZE, theme) as window:
            for card in CARDS:
                if not studios or card.id in studios:
                    _shoot(window, card.id, folder / f"{card.id}-{theme}.png")


def _shoot(window: Window, studio: str, path: Path) -> None:
    state = window.show_studio(studio).state
    state.generate()
    settle(lambda: not state.busy)
    window.grab().save(str(path))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
