"""The pages about the models say what the shipped models say."""

from __future__ import annotations

import pytest

from training.tables import pages, renewed


def test_the_pages_are_those_the_manifests_give() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf8") == text, f"{path.name} is stale: run python -m training.tables"


def test_a_table_goes_between_its_marks_and_nowhere_else() -> None:
    assert renewed("a\n<!-- x -->\nold\n<!-- /x -->\nb", "x", "new") == "a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb"
    with pytest.raises(ValueError, match="no marks"):
        renewed("a", "x", "new")
