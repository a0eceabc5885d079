"""An encoder learns from a finished generator's files alone, and stands in its folder like the others."""

# ruff: noqa: E402 - torch may be missing
from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.make_tiny_stylegan import BIGGAN, DATA, STYLEGAN
from training.encoder.export import FILE, add_encoder
from training.encoder.recipe import EncoderTask
from training.lib.card import CARD, notes_of, opened
from training.lib.export import GOLDEN
from training.lib.loop import CHECKPOINT, Run, load_averaged, train
from training.lib.pictures import PictureSet
from training.lib.styled import LOOKED_FOR, REFINED, measure_inversion

pytestmark = pytest.mark.training


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tiny StyleGAN, with what the exports of real models have and it does not need itself."""
    folder = tmp_path / STYLEGAN
    shutil.copytree(DATA / STYLEGAN, folder)
    (folder / CARD).write_text("# Tiny\n\n## What to know\n\n- It shows spots.\n", encoding="utf8")
    np.savez(folder / GOLDEN, **{"in:mapping:latent": np.zeros((1, 16), np.float32)})  # pyright: ignore[reportArgumentType]
    text = (folder / "model.toml").read_text(encoding="utf8")
    training = {"data": "none", "licence": "MIT", "credit": "nobody", "command": "none", "hardware": "none"}
    facts = "\n".join(f'{key} = "{value}"' for key, value in training.items())
    (folder / "model.toml").write_text(f"{text}\n[training]\n{facts}\nhours = 0.0\nsteps = 1\nparameters = 1\n")
    return folder


def test_it_learns_and_is_put_into_the_models_folder(
    folder: Path, tmp_path: Path, one_thread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EncoderTask, "horizon", 60)
    before = opened(folder)
    task = EncoderTask(before)
    first = task.evaluate(task.modules)["left"]
    progress = train(task, Run(tmp_path / "run"))
    assert progress.metrics[-1]["valid_left"] < 0.9 * first
    assert list((tmp_path / "run" / "samples").glob("*.png"))
    for _ in range(2):  # a second one takes the place of the first
        add_encoder(task, load_averaged(task.modules, tmp_path / "run" / CHECKPOINT), folder)
    after = opened(folder)
    assert [entry.name for entry in after.manifest.files].count(FILE) == 1
    assert after.digest != before.digest
    notes = notes_of((folder / CARD).read_text(encoding="utf8"))
    assert notes.startswith("- It shows spots.")
    assert notes.count("60 steps") == 1
    with np.load(folder / GOLDEN) as pairs:
        golden = dict(pairs)
    assert "in:mapping:latent" in golden
    found = after.run("encoder", {"images": golden["in:encoder:images"]})["styles"]
    np.testing.assert_allclose(found, golden["out:encoder:styles"], atol=1e-3)
    images = (255 * task.drawn(LOOKED_FOR, np.random.default_rng(9))[1]).astype(np.uint8)
    metrics = measure_inversion(after, PictureSet(images, np.zeros(1), []))
    errors = [metric.ours for metric in metrics]
    assert len(errors) == len(REFINED)
    assert errors == sorted(errors, reverse=True)


def test_kinds_are_drawn_where_a_model_has_them(one_thread: None) -> None:
    task = EncoderTask(opened(DATA / BIGGAN))
    styles, images = task.drawn(3, np.random.default_rng(0))
    again, _ = task.drawn(3, np.random.default_rng(0))
    assert np.array_equal(styles, again)
    assert images.shape == (3, 32, 32, 3)
    assert task.network(torch.from_numpy(images)).shape == styles.shape
