"""Picture files and where each format keeps a recipe: a text chunk in PNG, an XMP packet in JPEG, WebP and TIFF.

The packet (XMP Specification Part 1, Adobe 2012) also says with IPTC's word for it (DigitalSourceType, 2.0) that an
algorithm trained on examples made the picture, so that other programs can tell.
"""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import quoteattr

from PIL import Image, PngImagePlugin

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.recipe import KEY

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
_SPACE = "urn:atelie:recipe"
_MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_XMP_TAG = 700
_OPTIONS: dict[str, dict[str, Any]] = {
    "PNG": {"compress_level": 9},
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"lossless": True, "quality": 60, "method": 4},
    "TIFF": {"compression": "tiff_adobe_deflate"},
}


def check_suffix(suffix: str) -> str:
    """The suffix of a picture. Raises :class:`AtelierError` (``BAD_INPUT``) for one that is none of :data:`FORMATS`."""
    if suffix.lower() not in FORMATS:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A picture can't be written as “{suffix}”.", suffix=suffix),
            tr("Possible: {all}.", all=" ".join(FORMATS)),
        )
    return suffix.lower()


def picture_bytes(picture: Image.Image, suffix: str, recipe: str = "") -> bytes:
    """The bytes of a picture (mode L or RGB) with *recipe*, the same for the same; all but JPEG keep each pixel.

    Raises :class:`AtelierError` (``BAD_INPUT``) for a suffix that is none of :data:`FORMATS`, and for a recipe longer
    than the 64 kilobytes that JPEG has room for.
    """
    kind, buffer = FORMATS[check_suffix(suffix)], io.BytesIO()
    try:
        picture.save(buffer, kind, **_OPTIONS[kind], **(_with_recipe(kind, recipe) if recipe else {}))
    except ValueError as error:
        if kind != "JPEG" or not recipe:
            raise
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The recipe of this picture is too long for a JPEG."),
            tr("PNG, WebP and TIFF have room for it; or leave the recipe out."),
        ) from error
    return buffer.getvalue()


def xmp_packet(recipe: str) -> bytes:
    """An XMP packet that holds *recipe*."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:atelie="{_SPACE}" atelie:recipe={quoteattr(recipe)}'
        f' xmlns:iptc="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" iptc:DigitalSourceType="{_MADE}"/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def recipe_text(image: Image.Image) -> str:
    """What an opened picture carries as its recipe; nothing if there is none or its packet is damaged."""
    chunk = image.info.get(KEY)
    if isinstance(chunk, str):
        return chunk
    packet = image.info.get("xmp")
    if isinstance(packet, str):
        packet = packet.encode()
    return _in_packet(packet) if isinstance(packet, bytes) else ""


def _in_packet(packet: bytes) -> str:
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # only few pictures need it

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(packet.strip(b"\0 \r\n"), parser)
    except etree.XMLSyntaxError:
        return ""
    found = root.xpath("//@a:recipe", namespaces={"a": _SPACE})
    return str(found[0]) if isinstance(found, list) and found else ""


def _with_recipe(kind: str, recipe: str) -> dict[str, Any]:
    if kind == "PNG":
        chunks = PngImagePlugin.PngInfo()
        chunks.add_text(KEY, recipe)
        return {"pnginfo": chunks}
    packet = xmp_packet(recipe)
    return {"tiffinfo": {_XMP_TAG: packet}} if kind == "TIFF" else {"xmp": packet}
