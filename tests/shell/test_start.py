"""The program as a process: it starts, it runs every model, it survives being killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.shell.window import Window

TYPIST = """
import sys
from PySide6.QtCore import QTimer
from app.base.paths import Paths
from app.shell.application import make_application, make_services
from app.shell.window import Window
from app.studios.cards import CARDS

application = make_application(["atelie"])
window = Window(make_services(Paths.default()), CARDS)
window.show()
state = window.show_studio("write").state
state.new()
count = 0

def type_one():
    global count
    count += 1
    state.edit("Typing", state.document.replaced(len(state.document), len(state.document), "a", "user"), "typing")
    print(count, flush=True)

timer = QTimer()
timer.timeout.connect(type_one)
timer.start(50)
application.exec()
"""
LOST_SECONDS = 5


def test_smoke_exits_with_zero_in_under_a_minute() -> None:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "app", "--smoke"], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < 60


def test_a_killed_program_loses_at_most_five_seconds(
    open_window: Callable[..., Window], home: Path, qtbot: QtBot
) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen([sys.executable, "-c", TYPIST], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    started, typed, when = None, 0, []
    for line in process.stdout:
        now = time.monotonic()
        started = started or now
        typed = int(line)
        when.append(now)
        if now - started > 8:
            break
    process.kill()
    process.wait()
    process.stdout.close()

    kept = len(open_window("write").page.state.document)
    assert 0 < kept <= typed + 5
    lost_since = when[min(kept, len(when) - 1)]
    assert when[-1] - lost_since <= LOST_SECONDS


def test_what_was_open_is_there_again_with_its_settings(open_window: Callable[..., Window], qtbot: QtBot) -> None:
    state = open_window("paint").page.state
    state.set_seed(77)
    document = state.document
    again = open_window("paint").page.state
    assert again.document == document
    assert again.settings.seed == 77


def test_a_damaged_working_file_falls_back_to_the_backup(
    open_window: Callable[..., Window], home: Path, qtbot: QtBot
) -> None:
    state = open_window("paint").page.state
    state.set_seed(5)
    state.autosave()
    qtbot.waitUntil(lambda: not state.services.jobs.busy())
    state.set_seed(6)
    state.autosave()
    qtbot.waitUntil(lambda: not state.services.jobs.busy())
    folder = home / "data" / "studios" / "paint"
    (folder / "working.bin").write_bytes(b"broken")
    found = open_window("paint").page.state
    assert found.settings.seed in (5, 6)
    assert list(folder.glob("working.damaged-*.bin"))


WITHOUT_WORK = """
import sys
from app.base.paths import Paths
from app.shell.application import make_application, make_services
from app.shell.window import Window
from app.studios.cards import CARDS

application = make_application(["atelie"])
window = Window(make_services(Paths.default()), CARDS)
window.show()
bodies = sorted(name for name in sys.modules if name.startswith("app.studios.") and name.endswith(".page"))
for card in CARDS:
    window.show_studio(card.id)
print(bodies, sorted({"onnxruntime", "torch"} & set(sys.modules)))
window.close()
"""


def test_bodies_are_imported_when_shown_and_the_runtime_at_first_use() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", WITHOUT_WORK]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=120)
    assert done.stdout.splitlines()[-1] == "['app.studios.write.page'] []"


def test_a_home_that_can_not_be_written_is_told_and_ends_with_two(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    code = (
        "import sys; from PySide6.QtWidgets import QMessageBox; "
        "QMessageBox.critical = lambda *texts: print('dialog:', texts[1]); "
        "from app.__main__ import main; sys.exit(main([]))"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "ATELIE_HOME": str(tmp_path / "file")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment, timeout=120
    )
    assert done.returncode == 2
    assert "dialog: Ateliê can't start" in done.stdout
    assert done.stderr.startswith("atelie: “cache” can't be written: its folder does not exist.")


@pytest.mark.parametrize("studio", ["write", "compose", "imagine", "paint"])
def test_a_studio_starts_in_under_two_seconds(studio: str, open_window: Callable[..., Window]) -> None:
    window = open_window("paint" if studio == "write" else "write")
    started = time.monotonic()
    window.show_studio(studio)
    assert time.monotonic() - started < 2
