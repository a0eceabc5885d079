"""The state of the composing studio."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.base.i18n import tr
from app.jobs.studio_state import StudioState
from app.runtime.recipe import Recipe
from app.studios.compose.document import Score, blank, shares
from app.studios.compose.files import save_midi
from app.studios.compose.request import Ask, ComposeRequest, Region, compose, harmonise, refill
from app.studios.compose.sound.export import FORMATS, save_sound
from app.studios.compose.views.preview import preview_png

Asking = Callable[[Score], Ask]


class ComposeState(StudioState[Score, ComposeRequest]):
    """A score, and three ways to ask for more of it."""

    document_type = Score
    _ask: Asking = staticmethod(compose)

    @property
    def font(self) -> Path | None:
        """The user's SoundFont; None for the one that comes with Ateliê."""
        name = self.services.settings.section(self.card.id).get("sound_font", "")
        return Path(name) if name else None

    def export_type_0(self, path: Path) -> None:
        """Write a MIDI file of type 0, without recipe; :attr:`saved` or :attr:`failed` follows."""
        document = self.document
        self.write_on_disk(path, lambda: save_midi(path, document, None, kind=0))

    def write_file(self, path: Path, document: Score, recipe: Recipe | None) -> list[Path]:
        """As the engine does it, but sound with the user's SoundFont."""
        if path.suffix.lower() in FORMATS:
            return save_sound(path, document, self.font)
        return super().write_file(path, document, recipe)

    def empty(self) -> Score:
        """Eight empty bars."""
        return blank()

    def harmonise(self, melody: int) -> None:
        """Keep the soprano, or the track *melody* where there is none, and write the other voices."""
        self._generate_by(lambda score: harmonise(score, melody))

    def refill(self, regions: list[Region]) -> None:
        """Write the marked stretches anew; nothing else changes."""
        self._generate_by(lambda score: refill(score, regions))

    def make_request(self) -> ComposeRequest:
        """Write the voices that are not the user's, or what was asked for. Raises ``AtelierError`` (``BAD_INPUT``)."""
        ask, settings = self._ask(self.document), self.settings
        return ComposeRequest(
            model=settings.model,
            seed=settings.seed,
            controls=dict(settings.controls),
            score=ask.score,
            marks=ask.marks,
            voices=ask.voices,
        )

    def node_title(self, document: Score, request: ComposeRequest) -> str:
        """What was made, and with which seed."""
        voices = len({mark.voice for mark in request.marks})
        given = any(track.notes for track in request.score.tracks)
        what = tr("{count} voices", count=voices) if voices > 1 else tr("one voice")
        return f"{what} · {request.seed}" if given else tr("new piece · {seed}", seed=request.seed)

    def node_preview(self, document: Score) -> bytes:
        """A small roll."""
        return preview_png(document)

    def status(self) -> str:
        """How many notes there are, and the share made by hand."""
        count = sum(len(track.notes) for track in self.document.tracks)
        if not count:
            return ""
        mine = 1 - shares(self.document)["machine"]
        notes = tr("{count} notes", count=f"{count:,}")
        return f"{notes} · {tr('{percent} % by hand', percent=round(100 * mine))}"

    def _generate_by(self, ask: Asking) -> None:
        self._ask = ask
        try:
            self.generate()
        finally:
            self._ask = compose
