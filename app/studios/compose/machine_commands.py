"""The commands of the page that ask the machine."""

from __future__ import annotations

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.compose.alternatives import MINE, Alternatives
from app.studios.compose.asks import go_on, refill_tracks, with_instruments
from app.studios.compose.document import Score
from app.studios.compose.edits import regions_of
from app.studios.compose.request import Ask, Region, compose, harmonise, refill
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
        """Go on from the cursor, or write the voices that are not the user's, as the model can."""
        if self.state.plays_all:
            self.go_on()
        else:
            self._ask(lambda score, _: compose(score))

    def go_on(self) -> None:
        """Write bars from the cursor on, for the instruments that are named or the tracks that are ticked."""
        if not self.state.plays_all:
            self.state.failed.emit(_not_by_this(self.state.settings.model))
            return
        asking, tick, ticked = self.asking, self.roll.playhead, sorted(self.roll.marked_voices)
        names, bars = asking.instruments, asking.bars
        endless = asking.endless and asking.answers == 1

        def asked(score: Score, _: int) -> Ask:
            grown, tracks = with_instruments(score, names)
            return go_on(grown, tick, bars, tracks if names.strip() else ticked, endless)

        self._ask(asked)

    def harmonise(self) -> None:
        if self.state.plays_all:
            self.state.failed.emit(_not_by_this(self.state.settings.model))
            return
        melody = self.roll.voice
        self._ask(lambda score, _: harmonise(score, melody))

    def refill(self) -> None:
        """The marked bars in the voices that are ticked, or else the stretches of the selected notes."""
        regions, change = self.regions(), self.asking.change
        filled = refill_tracks if self.state.plays_all else refill
        self._ask(lambda score, seed: filled(score, regions, change, seed))

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


def _not_by_this(model: str) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_INPUT,
        tr("“{id}” can't do that.", id=model),
        tr("Musenet goes on with a piece, Coconet harmonises a melody; choose the model above."),
    )
