"""Remembered settings: kept whole, never beside the program, never a reason not to start."""

from pathlib import Path

import pytest

from core.settings import Settings, load_settings, locations, save_settings, system_language


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path))
    return tmp_path


def test_defaults_are_offline_and_follow_the_system() -> None:
    settings = load_settings()
    assert settings.offline
    assert (settings.language, settings.theme) == ("system", "system")


def test_what_is_saved_is_loaded() -> None:
    settings = Settings(language="en", theme="dark", text_scale=150, recent_projects=("/写真/a",))
    save_settings(settings)
    assert load_settings() == settings


@pytest.mark.parametrize("spoiled", [b"", b"{", b"[]", b"\xff\xfe", b'{"text_scale": 900}'])
def test_a_spoiled_file_gives_the_defaults_and_is_kept_aside(spoiled: bytes) -> None:
    save_settings(Settings())
    path = locations().config / "settings.json"
    path.write_bytes(spoiled)
    assert load_settings() == Settings()
    assert path.with_suffix(".spoiled.json").read_bytes() == spoiled


def test_a_newer_programs_key_is_no_error() -> None:
    save_settings(Settings())
    (locations().config / "settings.json").write_text(
        '{"schema_version": 7, "hologram": true, "theme": "dark"}'
    )
    assert load_settings().theme == "dark"


@pytest.mark.parametrize(("value", "expected"), [("ja_JP.UTF-8", "ja"), ("en_US.UTF-8", "en"), ("C", "en")])
def test_language_follows_the_pc(monkeypatch: pytest.MonkeyPatch, value: str, expected: str) -> None:
    monkeypatch.delenv("HIKIDASHI_LANGUAGE", raising=False)
    monkeypatch.setenv("LC_ALL", value)
    assert system_language() == expected
