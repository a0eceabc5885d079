"""Painting from imagination with faces in mind: the real networks, and the search that goes over their strokes."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.base.errors import Cancelled
from app.base.progress import CancelToken, Progress
from app.cli import run
from app.runtime.manifest import ControlValue
from app.runtime.model import ModelShelf
from app.studios.cards import CARDS
from app.studios.paint import imagining
from app.studios.paint.brushes import load_brush
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.easel import Easel
from app.studios.paint.engine import ENGINE
from app.studios.paint.files import load_drawing
from app.studios.paint.growth import growth
from app.studios.paint.mending import SIDE, Mender
from app.studios.paint.passes import Tile
from app.studios.paint.render import render
from app.studios.paint.request import PaintRequest
from app.studios.paint.strokerows import BRUSH, HARDNESS, WIDTH

MODEL = "spiral-painter"
LARGE = 128


def request(seed: int = 5, **controls: ControlValue) -> PaintRequest:
    sheet = Drawing(width=LARGE, height=LARGE)
    return PaintRequest(model=MODEL, seed=seed, controls={"strokes": 20, **controls}, drawing=sheet)


def made(shelf: ModelShelf, asked: PaintRequest) -> Drawing:
    *_, last = ENGINE.generate(asked, shelf.open(MODEL), Progress())
    return last


def rows(count: int) -> np.ndarray:
    found = np.random.default_rng(2).uniform(0.2, 0.8, (count, WIDTH))
    found[:, 6:8] *= 0.3
    return found


def painted(strokes: np.ndarray) -> np.ndarray:
    """By the real brush engine, seen small: (SIDE, SIDE, 3), 0..1."""
    easel, tile = Easel(Drawing(), (0, 0, LARGE, LARGE), LARGE, BRUSH, lambda: None), Tile(0, 0, LARGE)
    sheet = Drawing(width=LARGE, height=LARGE)
    sheet = sheet.adding(*(easel.stroke(row, tile, Stroke((), brush=BRUSH), (0.1, LARGE), False) for row in strokes))
    times = LARGE // SIDE
    return np.asarray(render(sheet), np.float32).reshape(SIDE, times, SIDE, times, 3).mean((1, 3)) / 255


def test_what_is_mended_comes_nearer_on_the_real_canvas_too() -> None:
    assert load_brush(BRUSH).hardness == HARDNESS
    wanted = painted(rows(4))
    mender = Mender(rows(6)[::-1], wanted, np.random.default_rng(0))
    before, errors = painted(mender.rows), [mender.error]
    errors.extend(mender.error for _ in mender.mend(300))
    assert (np.diff(errors) <= 0).all()
    assert errors[-1] < errors[0] / 4
    after = painted(mender.rows)
    assert np.square(after - wanted).mean() < np.square(before - wanted).mean() / 3


def test_with_faces_in_mind_the_critic_likes_what_it_paints_better(shelf: ModelShelf) -> None:
    def score(minds: int) -> float:
        drawings = [made(shelf, request(seed, minds=minds)) for seed in (1, 5, 9)]
        return float(np.mean([growth(drawing, shelf.open(MODEL), Progress())[-1][1] for drawing in drawings]))

    assert score(6) > score(1) > score(0)


def test_the_seed_counts_and_an_older_request_which_names_no_faces_paints_as_ever(shelf: ModelShelf) -> None:
    first = made(shelf, request(minds=6))
    assert len(first.strokes) == 20
    assert {(stroke.maker, stroke.brush) for stroke in first.strokes} == {("machine", "round")}
    assert made(shelf, request(minds=6)) == first
    assert made(shelf, request(6, minds=6)) != first
    assert made(shelf, request()) == made(shelf, request(minds=0)) != first


def test_it_fills_a_gap_stops_when_told_and_takes_few_strokes(
    shelf: ModelShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imagining, "TRIES", 200)
    asked = msgspec.structs.replace(request(minds=2, strokes=8), gap=(20.0, 30.0, 100.0, 100.0))
    drawing = made(shelf, asked)
    assert len(drawing.strokes) == 8
    painted = np.argwhere((np.asarray(render(drawing)) < 255).any(2))
    assert (painted.min(0) >= (29, 24)).all()
    assert (painted.max(0) <= (101, 96)).all()
    token = CancelToken()
    going = ENGINE.generate(request(minds=2), shelf.open(MODEL), Progress(token))
    assert len(next(going).strokes) == 20
    token.cancel()
    with pytest.raises(Cancelled):
        list(going)


def test_the_recipe_says_how_many_faces_there_were(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.svg"
    assert run(CARDS, ["paint", MODEL, "--seed", "5", "--strokes", "20", "--out", str(path)]) == 0
    drawing, recipe = load_drawing(path)
    assert recipe is not None
    assert json.loads(recipe.to_json())["request"]["controls"]["minds"] == 6
    assert len(drawing.strokes) == 20
    capsys.readouterr()
    assert run(CARDS, ["replay", str(path)]) == 0
    assert capsys.readouterr().out.startswith("bit-exact")
