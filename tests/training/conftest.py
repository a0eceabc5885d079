"""Tiny data in the published layout, for trainings of seconds."""

from __future__ import annotations

import importlib.util
import io
import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.studios.compose.document import Note, Score, Track
from app.studios.compose.midi.writing import write_midi
from training.sketchrnn.collections import COLLECTIONS

SCENE = "ROMEO:\nThe day is done, the night is come.\n\nJULIET:\nThe night is done, the day is come.\n\n"
PAGE = "The day was done and the night had come. She said that the day was done, and he said that the night had come. "
BOOKS = f"=== A Book — A Writer (1900) ===\n\n{PAGE * 30}\n\n\n=== Another — A Writer (1901) ===\n\n{PAGE * 20}\n"


@pytest.fixture(autouse=True)
def as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings of seconds compile nothing."""
    if importlib.util.find_spec("torch"):
        monkeypatch.setattr("training.lib.lstm.COMPILED", False)


def _chorales(folder: Path) -> None:
    folder.mkdir(parents=True)
    chord = np.array([72, 67, 60, 48])
    piece = np.repeat(chord + np.array([0, 2, 4, 5, 7, 5, 4, 2, 0, 2, 4, 5, 7, 5, 4, 2])[:, None], 8, axis=0)
    pitch, start = np.concatenate([piece] * 3).astype(np.int8), np.arange(4) * len(piece)
    splits = {
        f"{split}_{name}": value for split in ("train", "valid") for name, value in (("pitch", pitch), ("start", start))
    }
    np.savez(folder / "jsb-chorales-16th.npz", **splits)  # pyright: ignore[reportArgumentType]
    np.savez(folder / "jsb-chorales-16th-official-test.npz", test_pitch=pitch, test_start=start)


def _pictures(folder: Path) -> None:
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    content = io.BytesIO()
    np.savez(
        content,
        images=rng.integers(0, 256, (400, 28, 28), dtype=np.uint8),
        labels=np.arange(400) % 20,
        split=np.array(["train", "valid"])[(np.arange(400) % 8 == 0).astype(int)],
        class_names=np.array([f"kind {i}" for i in range(20)]),
    )
    rows = [f"data.npz#{n},kind {n % 20},{'train' if n % 8 else 'valid'}" for n in range(400)]
    labels = "\n".join(["file,class,split", *rows]).encode()
    _archive(folder / "small-28.tar", {"labels.csv": labels, "data.npz": content.getvalue()})


def _colour_pictures(folder: Path, name: str, side: int, classes: tuple[str, ...], count: int = 24) -> None:
    """A set of soft colours: ``labels.csv`` and WebP files, every sixth of the valid part."""
    rng = np.random.default_rng(len(name))
    rows, files = ["file,class,kind,split"], {}
    for number in range(count):
        small = Image.fromarray(rng.integers(0, 256, (5, 5, 3), dtype=np.uint8))
        content = io.BytesIO()
        small.resize((side, side), Image.Resampling.BICUBIC).save(content, "WEBP", quality=88)
        files[f"images/{number:05d}.webp"] = content.getvalue()
        split = "valid" if number % 6 == 0 else "train"
        kind = classes[number % len(classes)]
        rows.append(f"images/{number:05d}.webp,{kind},{kind},{split}")
    _archive(folder / f"{name}.tar", {"labels.csv": "\n".join(rows).encode(), **files})


def _archive(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def _drawings(folder: Path) -> None:
    folder.mkdir(parents=True)
    _set_of_drawings(folder / "quickdraw.npz", COLLECTIONS["sketch-rnn"].categories)
    _set_of_drawings(folder / "kanji.npz", ("kanji", "kanji variant"))
    _set_of_drawings(folder / "hanzi.npz", ("hanzi",))


def _set_of_drawings(path: Path, categories: tuple[str, ...]) -> None:
    """Four circles in two strokes of each category, two of them valid."""
    angles = np.linspace(0, 2 * np.pi, 12)
    circle = np.column_stack([np.cos(angles), np.sin(angles)]) * 100 + 128
    count = 4 * len(categories)
    pen_up = np.zeros(len(circle), bool)
    pen_up[[5, -1]] = True
    np.savez(
        path,
        categories=np.array(categories),
        points=np.tile(circle, (count, 1)).astype(np.int16),
        pen_up=np.tile(pen_up, count),
        offsets=np.arange(count + 1) * len(circle),
        label=np.arange(count) % len(categories),
        split=np.arange(count) >= 2 * len(categories),
    )


def _texts(folder: Path) -> None:
    folder.mkdir(parents=True)
    contents = {
        SCENE * 12: ("shakespeare", "shakespeare-plays", "shakespeare.valid"),
        BOOKS: ("prose-en", "prose-en.valid", "poetry-en", "prose-pt", "prose-pt.valid"),
        f"{PAGE}\n<|endoftext|>\n" * 2: ("stories-en",),
        "  <page>\n    <title>東京</title>\n    [[a]] [[b]] — ü.\n  </page>\n" * 20: (
            "wikipedia",
            "wikipedia.valid",
        ),
        "\\section{A}\n\\begin{proof}\n$x = y$\n\\end{proof}\n" * 20: ("latex", "latex.valid"),
    }
    for text, names in contents.items():
        for name in names:
            (folder / f"{name}.txt.xz").write_bytes(lzma.compress(text.encode()))


PIECE_COLUMNS = (
    "file,composer,style,ensemble,n_parts,n_notes,time_signature,licence,jsb_chorale,split,credit,source_repo"
)


def _pieces(folder: Path) -> None:
    """Scales for a few instruments, in the layout of the archive; one may not be learnt from."""
    rows, archive = [PIECE_COLUMNS], io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:xz") as tar:
        for number, (composer, licence, split) in enumerate((
            ("Bach, Johann Sebastian", "CC0 1.0", "train"),
            ("Nobody", "CC BY 4.0", "train"),
            ("Nobody", "GPL-3.0", "train"),
            ("Chopin, Frédéric", "Public Domain", "valid"),
        )):  # fmt: skip
            entry, content = tarfile.TarInfo(f"pieces/some/{number}.mid"), _scales(number)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
            rows.append(
                f'some/{number}.mid,"{composer}",baroque,string duo,2,256,4/4,{licence},,{split},A. Nobody,scores'
            )
    (folder / "pieces.tar.xz").write_bytes(archive.getvalue())
    (folder / "pieces.csv").write_text("\n".join(rows) + "\n", encoding="utf8")


def _scales(key: int) -> bytes:
    """Sixteen bars of a violin and a cello."""
    steps = [0, 2, 4, 5, 7, 9, 11, 12]
    tracks = tuple(
        Track(
            name=name,
            program=program,
            notes=tuple(Note(place * 240, low + key + steps[place % 8], 240) for place in range(128)),
        )
        for name, program, low in (("violin", 40, 60), ("cello", 42, 40))
    )
    return write_midi(Score(tracks=tracks, length=128 * 240))


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder for all families."""
    folder = tmp_path_factory.mktemp("data")
    _chorales(folder / "music")
    _pieces(folder / "music")
    _pictures(folder / "images")
    _colour_pictures(folder / "images", "paintings-128", 128, ("landscape", "portrait"), count=48)
    _colour_pictures(folder / "images", "fantasy-portraits-128", 128, ("elf", "knight"))
    for name, side in (("master-faces-128", 128), ("fruits-64", 64), ("avatars-64", 64), ("pixel-32", 32)):
        _colour_pictures(folder / "images", name, side, ("first", "second"))
    _drawings(folder / "sketches")
    _texts(folder / "text")
    return folder


@pytest.fixture
def one_thread() -> Iterator[None]:
    """The networks are so small that threads would only wait for each other."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
