"""``python -m app``: the window; with a sub-command, the command line, which imports no Qt."""

from __future__ import annotations

import sys
from pathlib import Path

from app.studios.cards import CARDS


def main(arguments: list[str] | None = None) -> int:
    """Start what the arguments ask for; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments == ["--smoke"]:
        from app.shell.smoke import smoke

        return smoke(CARDS)
    if arguments and not _is_work(arguments):
        from app.base.log import set_up
        from app.cli import run

        set_up()
        return run(CARDS, arguments)
    from app.shell.application import start

    return start(CARDS, [Path(argument) for argument in arguments])


def _is_work(arguments: list[str]) -> bool:
    """Whether the arguments are files to open in the window, as a desktop passes them."""
    suffixes = {suffix for card in CARDS for suffix in card.extensions}
    return all(Path(argument).suffix.lower() in suffixes and Path(argument).exists() for argument in arguments)


if __name__ == "__main__":
    sys.exit(main())
