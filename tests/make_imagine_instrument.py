"""Makes the pictures of the instrument for docs/imagine.md: ``python -m tests.make_imagine_instrument FOLDER``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QWidget

from app.shell.models import ModelsDialog
from app.studios.cards import CARDS
from app.studios.imagine.inversion import Crop
from app.studios.imagine.marks import brushed, marks_to_png, no_marks
from app.studios.imagine.page import ImaginePage
from app.ui.widgets.panel import Section
from tests import make_own_generators
from tests.pictures import opened, save, settle

SIZE, QUALITY, MODEL, AVATARS, SEED = (1280, 820), 78, "stylegan-portraits", "biggan-avatars", 1
EYES = ((38.0, 62.0), (90.0, 62.0), 13.0)
"""Where the eyes of an aligned portrait are, and how wide a brush covers them, in pixels."""


def main(folder: Path, names: list[str]) -> None:
    """Write ``imagine-NAME-THEME.webp`` for all :data:`SCENES`, or those named."""
    with opened(SIZE) as window:
        page = window.show_studio("imagine")
        assert isinstance(page, ImaginePage)
        page.state.set_model(MODEL)
        page.state.set_seed(SEED)
        for name, theme, scene in SCENES:
            if names and name not in names:
                continue
            window.set_theme(theme)
            _generate(page)
            scene(page)
            _settle(page)
            save(window.grab().toImage(), folder / f"imagine-{name}-{theme}.webp", QUALITY)


def _generate(page: ImaginePage) -> None:
    page.state.set_seed(SEED)
    page.bar.lock.setChecked(True)
    page.state.generate()
    _settle(page)
    page.state.choose(10)


def _open(page: ImaginePage, *names: str) -> None:
    """Unfold these sections of the instrument and fold all others away."""
    chosen = [page.instrument.sections[name] for name in names]
    _unfold(page, *chosen)


def _unfold(page: ImaginePage, *chosen: Section) -> None:
    for section in page.panel.findChildren(Section):
        section.set_open(section in chosen)
    _settle(page)
    page.panel.verticalScrollBar().setValue(chosen[0].y())


def _steer(page: ImaginePage) -> None:
    steering = page.instrument.steering
    steering.move(steering.directions[0], 1.8, "all")
    steering.move(steering.directions[2], -1.2, "coarse")
    _open(page, "directions")


def _mix(page: ImaginePage) -> None:
    steering, pictures = page.instrument.steering, page.state.document.pictures
    steering.take("coarse", pictures[9])
    _settle(page)
    steering.take("fine", pictures[5])
    _settle(page)
    steering.take("all", pictures[15])
    _open(page, "pad", "mix", "noise")


def _refill(page: ImaginePage) -> None:
    page.state.mark(marks_to_png(brushed(no_marks(page.instrument.steering.side), *EYES)))
    _open(page, "refill")
    page.refill()
    _settle(page)
    page.instrument.refill.marking.setChecked(True)


def _photo(page: ImaginePage) -> None:
    """A painting of three people, of whom the middle one is looked for."""
    people = [page.state.document.pictures[place].array for place in (2, 6, 9)]
    path = page.state.services.paths.data / "people.png"
    Image.fromarray(np.concatenate(people, 1)).resize((1152, 384), Image.Resampling.LANCZOS).save(path)
    _open(page, "photo")
    page.instrument.photo.find_file(path)
    _settle(page)
    page.instrument.photo.crop.set_crop(Crop(0.5, 0.5, 1.0))
    page.instrument.photo.find_square()
    _settle(page)
    page.compare()


def _enlarge(page: ImaginePage) -> None:
    page.enlarge()
    _settle(page)
    _unfold(page, _section(page.enlarging))


def _evidence(page: ImaginePage) -> None:
    page.weigh_evidence()
    _settle(page)
    _unfold(page, page.made_by)


def _inside(page: ImaginePage) -> None:
    page.insight.opinions.setChecked(True)
    page.insight.look_at_chosen()
    _settle(page)
    _unfold(page, _section(page.insight))


def _kinds(page: ImaginePage) -> None:
    """An avatar between three kinds of drawing."""
    page.state.set_model(AVATARS)
    page.state.set_control("class", "lorelei")
    page.state.generate()
    _settle(page)
    page.state.choose(1)
    classes = page.instrument.classes
    for name, share in (("lorelei", 50), ("notionists", 30), ("open-peeps", 20)):
        classes.bars[page.state.classes().index(name)].setValue(share)
        _settle(page)
    _open(page, "classes")


def _own(page: ImaginePage) -> None:
    """A generator of the user's: each of its inputs has become a control."""
    folder = page.state.services.paths.data / "own"
    folder.mkdir(parents=True, exist_ok=True)
    dialog = ModelsDialog(page.state.services, CARDS, page.state.modelChanged.emit, page.window())
    dialog.add_path(make_own_generators.face(folder / "face.onnx"))
    _settle(page)
    dialog.close()
    page.state.set_model("face")
    page.state.generate()
    _settle(page)
    sections = page.instrument.sections
    for name, section in sections.items():
        section.set_open(name in ("pad", "noise"))
    page.instrument.steering.move(page.instrument.steering.directions[0], 1.4, "all")
    _settle(page)
    page.panel.verticalScrollBar().setValue(0)


def _refused(page: ImaginePage) -> None:
    """A photo of a single pixel: said in place, and the work is as it was."""
    path = page.state.services.paths.data / "pixel.png"
    Image.new("RGB", (1, 1), "red").save(path)
    _open(page, "photo")
    page.instrument.photo.find_file(path)


def _section(body: QWidget) -> Section:
    section = body.parentWidget()
    assert isinstance(section, Section)
    return section


SCENES: tuple[tuple[str, str, Callable[[ImaginePage], None]], ...] = (
    ("steer", "light", _steer),
    ("styles", "dark", _mix),
    ("refill", "light", _refill),
    ("photo", "dark", _photo),
    ("enlarge", "light", _enlarge),
    ("evidence", "dark", _evidence),
    ("inside", "light", _inside),
    ("refused", "dark", _refused),
    ("kinds", "dark", _kinds),
    ("own", "light", _own),
)


def _settle(page: ImaginePage) -> None:
    """Until nothing runs and everything is painted."""
    settle(lambda: not page.state.services.jobs.busy())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
