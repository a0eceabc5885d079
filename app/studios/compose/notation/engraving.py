"""Engraving and reading of notation by Verovio (LGPL-3.0), which is an extra and is loaded when it is first needed."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, read_bytes
from app.base.i18n import tr
from app.studios.compose.document import Note, Score
from app.studios.compose.midi.reading import MAX_BYTES, read_midi
from app.studios.compose.notation.marks import marked
from app.studios.compose.notation.writing import musicxml

SVG = "http://www.w3.org/2000/svg"
METRONOME = "\ueca5"
"""A quarter in the font of musical signs, which other programs lack."""
PAGE = (2100, 2970)
"""A4 in tenths of a millimetre."""
ROOTS = ("score-partwise", "score-timewise")
MAX_NOTES = 20_000
CUT = 24
"""Verovio's MIDI ends each note a tick early; ends that would lie on this part of a quarter are put back there."""


def pages(score: Score) -> list[bytes]:
    """The score engraved, one SVG for each page, without nested ``svg`` elements, which Qt's renderer skips.

    Raises :class:`AtelierError`: ``BAD_INPUT`` for too long a score, ``NO_DEVICE`` without Verovio, ``INTERNAL`` when
    it can't engrave the score.
    """
    if sum(len(track.notes) for track in score.tracks) > MAX_NOTES:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("Only up to {count} notes can be engraved at once.", count=MAX_NOTES),
            tr("Cut the piece into parts."),
        )  # fmt: skip
    toolkit = _toolkit()
    if not toolkit.loadData(musicxml(score).decode()):
        raise AtelierError(ErrorKind.INTERNAL, tr("The score could not be engraved."))
    return [flattened(toolkit.renderToSVG(number + 1)) for number in range(toolkit.getPageCount())]


def save_pages(path: Path, score: Score) -> list[Path]:
    """Write ``x.svg``, or ``x-1.svg``, ``x-2.svg``… for several pages. Raises as :func:`pages`, and ``DISK``."""
    drawings = pages(score)
    names = [path] if len(drawings) == 1 else [path.with_stem(f"{path.stem}-{n + 1}") for n in range(len(drawings))]
    for name, drawing in zip(names, drawings, strict=True):
        atomic_write(name, drawing)
    return names


def load_musicxml(path: Path) -> Score:
    """Read MusicXML, also compressed (``.mxl``). Raises :class:`AtelierError` (``BAD_FILE``, ``NO_DEVICE``)."""
    content = read_bytes(path, MAX_BYTES)
    toolkit = _toolkit()
    # Verovio ends the whole program on some damaged files, so both the archive and the markup are looked at before.
    try:
        if content.startswith(b"PK"):
            content = _unpacked(content)
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, zipfile.BadZipFile, KeyError, StopIteration, ValueError, OSError):
        root = None
    whole = root is not None and root.tag in ROOTS and root.find("part") is not None
    if root is None or not whole or not toolkit.loadData(ElementTree.tostring(root, encoding="unicode")):
        raise AtelierError(ErrorKind.BAD_FILE, tr("“{name}” is no MusicXML that can be read.", name=path.name))
    score, _ = read_midi(base64.b64decode(toolkit.renderToMIDI()), path.name)
    return marked(score.map_notes(lambda _, note: _whole(note, score.ticks_per_quarter)), root)


def flattened(svg: str) -> bytes:
    """The same drawing with the inner ``svg`` as a group, scaled as its view box says."""
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(svg)
    width, height = (float(number) for number in root.get("viewBox", "0 0 1 1").split()[2:])
    for place, child in enumerate(list(root)):
        if child.tag == f"{{{SVG}}}svg":
            inner = [float(number) for number in child.get("viewBox", f"0 0 {width} {height}").split()]
            group = ElementTree.Element(f"{{{SVG}}}g", transform=f"scale({width / inner[2]:.8g})", color="black")
            group.extend(list(child))
            root.remove(child)
            root.insert(place, group)
    for text in root.iter(f"{{{SVG}}}text"):
        _flatten_text(text)
    return re.sub(rb"currentColor", b"#000000", ElementTree.tostring(root))


def _flatten_text(text: ElementTree.Element) -> None:
    """One layer of spans instead of several, the size on the text itself, and a note any font has for a metronome's."""
    leaves = [span for span in text.iter(f"{{{SVG}}}tspan") if span.text and span.text.strip()]
    for child in list(text):
        text.remove(child)
    sizes = [float(size.removesuffix("px")) for span in leaves if (size := span.get("font-size"))]
    text.set("font-size", f"{min(sizes, default=1.0):g}px")
    text.set("font-family", "serif")
    text.text = "".join((span.text or "").replace(METRONOME, "♩") for span in leaves)


def _whole(note: Note, quarter: int) -> Note:
    short = (note.end + 1) % max(1, quarter // CUT) == 0
    return msgspec.structs.replace(note, duration=note.duration + 1) if short else note


def _unpacked(content: bytes) -> bytes:
    """The score in a compressed MusicXML file, of no more than the size that is allowed for a plain one."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        container = ElementTree.fromstring(archive.read("META-INF/container.xml"))
        name = next(file.get("full-path", "") for file in container.iter() if file.tag.endswith("rootfile"))
        if archive.getinfo(name).file_size > MAX_BYTES:
            raise ValueError(name)
        return archive.read(name)


def _toolkit() -> Any:
    try:
        import verovio
    except ImportError as error:
        raise AtelierError(
            ErrorKind.NO_DEVICE,
            tr("Notation needs the library Verovio, which is not installed."),
            tr("Install Ateliê with its extra “notation”."),
        ) from error
    verovio.enableLog(verovio.LOG_OFF)
    # Where its fonts are is known to the thread alone that imported it.
    toolkit = verovio.toolkit(False)
    toolkit.setResourcePath(str(Path(verovio.__file__).parent / "data"))
    toolkit.resetXmlIdSeed(1)
    width, height = PAGE
    toolkit.setOptions(
        {"pageWidth": width, "pageHeight": height, "scale": 40, "svgViewBox": True, "footer": "none", "header": "none",
         "xmlIdSeed": 1, "spacingSystem": 12}
    )  # fmt: skip
    return toolkit
