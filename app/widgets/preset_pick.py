"""The recommended way to train, where it is none of the cards: a button that takes it."""

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.theme import TOUCH
from core.methods.presets import resolve_preset
from core.problems import Language


class PresetPick(QWidget):
    """Hidden where the recommended preset is a card, which carries a badge."""

    chosen = Signal(str)

    def __init__(self, cards: Collection[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards, self._name = cards, ""
        self.take = QPushButton(objectName="preset_pick", minimumHeight=TOUCH)
        self.take.clicked.connect(lambda: self.chosen.emit(self._name))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.take, 0, Qt.AlignmentFlag.AlignLeft)
        row.addStretch(1)
        self.hide()

    def show_preset(self, name: str, language: Language) -> None:
        """Offer the preset of that name."""
        self._name = name
        title = resolve_preset(name).texts[language].title
        self.take.setText(self.tr("おすすめの「{title}」にする").format(title=title))
        self.setVisible(name not in self._cards)
