"""What a picture file says of its own making: our recipe, and content credentials (C2PA).

Credentials lie in JUMBF boxes where the format has room for them: the chunk ``caBX`` of PNG, APP11 segments of JPEG,
the chunk ``C2PA`` of WebP, the tag 52545 of TIFF, a ``uuid`` box of MP4 (C2PA Technical Specification 2.1, appendix A).
Of the newest manifest its claim and its actions are read: who made it, what was done, where the pixels are from. Its
signature is *not* verified: anybody can write anything into a file, and take it out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.base.i18n import tr
from app.studios.imagine.jumbf import Box, read_boxes

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
TIFF_TAG = 52545
MP4_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
GENERATED = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")
"""IPTC's words for pictures that a trained network had a part in."""
STORE, CLAIM, ASSERTIONS, ACTIONS = "c2pa", "c2pa.claim", "c2pa.assertions", "c2pa.actions"
MOST_ACTIONS, LONGEST = 20, 200


@dataclass(frozen=True)
class Credentials:
    """*maker*: what wrote the manifest, "" if it does not say; *source*: IPTC's word for where the picture is from;
    *actions*: what was done to it, in the order told, such as ``created``, ``edited``."""

    maker: str
    source: str
    actions: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """A sentence for people."""
        maker = self.maker or tr("a program that is not named")
        if self.source in GENERATED:
            said = tr("It carries content credentials: {maker} says that a trained network made it", maker=maker)
        else:
            said = tr("It carries content credentials by {maker}", maker=maker)
        done = tr("; told: {actions}", actions=", ".join(self.actions)) if self.actions else ""
        return tr("{said}{done}. The signature was not verified.", said=said, done=done)


def read_credentials(content: bytes) -> Credentials | None:
    """The content credentials in the bytes of a picture file or film; None where there are none that can be found."""
    stores = [box for box in read_boxes(_carried(content)) if box.label == STORE]
    manifests = stores[0].inside if stores else []
    if not manifests:
        return None
    newest = manifests[-1]  # the specification's active manifest; the ones before are of what it was made from
    done = [action for box in _assertions(newest, ACTIONS) for action in _listed(box.said, "actions")]
    sources = (_text(action.get("digitalSourceType")).rpartition("/")[2] for action in done)
    names = (_text(action.get("action")).removeprefix("c2pa.") for action in done[:MOST_ACTIONS])
    return Credentials(_maker(newest), next(filter(None, sources), ""), tuple(filter(None, names)))


def _assertions(manifest: Box, label: str) -> list[Box]:
    return [box for store in manifest.find(ASSERTIONS) for box in store.find(label)]


def _maker(manifest: Box) -> str:
    """The name and version in the claim's list of makers, or the older text of all of them."""
    for claim in manifest.find(CLAIM):
        said = claim.said if isinstance(claim.said, dict) else {}
        infos = said.get("claim_generator_info")
        for info in infos if isinstance(infos, list) else [infos]:
            if isinstance(info, dict) and _text(info.get("name")):
                return f"{_text(info['name'])} {_text(info.get('version'))}".strip()
        if text := _text(said.get("claim_generator")):
            return text
    return ""


def _listed(said: Any, key: str) -> Iterator[dict[Any, Any]]:
    found = said.get(key) if isinstance(said, dict) else None
    yield from (entry for entry in found if isinstance(entry, dict)) if isinstance(found, list) else ()


def _text(value: Any) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


# --- where the formats keep it ----------------------------------------------------------------------------------------


def _carried(content: bytes) -> bytes:
    """The boxes, out of the format that carries them; nothing where there are none."""
    if content.startswith(PNG):
        return _in_png(content)
    if content.startswith(JPEG):
        return _in_jpeg(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _in_webp(content)
    return _in_mp4(content) if content[4:8] == b"ftyp" else _in_tiff(content)


def _in_png(content: bytes) -> bytes:
    at = len(PNG)
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"caBX":
            return content[at + 8 : at + 8 + length]
        at += length + 12
    return b""


def _in_jpeg(content: bytes) -> bytes:
    """A box longer than a segment goes on in the next ones, after 8 bytes that repeat what it is."""
    at, parts = 2, []
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", content, at + 2)
        body = content[at + 4 : at + 2 + length]
        if content[at + 1] == 0xEB and body[:2] == b"JP":
            parts.append(body[8:] if not parts else body[16:])
        at += 2 + length
    return b"".join(parts)


def _in_webp(content: bytes) -> bytes:
    at = 12
    while at + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, at)
        if kind == b"C2PA":
            return content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    return b""


def _in_tiff(content: bytes) -> bytes:
    order = {b"II": "<", b"MM": ">"}.get(content[:2])
    if order is None or len(content) < 8:
        return b""
    (at,) = struct.unpack_from(f"{order}I", content, 4)
    if at + 2 > len(content):
        return b""
    (count,) = struct.unpack_from(f"{order}H", content, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(content) - 11), 12):
        tag, _, length, where = struct.unpack_from(f"{order}HHII", content, entry)
        if tag == TIFF_TAG:
            return content[where : where + length]
    return b""


def _in_mp4(content: bytes) -> bytes:
    """A ``uuid`` box: version and flags, what it is for, the place of more, then the JUMBF."""
    at = 0
    while at + 24 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"uuid" and content[at + 8 : at + 24] == MP4_BOX:
            purpose, _, rest = content[at + 28 : at + length].partition(b"\0")
            return rest[8:] if purpose == b"manifest" else b""
        if length == 1:
            (length,) = struct.unpack_from(">Q", content, at + 8)
        if length < 8:
            break
        at += length
    return b""
