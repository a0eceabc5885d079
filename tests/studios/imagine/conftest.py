"""Tiny styled generators, for tests of what the studio does with any of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.base.paths import Paths
from app.runtime.catalog import Catalog
from app.runtime.model import ModelShelf
from tests.make_tiny_stylegan import BIGGAN, DATA, STYLEGAN


@pytest.fixture(scope="session")
def tiny_shelf() -> ModelShelf:
    """The tiny models alone, opened once for the whole run."""
    return ModelShelf(Catalog(DATA))


@pytest.fixture
def tiny_models(home: Path) -> tuple[str, str]:
    """The tiny models among the user's own; ask for it before the window. Their ids."""
    for name in (STYLEGAN, BIGGAN):
        shutil.copytree(DATA / name, Paths.default().user_models / name)
    return STYLEGAN, BIGGAN
