"""Recipes survive the trip through a file, and bad ones are refused."""

import pytest

from app.base.errors import AtelierError
from app.runtime.recipe import Recipe, recipe_from_json

RECIPE = Recipe(studio="write", model="m", model_sha256="0" * 64, request={"seed": 1, "prompt": "é"}, result_sha256="1")


def test_there_and_back_in_ascii() -> None:
    text = RECIPE.to_json()
    assert text.isascii()
    assert recipe_from_json(text) == RECIPE


@pytest.mark.parametrize("text", ["", "{", "[]", '{"studio": 1}', RECIPE.to_json().replace("recipe/1", "recipe/9")])
def test_damaged_or_newer_ones_are_refused(text: str) -> None:
    with pytest.raises(AtelierError, match="recipe"):
        recipe_from_json(text)
