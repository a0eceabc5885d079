"""Evidence on pictures: what a file says of itself, what the real detector says, in the window and as JSON."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cbor2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.base.progress import Progress
from app.cli import run
from app.runtime.model import ModelShelf
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.imagine.credentials import MP4_BOX, TIFF_TAG, Credentials, read_credentials
from app.studios.imagine.document import Picture
from app.studios.imagine.evidence import SIDE, Says, parts_of, weigh
from app.studios.imagine.page import ImaginePage

SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
DONE = [{"action": "c2pa.created", "digitalSourceType": SOURCE}, {"action": "c2pa.cropped"}]


def box(label: str, *inside: bytes) -> bytes:
    """A superbox of JUMBF."""
    described = b"\0" * 16 + b"\3" + label.encode() + b"\0"
    return part(b"jumb", part(b"jumd", described) + b"".join(inside))


def part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def said(label: str, value: object) -> bytes:
    return box(label, part(b"cbor", cbor2.dumps(value)))


def store(claim: object, done: object = DONE) -> bytes:
    """A manifest store of two manifests, the newest last."""
    older = box("urn:c2pa:1", said("c2pa.claim", {"claim_generator": "A Camera"}))
    actions = box("c2pa.assertions", said("c2pa.actions.v2", {"actions": done}), said("c2pa.hash.data", {}))
    return box("c2pa", older, box("urn:c2pa:2", actions, said("c2pa.claim.v2", claim)))


BOX = store({"claim_generator_info": {"name": "Some Editor", "version": "2.0"}})


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


def mp4(box: bytes) -> bytes:
    purpose = b"\0\0\0\0manifest\0" + b"\0" * 8
    return part(b"ftyp", b"isom\0\0\0\0") + part(b"free", b"") + part(b"uuid", MP4_BOX + purpose + box)


@pytest.mark.parametrize("write", [png, jpeg, webp, tiff, mp4])
def test_content_credentials_are_found_in_each_format(write: Callable[[bytes], bytes]) -> None:
    found = read_credentials(write(BOX))
    assert found is not None
    assert found == Credentials("Some Editor 2.0", "trainedAlgorithmicMedia", ("created", "cropped"))
    assert "Some Editor 2.0 says that a trained network made it; told: created, cropped." in found.says
    assert "The signature was not verified." in found.says
    assert read_credentials(write(b"something else of the same kind")) is None
    assert read_credentials(write(box("other"))) is None


@pytest.mark.parametrize(
    ("claim", "done", "maker"),
    [
        ({"claim_generator": "Old Tool/1.0"}, [], "Old Tool/1.0"),
        ({"claim_generator_info": [{"name": "Listed"}]}, [], "Listed"),
        ({"claim_generator_info": 7}, "no list", ""),
        ([1, 2], [3, {"action": 4}], ""),
    ],
)
def test_older_and_odd_claims_are_read_as_far_as_they_go(claim: object, done: object, maker: str) -> None:
    found = read_credentials(png(store(claim, done)))
    assert found is not None
    assert (found.maker, found.actions) == (maker, ())
    assert "signature was not verified" in found.says


@given(st.integers(0, len(BOX) - 1), st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_a_damaged_manifest_never_raises(place: int, value: int) -> None:
    for damaged in (BOX[:place], BOX[:place] + bytes([value]) + BOX[place + 1 :]):
        read_credentials(png(damaged))


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8\xff", b"II*\0\xff\xff\xff\xff", b"RIFF1234WEBPC2PA", b"\0\0\0\1ftypisom" * 3, png(BOX)[:60]],
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
    assert json.loads(capsys.readouterr().out)["credentials"] == {
        "maker": "Some Editor 2.0",
        "source": "trainedAlgorithmicMedia",
        "actions": ["created", "cropped"],
        "signature": "not verified",
    }


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
    assert page.evidence.said.text().startswith("It carries content credentials: Some Editor 2.0 says")
    assert "%" in page.evidence.head.text()
    assert "AUC" in page.evidence.right.text()
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy(), timeout=20_000)
