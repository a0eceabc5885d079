"""Where playback is: what is to be played next, in a loop or to the end, and what is heard now."""

from __future__ import annotations


class Transport:
    """Counts frames of the score. *head* is the next one to be handed over, which is ahead of what is heard."""

    def __init__(self, head: int, end: int) -> None:
        self.head, self.end = head, end
        self.loop: tuple[int, int] | None = None
        self._given = 0
        self._trail = [(0, head)]
        """From so many given frames on, these frames of the score followed each other."""

    @property
    def over(self) -> bool:
        """Whether everything was handed over."""
        return self.head >= self.end and not self._looping

    def next(self, most: int) -> tuple[int, int]:
        """From which frame on, and how many, at most *most*; none at the end. The head moves on."""
        if self._looping and self.loop is not None and self.head >= self.loop[1]:
            self.head = self.loop[0]
            self._trail.append((self._given, self.head))
        limit = self.loop[1] if self._looping and self.loop is not None else self.end
        start, count = self.head, max(0, min(most, limit - self.head))
        self.head += count
        self._given += count
        return start, count

    def heard(self, played: int) -> int:
        """The frame of the score that is heard when so many of the given frames have been played."""
        while len(self._trail) > 1 and self._trail[1][0] <= played:
            self._trail.pop(0)
        given, head = self._trail[0]
        return head + max(0, min(played, self._given) - given)

    def done(self, played: int) -> bool:
        """Whether all has been heard."""
        return self.over and played >= self._given

    @property
    def _looping(self) -> bool:
        """A loop holds what is in it or before it; behind it, music goes on to the end."""
        return self.loop is not None and self.loop[1] > self.loop[0] and self.head <= self.loop[1]
