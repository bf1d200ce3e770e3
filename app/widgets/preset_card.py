"""One way to train, as a card: its name, what it does, when it suits, and what it costs on this PC."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from app.widgets.cost_line import CostLine
from core.methods.presets import Preset
from core.problems import Language


class PresetCard(QFrame):
    """A card that is chosen like a radio button, by a click anywhere on it or by keyboard."""

    chosen = Signal(str)

    def __init__(self, preset: Preset, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preset = preset
        name = preset.name.replace("-", "_")
        self.setObjectName(f"preset_card_{name}")
        self.setProperty("class", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.radio = QRadioButton(objectName=f"preset_{name}")
        self.radio.setMinimumHeight(40)
        bold = QFont()
        bold.setBold(True)
        self.radio.setFont(bold)
        self.badge = QLabel(objectName=f"preset_{name}_badge")
        self.badge.setProperty("class", "badge")
        self.summary = QLabel(wordWrap=True)
        self.when = QLabel(wordWrap=True)
        self.when.setProperty("class", "muted")
        self.unoffered = QLabel(objectName=f"preset_{name}_unoffered", wordWrap=True, visible=False)
        self.cost = CostLine(f"preset_{name}_cost")
        self.cost.expect_training(preset.parsed.trainable)
        self.radio.toggled.connect(self._toggled)
        self._lay_out()

    def choose(self) -> None:
        """Make this the chosen card."""
        self.radio.setChecked(True)

    def recommend(self, recommended: bool) -> None:
        """Whether the card carries the badge."""
        self.badge.setVisible(recommended)

    def offer(self, offered: bool) -> None:
        """Whether it can be chosen; a card that cannot says why."""
        self.setEnabled(offered)
        self.unoffered.setVisible(not offered)
        self.cost.setVisible(offered)

    def say(self, language: Language) -> None:
        """Words in the given language."""
        self.unoffered.setText(self.tr("写真を残していないので、選べません。"))
        text = self.preset.texts[language]
        self.radio.setText(text.title)
        self.radio.setAccessibleName(text.title)
        self.radio.setAccessibleDescription(text.summary)
        self.summary.setText(text.summary)
        self.when.setText(text.when)
        self.badge.setText(self.tr("おすすめ"))
        self.cost.retranslate()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
            self.choose()
        super().mousePressEvent(event)

    def _toggled(self, on: bool) -> None:
        self.setProperty("chosen", on)
        self.style().unpolish(self)
        self.style().polish(self)
        if on:
            self.chosen.emit(self.preset.name)

    def _lay_out(self) -> None:
        top = QHBoxLayout(spacing=8)
        top.addWidget(self.radio)
        top.addStretch(1)
        top.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(16, 12, 16, 12)
        column.addLayout(top)
        for label in (self.summary, self.when):
            column.addWidget(label)
        column.addStretch(1)
        column.addWidget(self.unoffered)
        column.addWidget(self.cost)
        self.badge.setVisible(False)
