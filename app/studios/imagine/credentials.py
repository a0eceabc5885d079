"""What a picture file says of its own making: our recipe, and content credentials (C2PA).

Credentials lie in a JUMBF box (ISO/IEC 19566-5) where the format has room for it: the chunk ``caBX`` of PNG, APP11
segments of JPEG, the chunk ``C2PA`` of WebP, the tag 52545 of TIFF (C2PA Technical Specification 2.1, appendix A). The
manifest's claim is CBOR; of it the maker and the kind of source are read. Its signature is *not* checked: anybody can
write anything into a file, and take it out.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from app.base.i18n import tr

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
TIFF_TAG = 52545
SOURCE = re.compile(rb"cv\.iptc\.org/newscodes/digitalsourcetype/(\w{3,60})")
GENERATED = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")
NAME_KEYS = (b"\x6fclaim_generator", b"\x74claim_generator_info")
LONGEST = 500


@dataclass(frozen=True)
class Credentials:
    """*maker*: what wrote the manifest, "" if it does not say; *source*: IPTC's word for where the picture is from."""

    maker: str
    source: str

    @property
    def says(self) -> str:
        """A sentence for people."""
        maker = self.maker or tr("a program that is not named")
        if self.source in GENERATED:
            return tr("Its content credentials say that {maker} generated it (signature not checked).", maker=maker)
        return tr("It has content credentials by {maker} (signature not checked).", maker=maker)


def read_credentials(content: bytes) -> Credentials | None:
    """The content credentials in the bytes of a picture file; None where there are none that can be found."""
    box = _box(content)
    if box is None:
        return None
    source = SOURCE.search(box)
    return Credentials(_maker(box), source[1].decode("ascii") if source else "")


def _box(content: bytes) -> bytes | None:
    """The manifest store, of which one thing is sure: that it says ``c2pa``."""
    if content.startswith(PNG):
        found = _in_png(content)
    elif content.startswith(JPEG):
        found = _in_jpeg(content)
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        found = _in_webp(content)
    else:
        found = _in_tiff(content)
    return found if found is not None and b"c2pa" in found else None


def _in_png(content: bytes) -> bytes | None:
    at = len(PNG)
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"caBX":
            return content[at + 8 : at + 8 + length]
        at += length + 12
    return None


def _in_jpeg(content: bytes) -> bytes | None:
    """A box longer than a segment goes on in the next ones, after 8 bytes that repeat what it is."""
    at, parts = 2, []
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", content, at + 2)
        body = content[at + 4 : at + 2 + length]
        if content[at + 1] == 0xEB and body[:2] == b"JP":
            parts.append(body[8:] if not parts else body[16:])
        at += 2 + length
    return b"".join(parts) or None


def _in_webp(content: bytes) -> bytes | None:
    at = 12
    while at + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, at)
        if kind == b"C2PA":
            return content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    return None


def _in_tiff(content: bytes) -> bytes | None:
    order = {b"II": "<", b"MM": ">"}.get(content[:2])
    if order is None or len(content) < 8:
        return None
    (at,) = struct.unpack_from(f"{order}I", content, 4)
    if at + 2 > len(content):
        return None
    (count,) = struct.unpack_from(f"{order}H", content, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(content) - 11), 12):
        tag, _, length, where = struct.unpack_from(f"{order}HHII", content, entry)
        if tag == TIFF_TAG:
            return content[where : where + length]
    return None


def _maker(box: bytes) -> str:
    """The text after the claim's key, or the first ``name`` of its list of makers."""
    for key in NAME_KEYS:
        at = box.find(key)
        if at < 0:
            continue
        start = at + len(key)
        if key is NAME_KEYS[1]:
            name = box.find(b"\x64name", start, start + LONGEST)
            start = name + 5 if name >= 0 else start
        text = _text(box, start)
        if text:
            return text
    return ""


def _text(box: bytes, at: int) -> str:
    """A CBOR text of up to 65,535 bytes (RFC 8949, major type 3) at a place; "" for anything else."""
    if at >= len(box) or box[at] >> 5 != 3:
        return ""
    short = box[at] & 31
    head = {24: 1, 25: 2}.get(short, 0)
    length = int.from_bytes(box[at + 1 : at + 1 + head], "big") if head else short
    return box[at + 1 + head : at + 1 + head + min(length, LONGEST)].decode("utf8", "replace")
