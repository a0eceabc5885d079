"""Evidence on pictures: what a file says of itself, what the real detector says, in the window and as JSON."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.base.progress import Progress
from app.cli import run
from app.runtime.model import ModelShelf
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.imagine.credentials import TIFF_TAG, read_credentials
from app.studios.imagine.document import Picture
from app.studios.imagine.evidence import SIDE, Says, parts_of, weigh
from app.studios.imagine.page import ImaginePage

SOURCE = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CLAIM = b"\xa2\x6fclaim_generator\x6bSome Editor\x71digitalSourceType\x78" + bytes([len(SOURCE)]) + SOURCE
BOX = struct.pack(">I4s", 24 + len(CLAIM), b"jumb") + struct.pack(">I4s", 16, b"jumd") + b"c2pa\0\0\0\0" + CLAIM


def png(box: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "PNG")
    content = buffer.getvalue()
    chunk = struct.pack(">I", len(box)) + b"caBX" + box + struct.pack(">I", zlib.crc32(b"caBX" + box))
    return content[:33] + chunk + content[33:]


def jpeg(box: bytes) -> bytes:
    """In two segments, the second of which repeats the head of the box."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "JPEG")
    content = buffer.getvalue()
    parts = [box[:60], box[:8] + box[60:]]
    segments = [
        struct.pack(">2sHHHI", b"\xff\xeb", len(part) + 10, 0x4A50, 1, n + 1) + part for n, part in enumerate(parts)
    ]
    return content[:2] + b"".join(segments) + content[2:]


def webp(box: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "WEBP")
    return buffer.getvalue() + struct.pack("<4sI", b"C2PA", len(box)) + box


def tiff(box: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "TIFF", tiffinfo={TIFF_TAG: box})
    return buffer.getvalue()


@pytest.mark.parametrize("write", [png, jpeg, webp, tiff])
def test_content_credentials_are_found_in_each_format(write: Callable[[bytes], bytes]) -> None:
    found = read_credentials(write(BOX))
    assert found is not None
    assert found.maker == "Some Editor"
    assert found.source == "trainedAlgorithmicMedia"
    assert "generated it (signature not checked)" in found.says
    assert read_credentials(write(b"something else of the same kind")) is None


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff", b"II*\0\xff\xff\xff\xff", b"RIFF1234WEBPC2PA", png(BOX)[:60]]
)
def test_what_is_cut_short_has_no_credentials(content: bytes) -> None:
    assert read_credentials(content) is None


def test_a_made_picture_is_told_by_its_recipe_and_by_its_pixels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "made.png"
    assert run(CARDS, ["imagine", "abstract-cppn", "--size", "200", "--out", str(out)]) == 0
    capsys.readouterr()
    assert run(CARDS, ["check", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["recipe"] == {"model": "abstract-cppn", "studio": "imagine"}
    assert found["credentials"] is None
    assert found["range"][0] <= found["chance"] <= found["range"][1]
    assert found["chance"] > 0.5
    assert {"made told from real", "after JPEG of quality 75"} <= set(found["auc"])
    assert "abstract-cppn" in found["knows"]
    assert found["fails"]


def test_credentials_stand_in_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "signed.png").write_bytes(png(BOX))
    assert run(CARDS, ["check", str(tmp_path / "signed.png")]) == 0
    assert json.loads(capsys.readouterr().out)["credentials"]["maker"] == "Some Editor"


def test_a_large_picture_is_seen_in_parts_and_a_tiny_one_not_at_all(shelf: ModelShelf) -> None:
    large = Picture.of_array(np.zeros((500, 900, 3), np.uint8))
    assert [part.shape for part in parts_of(large)] == [(SIDE, SIDE, 3)] * 9
    assert len(parts_of(Picture.of_array(np.zeros((28, 28), np.uint8)))) == 1
    tiny = weigh(shelf, Picture.of_array(np.zeros((9, 30), np.uint8)), Progress())
    assert tiny.judgement.says is Says.TOO_SMALL


def test_the_panel_says_what_the_file_says_first_and_how_often_it_is_right(
    open_window: Callable[..., Window], qtbot: QtBot, tmp_path: Path
) -> None:
    page = open_window("imagine").page
    assert isinstance(page, ImaginePage)
    (tmp_path / "signed.png").write_bytes(png(BOX))
    with qtbot.waitSignal(page.state.opened):
        page.open_path(tmp_path / "signed.png")
    page.made_by.set_open(True)
    qtbot.mouseClick(page.evidence.weigh, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.evidence.found is not None, timeout=20_000)
    assert page.evidence.said.text().startswith("Its content credentials say that Some Editor generated it")
    assert "%" in page.evidence.head.text()
    assert "AUC" in page.evidence.right.text()
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy(), timeout=20_000)
