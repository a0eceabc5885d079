"""Drawings by the real network, without a window."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.base.errors import AtelierError, Cancelled
from app.base.progress import CancelToken, Progress
from app.cli import run
from app.runtime.manifest import ControlValue
from app.runtime.model import ModelShelf
from app.runtime.recipe import Match
from app.studios.cards import CARDS
from app.studios.paint.codec import StrokeCodec
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.engine import ENGINE
from app.studios.paint.generator import codec_of
from app.studios.paint.request import PaintRequest
from app.studios.paint.simplify import simplified

MODEL = "sketch-rnn"
ANGLES = np.linspace(0, 2 * np.pi, 40)
BODY = Stroke.of_points(
    np.column_stack([500 + 150 * np.cos(ANGLES), 400 + 100 * np.sin(ANGLES)]), 4.0, "#1d1f21", "user"
)


def make(shelf: ModelShelf, seed: int = 1, drawing: Drawing | None = None, **controls: ControlValue) -> Drawing:
    settings = {"class" if name == "kind" else name: value for name, value in controls.items()}
    request = PaintRequest(model=MODEL, seed=seed, drawing=drawing or Drawing(), controls=settings)
    *_, last = ENGINE.generate(request, shelf.open(MODEL), Progress())
    return last


def test_from_nothing_it_draws_in_the_middle_of_the_sheet(shelf: ModelShelf) -> None:
    drawing = make(shelf)
    places = np.concatenate([stroke.places for stroke in drawing.strokes])
    assert {stroke.maker for stroke in drawing.strokes} == {"machine"}
    assert np.abs((places.min(0) + places.max(0)) / 2 - [512, 384]).max() < 1
    assert (places > 0).all()
    assert (places < [1024, 768]).all()


def test_given_strokes_stay_and_the_new_ones_are_near(shelf: ModelShelf) -> None:
    drawing = make(shelf, drawing=Drawing((BODY,)))
    assert drawing.strokes[0] == BODY
    assert len(drawing.strokes) > 1
    made = np.concatenate([stroke.places for stroke in drawing.strokes[1:]])
    assert np.abs(np.median(made, axis=0) - [500, 400]).max() < 500


def test_the_same_seed_gives_the_same_drawing_another_another(shelf: ModelShelf) -> None:
    assert make(shelf, 5) == make(shelf, 5)
    assert make(shelf, 5) != make(shelf, 6)
    assert make(shelf, 5) != make(shelf, 5, kind="sun")


def test_it_keeps_to_the_points_it_may_use(shelf: ModelShelf) -> None:
    assert sum(len(stroke.points) for stroke in make(shelf, points=10).strokes) <= 10


def test_partial_results_grow_and_never_change_what_was_there(shelf: ModelShelf) -> None:
    request = PaintRequest(model=MODEL, seed=2)
    seen = list(ENGINE.generate(request, shelf.open(MODEL), Progress()))
    for before, after in pairwise(seen):
        assert after.strokes[: len(before.strokes)] == before.strokes


def test_it_stops_when_told(shelf: ModelShelf) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        list(ENGINE.generate(PaintRequest(model=MODEL), shelf.open(MODEL), Progress(token)))


def test_an_unknown_kind_names_those_there_are(shelf: ModelShelf) -> None:
    with pytest.raises(AtelierError, match="crab"):
        make(shelf, kind="dragon")


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_command_line_twice_the_same_bytes_and_replay_is_exact(
    tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for path in paths:
        assert run(CARDS, ["paint", MODEL, "--class", "crab", "--seed", "7", "--out", str(path)]) == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()
    capsys.readouterr()
    assert run(CARDS, ["replay", str(paths[0])]) == 0
    assert capsys.readouterr().out.startswith("bit-exact")


def test_bad_options_end_with_one_line_and_code_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CARDS, ["paint", MODEL, "--class", "dragon", "--out", str(tmp_path / "x.svg")]) == 2
    assert run(CARDS, ["paint", MODEL, "--out", str(tmp_path / "x.bmp")]) == 2
    assert run(CARDS, ["paint", MODEL, "--seed", "-1", "--out", str(tmp_path / "x.svg")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("atelie: ") for line in lines)


def test_changed_strokes_are_told(shelf: ModelShelf) -> None:
    ours = make(shelf)
    moved = Stroke.of_points(ours.strokes[0].places + 0.5, 4.0, "#1d1f21", "machine")
    near = Drawing((moved, *ours.strokes[1:]))
    assert ENGINE.compare(ours, near).match is Match.TOLERANCE
    assert ENGINE.compare(ours, Drawing((BODY,))).match is Match.DIFFERENT


def test_real_drawings_score_better_than_scribbles(shelf: ModelShelf, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    scribble = Drawing((Stroke.of_points(rng.uniform(0, 700, (40, 2)), 4.0, "#1d1f21", "user"),))
    ENGINE.export(tmp_path / "scribble.svg", scribble, None)
    ENGINE.export(tmp_path / "body.svg", Drawing((BODY,)), None)
    model = shelf.open(MODEL)
    bad, good = (ENGINE.score(model, [tmp_path / f"{name}.svg"], Progress()) for name in ("scribble", "body"))
    assert good["nats_per_point"] < bad["nats_per_point"]


def test_the_score_is_the_papers(shelf: ModelShelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ha & Eck 2017, equations 3 to 5, 9 and 10, with the covariances written out."""
    sizes, rng = (5, 12), np.random.default_rng(0)
    points = rng.integers(0, 255, (sum(sizes), 2)).astype(np.uint8)
    lifted = np.zeros(sum(sizes), bool)
    lifted[[2, 4, 16]] = True
    path, names = tmp_path / "x.npz", np.array(["crab", "sun"])
    np.savez(
        path, points=points, pen_up=lifted, offsets=np.cumsum([0, *sizes]), label=np.array([1, 0]), categories=names,
        split=np.array([1, 1]),
    )  # fmt: skip
    assert run(CARDS, ["score", MODEL, str(path)]) == 0
    found = json.loads(capsys.readouterr().out)
    model = shelf.open(MODEL)
    codec, reconstruction, divergence = codec_of(model), 0.0, 0.0
    for strokes, name in (([points[:3], points[3:5]], "sun"), ([points[5:]], "crab")):
        rows, classes = codec.encode(strokes), codec.one_hot(name)
        latent = model.run("encoder", {"points": rows[None], "classes": classes})
        mean, spread = latent["mean"].astype(float), latent["log_variance"].astype(float)
        divergence -= (1 + spread - mean**2 - np.exp(spread)).sum() / (2 * mean.size)
        given = {"latent": latent["mean"], "classes": classes}
        read = np.concatenate([[[0, 0, 1, 0, 0]], rows[:-1]])[None].astype(np.float32)
        parts = model.run("decoder", {"points": read, **given, **model.run("begin", given)})
        for place, row in enumerate(rows):
            pen = _softmax(parts["pen"][0, place]) @ row[2:]
            reconstruction -= np.log(_density(parts, place, row[:2])) + np.log(pen)
    assert (found["n_max"], found["n_z"]) == (100, model.codec["latent"])
    assert found["reconstruction_loss"] == pytest.approx(reconstruction / 2 / 100, rel=1e-4)
    assert found["kl_loss"] == pytest.approx(divergence / 2, rel=1e-4)
    assert found["nats_per_point"] == pytest.approx(reconstruction / sum(sizes), rel=1e-4)


def _density(parts: dict[str, np.ndarray], place: int, offset: np.ndarray) -> float:
    density = 0.0
    for share, mean, deviation, rho in zip(
        _softmax(parts["weights"][0, place]), parts["means"][0, place], np.exp(parts["deviations"][0, place]),
        parts["correlation"][0, place], strict=True,
    ):  # fmt: skip
        x, y = deviation.astype(float)
        covariance = np.array([[x * x, rho * x * y], [rho * x * y, y * y]])
        away = offset - mean
        density += share * np.exp(-away @ np.linalg.solve(covariance, away) / 2) / np.sqrt(np.linalg.det(covariance))
    return density / (2 * np.pi)


def _softmax(scores: np.ndarray) -> np.ndarray:
    shares = np.exp(scores.astype(float) - scores.max())
    return shares / shares.sum()


def test_the_codec_goes_there_and_back() -> None:
    codec = StrokeCodec(29.0, ["crab"])
    strokes = [np.array([[0, 0], [10, 5], [20, 20]], np.float32), np.array([[30, 30], [40, 10]], np.float32)]
    rows = codec.encode(strokes)
    assert rows.shape == (5, 5)
    assert (rows[:, 2:].sum(1) == 1).all()
    assert rows[-1, 4] == 1
    for found, wanted in zip(codec.decode(rows), strokes, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_simplifying_keeps_corners_and_drops_what_lies_on_the_line() -> None:
    corner = np.array([[0, 0], [50, 0.5], [100, 0], [100, 50], [100, 100]], float)
    assert simplified(corner).tolist() == [[0, 0], [100, 0], [100, 100]]
    assert simplified(corner[:1]).tolist() == [[0, 0]]
