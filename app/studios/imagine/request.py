"""What is asked of a picture model."""

from __future__ import annotations

import math

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.manifest import ControlValue

MOST_PICTURES = 1000


class ImagineRequest(msgspec.Struct, frozen=True, kw_only=True):
    """*count* pictures of the series that *seed* begins, from the place *index* on.

    ``controls`` are the model's own: ``class`` and ``truncation``. *offsets* moves along the model's directions, in
    standard deviations, the first ones first. *mix* adds other classes: name and share, the chosen class has the rest.
    """

    model: str
    seed: int = 0
    controls: dict[str, ControlValue] = {}
    count: int = 1
    index: int = 0
    offsets: tuple[float, ...] = ()
    mix: tuple[tuple[str, float], ...] = ()

    def check(self) -> ImagineRequest:
        """Itself. Raises :class:`AtelierError` (``BAD_INPUT``) for numbers that make no picture."""
        if not 1 <= self.count <= MOST_PICTURES or self.index < 0:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("{count} pictures can't be made at once.", count=self.count),
                tr("Possible: {range}.", range=f"1 – {MOST_PICTURES}"),
            )
        if not all(math.isfinite(value) for value in self.offsets):
            raise AtelierError(ErrorKind.BAD_INPUT, tr("A slider's value is not a number."), tr("Reset the sliders."))
        shares = [share for _, share in self.mix]
        if not all(math.isfinite(share) and share >= 0 for share in shares) or sum(shares) > 1 + 1e-6:
            raise AtelierError(ErrorKind.BAD_INPUT, tr("The shares of the mixed classes must be 0 to 1 in all."))
        return self

    def single(self, place: int) -> ImagineRequest:
        """The request for one picture of the series alone, counted from this request's first."""
        return msgspec.structs.replace(self, count=1, index=self.index + place)
