"""Both languages are whole: the .ts holds every text of the source, and English leaves none out."""

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app import main, translations
from core.assets import ASSETS

JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%L?n")


def test_the_ts_file_holds_every_text_of_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    committed = _sources(translations.SOURCE)
    copy = tmp_path / translations.SOURCE.name
    shutil.copy(translations.SOURCE, copy)
    monkeypatch.setattr(translations, "SOURCE", copy)
    translations.update()
    now = _sources(copy)
    told = "python -m app.translations update, then translate"
    assert not now - committed, f"texts that are not in the .ts ({told}): {now - committed}"
    assert not committed - now, f"texts that are no longer in the source ({told}): {committed - now}"


def test_every_text_has_its_english() -> None:
    unfinished = [
        message.findtext("source")
        for message in ET.parse(translations.SOURCE).iter("message")
        if any(t.get("type") == "unfinished" for t in message.iter("translation"))
        or not all(_targets(message))
    ]
    assert not unfinished, f"{len(unfinished)} texts have no English: {unfinished}"


def test_english_is_free_of_japanese() -> None:
    names = {"言語 / Language"}
    for message in ET.parse(translations.SOURCE).iter("message"):
        if message.findtext("source") not in names:
            assert not [text for text in _targets(message) if JAPANESE.search(text)], message.findtext(
                "source"
            )


def test_placeholders_survive_translation() -> None:
    for message in ET.parse(translations.SOURCE).iter("message"):
        source = message.findtext("source") or ""
        for text in _targets(message):
            # English may say "one photo" where Japanese counts.
            expected = set(PLACEHOLDER.findall(source)) - {"%n"}
            assert set(PLACEHOLDER.findall(text)) - {"%n"} == expected, f"{source!r} → {text!r}"


def test_percent_is_written_one_way_with_a_space_before_it() -> None:
    closed_up = re.compile(r"[0-9}]%(?!L?n)")
    texts = [
        text
        for message in ET.parse(translations.SOURCE).iter("message")
        for text in (message.findtext("source") or "", *_targets(message))
    ]
    for path in ASSETS.rglob("*.toml"):
        texts += path.read_text(encoding="utf-8").splitlines()
    assert any(" %" in text for text in texts)
    assert not [text for text in texts if closed_up.search(text)]


def _sources(path: Path) -> set[tuple[str, str]]:
    """(context, source text) of every message."""
    return {
        (context.findtext("name") or "", message.findtext("source") or "")
        for context in ET.parse(path).iter("context")
        for message in context.iter("message")
    }


def _targets(message: ET.Element) -> list[str]:
    """The English of a message, one text for each plural form."""
    translation = message.find("translation")
    if translation is None:
        return [""]
    forms = translation.findall("numerusform")
    return [form.text or "" for form in forms] if forms else [translation.text or ""]


def test_a_folder_that_may_not_be_written_does_not_keep_the_window_shut(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(main, "ensure_compiled", refused)
    assert main.make_application() is qapp
