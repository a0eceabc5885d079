"""Which device is taken, on machines of all kinds; those this one is not are stood in for by their provider lists."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest

from app.base.errors import AtelierError, ErrorKind
from app.base.paths import bundled_models_dir
from app.runtime.catalog import Catalog
from app.runtime.device import CPU, Device, available_devices, choose_device
from app.runtime.model import ModelShelf
from app.runtime.session import SessionCache, SessionOptions, open_session

WINDOWS = ["DmlExecutionProvider", "CPUExecutionProvider"]
MAC = ["CoreMLExecutionProvider", "AzureExecutionProvider", "CPUExecutionProvider"]
LINUX = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]


@pytest.mark.parametrize(
    ("present", "ids", "providers"),
    [
        (WINDOWS, ["directml", "cpu"], WINDOWS),
        (MAC, ["coreml", "cpu"], ["CoreMLExecutionProvider", "CPUExecutionProvider"]),
        (LINUX, ["cuda", "cpu"], ["CUDAExecutionProvider", "CPUExecutionProvider"]),
        (["CPUExecutionProvider"], ["cpu"], ["CPUExecutionProvider"]),
    ],
)
def test_the_fastest_there_is_with_the_processor_last(
    present: list[str], ids: list[str], providers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: present)
    assert [device.id for device in available_devices()] == ids
    assert choose_device("auto").providers == providers
    assert choose_device("cpu") == CPU


def test_a_device_that_is_not_there_names_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: MAC)
    with pytest.raises(AtelierError, match="“cuda” is not available here. Available: coreml, cpu") as caught:
        choose_device("cuda")
    assert caught.value.kind is ErrorKind.NO_DEVICE


class _Recorder:
    """Stands in for ONNX Runtime's session: keeps what it was asked for, and says what it could load."""

    asked: SimpleNamespace
    loads: tuple[str, ...] = ("CPUExecutionProvider",)

    def __init__(self, path: str, settings: onnxruntime.SessionOptions, providers: list[str]) -> None:
        type(self).asked = SimpleNamespace(settings=settings, providers=providers)

    def get_inputs(self) -> list[object]:
        return []

    get_outputs = get_inputs

    def get_providers(self) -> list[str]:
        return list(self.loads)


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> type[_Recorder]:
    monkeypatch.setattr(onnxruntime, "InferenceSession", _Recorder)
    return _Recorder


@pytest.mark.parametrize(("device", "pattern"), [("directml", False), ("coreml", True), ("cuda", True), ("cpu", True)])
def test_sessions_are_opened_as_the_device_wants_them(device: str, pattern: bool, recorder: type[_Recorder]) -> None:
    open_session(bundled_models_dir() / "gan-2014" / "generator.onnx", Device(device), SessionOptions(threads=3))
    assert recorder.asked.providers == Device(device).providers
    assert recorder.asked.settings.enable_mem_pattern is pattern
    assert recorder.asked.settings.execution_mode == onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    assert recorder.asked.settings.intra_op_num_threads == 3


@pytest.mark.parametrize(
    ("loads", "running_on"),
    [(("CPUExecutionProvider",), "cpu"), (("CUDAExecutionProvider", "CPUExecutionProvider"), "cuda")],
)
def test_a_card_without_its_driver_is_not_claimed(
    loads: tuple[str, ...], running_on: str, recorder: type[_Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "loads", loads)
    shelf = ModelShelf(Catalog(bundled_models_dir()), SessionCache(), lambda: Device("cuda"))
    assert shelf.running_on is None
    shelf.open("gan-2014").session("generator")
    assert shelf.running_on == Device(running_on)


def test_a_device_that_fails_to_be_chosen_is_a_clear_error_at_first_use() -> None:
    def gone() -> Device:
        raise AtelierError(ErrorKind.NO_DEVICE, "Gone.")

    model = ModelShelf(Catalog(bundled_models_dir()), device=gone).open("gan-2014")
    with pytest.raises(AtelierError, match="Gone"):
        model.run("generator", {"latent": np.zeros((1, 64), np.float32)})


def test_the_device_is_part_of_what_a_session_is_known_by(recorder: type[_Recorder], tmp_path: Path) -> None:
    folder = bundled_models_dir() / "gan-2014"
    entry = ModelShelf(Catalog(bundled_models_dir())).open("gan-2014").manifest.file("generator.onnx")
    cache = SessionCache()
    on_cpu, on_card = (cache.get(folder, entry, Device(name)) for name in ("cpu", "cuda"))
    assert on_cpu is not on_card
    assert cache.get(folder, entry, CPU) is on_cpu
