"""The page of the writing studio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from app.base.card import StudioCard
from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.jobs.services import Services
from app.studios.write.commands import COMMANDS
from app.studios.write.document import Text
from app.studios.write.files import PLAIN
from app.studios.write.request import Verse
from app.studios.write.state import Bursts, WriteState
from app.studios.write.surprise import PartReader
from app.studios.write.views.aids import Aids
from app.studios.write.views.attention import AttentionDialog
from app.studios.write.views.desk import Desk
from app.studios.write.views.editor import Editor
from app.studios.write.views.evidence import EvidenceView
from app.studios.write.views.surprise import Surprise
from app.studios.write.views.verse import VerseForm
from app.ui.studio_page import StudioPage
from app.ui.widgets.bar import tool_button


class WritePage(StudioPage[WriteState]):
    """A text, and a machine that goes on with it or writes a passage anew."""

    work: Editor
    commands = COMMANDS

    def __init__(self, services: Services, card: StudioCard) -> None:
        state = WriteState(services, card)
        super().__init__(state, Editor())
        self.editor = self.work
        self._preferences: dict[str, Any] = services.settings.section(card.id)
        self._refilling: tuple[int, int] | None = None
        self._bursts = Bursts()
        self._is_surprised = False
        self._add_tools()
        self.editor.show_text(state.document)
        state.documentChanged.connect(self._show_document)
        self.desk = Desk(state, self.editor, self._preferences, self)
        self.aids = Aids(state, self.editor, self._preferences)
        reader = PartReader()
        self.surprise = Surprise(state, self.editor, reader, self)
        self.evidence = EvidenceView(state, self.editor, reader, self)
        self._add_desk()
        for view in (self.surprise, self.evidence):
            view.failed.connect(state.failed)
        self.editor.edited.connect(self._edited)
        self.editor.placeChanged.connect(self._set_place)
        self.editor.placeChanged.connect(self.aids.suggestions.moved)
        self.editor.goOn.connect(self.go_on)
        self.editor.lineBroken.connect(state.tell_breaks)
        state.opened.connect(lambda _: self._caret_to_end())
        state.busyChanged.connect(self._mark_refilled)
        self._caret_to_end()

    # --- commands ------------------------------------------------------------------------------------------------

    def generate(self) -> None:
        """Write at the caret, in the whole length; write a marked passage anew."""
        if self.editor.textCursor().hasSelection():
            self._rewrite()
        elif not self.state.busy:
            self._set_place(*self.editor.place())
            self.state.generate()
            self.editor.setFocus()

    def go_on(self) -> None:
        """Suggest how to go on at the caret, behind what is marked; nothing while it writes."""
        if self.state.busy:
            return
        cursor = self.editor.textCursor()
        cursor.setPosition(cursor.selectionEnd())
        self.editor.setTextCursor(cursor)
        self._set_place(*self.editor.place())
        self.aids.suggestions.ask()
        self.editor.setFocus()

    def offer(self) -> None:
        """Offer three ways to go on at the caret, or to write the marked passage."""
        self.aids.choose(*self.editor.place())

    def show_chances(self) -> None:
        """Show the likeliest words at the caret."""
        self.aids.look()

    def refill(self) -> None:
        """Offer three passages for the marked one; the rest of the text stays as it is, to the byte."""
        if self.editor.textCursor().hasSelection():
            self.offer()
            return
        hint = tr("Then Refill offers others for it and leaves the rest alone.")
        self.state.failed.emit(AtelierError(ErrorKind.BAD_INPUT, tr("Mark a passage of the text first."), hint))

    def write_verse(self, verse: Verse) -> None:
        """Write lines by rules at the caret."""
        end = self.editor.place()[1]
        self._set_place(end, end)
        self.state.write_verse(verse)

    def show_attention(self) -> None:
        """Where the network looks, in a window beside the text."""
        dialog = AttentionDialog(self.state, self)
        dialog.show()
        dialog.read()

    def toggle_tint(self) -> None:
        self._tint.toggle()

    def toggle_surprise(self) -> None:
        self._surprise_tool.toggle()

    def weigh_evidence(self) -> None:
        """Judge what is marked, or the whole text."""
        self.bar.panel.setChecked(True)
        self._evidence_section.set_open(True)
        self.evidence.weigh()

    def larger(self) -> None:
        self.desk.resize_type(1)

    def smaller(self) -> None:
        self.desk.resize_type(-1)

    def toggle_typewriter(self) -> None:
        self.desk.set_look("typewriter", not self.desk.look.typewriter)

    def toggle_focus(self) -> None:
        """Nothing but the page on the screen, and back."""
        self.immerse(not self.is_immersed)

    def immerse(self, on: bool) -> None:
        """Without the scroll bar too; wheel and keys scroll as ever."""
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if on else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.editor.setVerticalScrollBarPolicy(policy)
        super().immerse(on)

    def stop(self) -> None:
        """Stop the machine; if it rests, close the find bar; else leave the focus mode."""
        if self.state.busy:
            super().stop()
        elif not self.desk.find.isHidden():
            self.desk.find.close_bar()
        else:
            self.immerse(False)

    def new(self) -> None:
        super().new()
        self.desk.begin_session()

    def show_find(self) -> None:
        self.desk.find.open(with_replace=False)

    def show_replace(self) -> None:
        self.desk.find.open(with_replace=True)

    def find_next(self) -> None:
        self.desk.find.next()

    def find_previous(self) -> None:
        self.desk.find.previous()

    def next_chapter(self) -> None:
        self.desk.go_to_chapter(1)

    def previous_chapter(self) -> None:
        self.desk.go_to_chapter(-1)

    def close_down(self) -> None:
        self.desk.close_down()
        self.aids.close_down()
        self.surprise.stop()

    # --- inside --------------------------------------------------------------------------------------------------

    def _rewrite(self) -> None:
        """Write the marked passage anew at once."""
        self.state.stop()
        start, end = self.editor.place()
        self._set_place(start, end)
        self.state.refill()
        self._refilling = (start, len(self.state.document) - end)
        self.editor.setFocus()

    def _show_path(self, path: Path) -> None:
        """A document of another program is never written over: it may hold more than what was read of it."""
        super()._show_path(path)
        if path.suffix.lower() not in PLAIN and self.state.recipe() is None:
            self.path = None

    def _caret_to_end(self) -> None:
        """Where one goes on with a work that was just opened."""
        end = len(self.state.document)
        self.editor.mark(end, end)
        self._set_place(end, end)

    def _add_tools(self) -> None:
        focus = tool_button("focus", tr("Only the page, nothing else on the screen (F11)"), self.toggle_focus)
        find = tool_button("find", tr("Find in the text (Ctrl+F)"), self.show_find)
        refill = tool_button("refill", tr("Refill: three others for the marked passage (Ctrl+R)"), self.refill)
        self._tint = tool_button("palette", tr("Tint what the machine wrote (F7)"), None, checkable=True)
        self._tint.setChecked(bool(self._preferences.get("tint", True)))
        self._set_tinted(self._tint.isChecked())
        self._tint.toggled.connect(self._set_tinted)
        tip = tr("Colour each word by how much it surprises the network (F5)")
        self._surprise_tool = tool_button("surprise", tip, None, checkable=True)
        self._surprise_tool.toggled.connect(self._set_surprised)
        for tool in (find, refill, self._tint, self._surprise_tool, focus):
            self.bar.add_tool(tool)

    def _add_desk(self) -> None:
        """The find bar under the strip of errors, the rest in the panel."""
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(column.indexOf(self.errors) + 1, self.desk.find)
        self.add_section(tr("Chapters"), self.desk.chapters)
        self.add_section(tr("Words"), self.desk.goal)
        self.verse = VerseForm()
        self.verse.asked.connect(self.write_verse)
        self.add_section(tr("Verse"), self.verse, is_open=False)
        self.add_section(tr("While you write"), self.aids.form, is_open=False)
        self._surprise_section = self.add_section(tr("Surprise"), self.surprise.panel, is_open=False)
        self._evidence_section = self.add_section(tr("Written by a machine?"), self.evidence.panel, is_open=False)
        self.add_section(tr("Page"), self.desk.form, is_open=False)

    def _set_tinted(self, on: bool) -> None:
        self._preferences["tint"] = on
        self.editor.set_tinted(on and not self._is_surprised)

    def _set_surprised(self, on: bool) -> None:
        """One colouring at a time: the tint comes back when this one goes."""
        self._is_surprised = on
        self.editor.set_tinted(self._tint.isChecked() and not on)
        self.surprise.set_on(on)
        self._surprise_section.set_open(on)

    def _set_place(self, start: int, end: int) -> None:
        self.state.place = (start, end)

    def _edited(self, text: Text, start: int, end: int) -> None:
        self._refilling = None
        self.aids.suggestions.typed(text, start, end)
        self.state.edit(tr("Typing"), text, merge=self._bursts.key(text.text, start, end))

    def _show_document(self) -> None:
        self.editor.show_text(self.state.document)
        self._set_place(*self.editor.place())

    def _mark_refilled(self, busy: bool) -> None:
        """Leave the new passage marked, so that Refill can be asked for again."""
        if busy or self._refilling is None:
            return
        start, after = self._refilling
        self._refilling = None
        end = len(self.state.document) - after
        self.editor.mark(start, end)
        self.state.note_refilled(start, end)
