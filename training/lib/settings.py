"""Sizes and rates of a task that can be set for one run: batch size, width, horizon.

They are the plain attributes of the task's class. What a run was begun with is kept in its folder, so that resuming and
exporting build the same network.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SETTINGS = "settings.json"
Setting = bool | int | float


def tuned(task: type[Any], settings: Mapping[str, Setting]) -> type[Any]:
    """A subclass of *task* with *settings* in place of the attributes of that name.

    Raises ValueError for a name that is no such attribute, or a value of another kind.
    """
    for name, value in settings.items():
        known = getattr(task, name, None)
        if not isinstance(known, Setting) or name.startswith("_"):
            raise ValueError(f"{task.__name__} has no setting “{name}”; it has: {', '.join(settings_of(task))}")
        if isinstance(known, bool) != isinstance(value, bool) or (isinstance(known, int) and isinstance(value, float)):
            raise ValueError(f"{name} of {task.__name__} is {known!r}; it can't be {value!r}")
    return type(task.__name__, (task,), dict(settings)) if settings else task


def settings_of(task: type[Any]) -> dict[str, Setting]:
    """The attributes of a task's class that can be set, with their values."""
    names = dict.fromkeys(name for part in reversed(task.__mro__) for name in vars(part) if not name.startswith("_"))
    return {name: value for name in names if isinstance(value := getattr(task, name), Setting)}


def parsed(text: str) -> tuple[str, Setting]:
    """``name=value`` as written on the command line; the value as in TOML. Raises ValueError."""
    name, _, value = text.partition("=")
    found = tomllib.loads(f"value = {value}")["value"]
    if not isinstance(found, Setting):
        raise ValueError(f"“{text}” is no number and neither true nor false")
    return name, found


def remember(run: Path, settings: Mapping[str, Setting], resume: bool) -> dict[str, Setting]:
    """The settings of a run: those it was begun with, else *settings*, which are then kept in the folder *run*.

    Raises ValueError when a run that goes on is asked for other ones.
    """
    if resume and (run / SETTINGS).exists():
        known = remembered(run)
        if settings and dict(settings) != known:
            raise ValueError(f"{run} was begun with {known}, not {dict(settings)}; take another --out or --no-resume")
        return known
    run.mkdir(parents=True, exist_ok=True)
    (run / SETTINGS).write_text(json.dumps(dict(settings), indent=1), encoding="utf8")
    return dict(settings)


def remembered(run: Path) -> dict[str, Setting]:
    """What the run was begun with, where it differs from the task's own."""
    path = run / SETTINGS
    return json.loads(path.read_text(encoding="utf8")) if path.exists() else {}
