"""The state of the composing studio."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from app.base.card import StudioCard
from app.base.i18n import tr
from app.jobs.services import Services
from app.jobs.studio_state import StudioState
from app.runtime.catalog import Entry
from app.runtime.recipe import Recipe
from app.studios.compose.asks import go_on
from app.studios.compose.critic import CRITIC
from app.studios.compose.document import Score, blank, shares
from app.studios.compose.files import save_midi
from app.studios.compose.models import plays_all
from app.studios.compose.notation.engraving import pages
from app.studios.compose.pdf import save_pdf
from app.studios.compose.request import Ask, ComposeRequest, compose
from app.studios.compose.sound.export import FORMATS, save_sound
from app.studios.compose.views.preview import preview_png

BARS = 8
Asked = Callable[[Score, int], Ask]
"""What is asked of a score with a seed."""


class ComposeState(StudioState[Score, ComposeRequest]):
    """A score, and what is asked for it."""

    document_type = Score

    def __init__(self, services: Services, card: StudioCard, parent: QObject | None = None) -> None:
        super().__init__(services, card, parent)
        self._asked_for: Asked = _compose

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
        """As the engine does it, but sound with the user's SoundFont; and PDF, for which the engine has no Qt."""
        if path.suffix.lower() in FORMATS:
            return save_sound(path, document, self.font)
        if path.suffix.lower() == ".pdf":
            return save_pdf(path, pages(document), path.stem)
        return super().write_file(path, document, recipe)

    def models(self) -> list[Entry]:
        """Those that write; a critic only listens."""
        return [entry for entry in super().models() if entry.manifest and entry.manifest.family != CRITIC]

    @property
    def plays_all(self) -> bool:
        """Whether the chosen model plays all instruments."""
        return plays_all(self.services.shelf.catalog, self.settings.model)

    def empty(self) -> Score:
        """Eight empty bars."""
        return blank()

    def ask(self, asked: Asked) -> None:
        """Generate what *asked* makes of the document and the seed."""
        self._asked_for = asked
        try:
            self.generate()
        finally:
            self._asked_for = _compose

    def make_request(self) -> ComposeRequest:
        """What was asked for, or else the voices that are not the user's, or with a model of all instruments eight bars
        behind the piece. Raises ``AtelierError`` (``BAD_INPUT``)."""
        asked = _behind if self._asked_for is _compose and self.plays_all else self._asked_for
        return self._request(asked, self.settings.seed)

    def requests(self, asked: Asked, count: int) -> list[ComposeRequest]:
        """The same question with the seed and those that follow. Raises ``AtelierError`` (``BAD_INPUT``)."""
        return [self._request(asked, self.settings.seed + number) for number in range(count)]

    def _request(self, asked: Asked, seed: int) -> ComposeRequest:
        ask, settings = asked(self.document, seed), self.settings
        return ComposeRequest(
            model=settings.model,
            seed=seed,
            controls=dict(settings.controls),
            score=ask.score,
            marks=ask.marks,
            voices=ask.voices,
            endless=ask.endless,
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


def _behind(score: Score, _: int) -> Ask:
    return go_on(score, score.end, BARS, range(len(score.tracks)))


def _compose(score: Score, _: int) -> Ask:
    return compose(score)
