"""The brush engine: the same bytes however a stroke comes, layers, the memory of undo."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.studios.paint.brushes import brush_names, load_brush, user_brushes
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.layers import BLENDS, Layer
from app.studios.paint.raster.area import area_coverage
from app.studios.paint.raster.cache import Rasters, divided, multiplied
from app.studios.paint.raster.painter import paint, painter_for
from app.studios.paint.raster.tiles import SIDE, Tiles
from app.studios.paint.render import render

SHEET = (600, 500)


def wild(brush: str, seed: int = 0, **more: object) -> Stroke:
    """A stroke all over the sheet and beyond, with tilts."""
    rng = np.random.default_rng(seed)
    points = np.column_stack([rng.uniform(-50, 650, (30, 2)), rng.uniform(0, 1, 30)])
    tilts = tuple((float(x), float(y)) for x, y in rng.uniform(-50, 50, (30, 2)).round(1))
    return Stroke.of_points(points, 20.0, "#2b5797", "user", brush=brush, tilts=tilts, **more)


def line(colour: str, y: float, layer: int = 0, size: float = 40, **more: object) -> Stroke:
    return Stroke.of_points(np.array([[50, y], [550, y]]), size, colour, "user", layer=layer, **more)


def pixels(tiles: Tiles) -> np.ndarray:
    found = tiles.read((0, 0, tiles.width, tiles.height))
    return np.zeros((tiles.height, tiles.width, 4), np.uint8) if found is None else found


@pytest.mark.parametrize("brush", brush_names())
def test_point_by_point_or_at_once_a_stroke_is_the_same_to_the_byte(brush: str) -> None:
    ground = paint(wild("ink", 1), Tiles(*SHEET))
    stroke = wild(brush)
    painter = painter_for(stroke, *SHEET, ground.read)
    for point, tilt in zip(stroke.points, stroke.tilts, strict=True):
        painter.add((point,), (tilt,))
    made = pixels(painter.onto(ground))
    assert (made == pixels(paint(stroke, ground))).all()
    assert (made != pixels(ground)).any()


@pytest.mark.parametrize("brush", brush_names())
def test_what_is_seen_while_painting_is_what_is_kept(brush: str) -> None:
    ground = paint(wild("ink", 1), Tiles(*SHEET))
    stroke = wild(brush)
    painter = painter_for(stroke, *SHEET, ground.read)
    painter.add(stroke.points, stroke.tilts)
    rect = (37, 55, 411, 399)
    live = painter.over(ground.read(rect), rect)
    assert (live == painter.onto(ground).read(rect)).all()


def test_a_stroke_leaves_all_tiles_it_does_not_touch_as_they_were() -> None:
    before = paint(wild("ink", 1), Tiles(*SHEET))
    after = paint(Stroke.of_points(np.array([[20.0, 20.0]]), 10, "#a3262a", "user"), before)
    changed = [place for place, part in after.parts.items() if before.parts.get(place) is not part]
    assert changed == [(0, 0)]


def test_pressure_opacity_erasing_and_texture_do_what_they_say() -> None:
    def dark(stroke: Stroke) -> float:
        return float(pixels(paint(stroke, Tiles(*SHEET)))[..., 3].sum() / 255)

    heavy = Stroke.of_points(np.array([[50, 100, 1.0], [550, 100, 1.0]]), 20, "#000000", "user")
    light = Stroke.of_points(np.array([[50, 100, 0.2], [550, 100, 0.2]]), 20, "#000000", "user")
    assert dark(heavy) == pytest.approx(500 * 20 + np.pi * 100, rel=0.01)
    assert dark(light) < dark(heavy) / 2
    assert dark(msgspec.structs.replace(heavy, opacity=0.5)) == pytest.approx(dark(heavy) / 2, rel=0.01)
    assert dark(msgspec.structs.replace(heavy, brush="chalk")) < 0.9 * dark(heavy)
    rubbed = paint(msgspec.structs.replace(heavy, mode="erase", size=24.0), paint(heavy, Tiles(*SHEET)))
    assert pixels(rubbed)[..., 3].max() <= 1


def test_tilt_widens_the_pencil() -> None:
    upright = Stroke.of_points(np.array([[50, 100], [550, 100]]), 20, "#000000", "user", brush="pencil")
    leaning = msgspec.structs.replace(upright, tilts=((0.0, 55.0),) * 2)
    rows = [(pixels(paint(stroke, Tiles(*SHEET)))[..., 3].max(1) > 20).sum() for stroke in (upright, leaning)]
    assert rows[1] > 1.5 * rows[0]


def test_smudge_takes_colour_along_and_leaves_none_of_its_own() -> None:
    red = paint(line("#ff0000", 100), Tiles(*SHEET))
    down = Stroke.of_points(np.array([[300, 100], [300, 200]]), 30, "#00ff00", "user", brush="smudge")
    made = pixels(paint(down, red))
    assert made[150, 300, 2] > 40
    assert made[..., 1].max() == 0


@pytest.mark.parametrize(
    "points",
    [
        [[float("nan"), 5.0, 1.0]],
        [[1e9, 1e9, 1.0], [-1e9, -1e9, 1.0]],
        [[5.0, 5.0, float("nan")], [9.0, 9.0, 1.0]],
        [[5.0, 5.0, 1.0]] * 5,
        [],
    ],
)
@pytest.mark.parametrize("mode", ["draw", "fill"])
def test_points_that_are_none_or_far_away_do_no_harm(points: list[list[float]], mode: str) -> None:
    stroke = Stroke.of_points(np.array(points).reshape(-1, 3), 10, "#000000", "user", mode=mode)
    assert np.isfinite(stroke.places).all()
    assert stroke.distance(0, 0) >= 0
    paint(stroke, Tiles(*SHEET))


def test_the_cover_of_an_area_is_exact() -> None:
    square = np.array([[10.5, 10], [20.5, 10], [20.5, 20], [10.5, 20]])
    found = area_coverage(square, *SHEET)
    assert found is not None
    rect, cover = found
    assert rect == (10, 10, 21, 20)
    assert cover.sum() == pytest.approx(100)
    assert np.unique(cover[:, 0]).tolist() == [0.5]
    hole = np.array([[0, 0], [30, 0], [30, 30], [0, 30], [0, 0], [5, 5], [5, 25], [25, 25], [25, 5], [5, 5]])
    found = area_coverage(hole, *SHEET)
    assert found is not None
    assert found[1].sum() == pytest.approx(900 - 400)
    circle = np.column_stack([f(np.linspace(0, 2 * np.pi, 400, endpoint=False)) for f in (np.cos, np.sin)])
    found = area_coverage(100 * circle + [-20, 250], *SHEET)  # half of it lies off the sheet
    assert found is not None
    angle = np.arccos(0.2)
    assert found[1].sum() == pytest.approx(1e4 * (angle - np.sin(angle) * np.cos(angle)), rel=1e-3)


def test_layers_lie_over_each_other_as_they_say() -> None:
    red, blue = line("#ff0000", 100, 0), line("#0000ff", 100, 1)

    def middle(**changes: object) -> tuple[int, ...]:
        drawing = Drawing((blue, red), *SHEET, layers=(Layer(0), Layer(1, **changes)))  # pyright: ignore[reportArgumentType]
        return render(drawing).getpixel((300, 100))  # pyright: ignore[reportReturnType]

    assert middle() == (0, 0, 255)
    assert middle(opacity=0.5) == (128, 0, 128)
    assert middle(blend="multiply") == (0, 0, 0)
    assert middle(blend="screen") == (255, 0, 255)
    assert middle(blend="difference") == (255, 0, 255)
    assert middle(visible=False) == (255, 0, 0)
    assert all(middle(blend=blend) for blend in BLENDS)


def test_a_mask_hides_and_shows_again() -> None:
    hide = line("#000000", 100, on_mask=True, size=20)
    show = Stroke.of_points(np.array([[300.0, 100.0]]), 30, "#000000", "user", on_mask=True, mode="erase")
    drawing = Drawing((line("#ff0000", 100), hide, show), *SHEET, layers=(Layer(0, masked=True),))
    picture = render(drawing)
    assert picture.getpixel((150, 100)) == (255, 255, 255)
    assert picture.getpixel((150, 112)) == (255, 0, 0)
    assert picture.getpixel((300, 100)) == (255, 0, 0)


def test_two_hundred_steps_back_are_found_and_not_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rasters = Rasters()
    rng = np.random.default_rng(0)
    drawing, states = Drawing((), 4000, 4000), []
    for number in range(200):
        start = rng.uniform(200, 3800, 2)
        points = start + np.array([[0, 0], [150, 100], [300, 0]])
        stroke = Stroke.of_points(points, 60, f"#{number:02x}8040", "user")
        drawing = drawing.adding(stroke)
        states.append((drawing, rasters.layer(drawing, drawing.layers[0])))
    assert rasters.held_bytes < 256 << 20
    monkeypatch.setattr("app.studios.paint.raster.cache.paint", None)  # calling it would fail
    for drawing, tiles in reversed(states):
        assert rasters.layer(drawing, drawing.layers[0]) is tiles
        assert rasters.missing(drawing, 1.0) == 0


def test_what_is_hidden_is_not_waited_for() -> None:
    drawing = Drawing((line("#a3262a", 100, 1),), *SHEET, layers=(Layer(0), Layer(1)))
    hidden = msgspec.structs.replace(drawing, layers=(Layer(0), Layer(1, visible=False)))
    assert Rasters().missing(drawing, 1.0) > 0
    assert Rasters().missing(hidden, 1.0) == 0


def test_what_was_dropped_for_want_of_memory_is_painted_again() -> None:
    rasters = Rasters(budget=SIDE * SIDE * 4 * 8)
    drawings = [Drawing((), *SHEET)]
    for y in range(50, 450, 40):
        drawings.append(drawings[-1].adding(line("#a3262a", y)))
    wanted = [pixels(Rasters().layer(drawing, drawing.layers[0])) for drawing in drawings]
    for _ in range(2):
        for drawing, pixel in zip(drawings, wanted, strict=True):
            assert (pixels(rasters.layer(drawing, drawing.layers[0])) == pixel).all()
    assert rasters.held_bytes <= SIDE * SIDE * 4 * 16


def test_colours_survive_being_multiplied() -> None:
    rgba = np.random.default_rng(0).integers(0, 256, (40, 40, 4)).astype(np.uint8)
    rgba[..., 3] = 255
    assert (divided(multiplied(Image.fromarray(rgba))) == rgba).all()


def test_brush_files_of_the_user_are_found_and_bad_ones_told(home: Path) -> None:
    user_brushes().mkdir(parents=True)
    own = user_brushes() / "mine.toml"
    own.write_text('name = "Mine"\nsize = 3.0\nhardness = 0.5\n')
    assert "mine" in brush_names()
    assert load_brush("mine").hardness == 0.5
    for bad in ("size = 3.0", 'name = "x"\nhardness = 7', 'name = "x"\ntexture = "fur"', "=", 'name = "x"\ncolour = 1'):
        own.write_text(bad)
        with pytest.raises(AtelierError, match="mine") as caught:
            load_brush("mine")
        assert caught.value.kind is ErrorKind.BAD_FILE
    assert load_brush("gone") == load_brush("../../ink") == load_brush("ink")
