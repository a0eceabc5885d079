"""Layers: what lies over what, and how it mixes."""

from __future__ import annotations

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr

BLENDS = {
    "normal": "svg:src-over",
    "multiply": "svg:multiply",
    "screen": "svg:screen",
    "overlay": "svg:overlay",
    "darken": "svg:darken",
    "lighten": "svg:lighten",
    "hard-light": "svg:hard-light",
    "difference": "svg:difference",
    "add": "svg:plus",
}
"""The blend modes by the names of CSS (add: W3C's plus-lighter), with OpenRaster's names."""

WITHIN = " / "
"""Between a group's name and what lies in it."""


class Layer(msgspec.Struct, frozen=True):
    """One layer. Its strokes name it by *number*; *picture* is a PNG that lies under them, its *corner* so many
    pixels to the right of the sheet's and down.

    *masked*: the layer has a mask, painted by strokes of its own. *locked*: nothing on it can be changed. *group* is
    the way to the group it lies in, as ``Trees / Leaves``; a group is a name that neighbours share, and no more.
    """

    number: int
    name: str = ""
    opacity: float = 1.0
    blend: str = "normal"
    visible: bool = True
    locked: bool = False
    masked: bool = False
    picture: bytes = b""
    corner: tuple[int, int] = (0, 0)
    group: str = ""

    def __post_init__(self) -> None:
        if self.blend not in BLENDS or not 0 <= self.opacity <= 1:
            raise ValueError(f"no such layer: {self.blend} {self.opacity}")


def layer_at(layers: tuple[Layer, ...], number: int) -> int:
    """The place of a layer by its number. Raises :class:`AtelierError` (``BAD_INPUT``)."""
    for place, layer in enumerate(layers):
        if layer.number == number:
            return place
    raise AtelierError(ErrorKind.BAD_INPUT, tr("This layer is gone."))


def new_number(layers: tuple[Layer, ...]) -> int:
    """A number no layer has."""
    return 1 + max((layer.number for layer in layers), default=-1)


def shown_name(layer: Layer) -> str:
    """The layer's name, or one made from its number."""
    return layer.name or tr("Layer {number}", number=layer.number + 1)


def whole_name(layer: Layer) -> str:
    """The name with the groups before it."""
    return f"{layer.group}{WITHIN}{shown_name(layer)}" if layer.group else shown_name(layer)


def parted_name(text: str) -> tuple[str, str]:
    """The group and the name that :func:`whole_name` joined."""
    group, _, name = text.strip().rpartition(WITHIN)
    return group.strip(), name.strip()


def replaced(layers: tuple[Layer, ...], number: int, **changes: object) -> tuple[Layer, ...]:
    """The layers with some fields of one changed."""
    place = layer_at(layers, number)
    changed = msgspec.structs.replace(layers[place], **changes)
    changed.__post_init__()
    return (*layers[:place], changed, *layers[place + 1 :])


def shifted(layers: tuple[Layer, ...], number: int, by: int) -> tuple[Layer, ...]:
    """The layers with one moved *by* places up (or down, for a negative number)."""
    place = layer_at(layers, number)
    rest = [layer for layer in layers if layer.number != number]
    rest.insert(max(0, min(len(rest), place + by)), layers[place])
    return tuple(rest)
