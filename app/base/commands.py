"""Commands as data: menus, shortcuts and the command palette are all drawn from one list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One thing the user can ask for.

    ``id`` is ``studio.verb`` (``"write.continue"``) or ``app.verb``; ``title`` is the English source text, translated
    when shown; ``shortcut`` is a portable Qt key sequence; ``menu`` names the menu it stands in; ``method`` is the
    method of the page (or of the window, for ``app.``) that does it, called without arguments.
    """

    id: str
    title: str
    method: str
    menu: str = "Edit"
    shortcut: str = ""
    hint: str = ""
    checkable: bool = False

    @property
    def owner(self) -> str:
        return self.id.partition(".")[0]


class CommandSet:
    """All commands of the program. Refuses two with one id, and two with one shortcut that can be active together."""

    def __init__(self, commands: Iterable[Command] = ()) -> None:
        self._commands: dict[str, Command] = {}
        for command in commands:
            self.add(command)

    def add(self, command: Command) -> None:
        """Add one. Raises ValueError on a clash of ids or shortcuts."""
        if command.id in self._commands:
            raise ValueError(f"two commands are called {command.id}")
        for other in self._commands.values():
            together = "app" in (other.owner, command.owner) or other.owner == command.owner
            if command.shortcut and together and other.shortcut == command.shortcut:
                raise ValueError(f"{command.id} and {other.id} share the shortcut {command.shortcut}")
        self._commands[command.id] = command

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def __getitem__(self, command_id: str) -> Command:
        return self._commands[command_id]

    def of(self, *owners: str) -> list[Command]:
        """The commands of these owners, in the order they were added."""
        return [command for command in self if command.owner in owners]
