"""A large button that says what it does: picture, name, one sentence."""

import qtawesome
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.theme import GAP, theme

_ICON = 32


class Tile(QPushButton):
    """Pressed as a whole; grows with its words."""

    def __init__(self, name: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("class", "tile")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._icon = icon
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignTop)
        self.name = QLabel(wordWrap=True)
        self.name.setProperty("class", "heading3")
        self.explanation = QLabel(wordWrap=True)
        self.explanation.setProperty("class", "muted")
        words = QVBoxLayout(spacing=GAP // 2)
        words.addWidget(self.name)
        words.addWidget(self.explanation)
        words.addStretch(1)
        self._row = row = QHBoxLayout(self, spacing=2 * GAP)
        row.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        row.addWidget(self.picture)
        row.addLayout(words, 1)
        for label in (self.picture, self.name, self.explanation):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.restyle()

    def say(self, name: str, explanation: str) -> None:
        """Its words, in the present language."""
        self.name.setText(name)
        self.explanation.setText(explanation)
        self.setAccessibleName(name)
        self.setAccessibleDescription(explanation)

    def restyle(self) -> None:
        """Take the present colours."""
        self.picture.setPixmap(qtawesome.icon(self._icon, color=theme().accent).pixmap(_ICON, _ICON))

    def sizeHint(self) -> QSize:
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._row.minimumSize()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._row.heightForWidth(width)
