"""An artist's afternoon in the real window: many steps back, brushes of one's own, the painter watched and stopped, bad
files that cost nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from app.shell.models import ModelsDialog
from app.shell.window import Window
from app.studios.paint.brushes import user_brushes
from app.studios.paint.files import load_drawing
from app.studios.paint.page import PaintPage
from tests.make_magenta import quantised, write
from tests.studios.paint.conftest import Hand

CONTROL = Qt.KeyboardModifier.ControlModifier
STEPS = 200


def drop(target: QLabel, path: Path) -> None:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path))])
    target.dropEvent(
        QDropEvent(
            QPointF(20, 20), Qt.DropAction.CopyAction, content, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip


def test_two_hundred_strokes_are_taken_back_one_by_one_and_come_again(page: PaintPage, hand: Hand) -> None:
    for number in range(STEPS):
        x, y = 60 + 45 * (number % 20), 60 + 60 * (number // 20)
        hand.stroke((x, y), (x + 30, y + 20))
    drawn = page.state.document
    assert len(drawn.strokes) == STEPS
    for left in range(STEPS - 1, -1, -1):
        hand.key(Qt.Key.Key_Z, CONTROL)
        assert len(page.state.document.strokes) == left
    hand.settle()
    assert hand.shown(75, 70) == "#ffffff"
    for _ in range(STEPS):
        hand.key(Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert page.state.document == drawn


def test_a_brush_file_of_the_users_is_chosen_in_the_list_and_paints(
    home: Path, open_window: Callable[..., Window], qtbot: QtBot
) -> None:
    user_brushes().mkdir(parents=True)
    (user_brushes() / "mine.toml").write_text('name = "Mine"\nsize = 44.0\nhardness = 1.0\nspacing = 0.1\n')
    (user_brushes() / "spoilt.toml").write_text('name = "Spoilt"\nhardness = 7\n')
    page = open_window("paint").page
    assert isinstance(page, PaintPage)
    page.new()
    names = {
        page.brushes.list.item(row).data(Qt.ItemDataRole.UserRole): row for row in range(page.brushes.list.count())
    }
    assert "hardness" in page.brushes.list.item(names["spoilt"]).toolTip()
    item = page.brushes.list.item(names["mine"])
    page.brushes.list.scrollToItem(item)
    where = page.brushes.list.visualItemRect(item).center()
    qtbot.mouseClick(page.brushes.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
    hand = Hand(page, qtbot)
    hand.stroke((200, 300), (600, 300), pressure=1.0)
    (stroke,) = page.state.document.strokes
    assert (stroke.brush, stroke.size) == ("mine", 44.0)
    hand.settle()
    assert hand.shown(400, 318) == stroke.colour
    assert hand.shown(400, 326) == "#ffffff"


def test_the_painter_is_watched_stopped_gone_on_with_and_its_strokes_read_back(
    page: PaintPage, hand: Hand, tmp_path: Path
) -> None:
    state, panel = page.state, page.painter_panel
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 256, (9, 12, 3), np.uint8))
    small.resize((320, 240), Image.Resampling.BICUBIC).save(tmp_path / "target.png")
    assert "have it drawn" in page.canvas.hint
    state.set_model("spiral-painter")
    assert "paints your picture" in page.canvas.hint
    drop(panel.preview, tmp_path / "target.png")
    hand.qtbot.waitUntil(lambda: bool(state.target), timeout=20_000)
    state.set_control("strokes", 2000)
    hand.qtbot.mouseClick(panel.paint, Qt.MouseButton.LeftButton)
    hand.qtbot.waitUntil(lambda: len(state.document.strokes) > 20, timeout=60_000)
    hand.key(Qt.Key.Key_Escape)
    assert not state.busy
    kept = state.document
    hand.settle()
    assert state.document == kept
    state.set_control("strokes", 30)
    with hand.qtbot.waitSignal(state.busyChanged, check_params_cb=lambda busy: not busy, timeout=60_000):
        hand.qtbot.mouseClick(panel.paint, Qt.MouseButton.LeftButton)
    painted = state.document
    assert painted.strokes[: len(kept.strokes)] == kept.strokes
    assert len(kept.strokes) < len(painted.strokes) <= len(kept.strokes) + 30
    for name in ("x.svg", "x.ora"):
        with hand.qtbot.waitSignal(state.saved, timeout=60_000):
            state.save(tmp_path / name)
        assert load_drawing(tmp_path / name)[0] == painted
    with zipfile.ZipFile(tmp_path / "x.ora") as archive:
        stack = archive.read("stack.xml").decode()
    assert all(f'name="{size} strokes"' in stack for size in ("Broad", "Middle", "Fine"))
    first = painted.strokes[0]
    hand.key(Qt.Key.Key_V)
    state.select(frozenset({0}))
    hand.key(Qt.Key.Key_BracketRight, CONTROL)
    assert state.document.strokes[1] == first
    hand.key(Qt.Key.Key_Delete)
    assert first not in state.document.strokes
    assert len(state.document.strokes) == len(painted.strokes) - 1


def test_a_second_category_is_mixed_in_and_freedom_counts(page: PaintPage, hand: Hand) -> None:
    drawn = []
    for mix, freedom in (("", 0.2), ("crab", 0.2), ("crab", 1.0)):
        page.new()
        page.state.set_seed(4)
        page.state.set_controls({"class": "sun", "temperature": freedom})
        page.space_panel.mix.setCurrentIndex(page.space_panel.mix.findData(mix))
        hand.generate()
        drawn.append(page.state.document.strokes)
    assert all(drawn)
    assert drawn[0] != drawn[1] != drawn[2]
    assert not page.space_panel.share.isHidden()


def _ora(path: Path, stack: str, size: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "image/openraster")
        archive.writestr("stack.xml", f'<image w="40" h="30"><stack>{stack}</stack></image>{" " * size}')
    return path


def test_bad_files_are_told_in_place_and_the_drawing_stays(page: PaintPage, hand: Hand, tmp_path: Path) -> None:
    hand.stroke((200, 300), (400, 300))
    mine = page.state.document
    layer = '<layer name="sky" src="data/sky.png"/>'
    (tmp_path / "words.svg").write_text("no drawing")
    for path, why in (
        (_ora(tmp_path / "gap.ora", layer), "“sky” is missing"),
        (_ora(tmp_path / "bomb.ora", layer, 310_000_000), "larger than any drawing"),
        (tmp_path / "words.svg", "can't be read"),
    ):
        page.open_path(path)
        hand.qtbot.waitUntil(lambda why=why: why in page.errors.text, timeout=30_000)
        assert page.state.document == mine
    page.state.set_model("spiral-painter")
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    Image.new("1", (30_000, 30)).save(tmp_path / "long.png")
    for name, why in (("dot.png", "too small to be painted: 1 × 1"), ("long.png", "too large")):
        drop(page.painter_panel.preview, tmp_path / name)
        hand.qtbot.waitUntil(lambda why=why: why in page.errors.text, timeout=30_000)
        assert not page.state.target
    assert page.state.document == mine


def test_a_file_of_many_layers_shows_all_of_them_and_a_damaged_one_is_told(
    page: PaintPage, hand: Hand, tmp_path: Path
) -> None:
    path = tmp_path / "many.ora"
    with zipfile.ZipFile(path, "w") as archive:
        layers = [f'<layer name="{number}" src="data/{number}.png" x="{40 * number}" y="0"/>' for number in range(8)]
        archive.writestr("mimetype", "image/openraster")
        archive.writestr("stack.xml", f'<image w="400" h="300"><stack>{"".join(layers)}</stack></image>')
        for number in range(8):
            buffer = io.BytesIO()
            Image.new("RGB", (40, 300), (20 * number, 100, 50)).save(buffer, "PNG")
            archive.writestr(f"data/{number}.png", buffer.getvalue())
    page.open_path(path)
    hand.qtbot.waitUntil(lambda: len(page.state.document.layers) >= 8 and page.canvas.complete, timeout=30_000)
    assert [hand.shown(40 * number + 20, 150) for number in range(8)] == [f"#{20 * n:02x}6432" for n in range(8)]
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("data/5.png", b"\x89PNG\r\n\x1a\n and no more")
    page.new()
    page.open_path(path)
    hand.qtbot.waitUntil(lambda: "damaged" in page.errors.text, timeout=30_000)
    hand.settle()


def test_what_an_svg_links_to_is_not_fetched_and_its_scripts_are_nothing(
    page: PaintPage, hand: Hand, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (40, 40), "#ff0000").save(secret)
    (tmp_path / "x.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><script>alert(1)</script>'
        f'<image href="{secret.as_uri()}" width="400" height="300"/><use href="http://example.org/x.svg#y"/>'
        f'<path d="M10 10L90 80" stroke="#0000ff" onclick="alert(2)"/></svg>'
    )
    page.open_path(tmp_path / "x.svg")
    hand.qtbot.waitUntil(lambda: len(page.state.document.strokes) == 1, timeout=20_000)
    hand.settle()
    assert page.state.document.strokes[0].colour == "#0000ff"
    assert hand.shown(300, 200) == "#ffffff"
    assert not any(layer.picture for layer in page.state.document.layers)


def test_a_checkpoint_with_wrong_shapes_is_told_where_it_was_added(
    open_window: Callable[..., Window], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = quantised(0)
    arrays[2] = arrays[2].T.copy()
    path = write(tmp_path / "crab.gen.json", arrays)
    window = open_window("paint")
    window.show_models()
    dialog = window.findChildren(ModelsDialog)[-1]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(dialog.add_file, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "“dec_x” is 96 × 5, where 5 × 96 fits" in dialog.errors.text, timeout=20_000)
    dialog.reject()
