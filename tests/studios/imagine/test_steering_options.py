"""The command line's options that steer a picture, and the files of the user's directions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.base.paths import Paths
from app.cli import run
from app.studios.cards import CARDS
from app.studios.imagine.directions import folder_of, load_directions, remove_direction, save_direction
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.request import DirectionMove, DirectionPart
from tests.make_tiny_stylegan import BIGGAN, STYLEGAN


def make(folder: Path, model: str, *options: str) -> np.ndarray:
    path = folder / "made.png"
    assert run(CARDS, ["imagine", model, "--seed", "1", "--out", str(path), *options]) == 0
    return np.asarray(Image.open(path))


def test_the_options_steer_and_the_recipe_says_how(tiny_models: tuple[str, str], tmp_path: Path) -> None:
    options = (
        "--mix",
        "coarse=5,fine=6",
        "--direction",
        "tone=2.0",
        "--direction",
        "2:middle=-1",
        "--noise",
        "frozen:3",
    )
    steered = make(tmp_path, STYLEGAN, *options)
    assert steered.tobytes() != make(tmp_path, STYLEGAN).tobytes()
    make(tmp_path, STYLEGAN, *options)
    _, recipe = ENGINE.load(tmp_path / "made.png")
    assert recipe is not None
    assert [part["seed"] for part in recipe.request["styles"]] == [5, 6]
    assert [move["amount"] for move in recipe.request["moves"]] == [2.0, -1.0]
    assert recipe.request["noise"] == "frozen:3"
    assert run(CARDS, ["replay", str(tmp_path / "made.png")]) == 0


def test_classes_have_shares_of_their_sum(tiny_models: tuple[str, str], tmp_path: Path) -> None:
    thirds = make(tmp_path, BIGGAN, "--class", "sun:2,moon:1")
    assert np.array_equal(thirds, make(tmp_path, BIGGAN, "--class", "sun:4,moon:2"))
    assert not np.array_equal(thirds, make(tmp_path, BIGGAN, "--class", "sun"))
    assert np.array_equal(make(tmp_path, BIGGAN, "--class", "sun"), make(tmp_path, BIGGAN, "--set", "class=sun"))


def test_a_photo_is_found_and_steered_on(tiny_models: tuple[str, str], tmp_path: Path) -> None:
    target = make(tmp_path, STYLEGAN, "--set", "truncation=0.9")
    Image.fromarray(target).resize((70, 60)).convert("CMYK").save(tmp_path / "print.jpg", quality=95)
    found = make(tmp_path, STYLEGAN, "--invert", str(tmp_path / "print.jpg"))
    strangers = [make(tmp_path, STYLEGAN, "--set", f"truncation={value}") for value in (0.0, 0.4)]
    away = [np.abs(picture.astype(int) - target).mean() for picture in (found, *strangers)]
    assert away[0] < min(away[1:]) / 2
    moved = make(
        tmp_path, STYLEGAN, "--invert", str(tmp_path / "print.jpg"), "--crop", "0,0,2", "--direction", "tone=2"
    )
    assert moved.tobytes() != found.tobytes()
    _, recipe = ENGINE.load(tmp_path / "made.png")
    assert recipe is not None
    assert recipe.request["photo"] == ""  # the recipe holds the styles and nothing of the photograph
    assert run(CARDS, ["replay", str(tmp_path / "made.png")]) == 0


def test_the_first_gan_follows_directions_by_number(tmp_path: Path) -> None:
    still, moved = make(tmp_path, "gan-2014"), make(tmp_path, "gan-2014", "--direction", "1=2.0")
    assert still.tobytes() != moved.tobytes()


@pytest.mark.parametrize(
    ("model", "options", "why"),
    [
        (STYLEGAN, ["--mix", "tiny=4"], "no “tiny” layers"),
        (STYLEGAN, ["--mix", "coarse"], "--mix wants"),
        (STYLEGAN, ["--direction", "smile=1"], "no direction “smile”"),
        (STYLEGAN, ["--direction", "1=nan"], "wants a number"),
        (STYLEGAN, ["--direction", "1"], "--direction wants"),
        (STYLEGAN, ["--noise", "loud"], "noise"),
        (BIGGAN, ["--class", "dragon:1"], "no class “dragon”"),
        (BIGGAN, ["--class", "sun:-1"], "shares"),
        ("gan-2014", ["--mix", "coarse=4"], "no styles to mix"),
        ("gan-2014", ["--invert", "x.png"], "can't look for"),
        (STYLEGAN, ["--invert", "nowhere.png"], "no file"),
        (STYLEGAN, ["--invert", "nowhere.png", "--crop", "0.5,2"], "--crop wants"),
    ],
)
def test_what_can_not_be_is_said_in_one_line(
    tiny_models: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    model: str,
    options: list[str],
    why: str,
) -> None:
    assert run(CARDS, ["imagine", model, "--out", str(tmp_path / "x.png"), *options]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert why in told


def test_a_named_direction_is_a_file_and_works_by_its_name(tiny_models: tuple[str, str], tmp_path: Path) -> None:
    folder = folder_of(Paths.default())
    moves = (
        DirectionMove(parts=(DirectionPart(1),), amount=1.5, first=0, last=2),
        DirectionMove(parts=(DirectionPart(2, 2.0, 1),), amount=-0.5),
    )
    kept = save_direction(folder, STYLEGAN, "  Evening  light ", moves)
    assert kept.name == "Evening light"
    assert kept.parts == (DirectionPart(1, 1.5, 0, 2), DirectionPart(2, -1.0, 1, -1))
    assert load_directions(folder, STYLEGAN) == [kept]
    assert load_directions(folder, BIGGAN) == []
    by_name = make(tmp_path, STYLEGAN, "--direction", "evening light=2.0")
    assert by_name.tobytes() != make(tmp_path, STYLEGAN).tobytes()
    (folder / "broken.toml").write_text("name = 3")
    assert load_directions(folder, STYLEGAN) == [kept]
    make(tmp_path, STYLEGAN, "--direction", "evening light=2.0")
    remove_direction(folder, STYLEGAN, "Evening light")
    assert load_directions(folder, STYLEGAN) == []
    assert run(CARDS, ["replay", str(tmp_path / "made.png")]) == 0  # the recipe spells it out
