"""The help speaks of what is on the screen, by the names it has there."""

import re
import xml.etree.ElementTree as ET

import pytest

from app.help_dialog import help_text
from app.translations import SOURCE
from app.window import PAGE_KEYS
from core.problems import Language

# Words that are quoted though they stand on no button: examples, comparisons, a mark.
NO_NAMES = {"良品", "キズ", "good", "scratch", "問題集", "模試", "本番の試験", "scratched brass bolt", "⋯",
            "hikidashi models", "良くなった"}  # fmt: skip
JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
CHAPTER = re.compile(r"^#+", re.MULTILINE)
QUOTED: dict[Language, str] = {"ja": "「([^」]*)」", "en": "“([^”]*)”"}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("key", PAGE_KEYS)
def test_what_the_help_names_is_on_the_screen(key: str, language: Language) -> None:
    texts = _texts(language)
    quoted = set(re.findall(QUOTED[language], help_text(key, language))) - NO_NAMES
    unknown = {name for name in quoted if not any(_plain(name) in text for text in texts)}
    assert not unknown, f"not on the screen: {unknown}"


@pytest.mark.parametrize("key", PAGE_KEYS)
def test_both_languages_tell_the_same_chapters(key: str) -> None:
    japanese, english = help_text(key, "ja"), help_text(key, "en")
    assert JAPANESE.search(japanese) and not JAPANESE.search(english)
    assert [len(mark) for mark in CHAPTER.findall(japanese)] == [len(m) for m in CHAPTER.findall(english)]


def _texts(language: Language) -> set[str]:
    """Every text of the window in a language."""
    messages = list(ET.parse(SOURCE).iter("message"))
    if language == "ja":
        return {_plain(message.findtext("source") or "") for message in messages}
    translations = [message.find("translation") for message in messages]
    return {_plain("".join(found.itertext())) for found in translations if found is not None}


def _plain(text: str) -> str:
    """Numbers and what stands for them made one: 「あと 8 枚」 is %n on the screen."""
    return re.sub(r"%n|\d+|…|\.\.\.", "", text).strip()
