"""The look: legible in both themes, kanji as Japanese writes them, text that grows."""

import pytest
from PySide6.QtWidgets import QApplication

from app.theme import DARK, FAMILIES, LIGHT, Theme, apply_theme, contrast, theme

TEXT = 4.5  # WCAG 2.2 AA: text
SHAPE = 3.0  # WCAG 2.2 AA: what must be seen but is no text

GROUNDS = ("window", "surface", "raised")
TEXT_PAIRS = [
    *((colour, ground) for colour in ("text", "muted") for ground in (*GROUNDS, "accent_soft")),
    *((colour, ground) for colour in ("accent", "ok", "warn", "bad") for ground in GROUNDS),
    ("accent_text", "accent"),
]
SHAPE_PAIRS = [
    *((colour, ground) for colour in ("focus", "control") for ground in GROUNDS),
    *((f"series_{number}", "surface") for number in (1, 2, 3)),
]

both_themes = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)


@both_themes
@pytest.mark.parametrize(("colour", "ground"), TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(tokens: Theme, colour: str, ground: str) -> None:
    assert contrast(getattr(tokens, colour), getattr(tokens, ground)) >= TEXT


@both_themes
@pytest.mark.parametrize(("colour", "ground"), SHAPE_PAIRS)
def test_frames_focus_and_curves_can_be_seen(tokens: Theme, colour: str, ground: str) -> None:
    assert contrast(getattr(tokens, colour), getattr(tokens, ground)) >= SHAPE


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize(("choice", "tokens"), [("light", LIGHT), ("dark", DARK)])
def test_the_chosen_theme_is_in_force(qapp: QApplication, choice: str, tokens: Theme) -> None:
    assert apply_theme(qapp, choice, "ja", 100) is tokens
    assert theme() is tokens
    assert qapp.palette().window().color().name() == tokens.window


def test_text_grows_with_the_chosen_size(qapp: QApplication) -> None:
    apply_theme(qapp, "light", "ja", 100)
    normal = qapp.font().pointSizeF()
    apply_theme(qapp, "light", "ja", 150)
    assert qapp.font().pointSizeF() == pytest.approx(1.5 * normal)


def test_a_japanese_window_never_leads_with_a_face_of_another_language(qapp: QApplication) -> None:
    apply_theme(qapp, "light", "ja", 100)
    families = qapp.font().families()
    assert families == [family for family in FAMILIES["ja"] if family in families] or not families
