"""The relatives of a picture, generation by generation, out of the gallery."""

from __future__ import annotations

import msgspec

from app.studios.imagine.gallery import Gallery

GENERATIONS, MOST = 4, 10
"""Generations of ancestors; relatives in one generation at most."""


class Relative(msgspec.Struct, frozen=True):
    """A picture of the family: how many generations *older* it is (children: -1), and its small picture file."""

    key: str
    older: int
    thumbnail: bytes


class Family(msgspec.Struct, frozen=True):
    """Relatives, the oldest first, and who is a child of whom: pairs of child and parent."""

    relatives: tuple[Relative, ...]
    kin: tuple[tuple[str, str], ...]


def family_of(key: str, parents: tuple[str, ...], gallery: Gallery) -> Family:
    """The family of the picture *key*, whose *parents* its request names: ancestors first, its children last.

    A picture that several generations share stands with the oldest of them.
    """
    kin = [(key, parent) for parent in parents[:MOST]]
    older, row = {key: 0}, list(dict.fromkeys(parents))[:MOST]
    for generation in range(1, GENERATIONS + 1):
        older.update(dict.fromkeys(row, generation))
        pairs = [(child, parent) for child in row for parent in gallery.parents(child)]
        kin += pairs
        row = list(dict.fromkeys(parent for _, parent in pairs))[:MOST]
    children = [child for child in gallery.children(key, MOST) if child not in older]
    older.update(dict.fromkeys(children, -1))
    kin += [(child, key) for child in children]
    items = {item.key: item.id for item in gallery.by_keys(list(older))}
    small = gallery.thumbnails(list(items.values())) if items else {}
    order = sorted(older, key=lambda one: -older[one])
    relatives = tuple(Relative(one, older[one], small.get(items.get(one, 0), b"")) for one in order)
    return Family(relatives, tuple(pair for pair in dict.fromkeys(kin) if set(pair) <= set(older)))
