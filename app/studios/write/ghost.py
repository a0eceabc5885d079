"""A suggestion beside the text: what the machine would write at a place, and how much of it is in the text already."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from app.studios.write.document import Text
from app.studios.write.request import WriteRequest

LONGEST = 320
"""A suggestion is shown up to so many characters; Generate writes the whole length."""
_WORD = re.compile(r"\s*(?:\w+(?:['’]\w+)*|[^\w\s]+)|\s+")


@dataclass(frozen=True)
class Ghost:
    """What a request gives, *made* so far; its first *used* characters are in *text*, taken or typed.

    It is never a part of *text* before that. What is used can be made again: it is the request with that much taken.
    """

    request: WriteRequest
    text: Text
    made: str = ""
    used: int = 0

    @property
    def rest(self) -> str:
        """What is still only suggested."""
        return self.made[self.used :]

    @property
    def place(self) -> int:
        """Where the rest would go, in characters."""
        return self.request.start + self.used

    @property
    def word(self) -> int:
        """How many characters the next word has, with the blanks before it."""
        found = _WORD.match(self.rest)
        return found.end() if found else 0

    def grown(self, made: str) -> Ghost:
        """The same with more written."""
        return Ghost(self.request, self.text, shortened(made), self.used)

    def typed(self, text: Text, start: int, end: int) -> Ghost | None:
        """What is left after the characters from *start* up to *end* came into *text* by hand; None if they disagree.

        They agree where they are what the ghost goes on with, stand at its place, and nothing else has changed.
        """
        new = text.text[start:end]
        agrees = start == self.place and new and self.rest.startswith(new)
        if not agrees or len(text) - len(self.text) != len(new):
            return None
        return Ghost(self.request, text, self.made, self.used + len(new))

    def taken(self, count: int) -> Ghost:
        """The ghost after its next *count* characters went into the text as the machine's."""
        part = self.rest[:count]
        text = self.text.replaced(self.place, self.place, part, "machine")
        return Ghost(self.request, text, self.made, self.used + len(part))

    @property
    def recipe_request(self) -> WriteRequest:
        """The request that makes the text as it is: all that was suggested, and how much of it was used."""
        return msgspec.structs.replace(self.request, taken=self.used)


def shortened(made: str) -> str:
    """At most :data:`LONGEST` characters of what was written, up to the end of a word."""
    if len(made) <= LONGEST:
        return made
    end = max(made.rfind(blank, 0, LONGEST) for blank in " \n")
    return made[: end if end > LONGEST // 2 else LONGEST]
