"""The style-based generator: what the studio asks of it, how it grows, that one pass trains both networks."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import Tensor
from torch.nn import functional as F

from app.base.paths import bundled_models_dir
from training.lib.adversarial import pulls
from training.lib.loop import Run, Task, train
from training.lib.space import between, by_effect, keeps_its_word, looks, named, principal
from training.registry import recipe_of
from training.stylegan.graphs import Painted
from training.stylegan.network import Discriminator, Styles, Synthesis
from training.stylegan.recipe import StyleTask, noise_for
from training.stylegan.shipped import take_generator

pytestmark = pytest.mark.training
WIDTH, WIDEST, CLASSES = 8, 24, 3


@pytest.fixture
def synthesis() -> Synthesis:
    torch.manual_seed(0)
    return Synthesis(WIDTH, WIDEST, 128).eval()


@pytest.fixture
def small(one_thread: None, monkeypatch: pytest.MonkeyPatch) -> type[StyleTask]:
    for name, value in {"widest": 24, "width": 16, "latent": 16, "batch": 4, "floor": 2, "lazy": 2}.items():
        monkeypatch.setattr(StyleTask, name, value)
    return StyleTask


@torch.no_grad()
def test_a_mask_of_zero_changes_nothing_and_one_of_one_all(synthesis: Synthesis) -> None:
    torch.nn.init.normal_(synthesis.get_parameter("colours.4.weight"))
    torch.manual_seed(1)
    own, other = torch.randn(2, 2, synthesis.layers, WIDTH)
    noise = noise_for(own, 128)
    painted = Painted(synthesis)
    none, every = torch.zeros(2, 1, 128, 128), torch.ones(2, 1, 128, 128)
    half = none.clone()
    half[..., 64:] = 1
    plain = painted(own, own, none, *noise)
    assert torch.equal(painted(own, other, none, *noise), plain)
    assert torch.equal(painted(own, other, every, *noise), painted(other, other, none, *noise))
    mixed = painted(own, other, half, *noise)
    changed = (mixed - plain).abs().mean((0, 1, 3))
    assert changed[96:].mean() > 3 * changed[:32].mean()
    assert plain.shape == (2, 128, 128, 3)
    assert 0 <= plain.min() <= plain.max() <= 1


@torch.no_grad()
def test_each_layer_and_each_noise_is_heard(synthesis: Synthesis) -> None:
    for part in (*synthesis.colours, *synthesis.firsts, *synthesis.seconds):
        for name, weights in part.named_parameters():
            weights.normal_() if "strength" in name or weights.ndim == 4 else None
    torch.manual_seed(1)
    styles = torch.randn(1, synthesis.layers, WIDTH)
    noise = noise_for(styles, 128)
    base = synthesis(Styles(styles), noise)
    for layer in range(synthesis.layers):
        moved = styles.clone()
        moved[:, layer] += 1
        assert not torch.allclose(synthesis(Styles(moved), noise), base)
    for place in range(len(noise)):
        quiet = [grain * (place != number) for number, grain in enumerate(noise)]
        assert not torch.allclose(synthesis(Styles(styles), quiet), base)


@torch.no_grad()
def test_networks_that_have_just_grown_do_what_they_did(synthesis: Synthesis) -> None:
    styles = torch.randn(2, synthesis.layers, WIDTH)
    noise = noise_for(styles, 128)
    small, large = (synthesis(Styles(styles), noise[:count]) for count in (4, 5))
    doubled = F.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)
    torch.testing.assert_close(large, doubled)
    critic = Discriminator(CLASSES, WIDEST, 128)
    critic.score.weight.normal_()
    classes = torch.eye(CLASSES)[:2]
    halved = F.avg_pool2d(large, 2)
    before, after = critic(halved, classes), critic(large, classes)
    torch.nn.init.zeros_(critic.get_parameter("entrances.64.weight"))
    torch.testing.assert_close(critic(large, classes), after)
    torch.testing.assert_close(after, before)


def test_one_pass_gives_the_generator_the_gradient_of_its_own_loss() -> None:
    torch.manual_seed(0)
    critic = Discriminator(CLASSES, WIDEST, 32)
    torch.nn.init.normal_(critic.score.weight)
    classes = torch.eye(CLASSES)[[0, 1, 2, 0]]
    real, made = torch.randn(2, 4, 3, 32, 32)
    made.requires_grad_()
    F.softplus(critic(made, classes) - critic(real, classes)).mean().backward(inputs=[made])
    apart = critic(made, classes) - critic(real, classes)
    (wanted,) = torch.autograd.grad(F.softplus(-apart).mean(), made)
    torch.testing.assert_close(pulls(made, apart), wanted)


def test_a_resumed_run_grows_and_ends_where_one_that_was_not_stopped_does(
    small: type[StyleTask], tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("evaluate", "sample"):
        monkeypatch.setattr(small, name, lambda *_: {})
    monkeypatch.setattr(small, "_rate_at", lambda *_: 1.0)
    monkeypatch.setattr(small, "side_at", lambda _, step: 32 if step < 2 else 64)

    def weights(stops: tuple[int, ...], out: Path) -> dict[str, Tensor]:
        task: Task | None = None
        for stop in stops:
            task = cast(Task, recipe_of("stylegan-portraits").built("stylegan-portraits", tiny_data))
            task.horizon = stop
            train(task, Run(out))
        assert task is not None
        return {f"{n}.{key}": value for n, part in task.modules.items() for key, value in part.state_dict().items()}

    whole, parts = weights((4,), tmp_path / "whole"), weights((3, 4), tmp_path / "parts")
    for name, value in whole.items():
        assert torch.isfinite(value).all()
        torch.testing.assert_close(value, parts[name], rtol=0, atol=0, msg=name)


def test_it_shows_what_it_makes_at_the_side_it_has_reached(
    small: type[StyleTask], tiny_data: Path, tmp_path: Path
) -> None:
    task = small("stylegan-portraits", tiny_data, "cpu")
    task.horizon = 10
    assert [task.side_at(step) for step in (0, 3, 4, 6, 7, 9)] == [32, 32, 64, 64, 128, 128]
    task.step(0, np.random.default_rng(0))
    assert task.evaluate(task.modules)["side"] == 32
    task.step(4, np.random.default_rng(4))
    assert task.evaluate(task.modules)["side"] == 64
    task.sample(task.modules, tmp_path, 4)
    assert (tmp_path / "000004.png").stat().st_size > 10_000


def test_old_masters_begin_with_the_shipped_portraits(tiny_data: Path, one_thread: None) -> None:
    """All weights but those of the classes, which are others; the generator then draws a portrait."""
    task = StyleTask("stylegan-masters", tiny_data, "cpu")
    anew = take_generator(task, bundled_models_dir() / "stylegan-portraits")
    assert anew == ["mapping.embedding.weight", "discriminator.embedding.weight"]
    with np.load(bundled_models_dir() / "stylegan-portraits" / "golden.npz") as golden:
        inputs = {key.split(":")[2]: torch.from_numpy(golden[key]) for key in golden if key.startswith("in:generator")}
        wanted = torch.from_numpy(golden["out:generator:images"])
    found = Painted(task.synthesis)(*inputs.values())
    torch.testing.assert_close(found, wanted, atol=1e-3, rtol=0)


def test_directions_do_what_their_names_say() -> None:
    rng = np.random.default_rng(0)
    points = rng.standard_normal((3000, 6)).astype(np.float32) * np.array([5, 1, 1, 1, 1, 1], np.float32)

    def draw(points: np.ndarray) -> np.ndarray:
        """The second number is the light, the third the warmth."""
        images = np.full((len(points), 10, 12, 3), 0.5, np.float32) + 0.05 * points[:, 1, None, None, None]
        images[..., 0] += 0.02 * points[:, 2, None, None]
        images[..., 2] -= 0.02 * points[:, 2, None, None]
        return images

    first = principal(points, 2)[0]
    assert abs(first[0]) == pytest.approx(5, rel=0.1)
    ways = named(points, looks(draw(points)))
    assert ways["Light"][1] == pytest.approx(1, rel=0.1)
    assert ways["Warm"][2] == pytest.approx(1, rel=0.1)
    assert keeps_its_word("Light", ways["Light"], points[:50], draw)
    assert not keeps_its_word("Light", ways["Warm"] * np.array([1, 0, 1, 1, 1, 1], np.float32), points[:50], draw)
    labels = (points[:, 3] > 0).astype(int)
    assert between(points, labels, 0, 1)[3] == pytest.approx(1, rel=0.1)
    sorted_ways, names = by_effect({"0": first, "Light": ways["Light"], "Warm": ways["Warm"]}, points[:50], draw)
    assert names.tolist() == ["Light", "Warm", ""]
    assert np.array_equal(sorted_ways[0], ways["Light"])
