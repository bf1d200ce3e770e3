"""The help speaks of what is on the screen, by the names it has there."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.help_dialog import HelpDialog
from app.manual import CHAPTERS, MANUAL, PAGES, SHEET, pictures, save_pdf, title
from app.manual import chapter as help_text
from app.translations import SOURCE
from app.window import PAGE_KEYS
from core.onsite.monitor.words import monitor_words
from core.problems import Language

# Words that are quoted though they stand on no button: examples, comparisons, a mark.
NO_NAMES = {"良品", "キズ", "good", "scratch", "問題集", "模試", "本番の試験", "scratched brass bolt", "⋯",
            "良くなった"}  # fmt: skip
JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
CHAPTER = re.compile(r"^#+", re.MULTILINE)
QUOTED: dict[Language, str] = {"ja": "「([^」]*)」", "en": "“([^”]*)”"}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("key", CHAPTERS)
def test_what_the_help_names_is_on_the_screen(key: str, language: Language) -> None:
    texts = _texts(language)
    quoted = set(re.findall(QUOTED[language], help_text(key, language))) - NO_NAMES
    unknown = {name for name in quoted if not any(_plain(name) in text for text in texts)}
    assert not unknown, f"not on the screen: {unknown}"


@pytest.mark.parametrize("key", CHAPTERS)
def test_both_languages_tell_the_same_chapters(key: str) -> None:
    japanese, english = help_text(key, "ja"), help_text(key, "en")
    assert JAPANESE.search(japanese) and not JAPANESE.search(english)
    assert [len(mark) for mark in CHAPTER.findall(japanese)] == [len(m) for m in CHAPTER.findall(english)]


def _texts(language: Language) -> set[str]:
    """Every text of the window in a language."""
    messages = list(ET.parse(SOURCE).iter("message"))
    others = {title(name, language) for name in CHAPTERS}
    others |= {_plain(text) for table in monitor_words(language).texts.values() for text in table.values()}
    if language == "ja":
        return others | {_plain(message.findtext("source") or "") for message in messages}
    translations = [message.find("translation") for message in messages]
    return others | {_plain("".join(found.itertext())) for found in translations if found is not None}


def _plain(text: str) -> str:
    """Numbers and what stands for them made one: 「あと 8 枚」 is %n on the screen."""
    return re.sub(r"%n|\d+|…|\.\.\.", "", text).strip()


def test_every_page_of_the_window_has_a_chapter() -> None:
    assert PAGES == PAGE_KEYS
    assert len(MANUAL) == 10, "the manual has ten chapters"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_chapters_show_pictures_that_are_there(language: Language) -> None:
    shown = {name for key in CHAPTERS for name in re.findall(r"\((\w+\.webp)\)", help_text(key, language))}
    there = {path.name for path in pictures(language).glob("*.webp")}
    assert shown == there == {f"{key}.webp" for key in PAGES}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_manual_and_the_sheet_are_printed_with_their_pictures(
    qapp: QApplication, tmp_path: Path, language: Language
) -> None:
    save_pdf(tmp_path / "manual.pdf", MANUAL, language)
    save_pdf(tmp_path / "sheet.pdf", SHEET, language)
    manual, sheet = PdfReader(tmp_path / "manual.pdf"), PdfReader(tmp_path / "sheet.pdf")
    assert len(sheet.pages) == 2
    pictures_in = [len(page.images) for page in manual.pages]
    assert sum(pictures_in) == len(PAGES)
    assert max(pictures_in) == 1


def test_a_place_that_cannot_be_written_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = HelpDialog("home", "ja")
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.save(SHEET, tmp_path / "no such folder" / "sheet.pdf")
    assert not dialog.save_sheet.isEnabled(), "one at a time"
    qtbot.waitUntil(lambda: dialog.banner.isVisible())
    assert dialog.save_sheet.isEnabled()
    dialog.save(SHEET, tmp_path / "sheet.pdf")
    qtbot.waitUntil(lambda: dialog.save_sheet.isEnabled())
    assert not dialog.banner.isVisible()
    assert PdfReader(tmp_path / "sheet.pdf").pages


def test_the_list_of_chapters_leads_to_each(qtbot: QtBot) -> None:
    dialog = HelpDialog("labels", "ja")
    qtbot.addWidget(dialog)
    dialog.show()
    assert title("labels", "ja") in dialog.text.toPlainText()
    for row, name in enumerate(CHAPTERS):
        dialog.chapters.setCurrentRow(row)
        assert dialog.text.toPlainText().startswith(title(name, "ja"))
