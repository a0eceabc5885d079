"""Manifests say what is wrong with them."""

from pathlib import Path

import pytest

from app.base.errors import AtelierError, ErrorKind
from app.runtime.manifest import Control, ControlValue, Manifest, check_controls, load_manifest

GOOD = """
schema = 1
id = "m"
name = "M"
version = "1"
studio = "write"
family = "char-rnn"
summary = "A model."
licence = "MIT"
files = []
"""


def test_a_good_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "model.toml").write_text(GOOD)
    assert load_manifest(tmp_path).family == "char-rnn"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("schema = ", "Invalid value"),
        (GOOD.replace('id = "m"\n', ""), "missing required field `id`"),
        (GOOD.replace('name = "M"', "name = 3"), r"Expected `str`, got `int` - at `\$.name`"),
        (GOOD.replace("schema = 1", "schema = 9"), "its format 9 is not the known 1"),
        (GOOD + 'colour = "red"\n', "unknown field `colour`"),
        (
            GOOD.replace("files = []", 'files = [{name = "../x.onnx", sha256 = "", bytes = 1}]'),
            "points outside the model's folder",
        ),
    ],
)
def test_a_bad_one_says_why(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "model.toml").write_text(text)
    with pytest.raises(AtelierError, match=why) as caught:
        load_manifest(tmp_path)
    assert caught.value.kind is ErrorKind.BAD_MODEL


def manifest_with(*controls: Control) -> Manifest:
    return Manifest(
        schema=1, id="m", name="M", version="1", studio="write", family="f", summary="", licence="",
        files=[], controls=list(controls),
    )  # fmt: skip


def test_controls_are_checked_and_filled_up() -> None:
    manifest = manifest_with(
        Control(id="temperature", label="Temperature", kind="float", default=0.8, maximum=2.0),
        Control(id="kind", label="Kind", kind="choice", default="any", choices=["any", "bag"]),
    )
    assert check_controls(manifest, {"kind": "bag"}) == {"temperature": 0.8, "kind": "bag"}
    wrong: list[dict[str, ControlValue]] = [
        {"temperature": 9.0},
        {"temperature": "hot"},
        {"kind": "dog"},
        {"size": 1},
        {"temperature": float("nan")},
    ]
    for bad in wrong:
        with pytest.raises(AtelierError):
            check_controls(manifest, bad)
