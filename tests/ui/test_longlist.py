"""A long list of choices is found by typing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.runtime.manifest import Control
from app.ui.form import ControlForm
from app.ui.widgets.longlist import LongList

THINGS = ["apple", "ant", "bear", "bird", "cat", "crab", "dog", "duck", "face", "fish", "owl", "pig", "sun", "toucan"]


def test_a_part_of_a_name_finds_it_and_what_is_none_is_put_back(qtbot: QtBot) -> None:
    body, form = QWidget(), ControlForm([Control(id="x", label="What", kind="choice", default="crab", choices=THINGS)])
    QVBoxLayout(body).addWidget(form)
    qtbot.addWidget(body)
    found: list[object] = []
    form.changed.connect(lambda _, value: found.append(value))
    box = form.findChild(LongList)
    assert isinstance(box, LongList)
    with qtbot.waitActive(body):
        body.show()
        body.activateWindow()
    QTest.mouseClick(box.line, Qt.MouseButton.LeftButton)
    for typed, taken in (("uca", "toucan"), ("OWL", "owl"), ("unicorn", "owl"), ("duck", "duck")):
        qtbot.waitUntil(lambda: box.line.hasFocus() and box.line.selectedText() == box.line.text())
        QTest.keyClicks(box.line, typed)
        QTest.keyClick(box.line, Qt.Key.Key_Return)
        assert (form.fields["x"].value(), box.currentText()) == (taken, taken)
    assert found == ["toucan", "owl", "duck"]
    form.set_values({"x": "ant"})
    assert box.currentText() == "ant"
    assert len(found) == 3
