"""Averaged weights, and modules in evaluation mode for a block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


class Averages:
    """Exponential moving averages of weights (Polyak), warmed up so that early averages are not the initial noise."""

    def __init__(self, modules: dict[str, nn.Module], half_lives: dict[str, float]) -> None:
        self._live = {name: modules[name] for name in half_lives}
        self._half_lives = half_lives
        self._shadow = {name: _copy_state(module) for name, module in self._live.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        for name, module in self._live.items():
            half_life = min(self._half_lives[name], max(1.0, step / 10))
            decay = 0.5 ** (1.0 / half_life)
            for key, value in module.state_dict().items():
                shadow = self._shadow[name][key]
                if shadow.is_floating_point():
                    shadow.lerp_(value, 1 - decay)
                else:
                    shadow.copy_(value)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the averaged weights into the live modules for the duration of a block."""
        backup = {name: _copy_state(module) for name, module in self._live.items()}
        self._load(self._shadow)
        try:
            yield
        finally:
            self._load(backup)

    def state(self) -> dict[str, Any]:
        return self._shadow

    def restore(self, state: dict[str, Any]) -> None:
        for name, tensors in state.items():
            for key, value in tensors.items():
                self._shadow[name][key].copy_(value)

    def _load(self, states: dict[str, Any]) -> None:
        for name, module in self._live.items():
            module.load_state_dict(states[name])


@contextmanager
def evaluating(modules: dict[str, nn.Module]) -> Iterator[None]:
    """Switch *modules* to evaluation mode for a block, and each back to the mode it was in."""
    modes = {name: module.training for name, module in modules.items()}
    for module in modules.values():
        module.eval()
    try:
        yield
    finally:
        for name, module in modules.items():
            module.train(modes[name])


def _copy_state(module: nn.Module) -> dict[str, torch.Tensor]:
    return {key: value.detach().clone() for key, value in module.state_dict().items()}
