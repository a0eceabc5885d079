"""Makes the pictures of docs/paint.md: ``python -m tests.make_paint_pictures FOLDER``."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QBuffer, QSize
from PySide6.QtPdf import QPdfDocument

from app.base.progress import Progress
from app.studios.paint.alongsheet import along_sheet, with_palette
from app.studios.paint.brushes import brush_names, load_brush
from app.studios.paint.closeness import painting_of
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.engine import ENGINE
from app.studios.paint.film import frames
from app.studios.paint.layers import Layer
from app.studios.paint.page import PaintPage
from app.studios.paint.render import render
from app.studios.paint.request import PaintRequest, Space
from app.studios.paint.target import target_of
from tests.pictures import opened, pixels, save, settle

ANGLES = np.linspace(0, 2 * np.pi, 60)
SIZE, QUALITY = (1280, 820), 72


def main(folder: Path) -> None:
    """Write ``paint-*.webp`` and the time-lapse."""
    with opened(SIZE) as window:
        page = window.show_studio("paint")
        assert isinstance(page, PaintPage)
        page.new()
        for name, theme, scene in SCENES:
            window.set_theme(theme)
            scene(page)
            _settle(page)
            save(window.grab().toImage(), folder / f"paint-{name}.webp", QUALITY)
        _save_between(page, folder / "paint-between.webp")
        _save_strokes(page, folder / "paint-strokes.webp")
        _save_faces(page, folder / "paint-faces.webp")
    _save_brushes(folder / "paint-brushes.webp")
    _save_film(folder / "paint-film.webp")
    _save_sheet(folder / "paint-sheet.webp")


# --- scenes -----------------------------------------------------------------------------------------------------------


def landscape() -> Drawing:
    """A sun over hills and a sea, by several brushes on three layers."""
    rng, strokes = np.random.default_rng(3), []

    def add(points: np.ndarray, brush: str, size: float, colour: str, layer: int, **more: object) -> None:
        strokes.append(Stroke.of_points(points, size, colour, "user", brush=brush, layer=layer, **more))

    x = np.linspace(-20, 1044, 60)
    for y, colour in ((90, "#f3d9a4"), (190, "#efc18b"), (290, "#e8a87c"), (370, "#d98c74")):
        add(np.column_stack([x, y + 8 * np.sin(x / 120)]), "airbrush", 190, colour, 0)
    add(np.array([[700.0, 235.0]]), "ink", 130, "#fbe9b7", 0)
    for step, colour in enumerate(("#7d8fb3", "#5d7299", "#43597f")):
        ridge = 400 + 45 * step + 38 * np.sin(x / (150 - 20 * step) + 2 * step)
        add(np.column_stack([x, ridge + 60]), "oil", 120, colour, 1)
    for step in range(9):
        y = 600 + 18 * step
        wave = np.column_stack([x, y + 5 * np.sin(x / 40 + step)])
        add(wave, "oil", 30, ("#2f6f86", "#3a8299", "#27566f")[step % 3], 1)
    for _ in range(14):
        start = rng.uniform([560, 590], [860, 740])
        add(start + np.array([[0, 0], [rng.uniform(20, 70), 2]]), "chalk", 7, "#fbe9b7", 2)
    for number in range(5):
        bird = rng.uniform([180, 90], [520, 220]) + np.array([[-22, -8], [-9, -14], [0, 0], [9, -14], [22, -8]])
        add(np.column_stack([bird, [0.3, 0.8, 1, 0.8, 0.3]]), "ink", 5 - number % 2, "#304254", 2)
    layers = (Layer(0, "Sky"), Layer(1, "Hills and sea"), Layer(2, "Light", blend="normal"))
    return Drawing(tuple(strokes), 1024, 768, layers)


def _show_canvas(page: PaintPage) -> None:
    page.state.edit("Landscape", landscape())
    page.state.set_head(layer=2, colour="#c96f5a")
    page.state.take_brush("oil")


def _show_layers(page: PaintPage) -> None:
    page.take_select()
    page.state.select(frozenset(range(4, 8)))
    page.canvas.turn(-8)
    page.panel.verticalScrollBar().setValue(610)


def _show_ghosts(page: PaintPage) -> None:
    page.canvas.fit()
    page.take_brush()
    page.state.edit("Begin", butterfly())
    page.state.set_control("class", "butterfly")
    page.state.set_head(layer=0, colour="#1d1f21")
    page.state.take_brush("ink")
    page.offer_panel.live.setChecked(True)
    _settle(page)
    page.panel.ensureWidgetVisible(page.offer_panel.buttons[8])


def _show_heat(page: PaintPage) -> None:
    page.offer_panel.live.setChecked(False)
    page.heat.switch.setChecked(True)
    _settle(page)
    page.panel.ensureWidgetVisible(page.heat.words)


def _show_painter(page: PaintPage) -> None:
    """In front of the landscape's picture, half way."""
    page.heat.switch.setChecked(False)
    page.state.edit("Empty", Drawing())
    page.state.set_model("spiral-painter")
    page.state.take_target(lambda: _picture(landscape()), "landscape.png")
    _settle(page)
    page.painter_panel.growth.switch.setChecked(True)
    page.state.set_control("strokes", 400)
    page.state.paint_target()
    _settle(page)
    page.canvas.fit()
    page.panel.ensureWidgetVisible(page.painter_panel.growth.words)


def _show_imagined(page: PaintPage) -> None:
    """A face from imagination, and what the critic thought of it."""
    page.state.edit("Empty", Drawing())
    page.state.set_seed(9)
    page.state.imagine()
    _settle(page)
    page.canvas.fit()
    page.panel.ensureWidgetVisible(page.painter_panel.growth.words)


def _show_space(page: PaintPage) -> None:
    """Ten variations of a crab, and three drawings kept to reckon with."""
    page.painter_panel.growth.switch.setChecked(False)
    page.state.set_model("sketch-rnn")
    for slot, category, seed in (("A", "sun", 1), ("B", "apple", 2), ("C", "crab", 7)):
        page.state.edit("Empty", Drawing())
        page.state.set_control("class", category)
        page.state.set_seed(seed)
        page.state.generate()
        _settle(page)
        page.offers.keep(slot)
    page.vary()
    _settle(page)
    page.offers.mark(3)
    next(section for section in page._of_pens if section.isAncestorOf(page.space_panel)).set_open(True)
    page.canvas.fit()
    _settle(page)
    page.panel.ensureWidgetVisible(page.space_panel.sum)


def _show_refill(page: PaintPage) -> None:
    """Half a butterfly; what the machine made of the other half, tinted."""
    page.offers.mark(None)
    page.state.edit("Begin", butterfly())
    page.state.set_control("class", "butterfly")
    page.state.generate()
    _settle(page)
    page.tint.setChecked(True)
    page.take_select()
    places = np.concatenate([stroke.places for stroke in page.state.document.strokes if stroke.maker == "machine"])
    (left, top), (right, bottom) = places.min(0).tolist(), places.max(0).tolist()
    frame = (left - 4, top - 4, (left + right) / 2, bottom + 4)
    page.state.select(frozenset({len(page.state.document.strokes) - 1}), frame)
    page.refill()
    _settle(page)
    page.panel.ensureWidgetVisible(page.tint)


def butterfly() -> Drawing:
    """A body and one wing."""
    body = np.column_stack([512 + 26 * np.cos(ANGLES), 400 + 110 * np.sin(ANGLES)])
    turn = np.linspace(0, 1, 40)
    wing = np.column_stack([535 + 210 * np.sin(np.pi * turn), 350 - 130 * np.sin(2 * np.pi * turn) + 60 * turn])
    strokes = [Stroke.of_points(points, 5, "#1d1f21", "user") for points in (body, wing)]
    return Drawing(tuple(strokes))


SCENES: tuple[tuple[str, str, Callable[[PaintPage], None]], ...] = (
    ("canvas", "light", _show_canvas),
    ("layers", "dark", _show_layers),
    ("ghosts", "light", _show_ghosts),
    ("heat", "dark", _show_heat),
    ("painter", "light", _show_painter),
    ("imagined", "dark", _show_imagined),
    ("space", "dark", _show_space),
    ("refill", "light", _show_refill),
)


# --- pictures without the window --------------------------------------------------------------------------------------


def _save_brushes(path: Path) -> None:
    """One stroke of each brush, in three columns."""
    strokes, names = [], [name for name in brush_names() if load_brush(name).smudge < 1]
    for place, name in enumerate(names):
        corner = np.array([40 + 320 * (place % 3), 60 + 90 * (place // 3)])
        turn = np.linspace(0, 1, 80)
        line = np.column_stack([240 * turn, 22 * np.sin(2 * np.pi * turn), np.sin(np.pi * (0.1 + 0.85 * turn))])
        line[:, :2] += corner
        size = min(34.0, load_brush(name).size * 1.5)
        strokes.append(Stroke.of_points(line, size, "#2b5797", "user", brush=name))
    _write(render(Drawing(tuple(strokes), 960, 90 * (1 + (len(names) - 1) // 3) + 30)), path)


def _save_between(page: PaintPage, path: Path) -> None:
    """Nine drawings on the way from a sun to a crab."""
    model = page.state.services.shelf.open("sketch-rnn")
    ends = []
    for category, seed in (("sun", 1), ("crab", 7)):
        request = PaintRequest(model="sketch-rnn", seed=seed, controls={"class": category})
        ends.append(list(ENGINE.generate(request, model, Progress()))[-1])
    ways = tuple((1 - way, way) for way in np.linspace(0, 1, 9).tolist())
    request = PaintRequest(model="sketch-rnn", space=Space(tuple(ends), ways), controls={"temperature": 0.1})
    sheet = list(ENGINE.generate(request, model, Progress()))[-1]
    _write(render(sheet, 0.5), path)


def _save_strokes(page: PaintPage, path: Path) -> None:
    """The landscape in 5, 20, 100 and 500 strokes of the painting network, and itself."""
    model = page.state.services.shelf.open("spiral-painter")
    target, size = target_of(_picture(landscape()))
    pictures = [np.asarray(render(painting_of(model, target, size, count))) for count in (5, 20, 100, 500)]
    itself = np.asarray(render(landscape()).resize(pictures[0].shape[1::-1], Image.Resampling.LANCZOS))
    _write(Image.fromarray(np.concatenate([*pictures, itself], 1)), path)


def _save_faces(page: PaintPage, path: Path) -> None:
    """Sixteen seeds from imagination, in twenty strokes each."""
    model, sheet, faces = page.state.services.shelf.open("spiral-painter"), Drawing(width=160, height=160), []
    for seed in range(16):
        controls = {**model.manifest.defaults(), "strokes": 20}
        request = PaintRequest(model="spiral-painter", seed=seed, controls=controls, drawing=sheet)
        faces.append(np.asarray(render(list(ENGINE.generate(request, model, Progress()))[-1])))
    rows = [np.concatenate(faces[at : at + 8], 1) for at in (0, 8)]
    _write(Image.fromarray(np.concatenate(rows)), path)


def _save_sheet(path: Path) -> None:
    """The first, second and fifth page of the landscape's paint-along sheet."""
    document, buffer = QPdfDocument(), QBuffer()
    buffer.setData(along_sheet(landscape(), 8))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    document.load(buffer)
    pages = [pixels(document.render(number, QSize(400, 566))) for number in (0, 1, 4)]
    document.close()
    _write(Image.fromarray(np.concatenate(pages, 1)[:390]), path)


def _picture(drawing: Drawing) -> bytes:
    """The drawing as a PNG without its strokes."""
    buffer = io.BytesIO()
    render(drawing).save(buffer, "PNG")
    return buffer.getvalue()


def _save_film(path: Path) -> None:
    """The landscape as it comes about, small."""
    drawing, _ = with_palette(landscape(), 8)
    pictures = [picture.resize((384, 288), Image.Resampling.LANCZOS) for picture in frames(drawing, 24)]
    first, *rest = pictures[:30]
    first.save(path, save_all=True, append_images=rest, duration=120, loop=0, quality=55, method=4)


def _settle(page: PaintPage) -> None:
    """Until nothing runs and everything is painted."""
    settle(lambda: not page.state.services.jobs.busy())


def _write(picture: Image.Image, path: Path) -> None:
    picture.save(path, quality=QUALITY, method=6)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
