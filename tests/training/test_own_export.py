"""A generator of a torch user's, exported as anybody would, is taken in and gives what torch gives."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import Tensor, nn

from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.model import ModelShelf
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.generator import raw_latent
from app.studios.imagine.own_import import GENERATOR_FILES
from app.studios.imagine.request import ImagineRequest

pytestmark = pytest.mark.training


class Styled(nn.Module):
    """As small as a StyleGAN can be: a mapping, a mean of it, two layers that are scaled by its styles."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds, self.mapping = nn.Embedding(3, 8), nn.Linear(16, 8)
        self.constant = nn.Parameter(torch.randn(1, 8, 4, 4))
        self.first, self.second = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, z: Tensor, label: Tensor, truncation: Tensor) -> Tensor:
        style = truncation * torch.tanh(self.mapping(torch.cat([z, self.kinds(label)], 1)))
        found = torch.relu(self.first(self.constant * (1 + style[:, :, None, None])))
        found = nn.functional.interpolate(found, scale_factor=4.0)
        return torch.tanh(self.second(found * (1 + style[:, :, None, None])))


def test_what_torch_exported_is_steered_here(one_thread: None, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Styled().eval()
    given = (torch.randn(1, 8), torch.tensor([1]), torch.tensor([0.7]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network, given, str(tmp_path / "styled.onnx"), input_names=["z", "label", "truncation"], opset_version=18,
            dynamo=False, dynamic_axes={"z": {0: "n"}, "label": {0: "n"}},
        )  # fmt: skip
    models = tmp_path / "models"
    model_id = GENERATOR_FILES.add(tmp_path / "styled.onnx", Catalog(models), models, Progress())
    model = ModelShelf(Catalog(models)).open(model_id)
    assert [control.id for control in model.manifest.controls] == ["class", "truncation", "truncation-input"]
    assert model.codec["classes"] == ["0", "1", "2"]
    controls = {"class": "2", "truncation": 1.0, "truncation-input": 0.5}
    request = ImagineRequest(model=model_id, seed=4, controls=controls)
    *_, made = ENGINE.generate(request, model, Progress())
    latent = torch.from_numpy(raw_latent(request, model))
    with torch.no_grad():
        wanted = network(latent, torch.tensor([2]), torch.tensor([0.5]))[0].permute(1, 2, 0).numpy()
    assert np.abs(made.pictures[0].array - (wanted + 1) * 127.5).max() < 1
