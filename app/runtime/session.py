"""ONNX Runtime sessions: opened once, kept within a memory budget, ended from another thread when the user stops."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from app.base.errors import AtelierError, Cancelled, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.device import CPU, Device, physical_cores
from app.runtime.manifest import FileEntry
from app.runtime.verify import damaged, verify_file

if TYPE_CHECKING:
    import onnxruntime

log = logging.getLogger(__name__)
FATAL = 4
"""What ONNX Runtime prints by itself: its errors are raised, and told by us."""
Arrays = dict[str, np.ndarray]
Result = TypeVar("Result")
_NO_GRAPH = ("gpu_graph_id", "0")
"""The default, said aloud: ONNX Runtime 1.32 looks it up in each run, and where it is missing pays for an exception
in that, a tenth of a millisecond."""
Held = Any
"""An array that stays where the graph left it (an OrtValue), to be fed to the next run without a copy."""


@dataclass(frozen=True)
class SessionOptions:
    """What makes two sessions of one file differ."""

    threads: int = 0
    """Threads inside one operator; 0 is one per core."""


class Session:
    """One graph, ready to run. May be used from several threads."""

    def __init__(self, inner: onnxruntime.InferenceSession, size: int) -> None:
        self._inner = inner
        self.size = size
        self.input_names = [tensor.name for tensor in inner.get_inputs()]
        self.output_names = [tensor.name for tensor in inner.get_outputs()]
        self.input_types: dict[str, str] = {tensor.name: tensor.type for tensor in inner.get_inputs()}
        """ONNX Runtime's names of them, such as ``tensor(float16)``."""
        self.input_shapes: dict[str, list[int | str | None]] = {
            tensor.name: tensor.shape for tensor in inner.get_inputs()
        }
        """A dimension is a size, or the name of one that varies, or None."""

    @property
    def metadata(self) -> dict[str, str]:
        """What its maker wrote into the file beside the graph."""
        return dict(self._inner.get_modelmeta().custom_metadata_map)

    @property
    def on_processor(self) -> bool:
        return self.runs_on(CPU) and len(self._inner.get_providers()) == 1

    def runs_on(self, device: Device) -> bool:
        """Whether ONNX Runtime could load what *device* needs."""
        return device.providers[0] in self._inner.get_providers()

    def run(self, feeds: Arrays, progress: Progress | None = None, outputs: Sequence[str] = ()) -> Arrays:
        """Run the graph; returns the *outputs* by name, every one if none is named.

        A cancel of *progress* ends the call from the inside and raises :class:`Cancelled`; the session stays usable.
        Raises :class:`AtelierError` (``BAD_INPUT``) when the graph refuses the arrays.
        """
        names = outputs or self.output_names
        found = self.guarded(lambda options: self._inner.run(names, feeds, options), progress)
        return {name: np.asarray(value) for name, value in zip(names, found, strict=True)}

    def run_held(self, feeds: dict[str, np.ndarray | Held], progress: Progress | None = None) -> dict[str, Held]:
        """The same with every output left where it is; what comes out, and :func:`held` arrays, can be fed again.

        Sequence models hand their state from step to step this way, megabytes that are not copied.
        """
        values = {name: held(value) for name, value in feeds.items()}
        outputs = self.guarded(
            lambda options: self._inner.run_with_ort_values(self.output_names, values, options), progress
        )
        return dict(zip(self.output_names, outputs, strict=True))

    def bound(self, kept: dict[str, tuple[str, np.ndarray]]) -> Bound:
        """The graph with some outputs written into the memory of inputs: for each such input its output and array."""
        return Bound(self, self._inner, kept)

    def guarded(self, call: Callable[[Any], Result], progress: Progress | None) -> Result:
        """What *call* gives, with run options through which it can be ended; errors as :meth:`run` tells them."""
        import onnxruntime

        options = onnxruntime.RunOptions()
        options.add_run_config_entry(*_NO_GRAPH)
        options.log_severity_level = FATAL
        try:
            if progress is None:
                return call(options)
            with progress.token.watch(lambda: _terminate(options)):
                progress.check()
                return call(options)
        except Exception as error:  # ONNX Runtime's exceptions share no public base class
            if isinstance(error, Cancelled) or (progress is not None and progress.token.cancelled):
                raise Cancelled from error
            log.info("a graph refused its input: %s", error)
            raise AtelierError(
                ErrorKind.BAD_INPUT, tr("The network can't work with this input."), str(error).splitlines()[0]
            ) from error


class Bound:
    """A graph that keeps a state in arrays of ours: it reads and writes them where they are, run after run."""

    def __init__(
        self, session: Session, inner: onnxruntime.InferenceSession, kept: dict[str, tuple[str, np.ndarray]]
    ) -> None:
        self._session, self._inner, self._binding = session, inner, inner.io_binding()
        self._held = [held(array) for _, array in kept.values()]  # the binding does not keep them alive
        for (name, (output, _)), value in zip(kept.items(), self._held, strict=True):
            self._binding.bind_ortvalue_input(name, value)
            self._binding.bind_ortvalue_output(output, value)
        outputs = {output for output, _ in kept.values()}
        self._fresh = [name for name in session.output_names if name not in outputs]
        self._given: Arrays = {}

    def run(self, feeds: Arrays, progress: Progress | None = None) -> Arrays:
        """Run it with the other inputs; returns the other outputs. Ends and raises as :meth:`Session.run`."""
        if not all(self._same(name, value) for name, value in feeds.items()):
            self._bind(feeds)
        for name, value in feeds.items():
            self._given[name][...] = value
        self._session.guarded(lambda options: self._inner.run_with_iobinding(self._binding, options), progress)
        found = self._binding.get_outputs_as_ortvaluevector()  # in the order they were bound
        # The next run writes into the same memory, and who has the last result keeps it.
        return {name: found[len(self._held) + place].numpy().copy() for place, name in enumerate(self._fresh)}

    def _same(self, name: str, value: np.ndarray) -> bool:
        known = self._given.get(name)
        return known is not None and known.shape == value.shape and known.dtype == value.dtype

    def _bind(self, feeds: Arrays) -> None:
        """Lay out the inputs anew; outputs too, whose shapes may be others then."""
        self._given = {name: np.empty_like(value) for name, value in feeds.items()}
        for name, value in self._given.items():
            self._binding.bind_cpu_input(name, value)
        for name in self._fresh:
            self._binding.bind_output(name)


def held(value: np.ndarray | Held) -> Held:
    """An array as the runtime holds it; shares the memory of *value*, which must not be written to any more."""
    import onnxruntime

    return onnxruntime.OrtValue.ortvalue_from_numpy(value) if isinstance(value, np.ndarray) else value


def _terminate(options: Any) -> None:
    options.terminate = True


class SessionCache:
    """Sessions by (sha256, device, options); the least recently used go first when the budget is exceeded."""

    def __init__(self, budget: int = 1 << 30) -> None:
        self._budget = budget
        self._sessions: OrderedDict[tuple[str, str, SessionOptions], Session] = OrderedDict()
        self._lock = threading.Lock()
        self.running_on: Device | None = None
        """Where the newest session runs: a card whose driver is missing leaves its work to the processor."""

    def get(self, folder: Path, entry: FileEntry, device: Device, options: SessionOptions | None = None) -> Session:
        """The session of one verified file. *budget* counts file sizes, the best estimate before a run.

        Raises :class:`AtelierError`: ``DAMAGED_MODEL`` if the file is not the published one, ``BAD_MODEL`` if ONNX
        Runtime can't open it.
        """
        options = options or SessionOptions()
        key = (entry.sha256, device.id, options)
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                verify_file(folder, entry)
                session = open_session(folder / entry.name, device, options)
                self._sessions[key] = session
                self.running_on = device if session.runs_on(device) else CPU
                self._evict()
            self._sessions.move_to_end(key)
            return session

    @property
    def held_bytes(self) -> int:
        return sum(session.size for session in self._sessions.values())

    def __len__(self) -> int:
        return len(self._sessions)

    def _evict(self) -> None:
        """Drop the oldest; a run in progress keeps its session alive by its own reference."""
        while len(self._sessions) > 1 and self.held_bytes > self._budget:
            self._sessions.popitem(last=False)


def open_session(path: Path, device: Device, options: SessionOptions) -> Session:
    """Open a graph without looking at its hash (user models are checked by the catalog instead)."""
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads or physical_cores()
    settings.inter_op_num_threads = 1
    settings.log_severity_level = FATAL
    settings.enable_mem_pattern = device.memory_pattern
    # Idle threads that spin take the core from the window and from playback.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        inner = onnxruntime.InferenceSession(str(path), settings, providers=device.providers)
    except Exception as error:  # ONNX Runtime's exceptions share no public base class
        log.info("%s can't be opened: %s", path.name, error)
        raise damaged(path.parent, tr("“{name}” is not a usable ONNX graph", name=path.name)) from error
    # The weights of a large graph lie in files beside it that begin with its name.
    return Session(inner, sum(part.stat().st_size for part in path.parent.iterdir() if part.name.startswith(path.name)))
