"""Bad input, through the window: a clear message in place each time, and nothing is lost."""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.runtime.recipe import Recipe
from app.shell.models import ModelsDialog
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.page import ImaginePage
from app.studios.imagine.request import DirectionMove, DirectionPart, ImagineRequest, Refill, StylePart
from app.ui.notices import ErrorStrip
from tests import make_own_generators as make
from tests.make_tiny_stylegan import BIGGAN, LAYERS, SIDES, STYLEGAN, WIDTH

SIDE = SIDES[-1]
PHOTOS = {
    "one pixel": ("too small", "png"),
    "a line": ("too small", "png"),
    "20,000 pixels a side": ("too large", "png"),
    "cut short": ("not a picture", "png"),
    "a JPEG cut short": ("not a picture", "jpg"),
    "text": ("not a picture", "png"),
    "nothing": ("not a picture", "png"),
}


def photo(kind: str, path: Path) -> Path:
    """A picture file of that kind."""
    buffer = io.BytesIO()
    size = {"one pixel": (1, 1), "a line": (300, 1)}.get(kind, (90, 90))
    grain = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), np.uint8)
    Image.fromarray(grain).save(buffer, "JPEG" if path.suffix == ".jpg" else "PNG")
    content = buffer.getvalue()
    if kind == "20,000 pixels a side":  # its head says so
        head = b"IHDR" + (20_000).to_bytes(4, "big") * 2 + content[24:29]
        content = content[:12] + head + zlib.crc32(head).to_bytes(4, "big") + content[33:]
    content = {"text": b"hello", "nothing": b""}.get(kind, content)
    path.write_bytes(content[: len(content) // 2] if "cut" in kind else content)
    return path


@pytest.fixture
def page(tiny_models: tuple[str, str], open_window: Callable[..., Window], qtbot: QtBot) -> ImaginePage:
    """With candidates of the tiny StyleGAN."""
    found = open_window("imagine").page
    assert isinstance(found, ImaginePage)
    found.state.count = 4
    found.state.set_model(STYLEGAN)
    found.generate()
    settle(found, qtbot)
    return found


def settle(page: ImaginePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy(), timeout=30_000)


def told(strip: ErrorStrip) -> str:
    """What it says, which must help: a sentence or more, and nothing of the inside."""
    assert strip.isVisible()
    assert len(strip.text.split()) > 3
    assert "wrong inside" not in strip.text
    return strip.text


@pytest.mark.parametrize("kind", PHOTOS)
def test_a_bad_photo_is_refused_at_each_door(page: ImaginePage, qtbot: QtBot, tmp_path: Path, kind: str) -> None:
    """Looked for in the model, and opened as the work; a tiny picture can be opened."""
    why, suffix = PHOTOS[kind]
    path = photo(kind, tmp_path / f"photo.{suffix}")
    before, settings, undo = page.state.document, page.state.settings, page.state.undo_title
    doors = [page.instrument.photo.find_file, page.open_path]
    for door in doors[: 1 if why == "too small" else 2]:
        page.errors.show_error(None)
        door(path)
        settle(page, qtbot)
        assert why in told(page.errors)
        assert (page.state.document, page.state.settings, page.state.undo_title) == (before, settings, undo)


def test_a_jpeg_for_print_is_looked_for_and_opened_in_the_colours_of_a_screen(
    page: ImaginePage, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "print.jpg"
    Image.new("CMYK", (90, 90), (0, 255, 255, 0)).save(path)
    page.instrument.photo.find_file(path)
    settle(page, qtbot)
    looked_for = page.instrument.photo.crop.photo
    page.open_path(path)
    settle(page, qtbot)
    for picture in (looked_for, page.state.document.pictures[0]):
        assert picture is not None
        red, green, blue = picture.array[45, 45]
        assert red > 240
        assert max(green, blue) < 12
    assert page.errors.text == ""


BAD_STYLES = np.full((LAYERS, WIDTH), np.nan, np.float16).tobytes()
LOUD_STYLES = np.full((LAYERS, WIDTH), np.inf, np.float16).tobytes()
PUSH = DirectionMove(parts=(DirectionPart(0),), amount=1.0)
RECIPES = {
    "styles that are no numbers": ({"start": BAD_STYLES}, "not numbers"),
    "styles without end": ({"styles": (StylePart(styles=LOUD_STYLES),)}, "not numbers"),
    "styles of another size": ({"start": b"1234"}, "belong to another model"),
    "a class there is not": ({"model": BIGGAN, "controls": {"class": "dragon"}}, "no class “dragon”"),
    "a mixed class there is not": ({"model": BIGGAN, "mix": (("dragon", 0.5),)}, "no class “dragon”"),
    "more shares than one": ({"model": BIGGAN, "mix": (("sun", 0.7), ("moon", 0.7))}, "shares"),
    "a direction there is not": ({"moves": (msgspec.structs.replace(PUSH, parts=(DirectionPart(99),)),)}, "direction"),
    "a layer there is not": ({"moves": (msgspec.structs.replace(PUSH, first=70, last=71),)}, "layers"),
    "a mask of another size": ({"refills": (Refill(mask=b"no picture"),)}, "marked area"),
}


@pytest.mark.parametrize("kind", RECIPES)
def test_a_picture_whose_recipe_can_not_be_made_opens_and_says_why_when_it_is_steered(
    page: ImaginePage, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    fields, why = RECIPES[kind]
    request = ImagineRequest(**{"model": STYLEGAN, "seed": 4, **fields})  # pyright: ignore[reportArgumentType]
    grey = Pictures((Picture.of_array(np.full((SIDE, SIDE, 3), 90, np.uint8), request),))
    recipe = Recipe(
        studio="imagine",
        model=request.model,
        model_sha256="0" * 64,
        request=msgspec.to_builtins(request),
        result_sha256=grey.digest,
    )
    ENGINE.export(tmp_path / "x.png", grey, recipe)
    page.open_path(tmp_path / "x.png")
    settle(page, qtbot)
    opened = page.state.document
    assert opened.pictures[0].pixels == grey.pictures[0].pixels
    steering = page.instrument.steering
    steering.move(steering.directions[1], 1.0, "all")
    settle(page, qtbot)
    assert why in told(page.errors)
    assert page.state.document == opened
    page.state.set_model(STYLEGAN)
    page.generate()
    settle(page, qtbot)
    assert page.errors.text == ""
    assert len(page.state.document.pictures) > 1


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_slider_that_is_no_number_is_told_and_put_right(page: ImaginePage, qtbot: QtBot, value: float) -> None:
    steering, before = page.instrument.steering, page.state.document
    steering.move(steering.directions[0], value, "all")
    settle(page, qtbot)
    assert "not a number" in told(page.errors)
    assert page.state.document == before
    page.reset()
    settle(page, qtbot)
    steering.move(steering.directions[0], 1.0, "all")
    settle(page, qtbot)
    assert page.errors.text == ""
    assert page.state.document != before


@pytest.mark.parametrize("kind", ["no graph", "unknown operator", "foreign operator", "wrong shapes", "not numbers"])
def test_a_graph_that_can_not_be_used_is_refused_in_the_dialog(
    page: ImaginePage, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    window = page.window()
    known = {entry.id for entry in page.state.models()}
    dialog = ModelsDialog(page.state.services, CARDS, page.state.modelChanged.emit, window)
    dialog.show()
    before = page.state.document
    dialog.add_path(make.broken(tmp_path / "odd.onnx", kind))
    qtbot.waitUntil(dialog.add_file.isEnabled, timeout=20_000)
    assert "“odd.onnx” can't be added" in told(dialog.errors)
    assert {entry.id for entry in page.state.models()} == known
    assert page.state.document == before
    dialog.close()
