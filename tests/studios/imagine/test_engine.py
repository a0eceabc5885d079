"""Pictures by seed, from the real network, without a window."""

from __future__ import annotations

import zlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.paths import resources_dir
from app.base.progress import Progress
from app.cli import run
from app.runtime.engine import make_recipe
from app.runtime.model import ModelShelf
from app.runtime.recipe import Match
from app.studios.cards import CARDS
from app.studios.imagine.codec import to_pixels
from app.studios.imagine.document import Pictures, cut_sheet
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.request import ImagineRequest

MODEL = "gan-2014"


def make(shelf: ModelShelf, **fields: object) -> Pictures:
    request = ImagineRequest(model=MODEL, **fields)  # pyright: ignore[reportArgumentType]
    *_, last = ENGINE.generate(request, shelf.open(MODEL), Progress())
    return last


def test_a_picture_is_the_same_to_the_bit_alone_and_in_a_series(shelf: ModelShelf) -> None:
    series = make(shelf, seed=5, count=4)
    for place, picture in enumerate(series.pictures):
        assert make(shelf, seed=5, index=place).pictures[0].pixels == picture.pixels


def test_seeds_and_kinds_differ(shelf: ModelShelf) -> None:
    assert make(shelf, seed=1).digest != make(shelf, seed=2).digest
    bags = make(shelf, seed=1, controls={"class": "bag"}, count=3)
    coats = make(shelf, seed=1, controls={"class": "coat"}, count=3)
    assert bags.digest != coats.digest


def test_the_first_direction_changes_the_picture_more_than_the_last(shelf: ModelShelf) -> None:
    def change(direction: int) -> float:
        offsets = tuple(2.0 if place == direction else 0.0 for place in range(10))
        moved, still = make(shelf, seed=3, count=8, offsets=offsets), make(shelf, seed=3, count=8)
        pairs = zip(moved.pictures, still.pictures, strict=True)
        return float(np.mean([np.abs(a.array.astype(int) - b.array).mean() for a, b in pairs]))

    assert change(0) > change(9) > 0


def test_levels_are_rounded_and_what_no_screen_shows_is_cut() -> None:
    exact = np.array([0.0, 0.5 / 255, 1.5 / 255, 0.4999, 1.0], np.float32)
    assert to_pixels(exact).tolist() == [0, 0, 2, 127, 255]
    assert to_pixels(np.array([[-0.5, 0.25], [1.0, 3.0]], np.float32)).tolist() == [[0, 64], [255, 255]]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_pixels_that_are_no_numbers_are_refused(bad: float) -> None:
    with pytest.raises(AtelierError, match="not numbers"):
        to_pixels(np.array([0.5, bad, 0.25], np.float32))


def test_mixing_a_class_in_fully_is_that_class(shelf: ModelShelf) -> None:
    mixed = make(shelf, seed=3, controls={"class": "bag"}, mix=(("trouser", 1.0),))
    pure = make(shelf, seed=3, controls={"class": "trouser"})
    assert mixed.pictures[0].pixels == pure.pictures[0].pixels


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"offsets": (float("nan"),)}, "not a number"),
        ({"offsets": (0.0,) * 99}, "directions"),
        ({"count": 0}, "can't be made at once"),
        ({"controls": {"class": "dragon"}}, "no class “dragon”"),
        ({"mix": (("bag", 2.0),)}, "shares"),
    ],
)
def test_bad_requests_say_why(shelf: ModelShelf, fields: dict[str, object], why: str) -> None:
    with pytest.raises(AtelierError, match=why) as caught:
        make(shelf, **fields)
    assert caught.value.kind is ErrorKind.BAD_INPUT


def test_the_recipe_in_the_file_makes_the_same_pictures(shelf: ModelShelf, tmp_path: Path) -> None:
    request = ImagineRequest(model=MODEL, seed=7, count=5)
    model = shelf.open(MODEL)
    *_, result = ENGINE.generate(request, model, Progress())
    ENGINE.export(tmp_path / "sheet.png", result, make_recipe(ENGINE, request, model, result))
    loaded, recipe = ENGINE.load(tmp_path / "sheet.png")
    assert recipe is not None
    assert recipe.request["seed"] == 7
    assert ENGINE.compare(result, loaded).match is Match.EXACT


def test_the_example_is_what_the_shipped_model_makes(shelf: ModelShelf) -> None:
    loaded, recipe = ENGINE.load(resources_dir() / "examples" / "imagine.png")
    assert recipe is not None
    model = shelf.open(recipe.model)
    assert recipe.model_sha256 == model.digest
    *_, made = ENGINE.generate(msgspec.convert(recipe.request, ImagineRequest), model, Progress())
    assert ENGINE.compare(made, loaded).match is not Match.DIFFERENT


def test_a_folder_gets_a_file_each_with_a_recipe_of_its_own(shelf: ModelShelf, tmp_path: Path) -> None:
    request = ImagineRequest(model=MODEL, seed=7, count=3)
    model = shelf.open(MODEL)
    *_, result = ENGINE.generate(request, model, Progress())
    written = ENGINE.export(tmp_path / "many", result, make_recipe(ENGINE, request, model, result))
    assert [path.name for path in written] == ["7-0000.png", "7-0001.png", "7-0002.png"]
    loaded, recipe = ENGINE.load(written[2])
    assert recipe is not None
    assert recipe.request["index"] == 2
    assert recipe.result_sha256 == loaded.digest


def test_a_folder_a_sheet_and_a_format_in_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, sheet = tmp_path / "many", tmp_path / "sheet.tif"
    options = ["--seed", "1", "--count", "6", "--out", str(out), "--sheet", str(sheet), "--format", "webp"]
    assert run(CARDS, ["imagine", MODEL, *options]) == 0
    assert len(list(out.glob("*.webp"))) == 6
    capsys.readouterr()
    for path in (out / "1-0004.webp", sheet):
        assert run(CARDS, ["replay", str(path)]) == 0
        assert capsys.readouterr().out.startswith("bit-exact")
    assert run(CARDS, ["imagine", MODEL, "--out", str(out), "--sheet", str(tmp_path / "sheet.txt")]) == 2
    assert "can't be written as “.txt”" in capsys.readouterr().err


def test_a_jpeg_opens_with_its_settings_and_replays_as_different(
    shelf: ModelShelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(CARDS, ["imagine", MODEL, "--seed", "9", "--out", str(tmp_path / "x.jpg")]) == 0
    loaded, recipe = ENGINE.load(tmp_path / "x.jpg")
    assert recipe is not None
    assert loaded.pictures[0].request == ImagineRequest(
        model=MODEL, seed=9, controls=shelf.open(MODEL).manifest.defaults()
    )
    assert run(CARDS, ["replay", str(tmp_path / "x.jpg")]) == 3
    assert "keep pixels only nearly" in capsys.readouterr().out


def test_without_recipe_the_file_says_nothing(shelf: ModelShelf, tmp_path: Path) -> None:
    ENGINE.export(tmp_path / "bare.png", make(shelf, seed=7), None)
    with Image.open(tmp_path / "bare.png") as picture:
        assert "atelie-recipe" not in picture.info


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0" + b"\0" * 50])
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(AtelierError, match="not a picture") as caught:
        ENGINE.load(tmp_path / "x.png")
    assert caught.value.kind is ErrorKind.BAD_FILE


def test_a_photograph_can_be_opened(tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), "red").save(tmp_path / "photo.jpg")
    loaded, recipe = ENGINE.load(tmp_path / "photo.jpg")
    assert recipe is None
    assert (loaded.pictures[0].width, loaded.pictures[0].height) == (40, 30)


def test_pictures_of_impossible_sizes_or_cut_short_are_refused(tmp_path: Path) -> None:
    image = Image.new("RGB", (60, 60), "red")
    image.save(tmp_path / "cut.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:-40])
    huge = (tmp_path / "cut.png").read_bytes()
    for side in (9_000, 20_000):  # a head that says so is enough
        (tmp_path / f"{side}.png").write_bytes(_with_side(huge, side))
        with pytest.raises(AtelierError, match="too large") as caught:
            ENGINE.load(tmp_path / f"{side}.png")
        assert caught.value.kind is ErrorKind.BAD_FILE
    with pytest.raises(AtelierError, match="not a picture"):
        ENGINE.load(tmp_path / "cut.png")


def test_a_jpeg_for_print_is_opened_in_the_colours_of_a_screen(tmp_path: Path) -> None:
    Image.new("CMYK", (40, 30), (0, 255, 255, 0)).save(tmp_path / "print.jpg")
    loaded, _ = ENGINE.load(tmp_path / "print.jpg")
    assert loaded.pictures[0].array[10, 10].tolist() == pytest.approx([255, 0, 0], abs=3)


def _with_side(png: bytes, side: int) -> bytes:
    """The same with another size in its head."""
    head = b"IHDR" + side.to_bytes(4, "big") * 2 + png[24:29]
    return png[:12] + head + zlib.crc32(head).to_bytes(4, "big") + png[33:]


def test_changed_pixels_are_told(shelf: ModelShelf) -> None:
    ours = make(shelf, seed=1)
    array = ours.pictures[0].array.copy()
    array[0, 0] ^= 1
    near = Pictures((type(ours.pictures[0]).of_array(array),))
    assert ENGINE.compare(ours, near).match is Match.TOLERANCE
    assert ENGINE.compare(ours, make(shelf, seed=2)).match is Match.DIFFERENT


def test_a_sheet_of_another_size_is_not_cut(shelf: ModelShelf) -> None:
    with pytest.raises(ValueError, match="not a sheet"):
        cut_sheet(make(shelf).pictures[0], 5)


def test_the_score_tells_real_from_made(shelf: ModelShelf, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (20, 28, 28)).astype(np.uint8)
    labels, split = np.zeros(20, np.int16), np.array(["valid"] * 20)
    np.savez(tmp_path / "noise.npz", images=noise, labels=labels, class_names=np.array(["fashion: bag"]), split=split)
    found = ENGINE.score(shelf.open(MODEL), [tmp_path / "noise.npz"], Progress())
    assert found["pictures"] == 20
    assert found["discriminator_mean_files"] < found["discriminator_mean_made"]
    assert 0 <= found["told_apart_auc"] <= 1
