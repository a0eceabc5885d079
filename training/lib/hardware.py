"""What a training ran on, in words, for the model's card."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch


def hardware(device: str) -> str:
    """“2 cores of an AMD EPYC”, or the name of the graphics card."""
    if torch.device(device).type == "cuda":
        return torch.cuda.get_device_name(device)
    cores = torch.get_num_threads()
    return f"{cores} core{'s' if cores > 1 else ''} of {_with_article(processor())}"


def processor() -> str:
    """The processor's name as the system gives it, else its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or f"{os.cpu_count()}-core {platform.machine()}"


def _with_article(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"
