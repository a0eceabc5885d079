"""The filter behind a generator: it takes out a grid, and nothing else."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor
from torch.nn import functional as F

from training.lib.polish import Polish, spectrum

pytestmark = pytest.mark.training
SIDE = 32


def clouds(count: int, seed: int) -> Tensor:
    """Smooth pictures with a little grain, (count, 3, side, side)."""
    source = torch.Generator().manual_seed(seed)
    rough = torch.randn(count, 3, SIDE // 4, SIDE // 4, generator=source)
    grain = 0.02 * torch.randn(count, 3, SIDE, SIDE, generator=source)
    return F.interpolate(rough, scale_factor=4, mode="bilinear") + grain


def dotted(pictures: Tensor) -> Tensor:
    """The same with a grid of dots of two pixels, stronger where the picture is lighter."""
    dots = torch.ones(SIDE, SIDE)
    dots[1::2] *= -1
    dots[:, 1::2] *= -1
    return pictures + 0.3 * dots * (1 + 0.3 * pictures)


def test_it_begins_as_the_identity() -> None:
    pictures = clouds(2, 0)
    assert torch.equal(Polish()(pictures), pictures)


def test_a_grid_goes_and_the_picture_stays() -> None:
    polish, real, others = Polish(), clouds(60, 1), clouds(20, 2)
    polish.fit(dotted(clouds(60, 3)), real)
    spoiled, finest = dotted(others), SIDE // 2
    before, after = spectrum(spoiled), spectrum(polish(spoiled))
    assert before[finest, finest] > 100 * spectrum(others)[finest, finest]
    assert after[finest, finest] < 0.05 * before[finest, finest]
    assert (after[:4, :4] / before[:4, :4]).sub(1).abs().max() < 0.1
    assert (polish(spoiled) - others).square().mean() < 0.1 * (spoiled - others).square().mean()


def test_an_even_plane_stays_as_it_is() -> None:
    polish = Polish()
    polish.fit(dotted(clouds(30, 4)), clouds(30, 5))
    plane = torch.full((1, 3, SIDE, SIDE), 0.4)
    assert torch.allclose(polish(plane), plane, atol=1e-5)


def test_pictures_without_a_grid_are_hardly_touched() -> None:
    polish, pictures = Polish(), clouds(20, 6)
    polish.fit(clouds(60, 7), clouds(60, 8))
    assert (polish(pictures) - pictures).square().mean() < 1e-3 * pictures.square().mean()
