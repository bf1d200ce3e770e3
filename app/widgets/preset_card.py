"""One way to train, as a card: its name, what it does, when it suits, and what it costs on this PC."""

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from core.methods.presets import Preset
from core.problems import Language


class Cost(StrEnum):
    """How far the measuring on this PC is."""

    UNKNOWN = "unknown"
    MEASURING = "measuring"
    MEASURED = "measured"


class PresetCard(QFrame):
    """A card that is chosen like a radio button, by a click anywhere on it or by keyboard."""

    chosen = Signal(str)

    def __init__(self, preset: Preset, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preset = preset
        self._recommended = False
        self._cost = Cost.UNKNOWN
        self._seconds: float | None = None
        self._memory: int | None = None
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
        self.cost = QLabel(objectName=f"preset_{name}_cost", wordWrap=True)
        self.radio.toggled.connect(self._toggled)
        self._lay_out()

    def choose(self) -> None:
        """Make this the chosen card."""
        self.radio.setChecked(True)

    def recommend(self, recommended: bool) -> None:
        """Whether the card carries the badge."""
        self._recommended = recommended
        self.badge.setVisible(recommended)

    def show_cost(self, cost: Cost, seconds: float | None = None, memory: int | None = None) -> None:
        """Expected time (s) and memory (bytes) on this PC."""
        self._cost, self._seconds, self._memory = cost, seconds, memory
        self._say_cost()

    def say(self, language: Language) -> None:
        """Words in the given language."""
        text = self.preset.texts[language]
        self.radio.setText(text.title)
        self.radio.setAccessibleName(text.title)
        self.radio.setAccessibleDescription(text.summary)
        self.summary.setText(text.summary)
        self.when.setText(text.when)
        self.badge.setText(self.tr("おすすめ"))
        self._say_cost()

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

    def _say_cost(self) -> None:
        self.cost.setText(self._cost_words())

    def _cost_words(self) -> str:
        if not self.preset.parsed.trainable:
            return self.tr("学習しないので、すぐに結果が出ます。")
        if self._cost is Cost.MEASURING:
            return self.tr("この PC でかかる時間を測っています…")
        if self._cost is Cost.UNKNOWN or self._seconds is None:
            return self.tr("かかる時間は、まだ測っていません。")
        time = self._time_words(self._seconds)
        if self._memory is None:
            return self.tr("この PC で約 {time}").format(time=time)
        memory = f"{self._memory / 2**30:.1f}"
        return self.tr("この PC で約 {time}、メモリー約 {memory} GB").format(time=time, memory=memory)

    def _time_words(self, seconds: float) -> str:
        if seconds < 90:
            return self.tr("{seconds} 秒").format(seconds=max(1, round(seconds)))
        if seconds < 5400:
            return self.tr("{minutes} 分").format(minutes=round(seconds / 60))
        return self.tr("{hours:.1f} 時間").format(hours=seconds / 3600)

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
        column.addWidget(self.cost)
        self.badge.setVisible(False)
