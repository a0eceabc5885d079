"""The class-conditional generator: what the studio asks of it; how it grows, attends, resumes, begins with weights."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import Tensor
from torch.nn import Module
from torch.nn import functional as F

from app.base.paths import bundled_models_dir
from app.runtime.manifest import load_manifest
from training.biggan.data import read_pictures
from training.biggan.graphs import Painted, styled_graphs
from training.biggan.measure import pair_distances, taken_for, trained_classifier
from training.biggan.network import Attention, Conditions, Discriminator, Generator
from training.biggan.recipe import BigTask
from training.biggan.space import write_space
from training.lib.loop import Run, Task, train
from training.lib.pictures import PictureSet
from training.lib.shipped import take_weights
from training.registry import recipe_of
from training.stylegan.network import Styles

pytestmark = pytest.mark.training
WIDTH, CHUNK, WIDEST, CLASSES = 8, 4, 24, 3


@pytest.fixture
def generator() -> Generator:
    """One whose every part is heard: what begins at zero has weights."""
    torch.manual_seed(0)
    generator = Generator(WIDTH + CHUNK, WIDEST, 64).eval()
    torch.nn.init.normal_(generator.get_parameter("colours.3.weight"), std=0.1)
    torch.nn.init.ones_(generator.attention.strength)
    return generator


@pytest.fixture
def conditions(generator: Generator) -> Conditions:
    return Conditions(CLASSES, WIDTH, generator.layers)


@pytest.fixture
def small(one_thread: None, monkeypatch: pytest.MonkeyPatch) -> type[BigTask]:
    values = {"widest": 24, "width": 8, "chunk": 4, "batch": 4, "floor": 2, "lazy": 2, "fewest": 0}
    for name, value in values.items():
        monkeypatch.setattr(BigTask, name, value)
    return BigTask


@torch.no_grad()
def test_a_mask_of_zero_changes_nothing_and_one_of_one_all(generator: Generator) -> None:
    own, other = torch.randn(2, 2, generator.layers, WIDTH + CHUNK)
    painted = Painted(generator, 64)
    none, every = torch.zeros(2, 1, 64, 64), torch.ones(2, 1, 64, 64)
    half = none.clone()
    half[..., 32:] = 1
    plain = cast(Tensor, painted(own, own, none))
    assert torch.equal(painted(own, other, none), plain)
    assert torch.equal(painted(own, other, every), painted(other, other, none))
    changed = (painted(own, other, half) - plain).abs().mean((0, 1, 3))
    assert changed[48:].mean() > 2 * changed[:16].mean() > 0
    assert plain.shape == (2, 64, 64, 3)
    assert 0 <= plain.min() <= plain.max() <= 1


@torch.no_grad()
def test_each_layer_hears_the_class_and_its_own_chunk_alone(conditions: Conditions, generator: Generator) -> None:
    latent, first = torch.randn(1, CHUNK * generator.layers), torch.eye(CLASSES)[:1]
    base = conditions(latent, first)
    pictures = generator(Styles(base), 64)
    for layer in range(generator.layers):
        moved = latent.clone()
        moved[:, layer * CHUNK : (layer + 1) * CHUNK] += 1
        changed = conditions(moved, first)
        assert (changed != base).any(2)[0].tolist() == [each == layer for each in range(generator.layers)]
        assert not torch.allclose(generator(Styles(changed), 64), pictures)
        mixed = base.clone()
        mixed[:, layer] = conditions(latent, torch.eye(CLASSES)[1:2])[:, layer]
        assert not torch.allclose(generator(Styles(mixed), 64), pictures)
    half = conditions(latent, torch.tensor([[0.5, 0.5, 0.0]]))
    assert half[..., :WIDTH].norm().item() == pytest.approx(base[..., :WIDTH].norm().item(), rel=1e-3)


@torch.no_grad()
def test_attention_carries_what_is_seen_across_the_picture() -> None:
    """A change in one corner is heard in the opposite one, which no convolution of the map could reach."""
    torch.manual_seed(0)
    attention, features = Attention(16), torch.randn(1, 16, 16, 16)
    torch.testing.assert_close(attention(features), features)
    torch.nn.init.ones_(attention.strength)
    moved = features.clone()
    moved[..., 0, 0] += 5
    far = (attention(moved) - attention(features))[..., 12:, 12:]
    assert far.abs().max() > 1e-3


@torch.no_grad()
def test_what_attention_hardly_sees_is_no_denormal_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """With these a processor is a hundred times slower."""
    torch.manual_seed(0)
    attention = Attention(16)
    torch.nn.init.ones_(attention.strength)
    seen: list[Tensor] = []
    softmax = Tensor.softmax

    def watched(values: Tensor, axis: int) -> Tensor:
        seen.append(softmax(values, axis))
        return seen[-1]

    monkeypatch.setattr(Tensor, "softmax", watched)
    attention(100 * torch.randn(1, 16, 16, 16))
    (chances,) = seen
    assert chances.min() < 1e-30
    assert chances.min() >= torch.finfo(torch.float32).tiny
    torch.testing.assert_close(chances.sum(2), torch.ones(1, 256))


def test_a_training_can_begin_with_the_shipped_avatars() -> None:
    """All weights are found in the files; the generator then draws what the golden pair holds."""
    folder = bundled_models_dir() / "biggan-avatars"
    codec = load_manifest(folder).codec
    side, classes = int(codec["side"]), len(codec["classes"])
    generator = Generator(BigTask.width + BigTask.chunk, BigTask.widest, side)
    conditions = Conditions(classes, BigTask.width, generator.layers)
    critic = Discriminator(classes, BigTask.widest, side)
    real = torch.zeros(4, side, side, 3, dtype=torch.uint8)
    graphs = styled_graphs(conditions, generator, critic, int(codec["latent"]), real)
    parts: dict[str, Module] = {"conditions": conditions, "generator": generator, "discriminator": critic}
    assert take_weights(graphs, folder, parts) == []
    generator.polish.take(folder / "generator.onnx")
    with np.load(folder / "golden.npz") as golden:
        inputs = [torch.from_numpy(golden[f"in:generator:{name}"]) for name in ("styles", "other", "mask")]
        wanted = torch.from_numpy(golden["out:generator:images"])
    with torch.no_grad():
        torch.testing.assert_close(Painted(generator, side)(*inputs), wanted, atol=1e-4, rtol=0)


@torch.no_grad()
def test_networks_that_have_just_grown_do_what_they_did() -> None:
    torch.manual_seed(0)
    generator, critic = Generator(WIDTH, WIDEST, 64), Discriminator(CLASSES, WIDEST, 64)
    styles = Styles(torch.randn(2, generator.layers, WIDTH))
    small, large = (generator(styles, side) for side in (32, 64))
    torch.testing.assert_close(large, F.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False))
    critic.score.weight.normal_()
    classes = torch.eye(CLASSES)[:2]
    torch.testing.assert_close(critic(large, classes), critic(F.avg_pool2d(large, 2), classes))


def test_a_resumed_run_grows_and_ends_where_one_that_was_not_stopped_does(
    small: type[BigTask], tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("evaluate", "sample"):
        monkeypatch.setattr(small, name, lambda *_: {})
    monkeypatch.setattr(small, "_rate_at", lambda *_: 1.0)
    monkeypatch.setattr(small, "side_at", lambda _, step: 32 if step < 2 else 64)

    def weights(stops: tuple[int, ...], out: Path) -> dict[str, Tensor]:
        task: Task | None = None
        for stop in stops:
            task = cast(Task, recipe_of("biggan-avatars").built("biggan-avatars", tiny_data))
            task.horizon = stop
            train(task, Run(out))
        assert task is not None
        return {f"{n}.{key}": value for n, part in task.modules.items() for key, value in part.state_dict().items()}

    whole, parts = weights((4,), tmp_path / "whole"), weights((3, 4), tmp_path / "parts")
    for name, value in whole.items():
        assert torch.isfinite(value).all()
        torch.testing.assert_close(value, parts[name], rtol=0, atol=0, msg=name)


@pytest.mark.parametrize(("model", "side"), [("biggan-avatars", 64), ("biggan-fruits", 64), ("biggan-pixel", 32)])
def test_it_learns_to_attend_and_shows_what_it_makes(
    model: str, side: int, small: type[BigTask], tiny_data: Path, tmp_path: Path
) -> None:
    task = recipe_of(model).built(model, tiny_data)
    task.horizon = 3
    for step in range(3):
        assert task.side_at(step) == (32 if step < 2 else side)
        assert np.isfinite(list(task.step(step, np.random.default_rng(step)).values())).all()
    assert task.generator.attention.strength.item() != 0
    assert task.evaluate(task.modules)["side"] == side
    task.sample(task.modules, tmp_path, 3)
    assert (tmp_path / "000003.png").stat().st_size > 10_000


def test_rare_kinds_are_drawn_more_often_than_they_occur(
    small: type[BigTask], tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.zeros((100, 32, 32, 3), np.uint8)
    labels = (np.arange(100) < 4).astype(np.int64)
    monkeypatch.setattr(small, "read", lambda *_: PictureSet(images, labels, ["many", "few"]))
    task = small("biggan-pixel", tiny_data, "cpu")
    drawn = labels[task.chosen(2000, np.random.default_rng(0))].mean()
    assert drawn == pytest.approx(2 / (2 + np.sqrt(96)), abs=0.03)


def test_kinds_with_few_pictures_are_left_out_and_tiles_are_told_by_type(monkeypatch: pytest.MonkeyPatch) -> None:
    fine = ["hero: elf", "hero: orc", "tile: potion", "tile: wall"]
    of_tiles = PictureSet(np.arange(8)[:, None], np.array([0, 1, 0, 3, 3, 3, 2, 1]), fine)
    of_kinds = PictureSet(of_tiles.images, np.array([0, 0, 0, 1, 1, 1, 1, 0]), ["hero", "tile"])
    monkeypatch.setattr(
        "training.biggan.data.read_set",
        lambda data, name, part, column="class": {"class": of_tiles, "kind": of_kinds}[column],
    )
    found = read_pictures(Path(), "biggan-pixel", "train", fewest=2)
    assert found.class_names == ["hero", "wall"]
    assert found.images[:, 0].tolist() == [0, 1, 2, 3, 4, 5, 7]
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1, 0]
    kept = read_pictures(Path(), "biggan-pixel", "valid", keep=["potion"])
    assert (kept.class_names, kept.images[:, 0].tolist()) == (["potion"], [6])


def test_the_classifier_tells_kinds_and_the_distance_of_twins_is_zero(one_thread: None) -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    images = rng.integers(0, 60, (60, 32, 32, 3), dtype=np.uint8)
    images[np.arange(60), :, :, labels] += 150
    classifier = trained_classifier(PictureSet(images, labels, ["red", "green", "blue"]), 12)
    assert (taken_for(classifier, images) == labels).mean() > 0.9
    images[1] = images[0]
    found = pair_distances(images[:4])
    assert found.shape == (6,)
    assert found[0] == 0
    assert found[1] == pytest.approx(np.sqrt(((images[0] / 255 - images[2] / 255) ** 2).mean()), abs=1e-6)


def test_directions_move_the_latent_by_one_and_leave_out_what_tells_kinds_apart(
    conditions: Conditions, generator: Generator, tmp_path: Path, one_thread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.biggan.space.POINTS", 300)
    latent = CHUNK * generator.layers
    write_space(conditions, generator, latent, 64, tmp_path)
    with np.load(tmp_path / "space.npz") as space:
        assert space["mean"].shape == (generator.layers, WIDTH + CHUNK)
        assert np.abs(space["mean"][:, WIDTH:]).max() == 0
        directions = space["directions"]
        assert len(space["names"]) == len(directions) >= 16
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, atol=1e-4)


def test_a_batch_pairs_pictures_of_one_kind_and_sameness_is_measured_by_the_data(
    small: type[BigTask], tiny_data: Path
) -> None:
    task = small("biggan-avatars", tiny_data, "cpu")
    chosen = task.chosen(8, np.random.default_rng(0))
    labels = task._labels.numpy()[chosen]
    assert (labels[:4] == labels[4:]).all()
    real = torch.rand(8, 3, 16, 16)
    assert task.sameness(real.clone(), real) == 0
    assert task.sameness(torch.ones_like(real), real) == pytest.approx(task.lively)
    grain = torch.ones_like(real)
    grain[4:, :, ::2, 1::2] = grain[4:, :, 1::2, ::2] = 0.5  # no difference where one looks at the whole
    grain[:4, :, ::2, ::2] = grain[:4, :, 1::2, 1::2] = 0.5
    assert task.sameness(grain, real) == pytest.approx(task.lively, rel=1e-4)
