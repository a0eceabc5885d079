"""A backend for mido whose one output keeps what it is sent, and whose one input plays what it was given."""

from __future__ import annotations

import time
from typing import Any

from mido.ports import BaseInput, BaseOutput

NAME = "loopback"
sent: list[tuple[float, Any]] = []
"""When and what."""
coming: list[Any] = []


def get_devices(**_: Any) -> list[dict[str, Any]]:
    return [{"name": NAME, "is_input": True, "is_output": True}]


class Output(BaseOutput):
    def _open(self, **_: Any) -> None:
        if self.name != NAME:
            raise OSError(self.name)

    def _send(self, msg: Any) -> None:
        sent.append((time.monotonic(), msg))


class Input(BaseInput):
    def _open(self, **_: Any) -> None:
        if self.name != NAME:
            raise OSError(self.name)

    def _receive(self, block: bool = True) -> None:
        self._messages.extend(coming)
        coming.clear()
