"""The commands of the page that ask the machine."""

from __future__ import annotations

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.studios.compose.alternatives import MINE, Alternatives
from app.studios.compose.document import Score
from app.studios.compose.edits import regions_of
from app.studios.compose.request import Region, compose, harmonise, refill
from app.studios.compose.state import Asked, ComposeState
from app.studios.compose.views.asking import Asking
from app.studios.compose.views.roll import PianoRoll


class MachineCommands:
    """For a page that has a roll and a way to ask."""

    roll: PianoRoll
    state: ComposeState
    asking: Asking
    alternatives: Alternatives

    def generate(self) -> None:
        """Write the voices that are not the user's."""
        self._ask(lambda score, _: compose(score))

    def harmonise(self) -> None:
        melody = self.roll.voice
        self._ask(lambda score, _: harmonise(score, melody))

    def refill(self) -> None:
        """The marked bars in the voices that are ticked, or else the stretches of the selected notes."""
        regions, change = self.regions(), self.asking.change
        self._ask(lambda score, seed: refill(score, regions, change, seed))

    def regions(self) -> list[Region]:
        """What is marked."""
        if self.roll.marked is not None:
            start, end = self.roll.marked
            return [Region(track, start, end) for track in sorted(self.roll.marked_voices)]
        return regions_of(self.state.document, self.roll.selection)

    def next_alternative(self) -> None:
        """From the last one back to the document."""
        alternatives = self.alternatives
        following = alternatives.shown + 1
        alternatives.show(following if following < len(alternatives.scores) else MINE)

    def take_alternative(self) -> None:
        self.alternatives.take(tr("Take an alternative"))

    def edit(self, title: str, score: Score, merge: str) -> None:
        """An edit in the roll; of an alternative it takes that one first."""
        self.take_alternative()
        self.state.edit(title, score, merge)

    def _ask(self, asked: Asked) -> None:
        if self.asking.answers == 1:
            self.alternatives.clear()
            self.state.ask(asked)
            return
        try:
            requests = self.state.requests(asked, self.asking.answers)
        except AtelierError as error:
            self.state.failed.emit(error)
            return
        self.alternatives.start(requests)
