"""Makes pictures of breeding, gallery and walk for docs/imagine.md.

``python -m tests.make_imagine_rooms FOLDER [THEME…]``
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.shell.window import Window
from app.studios.imagine.page import ImaginePage
from app.studios.imagine.views.bench import FAMILY, GALLERY, PICTURES
from app.ui.widgets.panel import Section
from tests.pictures import opened, save, settle

SIZE, QUALITY = (1280, 820), 80


def main(folder: Path, themes: list[str]) -> None:
    """Write ``imagine-{breed,family,walk,gallery,compare}-THEME.webp``."""
    for theme in themes or ["light", "dark"]:
        with opened(SIZE, theme) as window:
            page = window.show_studio("imagine")
            assert isinstance(page, ImaginePage)
            _scenes(page, window, folder, theme)


def _scenes(page: ImaginePage, window: Window, folder: Path, theme: str) -> None:
    rooms, state = page.rooms, page.state

    def shoot(name: str) -> None:
        _settle(page)
        save(window.grab().toImage(), folder / f"imagine-{name}-{theme}.webp", QUALITY)

    state.generate()
    _settle(page)
    for place in (1, 5, 11):
        state.choose(place)
        page.parent()
    page.star_picture()
    page.keep()
    for section in page.panel.findChildren(Section):
        section.set_open(section.isAncestorOf(rooms.breed))
    page.breed()
    shoot("breed")
    pair = [picture for picture in state.document.pictures if picture.key not in state.document.kept][:2]
    rooms.breeding.clear()
    for picture in pair:
        rooms.breeding.toggle(picture)
    page.breed()
    _settle(page)
    state.choose(0)
    rooms.bench.show_view(FAMILY)
    shoot("family")
    rooms.bench.show_view(PICTURES)
    for place in (0, 3, 6, 9, 12):
        state.choose(place)
        page.add_key()
    shoot("walk")
    rooms.bench.show_view(GALLERY)
    _settle(page)
    for row in (1, 20):
        index = rooms.gallery.model.index(row)
        rooms.gallery.thumbs.selectionModel().select(index, rooms.gallery.thumbs.selectionModel().SelectionFlag.Select)
    rooms.gallery.export.setChecked(True)
    shoot("gallery")
    rooms.gallery.export.setChecked(False)
    rooms.gallery.compare.setChecked(True)
    shoot("compare")


def _settle(page: ImaginePage) -> None:
    """Until nothing runs and everything is painted."""
    settle(lambda: not page.state.services.jobs.busy())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
