"""Presets: named sets of values for the controls that models declare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from app.runtime.manifest import Control, ControlValue


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """Values by the id of their control, for the models of one studio; ``hint`` says what comes of it."""

    name: str
    studio: str
    values: dict[str, ControlValue]
    hint: str = ""


class _File(msgspec.Struct):
    presets: list[Preset]


def bundled_presets(path: Path, studio: str) -> list[Preset]:
    """Those of a TOML file that are for a studio, in its order."""
    return [preset for preset in msgspec.toml.decode(path.read_bytes(), type=_File).presets if preset.studio == studio]


def kept_presets(kept: Any, studio: str) -> list[Preset]:
    """Those a user saved, from the settings: values by name. What can't be understood there is passed over."""
    try:
        found = msgspec.convert(kept, dict[str, dict[str, ControlValue]])
    except msgspec.ValidationError:
        return []
    return [Preset(name=name, studio=studio, values=values) for name, values in found.items()]


def values_for(preset: Preset, controls: list[Control]) -> dict[str, ControlValue]:
    """What a preset means for a model with these controls; empty if it knows none of them."""
    fitting = ((control, preset.values[control.id]) for control in controls if control.id in preset.values)
    return {control.id: value for control, wanted in fitting if (value := _fitted(control, wanted)) is not None}


def _fitted(control: Control, value: ControlValue) -> ControlValue | None:
    """The value, within the range of the control; None where it is of another kind."""
    if control.kind in ("float", "int"):
        if isinstance(value, bool | str):
            return None
        near = min(max(float(value), control.minimum), control.maximum)
        return round(near) if control.kind == "int" else near
    if control.kind == "choice":
        return value if value in control.choices else None
    return value if isinstance(value, bool if control.kind == "bool" else str) else None
