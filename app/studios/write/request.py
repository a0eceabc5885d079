"""What is asked of a writing model."""

from __future__ import annotations

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.manifest import ControlValue
from app.studios.write.document import Text


class WriteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Write in the place of the characters from *start* up to *end* of *document*; elsewhere nothing changes.

    Where both are the same, the text goes on there by ``controls["length"]`` characters. A longer span is filled anew,
    in about its own length, so that it fits what follows.
    """

    model: str
    seed: int = 0
    controls: dict[str, ControlValue] = {}
    document: Text = Text()
    start: int = 0
    end: int = 0

    def check(self) -> WriteRequest:
        """Itself. Raises :class:`AtelierError` (``BAD_INPUT``) for a place outside the text."""
        if not 0 <= self.start <= self.end <= len(self.document.check()):
            raise AtelierError(ErrorKind.BAD_INPUT, tr("The place to write at is outside the text."))
        return self
