"""Checkpoints of Magenta's sketch-rnn: files in its layout become ONNX that computes the published equations."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError, ErrorKind
from app.base.progress import Progress
from app.cli import run
from app.runtime.catalog import Catalog
from app.runtime.model import Model, ModelShelf
from app.runtime.sampling import rng
from app.shell.models import ModelsDialog
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.paint.codec import END, start_row
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.engine import ENGINE
from app.studios.paint.generator import Frame, codec_of
from app.studios.paint.magenta_import import MAGENTA_FILES
from app.studios.paint.mixture import PARTS, Freedom, sample_row
from app.studios.paint.page import PaintPage
from app.studios.paint.request import PaintRequest, Space
from app.studios.paint.simplify import simplified
from app.studios.paint.suggest import continuations
from tests.make_magenta import LATENT, Reference, quantised, write

CORNER = Stroke.of_points(np.array([[200, 200], [500, 210], [480, 500]]), 4.0, "#1d1f21", "user")
DRAWING = Drawing((CORNER, Stroke.of_points(np.array([[300, 300]]), 4.0, "#1d1f21", "user")))


def added(tmp_path: Path, latent: int = LATENT, version: int = 6) -> tuple[Model, Reference]:
    arrays = quantised(latent)
    path = write(tmp_path / f"crab.{'vae' if latent else 'gen'}.json", arrays, version=version)
    models = tmp_path / "models"
    name = MAGENTA_FILES.add(path, Catalog(models), models, Progress())
    return ModelShelf(Catalog(models)).open(name), Reference(arrays, version)


def rows_of(count: int) -> np.ndarray:
    generator = np.random.default_rng(5)
    rows = np.zeros((count, 5), np.float32)
    rows[:, :2] = generator.normal(0, 1, (count, 2))
    rows[np.arange(count), 2 + generator.integers(0, 2, count)] = 1
    return rows


@pytest.mark.parametrize(("latent", "version"), [(LATENT, 6), (LATENT, 5), (0, 6)])
def test_the_graphs_compute_the_published_equations(tmp_path: Path, latent: int, version: int) -> None:
    model, reference = added(tmp_path, latent, version)
    rows, classes = rows_of(9), np.ones((2, 1), np.float32)
    points = np.stack([rows, rows[::-1]])
    found = model.run("encoder", {"points": points, "classes": classes})
    z = np.zeros(0)
    if latent:
        z, spread = reference.encode(points[0])
        np.testing.assert_allclose(found["mean"][0], z, atol=2e-5)
        np.testing.assert_allclose(found["log_variance"][0], spread, atol=2e-5)
        np.testing.assert_allclose(found["mean"][1], reference.encode(points[1])[0], atol=2e-5)
    given = {"latent": np.stack([z, z]).astype(np.float32), "classes": classes}
    begun, (h, c) = model.run("begin", given), reference.begin(z)
    np.testing.assert_allclose(begun["h"][0, 0], h, atol=2e-5)
    np.testing.assert_allclose(begun["c"][0, 0], c, atol=2e-5)
    read = model.run("decoder", {"points": points, **given, **begun})
    for place, row in enumerate(rows):
        mixture, h, c = reference.step(row, z, h, c)
        for name in PARTS:
            np.testing.assert_allclose(read[name][0, place], mixture[name], atol=5e-5, err_msg=f"{name} {place}")
    np.testing.assert_allclose(read["h_out"][0, 0], h, atol=2e-5)


@pytest.mark.parametrize("latent", [LATENT, 0])
def test_a_drawing_is_gone_on_with_as_the_reference_would(tmp_path: Path, latent: int) -> None:
    model, reference = added(tmp_path, latent)
    codec, frame = codec_of(model), Frame.around(list(DRAWING.strokes))
    read = codec.encode([simplified(frame.to_units(stroke.places)) for stroke in DRAWING.strokes], end=False)
    assert read[:, 2:].tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0]]  # no row for the first; a dot has two
    generator, freedom = rng(7), Freedom(0.4, 0.4)
    noise = generator.standard_normal((1, latent))[0]
    z = noise
    if latent:
        mean, spread = reference.encode(read)
        z = mean + np.exp(spread / 2) * noise
    mixture, h, c = reference.step(start_row()[0], z, *reference.begin(z))
    for row in read:
        mixture, h, c = reference.step(row, z, h, c)
    made = np.zeros((0, 5), np.float32)
    while len(made) < 20:
        row = sample_row(mixture, generator, freedom)
        made = np.concatenate([made, row])
        if row[0, END] and len(made) >= 3:
            break
        row = codec.going_on(row)
        made[-1] = row[0]
        mixture, h, c = reference.step(row[0], z, h, c)
    expected = codec.decode(made, tuple(frame.to_units(DRAWING.strokes[-1].places)[0].tolist()))
    request = PaintRequest(model=model.manifest.id, seed=7, drawing=DRAWING, controls={"points": 20})
    *_, last = ENGINE.generate(request, model, Progress())
    strokes = last.strokes[len(DRAWING.strokes) :]
    assert [len(stroke.points) for stroke in strokes] == [len(line) for line in expected]
    for stroke, line in zip(strokes, expected, strict=True):
        np.testing.assert_allclose(stroke.places, frame.to_pixels(line), atol=0.05)
    assert len(continuations(request, model, 9)) == 9


def test_it_draws_in_size_whatever_factor_the_file_names_and_only_a_vae_has_a_space(tmp_path: Path) -> None:
    for latent in (LATENT, 0):
        (tmp_path / str(latent)).mkdir()
        model, _ = added(tmp_path / str(latent), latent)
        assert model.manifest.codec["scale"] != 1.0
        *_, drawn = ENGINE.generate(PaintRequest(model="crab", seed=3), model, Progress())
        places = np.concatenate([stroke.places for stroke in drawn.strokes])
        assert np.abs((places.min(0) + places.max(0)) / 2 - [512, 384]).max() < 1
        space = Space((DRAWING, DRAWING), ((0.5, 0.5),))
        asked = ENGINE.generate(PaintRequest(model="crab", space=space), model, Progress())
        if latent:
            *_, between = asked
            assert between.strokes
        else:
            with pytest.raises(AtelierError, match="“crab-gen” has no space of drawings"):
                list(asked)


def refusal(path: Path) -> str:
    models = path.parent / "models"
    with pytest.raises(AtelierError) as caught:
        MAGENTA_FILES.add(path, Catalog(models), models, Progress())
    assert caught.value.kind in (ErrorKind.BAD_MODEL, ErrorKind.BAD_FILE)
    assert not models.exists() or not list(models.iterdir())
    assert path.name in str(caught.value)
    return str(caught.value)


def test_what_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "crab.gen.json"
    for content in ("", "{}", "[1, 2", '[{"name": "x"}, [[1]], "x"]', '[{"version": "x"}, [], []]', "\xff[[["):
        path.write_text(content, "latin-1")
        assert "it is no checkpoint of sketch-rnn (" in refusal(path)
    good = json.loads(write(path, quantised(0)).read_text())

    def spoilt(part: int, place: int, value: object) -> str:
        parts = json.loads(json.dumps(good))
        parts[part][place] = value
        path.write_text(json.dumps(parts))
        return refusal(path)

    whole = good[2][2]
    assert "“dec_x” is no base64: it is cut short" in spoilt(2, 2, whole[:-3])
    cut = base64.b64encode(base64.b64decode(whole)[:-4]).decode()
    assert "“dec_x” has 478 numbers, and 5 × 96 by its shape" in spoilt(2, 2, cut)
    assert "“dec_x” is no base64" in spoilt(2, 2, "?" + whole[1:])
    assert "“out_b” has the impossible shape 1 × 1 × 123" in spoilt(1, 1, [1, 1, 123])
    assert "“out_b” has the impossible shape -123" in spoilt(1, 1, [-123])
    assert "“dec_x” is 96 × 5, where 5 × 96 fits" in spoilt(1, 2, [96, 5])
    assert "it has 4 arrays, where a gen has 5 and a vae 17" in _shorter(path, good)
    odd = quantised(0)
    odd[0], odd[1] = odd[0][:, :122].copy(), odd[1][:122].copy()
    assert "no mixture of Gaussians with a pen" in refusal(write(path, odd))


def _shorter(path: Path, good: list[list[object]]) -> str:
    path.write_text(json.dumps([good[0], good[1][:4], good[2][:4]]))
    return refusal(path)


def test_added_on_the_command_line_it_draws_and_scores(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = write(tmp_path / "crab.vae.json", quantised()), tmp_path / "x.svg"
    assert run(CARDS, ["models", "--add", str(path)]) == 0
    assert run(CARDS, ["paint", "crab-vae", "--seed", "3", "--out", str(out)]) == 0
    assert run(CARDS, ["paint", "crab-vae", "--seed", "3", "--out", str(tmp_path / "y.svg")]) == 0
    assert out.read_bytes() == (tmp_path / "y.svg").read_bytes()
    assert run(CARDS, ["replay", str(out)]) == 0
    assert "exact" in capsys.readouterr().out
    assert run(CARDS, ["score", "crab-vae", str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["nats_per_point"] > 0


def test_added_in_the_window_it_offers_ways_to_go_on(
    open_window: Callable[..., Window], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "crab.gen.json", quantised(0))
    window = open_window("paint")
    window.show_models()
    dialog = window.findChildren(ModelsDialog)[-1]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(dialog.add_file, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.add_file.isEnabled, timeout=20_000)
    assert dialog.errors.text == ""
    assert "Magenta's SketchRNN of “crab chair”" in dialog.card.toPlainText()
    dialog.reject()
    page = window.page
    assert isinstance(page, PaintPage)
    page.state.set_model("crab-gen")
    page.state.add_strokes(list(DRAWING.strokes))
    page.offers.go_on()
    qtbot.waitUntil(lambda: len(page.offers.items) == 9, timeout=20_000)
    page.offers.take(0)
    assert len(page.state.document.strokes) > len(DRAWING.strokes)
    page.vary()
    qtbot.waitUntil(lambda: "has no space of drawings" in page.errors.text, timeout=20_000)
