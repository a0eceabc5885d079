"""The cards of the shipped models speak of the files that lie beside them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from app.base.paths import bundled_models_dir
from app.runtime.manifest import load_manifest

FOLDERS = sorted(path.parent for path in bundled_models_dir().glob("*/model.toml"))


def _digest(folder: Path, names: list[str]) -> str:
    """The model's SHA-256, from the bytes of its files."""
    lines = sorted(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_card_names_the_hash_of_the_files_beside_it(folder: Path) -> None:
    names = [entry.name for entry in load_manifest(folder).files]
    assert set(names) == {path.name for path in folder.iterdir()} - {"model.toml", "CARD.md", "CREDITS.txt"}
    card = (folder / "CARD.md").read_text(encoding="utf8")
    assert f"`{_digest(folder, names)}`" in card, "the card is of other files: run python -m training evaluate"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_card_has_the_figures_of_the_manifest(folder: Path) -> None:
    card = (folder / "CARD.md").read_text(encoding="utf8")
    rows = re.findall(r"^\| (.+) \((?:[^()]+), (?:lower|higher) is better\) \| .+? \| (\S+) \|", card, re.MULTILINE)
    metrics = load_manifest(folder).metrics
    assert rows == [(metric.name, f"{metric.ours:.4g}") for metric in metrics]
    assert metrics
