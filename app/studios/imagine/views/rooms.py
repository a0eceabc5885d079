"""What the studio has around the chosen picture: breeding, the family tree, the gallery and the walk, put together."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from app.base.i18n import tr
from app.studios.imagine.breeding import Breeding
from app.studios.imagine.document import Picture
from app.studios.imagine.gallery import Item
from app.studios.imagine.state import ImagineState
from app.studios.imagine.views.bench import FAMILY, GALLERY, PICTURES, Bench
from app.studios.imagine.views.breed import BreedPanel
from app.studios.imagine.views.family import FamilyView
from app.studios.imagine.views.gallery import GalleryView
from app.studios.imagine.views.grid import CandidateGrid
from app.studios.imagine.views.picture import PictureView
from app.studios.imagine.views.walk import WalkStrip
from app.studios.imagine.walker import Walker


class Rooms(QObject):
    """*bench* is the work; *breed* belongs into the panel."""

    def __init__(self, state: ImagineState, picture: PictureView, grid: CandidateGrid, pictures: QWidget) -> None:
        super().__init__(state)
        self._state, self._picture, self._grid = state, picture, grid
        self.breeding = Breeding(state, state.archive)
        self.walker = Walker(state)
        self.gallery = GalleryView(state.archive, state.services.shelf)
        self.family = FamilyView(state.archive)
        self.strip = WalkStrip(self.walker, lambda: state.services.settings.values.embed_recipe)
        self.breed = BreedPanel(state, self.breeding)
        self.bench = Bench(pictures, self.family, self.gallery, self.strip)
        self._connect()
        self._follow()

    # --- commands ------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        self._state.keep(self._state.document.selected)

    def star(self) -> None:
        """The star of the candidate, or in the gallery of the selected pictures."""
        if self.bench.view == GALLERY:
            for item in self.gallery.thumbs.chosen():
                self.gallery.star(item)
        else:
            self._state.star_picture(self._state.document.selected)

    def parent(self) -> None:
        """The candidate, or in the gallery the selected pictures, become parents, or no longer."""
        self._with_chosen(self.breeding.toggle)

    def add_key(self) -> None:
        """The candidate, or in the gallery the selected pictures, become key frames."""
        self._with_chosen(self.walker.add)
        if self.bench.view != GALLERY:
            self.bench.show_strip(True)

    def stop(self) -> None:
        """End what plays, and what is being written."""
        self.walker.halt()
        self.walker.stop_export()
        self._state.archive.stop_files()

    def toggle_walk(self) -> None:
        self.bench.show_strip(not self.bench.strip_shown)

    def play(self) -> None:
        self.bench.show_strip(True)
        if self.walker.is_playing:
            self.walker.halt()
        elif len(self.walker.walk.keys) > 1:
            self.walker.play()

    def show_view(self, view: int) -> None:
        self.bench.show_view(PICTURES if self.bench.view == view else view)

    def close_down(self) -> None:
        """End the timers, and begin nothing any more."""
        self._state.archive.is_open = False
        self.walker.halt()
        self.gallery.close_down()

    # --- inside --------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        state, archive = self._state, self._state.archive
        state.documentChanged.connect(self._follow)
        state.historyChanged.connect(self.breeding.measure)
        self._grid.marked.connect(self._toggle_parent)
        self._grid.menuWanted.connect(self._menu)
        self.breeding.changed.connect(self._mark)
        archive.changed.connect(self._mark)
        self.gallery.opened.connect(self._open)
        self.gallery.written.connect(state.saved.emit)
        self.family.chosen.connect(self._go_to)
        self.bench.shown.connect(lambda _: self._show_family())
        self.strip.addAsked.connect(self.add_key)
        self.strip.timeline.dropped.connect(self._add_key)
        self.strip.timeline.nodeDropped.connect(self._add_node)
        self.walker.frameShown.connect(lambda frame, _: self._picture.show_picture(frame))
        self.walker.playing.connect(lambda on: None if on else self._picture.show_picture(state.document.chosen))

    def _with_chosen(self, use: Callable[[Picture], None]) -> None:
        archive = self._state.archive
        if self.bench.view != GALLERY:
            if self._state.document.chosen is not None:
                use(self._state.document.chosen)
            return
        items = self.gallery.thumbs.chosen()

        def show(pictures: list[Picture]) -> None:
            for picture in pictures:
                use(picture)

        archive.read("use", lambda: [archive.picture(item) for item in items], show)

    def _add_node(self, node: int) -> None:
        archive = self._state.archive
        archive.read("node", lambda: archive.chosen_of(node), lambda found: self.walker.add(found) if found else None)

    def _follow(self) -> None:
        self._mark()
        self._show_family()

    def _mark(self) -> None:
        parents = frozenset(picture.key for picture, _ in self.breeding.parents)
        self._grid.show_marks(frozenset(self._state.document.kept), self._state.archive.stars, parents)

    def _show_family(self) -> None:
        if self.bench.view == FAMILY:
            self.family.show_picture(self._state.document.chosen)

    def _toggle_parent(self, place: int) -> None:
        if place < len(self._state.document.pictures):
            self.breeding.toggle(self._state.document.pictures[place])

    def _add_key(self, place: int) -> None:
        if place < len(self._state.document.pictures):
            self.walker.add(self._state.document.pictures[place])
            self.bench.show_strip(True)

    def _open(self, item: Item) -> None:
        """Go on with a picture of the gallery."""
        archive = self._state.archive

        def show(picture: Picture) -> None:
            self._state.go_to_picture(picture, item.node)
            self.bench.show_view(PICTURES)

        archive.read("open", lambda: archive.picture(item), show)

    def _go_to(self, key: str) -> None:
        """Go back to a relative; the family tree stays in front and follows."""
        archive, state = self._state.archive, self._state
        keys = [picture.key for picture in state.document.pictures]
        if key in keys:
            state.choose(keys.index(key))
            return

        def ask() -> tuple[Picture, int | None] | None:
            items = archive.gallery.by_keys([key])
            return (archive.picture(items[0]), items[0].node) if items else None

        archive.read("open", ask, lambda found: state.go_to_picture(*found) if found else None)

    def _menu(self, place: int, where: QPoint) -> None:
        document = self._state.document
        key = document.pictures[place].key
        menu = QMenu(self._grid)
        rows = (
            (tr("Let it go") if key in document.kept else tr("Keep"), lambda: self._state.keep(place)),
            (tr("Remove the star") if key in self._state.archive.stars else tr("Star"),
             lambda: self._state.star_picture(place)),
            (tr("No longer a parent") if self.breeding.has(key) else tr("Parent"), lambda: self._toggle_parent(place)),
            (tr("Add to the walk"), lambda: self._add_key(place)),
        )  # fmt: skip
        for title, slot in rows:
            menu.addAction(title).triggered.connect(slot)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)
