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

    Where ``taken`` is a number, only so many characters of what is written are kept, from its start: what a writer took
    of a suggestion. The request still says all that was suggested, and the taken part is made again from it to the bit.
    """

    model: str
    seed: int = 0
    controls: dict[str, ControlValue] = {}
    document: Text = Text()
    start: int = 0
    end: int = 0
    taken: int | None = None

    def check(self) -> WriteRequest:
        """Itself. Raises :class:`AtelierError` (``BAD_INPUT``) for a place outside the text."""
        if not 0 <= self.start <= self.end <= len(self.document.check()):
            raise AtelierError(ErrorKind.BAD_INPUT, tr("The place to write at is outside the text."))
        if self.taken is not None and self.taken < 0:
            raise AtelierError(ErrorKind.BAD_INPUT, tr("Less than nothing can't be taken of what was written."))
        return self

    def written(self, result: Text) -> str:
        """What stands in the request's place in a text that came of it."""
        return result.text[self.start : self.end + len(result) - len(self.document)]

    def with_written(self, passage: str) -> Text:
        """The document with a passage of the machine's in the request's place, or with the taken part of it."""
        return self.document.replaced(self.start, self.end, passage[: self.taken], "machine")
