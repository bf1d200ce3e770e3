"""おまかせ as a card: the time that the search may take and what matters, in plain words, once it is chosen."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QRadioButton, QVBoxLayout, QWidget

from app.widgets.settings_drawer import ChoiceBox
from core.methods.configs.automatic import WISHES
from core.methods.presets import Preset
from core.problems import Language
from core.training.job import HyperValue

BUDGET, WISH = "automatic.budget_minutes", "automatic.wish"
_WIDEST = 640
MINUTES = (3.0, 10.0, 30.0, 60.0, 180.0, 480.0)


class AutomaticCard(QFrame):
    """Chosen like the other cards. `changed` tells the settings that differ from the preset's."""

    chosen = Signal(str)
    changed = Signal(dict)

    def __init__(
        self, preset: Preset, first: Mapping[str, HyperValue], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.preset = preset
        self._first = first
        self._values = dict(first)
        self.setObjectName("preset_card_automatic")
        self.setProperty("class", "card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.radio = QRadioButton(objectName="preset_automatic", minimumHeight=40)
        bold = QFont()
        bold.setBold(True)
        self.radio.setFont(bold)
        self.radio.toggled.connect(self._toggled)
        self.summary = QLabel(wordWrap=True)
        self.when = QLabel(wordWrap=True)
        self.when.setProperty("class", "muted")
        self.minutes = ChoiceBox(objectName="automatic_minutes", minimumHeight=40)
        self.minutes.activated.connect(lambda: self._tell(BUDGET, self.minutes.currentData()))
        self.wish = ChoiceBox(objectName="automatic_wish", minimumHeight=40)
        for wish in WISHES:
            self.wish.addItem("", wish)
        self.wish.activated.connect(lambda: self._tell(WISH, self.wish.currentData()))
        self.minutes_label, self.wish_label = QLabel(minimumHeight=40), QLabel(minimumHeight=40)
        self.promise = QLabel(objectName="automatic_promise", wordWrap=True)
        self.promise.setProperty("class", "muted")
        self._lay_out()

    def choose(self) -> None:
        """Make this the chosen card."""
        self.radio.setChecked(True)

    def show_values(self, values: Mapping[str, HyperValue]) -> None:
        """The settings as they will be used; nothing is told."""
        self._values = {**self._first, **values}
        self._fill_minutes()
        self.wish.setCurrentIndex(max(0, self.wish.findData(self._values[WISH])))

    def say(self, language: Language) -> None:
        """Words in the given language."""
        text = self.preset.texts[language]
        self.radio.setText(text.title)
        self.radio.setAccessibleName(text.title)
        self.radio.setAccessibleDescription(text.summary)
        self.summary.setText(text.summary)
        self.when.setText(text.when)
        self.minutes_label.setText(self.tr("かけてよい時間"))
        self.wish_label.setText(self.tr("何を大事にするか"))
        for box, label in ((self.minutes, self.minutes_label), (self.wish, self.wish_label)):
            box.setAccessibleName(label.text())
        for row, words in enumerate(self._wish_words()):
            self.wish.setItemText(row, words)
        self.promise.setText(
            self.tr(
                "試験の写真と取り置いた種類は、選ぶときには見ません。いつでも止められ、そこまででいちばん良いものを仕上げます。"
            )
        )
        self._fill_minutes()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
            self.choose()
        super().mousePressEvent(event)

    def _wish_words(self) -> tuple[str, ...]:
        """In the order of `WISHES`."""
        return (
            self.tr("習った種類と新しい種類が混ざっても見分ける"),
            self.tr("習った種類をよく当てる（新しい種類は学習前より悪くしない）"),
            self.tr("習った種類どうし、新しい種類どうしを、それぞれ見分ける"),
        )

    def _fill_minutes(self) -> None:
        """The usual times, and the one that was set elsewhere."""
        now = self._values[BUDGET]
        assert isinstance(now, float), "a number of minutes"
        self.minutes.clear()
        for minutes in sorted({*MINUTES, now}):
            words = self.tr("約 {minutes:g} 分") if minutes < 60 else self.tr("約 {hours:g} 時間")
            self.minutes.addItem(words.format(minutes=minutes, hours=minutes / 60), minutes)
        self.minutes.setCurrentIndex(self.minutes.findData(now))

    def _tell(self, key: str, value: HyperValue) -> None:
        """A setting was changed: that chooses the card too."""
        self._values[key] = value
        self.choose()
        self.changed.emit({k: v for k, v in self._values.items() if v != self._first[k]})

    def _toggled(self, on: bool) -> None:
        self.setProperty("chosen", on)
        self.settings.setVisible(on)
        self.style().unpolish(self)
        self.style().polish(self)
        if on:
            self.chosen.emit(self.preset.name)

    def _lay_out(self) -> None:
        for box, label in ((self.minutes, self.minutes_label), (self.wish, self.wish_label)):
            label.setBuddy(box)
            box.setMaximumWidth(_WIDEST)
        self.settings = QWidget(visible=self.radio.isChecked())
        form = QFormLayout(self.settings)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setVerticalSpacing(8)
        form.addRow(self.minutes_label, self.minutes)
        form.addRow(self.wish_label, self.wish)
        form.addRow(self.promise)
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(16, 12, 16, 12)
        for part in (self.radio, self.summary, self.when):
            column.addWidget(part)
        column.addWidget(self.settings)
