"""Where networks run: the processor, or a graphics card through CUDA, DirectML or CoreML."""

from __future__ import annotations

import os
from dataclasses import dataclass

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr

CPU_PROVIDER = "CPUExecutionProvider"
_PROVIDERS = {
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "cpu": CPU_PROVIDER,
}
_TITLES = {"cuda": "NVIDIA GPU (CUDA)", "directml": "GPU (DirectML)", "coreml": "Apple (CoreML)", "cpu": "CPU"}


@dataclass(frozen=True)
class Device:
    """A place to run; ``providers`` is the order ONNX Runtime tries, the processor always last."""

    id: str

    @property
    def title(self) -> str:
        return _TITLES[self.id]

    @property
    def providers(self) -> list[str]:
        return list(dict.fromkeys([_PROVIDERS[self.id], CPU_PROVIDER]))

    @property
    def memory_pattern(self) -> bool:
        """Whether memory may be planned ahead; DirectML refuses sessions that do (ONNX Runtime's documentation)."""
        return self.id != "directml"


CPU = Device("cpu")


def available_devices() -> list[Device]:
    """The devices this installation of ONNX Runtime can use, fastest kind first, the processor last."""
    import onnxruntime

    present = set(onnxruntime.get_available_providers())
    return [Device(name) for name, provider in _PROVIDERS.items() if provider in present]


def choose_device(wish: str) -> Device:
    """The device for a setting: ``"auto"`` or the id of one. Raises :class:`AtelierError` (``NO_DEVICE``)."""
    devices = available_devices()
    if wish == "auto":
        return devices[0]
    for device in devices:
        if device.id == wish:
            return device
    raise AtelierError(
        ErrorKind.NO_DEVICE,
        tr("The device “{wish}” is not available here.", wish=wish),
        tr("Available: {names}.", names=", ".join(device.id for device in devices)),
    )


def physical_cores() -> int:
    """The number of cores this process may use; more threads than that only fight each other."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
