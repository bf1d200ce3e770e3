"""A large place that asks for something to be dropped on it, and lights up when it will be taken."""

import qtawesome
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app.theme import GAP, theme

_PICTURE = 64


class DropZone(QFrame):
    """Only the invitation: whoever holds it takes the drop."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drop_zone")
        self.setProperty("class", "zone")
        centre = Qt.AlignmentFlag.AlignCenter
        self._picture = QLabel(alignment=centre)
        self.title = QLabel(objectName="drop_zone_title", alignment=centre, wordWrap=True)
        self.title.setProperty("class", "heading3")
        self.words = QLabel(objectName="drop_zone_words", alignment=centre, wordWrap=True)
        self.words.setProperty("class", "muted")
        column = QVBoxLayout(self, spacing=2 * GAP)
        column.addStretch(1)
        for label in (self._picture, self.title, self.words):
            column.addWidget(label)
        column.addStretch(2)
        self.restyle()

    def say(self, title: str, words: str) -> None:
        """Its words, in the present language."""
        self.title.setText(title)
        self.words.setText(words)

    def light_up(self, lit: bool) -> None:
        """Whether something that would be taken hovers over it."""
        self.setProperty("lit", lit)
        self.style().polish(self)

    def restyle(self) -> None:
        """Take the present colours."""
        icon = qtawesome.icon("mdi6.tray-arrow-down", color=theme().accent)
        self._picture.setPixmap(icon.pixmap(_PICTURE, _PICTURE))
