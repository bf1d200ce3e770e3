"""The look: colours as tokens for light and dark, spacing, the style sheet, and fonts by language."""

from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from core.problems import Language

GAP = 8
PAGE_MARGIN = 24
TOUCH = 40
BASE_POINT_SIZE = 10.5

# Kanji differ between Japanese and Chinese faces, so the family follows the language of the window.
FAMILIES: dict[Language, tuple[str, ...]] = {
    "ja": ("BIZ UDPGothic", "BIZ UDPゴシック", "BIZ UDGothic", "Yu Gothic UI", "Meiryo", "Hiragino Sans",
           "Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic", "IPAGothic", "VL PGothic"),
    "en": ("Segoe UI", "SF Pro Text", "Inter", "Noto Sans", "DejaVu Sans", "BIZ UDPGothic"),
}  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """Colours by what they are for; every text pair has a contrast of at least 4.5 : 1."""

    name: str
    window: str
    surface: str
    raised: str
    text: str
    muted: str
    accent: str
    accent_text: str
    accent_soft: str
    ok: str
    warn: str
    bad: str
    border: str
    control: str
    focus: str
    series_1: str
    series_2: str
    series_3: str


LIGHT = Theme(
    name="light",
    window="#f4f2ee",
    surface="#ffffff",
    raised="#ece9e3",
    text="#1f2328",
    muted="#5b6168",
    accent="#0b5c6b",
    accent_text="#ffffff",
    accent_soft="#dcecee",
    ok="#1b6e3c",
    warn="#8a5200",
    bad="#b3261e",
    border="#d5d0c8",
    control="#8a857c",
    focus="#0b5c6b",
    series_1="#0b6bb8",
    series_2="#b3470f",
    series_3="#5b6168",
)
DARK = Theme(
    name="dark",
    window="#17191c",
    surface="#202327",
    raised="#2b2f34",
    text="#eceae6",
    muted="#a9adb2",
    accent="#6cc5d4",
    accent_text="#0d1f23",
    accent_soft="#1d3a40",
    ok="#7fd29b",
    warn="#f0b866",
    bad="#ff9d94",
    border="#3b4046",
    control="#80868d",
    focus="#8fdbe8",
    series_1="#69b4ff",
    series_2="#ffa46b",
    series_3="#a9adb2",
)

_current = LIGHT


def theme() -> Theme:
    """The colours now in force."""
    return _current


def apply_theme(app: QApplication, choice: str, language: Language, text_scale: int) -> Theme:
    """Dress the program: `choice` is system, light or dark; `text_scale` in percent."""
    global _current
    dark = app.styleHints().colorScheme() is Qt.ColorScheme.Dark if choice == "system" else choice == "dark"
    _current = DARK if dark else LIGHT
    if not app.styleSheet():
        app.setStyle("Fusion")
    app.setPalette(_palette(_current))
    app.setFont(_font(language, text_scale))
    # Also where only the font is another: headings take its family when they are polished.
    app.setStyleSheet(_SHEET.substitute(asdict(_current), **_sizes(text_scale)))
    return _current


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, relative luminance), 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [value / 255 for value in QColor(colour).getRgb()[:3]]  # type: ignore[index]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _font(language: Language, text_scale: int) -> QFont:
    installed = set(QFontDatabase.families())
    font = QFont()
    families = [family for family in FAMILIES[language] if family in installed]
    if families:
        font.setFamilies(families)
    font.setPointSizeF(BASE_POINT_SIZE * text_scale / 100)
    return font


def _sizes(text_scale: int) -> dict[str, str]:
    points = {"small": 9.0, "heading3": 12.0, "heading2": 14.0, "heading1": 19.0}
    return {name: f"{size * text_scale / 100:.1f}pt" for name, size in points.items()}


def _palette(tokens: Theme) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: tokens.window,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Base: tokens.surface,
        QPalette.ColorRole.AlternateBase: tokens.raised,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.Button: tokens.surface,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.accent_text,
        QPalette.ColorRole.ToolTipBase: tokens.raised,
        QPalette.ColorRole.ToolTipText: tokens.text,
        QPalette.ColorRole.PlaceholderText: tokens.muted,
        QPalette.ColorRole.Link: tokens.accent,
        QPalette.ColorRole.Mid: tokens.border,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.muted))
    return palette


_SHEET = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 6px; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }
QLabel[class="muted"] { color: $muted; }
QLabel[class="note"] { color: $muted; font-size: $small; }
QLabel[class="heading1"] { font-size: $heading1; font-weight: 600; }
QLabel[class="heading2"] { font-size: $heading2; font-weight: 600; }
QLabel[class="heading3"] { font-size: $heading3; font-weight: 600; }
QLabel[class="badge"] {
  background: $accent_soft; color: $text; border-radius: 7px; padding: 2px 10px; font-size: $small;
}
QFrame[class="card"] { background: $surface; border: 1px solid $border; border-radius: 10px; }
QFrame[class="card"] QLabel[class="badge"] { background: $accent; color: $accent_text; }
QFrame[class="card"][chosen="true"] { border: 2px solid $accent; background: $accent_soft; }
QLabel[class="chosen"] { background: $accent_soft; border: 2px solid $accent; border-radius: 10px; padding: 10px 14px; }
QPlainTextEdit[class="record"] { border: 2px solid $focus; border-radius: 6px; background: $surface; }
QPlainTextEdit[class="record"][readOnly="true"] { border-color: transparent; background: transparent; }
QFrame[class="zone"] { border: 2px dashed $control; border-radius: 12px; background: transparent; }
QFrame[class="zone"][lit="true"] { border-color: $accent; background: $accent_soft; }
QFrame[class="bar"] { background: $surface; border-top: 1px solid $border; }
QFrame[class="side"] { background: $raised; border-right: 1px solid $border; }
QFrame[class="problem"] { background: $surface; border: 2px solid $bad; border-radius: 10px; }
QPushButton {
  min-height: 26px; padding: 6px 16px; border: 1px solid $control; border-radius: 8px;
  background: $surface; color: $text;
}
QPushButton:hover { background: $raised; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border: 2px solid $focus; padding: 5px 15px; }
QPushButton:disabled { color: $muted; border-color: $border; background: $window; }
QPushButton[class="primary"] {
  background: $accent; color: $accent_text; border: 2px solid $accent; font-weight: 600;
}
QPushButton[class="primary"]:hover { border-color: $text; }
QPushButton[class="primary"]:focus { border: 2px solid $text; padding: 6px 16px; }
QPushButton[class="primary"]:disabled { background: $raised; color: $muted; border-color: $border; }
QPushButton[class="decide"] {
  font-size: $heading2; font-weight: 600; border: 2px solid $accent; min-height: 48px;
}
QPushButton[class="decide"]:focus { border: 3px solid $focus; padding: 5px 15px; }
QPushButton[class="plain"] { border-color: transparent; background: transparent; color: $accent; }
QPushButton[class="plain"]:focus { border-color: $focus; }
QPushButton[class="tile"] { text-align: left; padding: 14px 18px; border-radius: 10px; min-height: 44px; }
QPushButton[class="tile"]:focus { padding: 13px 17px; }
QPushButton[class="row"] { text-align: left; padding: 6px 12px; }
QPushButton[class="row"]:focus { padding: 5px 11px; }
QPushButton[class="step"] {
  text-align: left; border: 2px solid transparent; border-radius: 8px; background: transparent;
  padding: 7px 10px; min-height: 28px;
}
QPushButton[class="step"]:checked { background: $surface; border-color: $accent; font-weight: 700; }
QPushButton[class="step"]:focus { border-color: $focus; }
QPushButton[class="step"]:disabled { color: $muted; background: transparent; }
QToolButton { border: 1px solid transparent; border-radius: 8px; padding: 6px 10px; color: $text; }
QToolButton:hover { background: $raised; }
QToolButton:focus { border: 2px solid $focus; }
QLineEdit {
  min-height: 28px; padding: 4px 8px; border: 1px solid $control; border-radius: 6px; background: $surface;
  color: $text; selection-background-color: $accent; selection-color: $accent_text;
}
QLineEdit:focus { border: 2px solid $focus; }
QPlainTextEdit {
  padding: 3px; border: 1px solid $control; border-radius: 6px; background: $surface; color: $text;
  selection-background-color: $accent; selection-color: $accent_text;
}
QPlainTextEdit:focus { padding: 2px; border: 2px solid $focus; }
/* Fusion draws these itself: a border here would take their arrows away. */
QComboBox, QSpinBox, QDoubleSpinBox { min-height: 38px; }
QComboBox QLineEdit { min-height: 0; padding: 0 4px; }
QTabWidget::pane { border: 1px solid $border; border-radius: 8px; background: $surface; }
QTabBar::tab {
  min-height: 34px; padding: 3px 14px; margin-right: 2px; color: $text; background: transparent;
  border: 2px solid transparent; border-bottom: 3px solid transparent;
}
QTabBar::tab:hover { background: $raised; }
QTabBar::tab:selected { border-bottom: 3px solid $accent; font-weight: 600; }
QTabBar::tab:focus { border: 2px solid $focus; border-bottom: 3px solid $accent; border-radius: 6px; }
QSlider::groove:horizontal { height: 8px; border-radius: 4px; background: $raised; border: 1px solid $border; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 4px; }
QSlider::handle:horizontal {
  width: 26px; height: 26px; margin: -10px 0; border-radius: 13px; background: $surface; border: 3px solid $accent;
}
QSlider::handle:horizontal:focus { border-color: $text; }
QRadioButton, QCheckBox { spacing: 8px; }
QRadioButton::indicator {
  width: 14px; height: 14px; border: 2px solid $control; border-radius: 9px; background: $surface;
}
QRadioButton::indicator:checked { width: 8px; height: 8px; border: 5px solid $accent; background: $surface; }
QRadioButton:focus, QCheckBox:focus { color: $accent; text-decoration: underline; }
QListView, QTableView, QTableWidget, QListWidget, QTextBrowser {
  background: $surface; border: 1px solid $border; border-radius: 8px; color: $text;
}
QListView:focus, QTableView:focus, QTableWidget:focus, QListWidget:focus { border: 2px solid $focus; }
QTreeView { background: $surface; border: 1px solid $border; border-radius: 8px; color: $text; }
QTreeView:focus { border: 2px solid $focus; }
QTreeView::item { padding: 6px 8px; }
QHeaderView { background: $raised; border: 0; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QHeaderView::section { background: $raised; color: $text; border: 0; padding: 6px; }
QProgressBar {
  border: 1px solid $border; border-radius: 7px; background: $raised; min-height: 14px; max-height: 14px;
  text-align: center; color: transparent;
}
QProgressBar::chunk { background: $accent; border-radius: 6px; }
QMenuBar { background: $raised; color: $text; }
QMenuBar::item { padding: 6px 12px; }
QMenuBar::item:selected, QMenu::item:selected { background: $accent; color: $accent_text; }
QMenu { background: $surface; color: $text; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 8px 24px; }
QSplitter::handle { background: transparent; }
QToolButton[class="more"]::menu-indicator { image: none; }
QScrollBar:vertical { background: transparent; width: 14px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 14px; margin: 2px; }
QScrollBar::handle { background: $control; border-radius: 5px; min-height: 40px; min-width: 40px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")
