"""What is asked of a picture model."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.manifest import ControlValue

MOST_PICTURES = 1000
LAST = -1
"""As the last layer of a range: the generator's last, whatever its number."""
NOISE = re.compile(r"seed|off|frozen:\d{1,10}")


class StylePart(msgspec.Struct, frozen=True, kw_only=True):
    """The styles of the layers *first* to *last* (from 0, both within) taken from another picture.

    They are those the picture *index* of *seed* has, or *styles*: all of a picture's, float16 (layers, width), the
    lowest byte first. *share* 1 takes them as they are, less blends them with what is there.
    """

    first: int = 0
    last: int = LAST
    seed: int = 0
    index: int = 0
    styles: bytes = b""
    share: float = 1.0


class DirectionPart(msgspec.Struct, frozen=True):
    """A principal direction, counted from 0, its weight, and the layers it acts on."""

    direction: int
    weight: float = 1.0
    first: int = 0
    last: int = LAST


class DirectionMove(msgspec.Struct, frozen=True, kw_only=True):
    """A step of *amount* along a direction, which is a sum of principal ones, in the layers *first* to *last*.

    An amount of 1 is a standard deviation of what the network makes (Härkönen et al. 2020, GANSpace). A direction the
    user named carries its *name*; it is spelt out here so that the recipe needs no other file.
    """

    parts: tuple[DirectionPart, ...]
    amount: float
    first: int = 0
    last: int = LAST
    name: str = ""


class Refill(msgspec.Struct, frozen=True, kw_only=True):
    """An area made anew: where *mask* is white, the layers from *first* on follow the styles of another picture.

    *mask* is a grey PNG of the model's size with its soft edge in it; black stays as it was, to the byte.
    """

    mask: bytes
    seed: int = 0
    index: int = 0
    first: int = 0


class Gene(msgspec.Struct, frozen=True):
    """A picture that a bred one comes of in the end, and its *shares* of the coarse, the middle and the fine layers."""

    request: ImagineRequest
    shares: tuple[float, float, float]


class Parent(msgspec.Struct, frozen=True):
    """A picture that was crossed: its *key* (see :attr:`Picture.key`), its own genes, and how much of it was wished for
    in the coarse, the middle and the fine layers."""

    key: str
    genes: tuple[Gene, ...]
    shares: tuple[float, float, float] = (1.0, 1.0, 1.0)


class KeyFrame(msgspec.Struct, frozen=True):
    """A picture a walk comes to, and the way from it to the next: its *seconds*, and how it begins and ends."""

    request: ImagineRequest
    seconds: float = 2.0
    easing: str = "smooth"


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """A way through *keys*, *rate* frames a second; with *loop* it ends where it began.

    *bars*, the seconds at which the bars of a piece begin, take the place of the keys' seconds: each key falls on a bar
    line, *each* bars after the one before. *noise* holds for all frames, so that the grain stands still.
    """

    keys: tuple[KeyFrame, ...] = ()
    rate: float = 24.0
    loop: bool = False
    bars: tuple[float, ...] = ()
    each: int = 1
    noise: str = "frozen:0"


class ImagineRequest(msgspec.Struct, frozen=True, kw_only=True):
    """*count* pictures of the series that *seed* begins, from the place *index* on.

    ``controls`` are the model's own: ``class`` and ``truncation``. *mix* adds other classes: name and share, the chosen
    class has the rest. *offsets* moves a network without styles along its directions, the first ones first; *moves*
    says more, and all networks follow it.

    A styled generator also knows *start*, the styles a picture begins with instead of those of its seed (float16, as in
    :class:`StylePart`); *styles*, parts taken from other pictures, one after the other; *noise*: ``"seed"``,
    ``"frozen:<seed>"`` or ``"off"``; and *refills*, one after the other. With refills, a series is one of alternatives
    for the last of them. *photo*, a picture file, asks for the *start* that looks like it.

    A model that works on a picture is given it as *photo*; *origin* is then what made that picture.

    With *parents*, each picture is a child of them: its genes are theirs by their shares, which differ from child to
    child the more the higher *spread* is; *strangeness* (0..1) is the share of a new picture in it. With a *walk*, the
    pictures are its frames. A *series* names each picture by a request of its own.
    """

    model: str
    seed: int = 0
    controls: dict[str, ControlValue] = {}
    count: int = 1
    index: int = 0
    offsets: tuple[float, ...] = ()
    mix: tuple[tuple[str, float], ...] = ()
    start: bytes = b""
    styles: tuple[StylePart, ...] = ()
    moves: tuple[DirectionMove, ...] = ()
    noise: str = "seed"
    refills: tuple[Refill, ...] = ()
    photo: bytes = b""
    origin: ImagineRequest | None = None
    parents: tuple[Parent, ...] = ()
    spread: float = 0.0
    strangeness: float = 0.0
    walk: Walk | None = None
    series: tuple[ImagineRequest, ...] = ()

    def check(self) -> ImagineRequest:
        """Itself. Raises :class:`AtelierError` (``BAD_INPUT``) for numbers that make no picture."""
        if not 1 <= self.count <= MOST_PICTURES or self.index < 0:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("{count} pictures can't be made at once.", count=self.count),
                tr("Possible: {range}.", range=f"1 – {MOST_PICTURES}"),
            )
        if not all(math.isfinite(value) for value in self._amounts()):
            raise AtelierError(ErrorKind.BAD_INPUT, tr("A slider's value is not a number."), tr("Reset the sliders."))
        shares = [share for _, share in self.mix]
        if not _are_shares(shares) or sum(shares) > 1 + 1e-6:
            raise AtelierError(ErrorKind.BAD_INPUT, tr("The shares of the mixed classes must be 0 to 1 in all."))
        if not _are_shares(part.share for part in self.styles):
            raise AtelierError(ErrorKind.BAD_INPUT, tr("The share of a style must be 0 to 1."))
        if not NOISE.fullmatch(self.noise):
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("The noise can't be “{noise}”.", noise=self.noise),
                tr("Possible: {range}.", range="seed, off, frozen:SEED"),
            )
        self._check_parents()
        return self

    def single(self, place: int) -> ImagineRequest:
        """The request for one picture of the series alone, counted from this request's first."""
        if self.series:
            return self.series[place]
        if not self.refills:
            return msgspec.structs.replace(self, count=1, index=self.index + place)
        *before, last = self.refills
        other = msgspec.structs.replace(last, index=last.index + place)
        return msgspec.structs.replace(self, count=1, refills=(*before, other))

    def _check_parents(self) -> None:
        if any(gene.request.model != self.model for parent in self.parents for gene in parent.genes):
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("Parents by another model than “{model}” can't be crossed by it.", model=self.model),
                tr("Choose their model, or other parents."),
            )
        shares = [share for parent in self.parents for share in parent.shares]
        shares += [share for parent in self.parents for gene in parent.genes for share in gene.shares]
        sums = [sum(parent.shares[group] for parent in self.parents) for group in range(3)] if self.parents else [1]
        good = all(math.isfinite(share) and share >= 0 for share in shares) and min(sums) > 0
        good = good and math.isfinite(self.spread) and self.spread >= 0 and 0 <= self.strangeness <= 1
        if not good or not all(parent.genes for parent in self.parents):
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("The shares of the parents make no picture."),
                tr("At least one parent must have more than nothing of the coarse, the middle and the fine."),
            )

    def _amounts(self) -> Iterable[float]:
        yield from self.offsets
        for move in self.moves:
            yield move.amount
            yield from (part.weight for part in move.parts)


def _are_shares(values: Iterable[float]) -> bool:
    return all(0 <= value <= 1 + 1e-6 for value in values)
