"""Boxes of JUMBF (ISO/IEC 19566-5), in which content credentials are kept: what lies in which, by label.

A superbox ``jumb`` begins with a description ``jumd`` that holds its label; its other boxes are content, such as
``cbor``, or superboxes again.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cbor2

SUPERBOX, DESCRIPTION, CBOR = b"jumb", b"jumd", b"cbor"
DEEPEST = 8
LABELLED = 2
"""The bit of a description that says a label follows."""


@dataclass
class Box:
    """A superbox: its *label*, the superboxes in it, and what is said in CBOR (None without)."""

    label: str = ""
    inside: list[Box] = field(default_factory=list)
    said: Any = None

    def find(self, beginning: str) -> list[Box]:
        """The superboxes right inside whose labels begin so: labels end in versions and numbers."""
        return [box for box in self.inside if box.label.startswith(beginning)]


def read_boxes(content: bytes, depth: int = 0) -> list[Box]:
    """The superboxes in *content*, in their order; what is damaged is passed over."""
    bodies = (body for kind, body in _parts(content) if kind == SUPERBOX)
    return [_superbox(body, depth) for body in bodies] if depth < DEEPEST else []


def _superbox(content: bytes, depth: int) -> Box:
    box = Box(inside=read_boxes(content, depth + 1))
    for kind, body in _parts(content):
        if kind == DESCRIPTION and len(body) > 17 and body[16] & LABELLED:
            box.label = body[17:].split(b"\0")[0].decode("utf8", "replace")
        elif kind == CBOR:
            box.said = _decoded(body)
    return box


def _parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each box; a length of 0 goes to the end, 1 stands before one of 64 bits."""
    at = 0
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        head = 8
        if length == 1 and at + 16 <= len(content):
            (length,), head = struct.unpack_from(">Q", content, at + 8), 16
        end = len(content) if length == 0 else at + length
        if end < at + head or end > len(content):
            return
        yield kind, content[at + head : end]
        at = end


def _decoded(body: bytes) -> Any:
    try:
        return cbor2.loads(body)
    except (cbor2.CBORError, ValueError, RecursionError):
        return None
