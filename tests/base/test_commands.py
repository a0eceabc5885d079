"""One list of commands, without clashes."""

import pytest

from app.base.commands import Command, CommandSet


def test_two_commands_of_one_studio_may_not_share_a_shortcut() -> None:
    commands = CommandSet([Command("write.a", "A", "a", shortcut="Ctrl+A")])
    with pytest.raises(ValueError, match="share the shortcut"):
        commands.add(Command("write.b", "B", "b", shortcut="Ctrl+A"))
    with pytest.raises(ValueError, match="share the shortcut"):
        commands.add(Command("app.b", "B", "b", shortcut="Ctrl+A"))


def test_two_studios_may() -> None:
    commands = CommandSet([Command("write.a", "A", "a", shortcut="Ctrl+A")])
    commands.add(Command("paint.a", "A", "a", shortcut="Ctrl+A"))
    assert [command.id for command in commands.of("paint")] == ["paint.a"]
