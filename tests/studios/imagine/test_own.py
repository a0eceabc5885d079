"""Picture generators of the user's, one ONNX file each: added, steered by what they want, refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError
from app.base.paths import Paths
from app.base.progress import Progress
from app.cli import run
from app.runtime.catalog import Catalog
from app.runtime.manifest import ControlValue
from app.runtime.model import Model, ModelShelf
from app.shell.models import ModelsDialog
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.lineage import variety_of
from app.studios.imagine.own_import import GENERATOR_FILES
from app.studios.imagine.page import ImaginePage
from app.studios.imagine.request import DirectionMove, DirectionPart, ImagineRequest, KeyFrame, Walk
from tests import make_own_generators as make


@pytest.fixture
def added(tmp_path: Path) -> Callable[[Path], Model]:
    def add(source: Path) -> Model:
        models = tmp_path / "models"
        model_id = GENERATOR_FILES.add(source, Catalog(models), models, Progress())
        return ModelShelf(Catalog(models)).open(model_id)

    return add


def made(
    model: Model, seed: int = 1, count: int = 1, controls: dict[str, ControlValue] | None = None, **fields: Any
) -> np.ndarray:
    chosen = {**model.manifest.defaults(), **(controls or {})}
    request = ImagineRequest(model=model.manifest.id, seed=seed, count=count, controls=chosen, **fields)
    *_, last = ENGINE.generate(request, model, Progress())
    return np.stack([picture.array for picture in last.pictures]).astype(int)


def test_inputs_become_controls_by_their_types(added: Callable[[Path], Model], tmp_path: Path) -> None:
    model = added(make.face(tmp_path / "My Face.onnx", classes="ann, bob, cid, dan, eve"))
    assert model.manifest.id == "my-face"
    kinds = {given["name"]: given["kind"] for given in model.codec["inputs"]}
    assert kinds == {"z": "vector", "label": "class", "psi": "number", "noise": "noise"}
    assert [control.id for control in model.manifest.controls] == ["class", "truncation", "psi"]
    assert model.codec["classes"] == ["ann", "bob", "cid", "dan", "eve"]
    assert (model.codec["low"], model.codec["high"], model.codec["layout"]) == (-1.0, 1.0, "nchw")
    assert "| `psi` | float32, 1 | a slider |" in (model.folder / "CARD.md").read_text(encoding="utf8")
    base = made(model)
    assert base.shape == (1, make.SIDE, make.SIDE, 3)
    assert np.array_equal(made(model, count=3)[0], base[0])
    assert not np.array_equal(made(model, noise="off"), made(model, noise="frozen:3"))
    for control, value in (("class", "bob"), ("truncation", 0.3), ("psi", 0.2)):
        assert not np.array_equal(
            made(model, controls={"class": "ann", control: value}), made(model, controls={"class": "ann"})
        )
    effects = [
        np.abs(made(model, moves=(DirectionMove(parts=(DirectionPart(way),), amount=2.0),)) - base).mean()
        for way in (0, 11)
    ]
    assert effects[0] > 1.5 * effects[1] > 0
    keys = tuple(
        KeyFrame(ImagineRequest(model="my-face", seed=seed, controls=model.manifest.defaults()), 0.3) for seed in (1, 2)
    )
    film = made(model, walk=Walk(keys=keys, rate=10))
    assert len(film) == 4
    requests = [ImagineRequest(model="my-face", seed=seed, controls=model.manifest.defaults()) for seed in range(4)]
    assert 0.5 < variety_of(requests, model, Progress()).ratio < 2


def test_other_shapes_values_and_pictures_to_work_on(added: Callable[[Path], Model], tmp_path: Path) -> None:
    grey = added(make.dcgan(tmp_path / "grey.onnx"))
    assert grey.codec["high"] == 255.0
    assert made(grey).shape == (1, 12, 12)
    counted = added(make.face(tmp_path / "counted.onnx"))
    assert counted.codec["classes"] == ["0", "1", "2", "3", "4"]
    model = added(make.tint(tmp_path / "tint.onnx"))
    with pytest.raises(AtelierError, match="works on a picture, and there is none"):
        made(model)
    Image.new("L", (300, 200), 200).save(tmp_path / "photo.png")
    photo = (tmp_path / "photo.png").read_bytes()
    red, blue, between = (
        made(model, photo=photo, controls={"class": name}, mix=mix)[0, 128, 128]
        for name, mix in (("0", ()), ("1", ()), ("0", (("1", 0.5),)))
    )
    assert red.tolist() == [200, 60, 40]
    assert blue.tolist() == [40, 80, 200]
    assert np.abs(between - (red + blue) / 2).max() <= 1


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("no graph", "it is no ONNX graph that can be used"),
        ("unknown operator", "it uses the operator “Dream”, which is not known here"),
        ("foreign operator", "operator “com.example:Dream”"),
        ("wrong shapes", "it is no ONNX graph that can be used"),
        ("no picture", "it gives no picture of one or three channels, but “out” 1 × 4"),
        ("text", "“z”, tensor(string) of 1 × 4 is no vector, class, image, noise or number"),
        ("open", "“z”, float32 of 1 × ?, with a size that is left open"),
        ("many at once", "it takes 8 pictures at once only"),
        ("not numbers", "it gives pixels that are not numbers"),
    ],
)
def test_what_can_not_be_used_says_why_and_leaves_nothing(
    kind: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(CARDS, ["models", "--add", str(make.broken(tmp_path / "odd.onnx", kind))]) == 2
    said = capsys.readouterr().err
    assert why in said
    assert said.startswith("atelie: “odd.onnx” can't be added: ")
    assert len(said.splitlines()) == 1
    models = Paths.default().user_models
    assert not models.exists() or not list(models.iterdir())


def test_the_command_line_adds_one_and_its_pictures_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CARDS, ["models", "--add", str(make.face(tmp_path / "face.onnx"))]) == 0
    out, film = tmp_path / "out.png", tmp_path / "film.gif"
    options = ["--seed", "3", "--set", "class=2", "--set", "psi=0.8", "--direction", "1=1.5"]
    assert run(CARDS, ["imagine", "face", *options, "--out", str(out)]) == 0
    (tmp_path / "seeds.txt").write_text("1 0.2\n2 0.2 class=4\n")
    assert run(CARDS, ["imagine", "face", "--walk", str(tmp_path / "seeds.txt"), "--out", str(film)]) == 0
    capsys.readouterr()
    assert run(CARDS, ["replay", str(out)]) == 0
    assert "every pixel is the same" in capsys.readouterr().out
    assert run(CARDS, ["models", "--add", str(make.tint(tmp_path / "tint.onnx"))]) == 0
    tinted = tmp_path / "tinted.png"
    assert run(CARDS, ["imagine", "tint", "--input", str(out), "--out", str(tinted)]) == 0
    with Image.open(tinted) as picture:
        assert picture.size == (256, 256)


def test_in_the_window_one_is_added_steered_and_given_a_picture(
    open_window: Callable[..., Window], qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("imagine")
    page = window.page
    assert isinstance(page, ImaginePage)
    dialog = ModelsDialog(page.state.services, CARDS, page.state.modelChanged.emit, window)
    for source in (make.broken(tmp_path / "odd.onnx", "unknown operator"), make.face(tmp_path / "face.onnx")):
        dialog.add_path(source)
        qtbot.waitUntil(dialog.add_file.isEnabled, timeout=20_000)
        assert dialog.errors.isVisibleTo(dialog) == (source.stem == "odd")
    dialog.add_path(make.tint(tmp_path / "tint.onnx"))
    qtbot.waitUntil(dialog.add_file.isEnabled, timeout=20_000)
    dialog.close()
    state, sections, jobs = page.state, page.instrument.sections, page.state.services.jobs

    def settled() -> None:
        qtbot.waitUntil(lambda: not jobs.busy(), timeout=20_000)

    state.count = 4
    state.set_model("face")
    page.generate()
    settled()
    assert len(state.document.pictures) == 4
    visible = {name for name, section in sections.items() if not section.isHidden()}
    assert visible >= {"directions", "noise", "pad"}
    assert not visible & {"source", "mix", "refill", "photo", "classes"}
    before = state.document.chosen
    assert before is not None
    state.set_control("psi", 0.3)
    settled()
    assert state.document.chosen != before
    page.instrument.steering.move(page.instrument.steering.directions[0], 2.0, "all")
    settled()
    chosen = state.document.chosen
    state.set_model("tint")
    assert not sections["source"].isHidden()
    page.generate()
    settled()
    assert "there is none" in page.errors.text
    page.instrument.source.slot.filled.emit(chosen)
    settled()
    page.generate()
    settled()
    assert page.errors.text == ""
    assert {picture.width for picture in state.document.pictures} == {256}
    page.instrument.steering.mix_classes([0.0, 1.0])
    settled()
    assert state.document.chosen is not None
    assert state.document.chosen.array[..., 2].mean() > state.document.chosen.array[..., 0].mean()
