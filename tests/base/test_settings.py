"""Settings survive; damaged ones are set aside, never lost."""

from pathlib import Path

from app.base.settings import SettingsStore


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "config" / "settings.json")
    store.values.theme = "dark"
    store.section("write")["measure"] = 70
    store.save()
    again = SettingsStore(tmp_path / "config" / "settings.json")
    assert again.values.theme == "dark"
    assert again.section("write") == {"measure": 70}


def test_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": ')
    assert SettingsStore(path).values.theme == "system"
    assert (tmp_path / "settings.damaged.json").read_text() == '{"theme": '
