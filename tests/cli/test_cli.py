"""The command line as a script uses it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import run
from app.studios.cards import CARDS

MODELS = {
    "char-rnn-shakespeare": "write",
    "coconet-bach": "compose",
    "gan-2014": "imagine",
    "gpt-prose-en": "write",
    "sketch-rnn": "paint",
    "spiral-painter": "paint",
}
MAKING = {
    ".txt": ["write", "char-rnn-shakespeare", "--prompt", "ROMEO:", "--tokens", "60"],
    ".mid": ["compose", "coconet-bach"],
    ".png": ["imagine", "gan-2014", "--count", "4"],
    ".svg": ["paint", "sketch-rnn", "--class", "crab"],
}


def test_models_as_json_lists_the_four_with_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CARDS, ["models", "--json"]) == 0
    found = {entry["id"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert {name: found[name]["studio"] for name in MODELS} == MODELS
    for name in MODELS:
        assert found[name]["usable"]
        assert all(isinstance(metric["ours"], float | int) for metric in found[name]["metrics"])
        assert found[name]["metrics"]


def test_models_as_a_table_has_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CARDS, ["models"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == sorted(listed)
    assert set(MODELS) <= set(listed)


@pytest.mark.parametrize("suffix", MAKING)
def test_the_same_seed_gives_the_same_bytes_and_replay_is_exact(
    suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for path in paths:
        assert run(CARDS, [*MAKING[suffix], "--seed", "7", "--out", str(path)]) == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()
    other = tmp_path / f"other{suffix}"
    assert run(CARDS, [*MAKING[suffix], "--seed", "8", "--out", str(other)]) == 0
    assert other.read_bytes() != paths[0].read_bytes()
    capsys.readouterr()
    assert run(CARDS, ["replay", str(paths[0])]) == 0
    assert capsys.readouterr().out.startswith("bit-exact: ")


@pytest.mark.parametrize("suffix", MAKING)
def test_without_recipe_there_is_nothing_to_replay(
    suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"bare{suffix}"
    assert run(CARDS, [*MAKING[suffix], "--no-recipe", "--out", str(path)]) == 0
    assert run(CARDS, ["replay", str(path)]) == 2
    assert "no " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["write", "gpt-9", "--prompt", "x"], "There is no model “gpt-9”"),
        (["write", "gan-2014", "--prompt", "x"], "is a model of the studio “imagine”"),
        (["write", "char-rnn-shakespeare", "--set", "temperature=hot"], "Boldness can't be hot"),
        (["write", "char-rnn-shakespeare", "--set", "colour=red"], "has no control “colour”"),
        (["write", "char-rnn-shakespeare", "--set", "temperature"], "--set wants CONTROL=VALUE"),
        (["write", "char-rnn-shakespeare", "--seed", "-3", "--tokens", "5"], "seed -3 is negative"),
        (["replay", "gone.svg"], "There is no file “gone.svg”"),
        (["replay", "gone.xyz"], "no kind of file"),
        (["score", "char-rnn-shakespeare", "gone.txt"], "There is no file “gone.txt”"),
    ],
)
def test_bad_input_is_one_line_and_code_two(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(CARDS, arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("atelie: ")
    assert why in line


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["sculpt"], "invalid choice: 'sculpt'"),
        (["write"], "the following arguments are required: MODEL"),
        (["write", "char-rnn-shakespeare", "--seed", "x"], "argument --seed: invalid int value: 'x'"),
        (["imagine", "gan-2014"], "the following arguments are required: --out"),
    ],
)
def test_options_that_can_not_be_are_one_line_and_code_two(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(CARDS, arguments)
    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("atelie: ")
    assert why in line
    assert "--help" in line


def test_help_explains_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ([], ["models"], ["score"], ["replay"], *([card.verb] for card in CARDS)):
        with pytest.raises(SystemExit) as caught:
            run(CARDS, [*verb, "--help"])
        assert caught.value.code == 0
        assert len(capsys.readouterr().out.splitlines()) > 5


@pytest.mark.parametrize("suffix", MAKING)
def test_no_generator_imports_torch_or_qt(suffix: str, tmp_path: Path) -> None:
    arguments = [*MAKING[suffix], "--seed", "7", "--out", str(tmp_path / f"x{suffix}")]
    code = (
        "import sys; from app.__main__ import main; "
        f"code = main({arguments!r}) or main(['replay', {arguments[-1]!r}]); "
        "print(code, sorted({'torch', 'PySide6', 'superqt'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "0 []"
    assert done.stderr == ""


def test_onnxruntime_is_not_loaded_to_list_the_models() -> None:
    code = "import sys; from app.__main__ import main; main(['models']); print('onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "False"


def test_scores_are_json_with_units(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("ROMEO:\nIt is the east, and Juliet is the sun.\n" * 20)
    assert run(CARDS, ["score", "char-rnn-shakespeare", str(tmp_path / "a.txt")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert 0 < found["bits_per_char"] < 4
