"""The shipped model without a window: continuing, refilling, measuring, the command line."""

from __future__ import annotations

import json
import lzma
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.base.errors import AtelierError, Cancelled, ErrorKind
from app.base.progress import CancelToken, Progress
from app.cli import run
from app.runtime.manifest import ControlValue
from app.runtime.model import Model, ModelShelf
from app.runtime.recipe import Match
from app.studios.write.card import CARD
from app.studios.write.document import Text
from app.studios.write.engine import ENGINE
from app.studios.write.generator import CONTEXT, Repetitions
from app.studios.write.network import CharReader
from app.studios.write.request import WriteRequest

MODEL = "char-rnn-shakespeare"
PASSAGE = "ROMEO:\nWhat light is this that breaks upon the night,\nAnd will not let me sleep until the day?\n"


@pytest.fixture
def model(shelf: ModelShelf) -> Model:
    return shelf.open(MODEL)


def request(text: str, start: int | None = None, end: int | None = None, seed: int = 0, **controls: ControlValue):
    start = len(text) if start is None else start
    return WriteRequest(
        model=MODEL,
        seed=seed,
        controls=controls,
        document=Text.by("user", text),
        start=start,
        end=start if end is None else end,
    )


def made(model: Model, asked: WriteRequest) -> Text:
    *_, last = ENGINE.generate(asked, model, Progress())
    return last


def test_it_goes_on_by_so_many_characters(model: Model) -> None:
    text = made(model, request(PASSAGE, length=120, temperature=0.8))
    assert text.text.startswith(PASSAGE)
    assert len(text) == len(PASSAGE) + 120
    assert list(text.spans("machine")) == [(len(PASSAGE), len(text))]


def test_the_golden_pair_of_the_training_is_met(model: Model) -> None:
    golden = model.arrays("golden.npz")
    found = model.run("step", {name: golden[f"in:step:{name}"] for name in ("tokens", "h", "c")})
    for name in ("logits", "h_out", "c_out"):
        assert np.abs(found[name] - golden[f"out:step:{name}"]).max() <= model.manifest.tolerance["step"]


def test_the_same_seed_gives_the_same_text_and_another_one_another(model: Model) -> None:
    first, again, other = (made(model, request(PASSAGE, seed=seed, length=80, temperature=0.8)) for seed in (1, 1, 2))
    assert first == again
    assert first.text != other.text


def test_in_mid_text_what_follows_stays(model: Model) -> None:
    text = made(model, request(PASSAGE, start=12, length=30))
    assert text.text[:12] + text.text[42:] == PASSAGE


def test_only_the_characters_before_the_place_that_it_reads_count(model: Model) -> None:
    near = PASSAGE * (CONTEXT // len(PASSAGE) + 1)
    one, other = (made(model, request(far + near, length=20)).text[-20:] for far in ("x" * 144, "A long way off. " * 9))
    assert one == other


@pytest.mark.parametrize("text", ["", "“—”", "日本語", "é"])
def test_it_starts_from_nothing_and_from_what_it_can_not_read(model: Model, text: str) -> None:
    assert len(made(model, request(text, length=20))) == len(text) + 20


def test_temperature_zero_takes_the_likeliest(model: Model) -> None:
    texts = {made(model, request(PASSAGE, seed=seed, length=40, temperature=0.0)).text for seed in (1, 2)}
    assert len(texts) == 1


def test_against_repetition_the_circle_is_left(model: Model) -> None:
    circle, left = (
        made(model, request(PASSAGE, length=600, temperature=0.0, repetition_penalty=penalty)).text[len(PASSAGE) :]
        for penalty in (1.0, 2.0)
    )
    assert _different(left) > 1.5 * _different(circle)


def _different(text: str, size: int = 8) -> int:
    return len({text[at : at + size] for at in range(len(text) - size)})


def test_repetitions_know_what_came_after_the_last_six() -> None:
    seen = Repetitions()
    for token in [1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6]:
        seen.add(token)
    assert seen.again == [7]


def test_refill_changes_the_marked_span_alone(model: Model) -> None:
    start = PASSAGE.index("breaks")
    end = PASSAGE.index(",\nAnd")
    results = list(ENGINE.generate(request(PASSAGE, start, end, length=400, temperature=0.8), model, Progress()))
    assert len(results) == 1
    text = results[0].text
    assert text.startswith(PASSAGE[:start])
    assert text.endswith(PASSAGE[end:])
    assert text != PASSAGE
    assert abs(len(text) - len(PASSAGE)) <= 0.25 * (end - start) + 16
    assert not text[: len(text) - len(PASSAGE[end:])][-1].isspace()
    assert made(model, request(PASSAGE, start, end, length=400, temperature=0.8)).text == text


@pytest.mark.parametrize("span", [(0, 1), (5, 6), (0, len(PASSAGE)), (len(PASSAGE) - 1, len(PASSAGE))])
def test_refill_of_odd_spans(model: Model, span: tuple[int, int]) -> None:
    text = made(model, request(PASSAGE, *span)).text
    assert text.startswith(PASSAGE[: span[0]])
    assert text.endswith(PASSAGE[span[1] :])


def test_stop_ends_it_and_what_came_is_whole(model: Model) -> None:
    token = CancelToken()
    running = ENGINE.generate(request(PASSAGE, length=100_000), model, Progress(token))
    assert next(running).check().text.startswith(PASSAGE)
    token.cancel()
    with pytest.raises(Cancelled):
        next(running)


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_scores_that_are_no_numbers_are_an_error_not_a_text(
    model: Model, monkeypatch: pytest.MonkeyPatch, temperature: float
) -> None:
    monkeypatch.setattr(CharReader, "read_again", lambda *_: np.full((1, 75), np.nan))
    with pytest.raises(AtelierError, match="not numbers"):
        made(model, request(PASSAGE, length=20, temperature=temperature))


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (5, 3), (0, 999)])
def test_a_place_outside_the_text_is_refused(model: Model, start: int, end: int) -> None:
    with pytest.raises(AtelierError, match="outside the text"):
        ENGINE.generate(request("abc", start, end), model, Progress())


# --- measuring --------------------------------------------------------------------------------------------------------


def test_a_text_like_its_own_is_measured_as_cheaper(model: Model, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PASSAGE * 20, encoding="utf8")
    (tmp_path / "b.txt").write_text("zxqj vkkw qqpz 日 " * 100, encoding="utf8")
    (tmp_path / "a.txt.xz").write_bytes(lzma.compress((PASSAGE * 20).encode()))
    plain, packed, other = (
        ENGINE.score(model, [tmp_path / name], Progress()) for name in ("a.txt", "a.txt.xz", "b.txt")
    )
    assert plain["nats_per_char"] == packed["nats_per_char"] < 2 < other["nats_per_char"]
    assert plain["bits_per_char"] == pytest.approx(plain["nats_per_char"] / np.log(2))
    assert other["files"][0]["unknown"] == 100
    both = ENGINE.score(model, [tmp_path / "a.txt", tmp_path / "b.txt"], Progress())
    assert plain["nats_per_char"] < both["nats_per_char"] < other["nats_per_char"]


def test_it_scores_as_one_run_over_the_whole_text_does(model: Model, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PASSAGE * 20, encoding="utf8")
    codec = model.codec
    tokens = np.array([codec["vocabulary"].index(character) for character in PASSAGE * 20])
    zero = np.zeros((codec["layers"], 1, codec["width"]), np.float32)
    scores = model.run("step", {"tokens": tokens[None, :-1], "h": zero, "c": zero})["logits"][0].astype(np.float64)
    nats = np.log(np.exp(scores).sum(-1)) - scores[np.arange(len(tokens) - 1), tokens[1:]]
    found = ENGINE.score(model, [tmp_path / "a.txt"], Progress())
    assert found["nats_per_char"] == pytest.approx(nats.mean(), abs=1e-4)


@pytest.mark.parametrize(("name", "content"), [("a.txt", b""), ("a.txt", b"x"), ("a.txt.xz", b"no"), ("a.txt", b"\0")])
def test_what_can_not_be_measured_says_why(model: Model, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AtelierError) as error:
        ENGINE.score(model, [tmp_path / name], Progress())
    assert error.value.kind is ErrorKind.BAD_FILE


# --- the command line -------------------------------------------------------------------------------------------------


def test_printed_and_written_are_the_same_and_replay_is_exact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.txt"
    options = ["write", MODEL, "--prompt", PASSAGE, "--tokens", "90", "--seed", "7", "--set", "temperature=0.5"]
    assert run((CARD,), options) == 0
    printed = capsys.readouterr().out
    assert run((CARD,), [*options, "--out", str(path)]) == 0
    written = path.read_bytes().decode()
    assert printed == (written if written.endswith("\n") else written + "\n")
    assert len(written) == len(PASSAGE) + 90
    _, recipe = ENGINE.load(path)
    assert recipe is not None
    asked = msgspec.convert(recipe.request, type=WriteRequest)
    assert (asked.seed, asked.controls["length"], asked.controls["temperature"]) == (7, 90, 0.5)
    capsys.readouterr()
    assert run((CARD,), ["replay", str(path)]) == 0
    assert capsys.readouterr().out.startswith(Match.EXACT)
    path.write_text(written.replace("O", "0"), encoding="utf8")
    assert run((CARD,), ["replay", str(path)]) == 3
    assert "changed by hand" in capsys.readouterr().out


def test_score_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(PASSAGE, encoding="utf8")
    assert run((CARD,), ["score", MODEL, str(tmp_path / "a.txt")]) == 0
    assert 0 < json.loads(capsys.readouterr().out)["bits_per_char"] < 8


@pytest.mark.parametrize(
    "options",
    [
        ["--tokens", "0"],
        ["--tokens", "999999999"],
        ["--prompt", "a\ud800"],
        ["--set", "temperature=9"],
        ["--set", "temperature=nan"],
        ["--set", "spice=1"],
        ["--seed", "-1"],
        ["--out", "x.mid"],
    ],
)
def test_bad_options_end_with_one_line(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run((CARD,), ["write", MODEL, "--tokens", "2", *options]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("atelie: ")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_the_command_line_imports_neither_torch_nor_qt() -> None:
    code = (
        "import sys; from app.__main__ import main; code = main(sys.argv[1:]); "
        "sys.exit(code or [name for name in ('torch', 'PySide6', 'shiboken6') if name in sys.modules] or 0)"
    )
    options = ["write", MODEL, "--prompt", "ROMEO:", "--tokens", "10", "--seed", "1"]
    done = subprocess.run([sys.executable, "-c", code, *options], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ROMEO:")


def test_the_command_line_writes_pdf_without_a_screen(tmp_path: Path) -> None:
    options = ["write", MODEL, "--prompt", "ROMEO:", "--tokens", "10", "--seed", "1", "--out", str(tmp_path / "x.pdf")]
    command = [sys.executable, "-m", "app", *options]
    screenless = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=screenless)
    assert (done.returncode, done.stdout.strip()) == (0, str(tmp_path / "x.pdf")), done.stderr
    content = (tmp_path / "x.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"EmbeddedFile" in content


@pytest.mark.parametrize("count", [300, 512, 513, 1200])
def test_what_is_remembered_of_a_text_changes_no_bit(shelf: ModelShelf, count: int) -> None:
    text = (PASSAGE * 100)[:count]
    model = shelf.open(MODEL)
    model.memory.clear()
    fresh = made(model, request(text, length=15)).text
    for before in (text[:-1], text + "x" * 20, text[: count // 2] + "#" + text[count // 2 :], "y" + text, text):
        made(model, request(before, length=1))
        assert made(model, request(text, length=15)).text == fresh


# --- alternatives -----------------------------------------------------------------------------------------------------

WRITERS = [MODEL, "gpt-prose-en"]


def between(shelf: ModelShelf, model: str, length: int = 12) -> WriteRequest:
    """A request in mid-text for any model."""
    controls = {**shelf.open(model).manifest.defaults(), "length": length}
    return msgspec.structs.replace(request(PASSAGE, start=17, seed=4), model=model, controls=controls)


@pytest.mark.parametrize("name", WRITERS)
def test_each_alternative_is_what_its_seed_writes_alone(shelf: ModelShelf, name: str) -> None:
    asked, model = between(shelf, name), shelf.open(name)
    *_, three = ENGINE.alternatives(asked, (4, 5, 6), model, Progress())
    alone = [made(model, msgspec.structs.replace(asked, seed=seed)) for seed in (4, 5, 6)]
    assert list(three) == [asked.written(text) for text in alone]
    assert len(set(three)) == 3


@pytest.mark.parametrize("name", WRITERS)
def test_refills_differ_and_each_is_what_its_seed_fills(shelf: ModelShelf, name: str) -> None:
    asked, model = msgspec.structs.replace(between(shelf, name), end=30), shelf.open(name)
    seen = list(ENGINE.alternatives(asked, (4, 5), model, Progress()))
    assert seen[0][1] == ""
    alone = [asked.written(made(model, msgspec.structs.replace(asked, seed=seed))) for seed in (4, 5)]
    assert list(seen[-1]) == alone


@pytest.mark.parametrize("name", WRITERS)
def test_a_request_for_the_taken_part_gives_that_part_of_the_whole(shelf: ModelShelf, name: str) -> None:
    asked, model = between(shelf, name, length=20), shelf.open(name)
    whole = asked.written(made(model, asked))
    for taken in (0, 1, 7, len(whole)):
        part = made(model, msgspec.structs.replace(asked, taken=taken))
        assert part.text == PASSAGE[:17] + whole[:taken] + PASSAGE[17:]
        assert part.share("machine") == pytest.approx(taken / len(part))


def test_less_than_nothing_is_not_taken(model: Model) -> None:
    with pytest.raises(AtelierError, match="Less than nothing"):
        ENGINE.generate(msgspec.structs.replace(request("abc"), taken=-1), model, Progress())


def test_the_command_line_fills_between_and_gives_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prompt, suffix = "She opened the letter and", " Then she sat down by the fire."
    options = ["write", "gpt-prose-en", "--prompt", prompt, "--suffix", suffix, "--tokens", "8", "--seed", "1"]
    assert run((CARD,), [*options, "--alternatives", "3"]) == 0
    printed = capsys.readouterr().out
    parts = printed.split("=== seed ")[1:]
    assert [part[0] for part in parts] == ["1", "2", "3"]
    assert run((CARD,), options) == 0
    alone = capsys.readouterr().out
    assert parts[0] == f"1 ===\n{alone}"
    assert alone.startswith(prompt)
    assert alone.endswith(suffix + "\n")
    assert len(alone) > len(prompt + suffix) + 1
    path = tmp_path / "x.txt"
    assert run((CARD,), [*options, "--alternatives", "2", "--out", str(path)]) == 0
    assert (tmp_path / "x-1.txt").read_text(encoding="utf8") == alone.removesuffix("\n")
    assert run((CARD,), ["replay", str(tmp_path / "x-2.txt")]) == 0
    assert not path.exists()


@pytest.mark.parametrize("count", ["0", "-1", "1000"])
def test_a_senseless_number_of_alternatives_is_refused(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run((CARD,), ["write", MODEL, "--tokens", "2", "--alternatives", count]) == 2
    assert "--alternatives" in capsys.readouterr().err
