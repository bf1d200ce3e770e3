"""A line above the photos that says what is going on now, with a button or two for it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from app.theme import GAP, TOUCH


class NoticeStrip(QFrame):
    """Hidden until something is said. `closed` comes when the operator puts it away."""

    closed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("class", "card")
        self.setProperty("chosen", True)
        self.words = QLabel(objectName=f"{name}_words", wordWrap=True)
        self.act = QPushButton(objectName=f"{name}_act", minimumHeight=TOUCH, visible=False)
        self.menu = QMenu(self.act)
        self.close_button = QPushButton(objectName=f"{name}_close", minimumHeight=TOUCH)
        self.close_button.clicked.connect(self.hide)
        self.close_button.clicked.connect(self.closed)
        row = QHBoxLayout(self, spacing=GAP)
        row.addWidget(self.words, 1)
        row.addWidget(self.act)
        row.addWidget(self.close_button)
        self.hide()

    def say(self, words: str, close: str, act: str = "") -> None:
        """Show a line; `act` names the button that opens the menu, if there is one."""
        self.words.setText(words)
        self.setAccessibleName(words)
        self.close_button.setText(close)
        self.act.setText(act)
        self.act.setVisible(bool(act))
        self.act.setMenu(self.menu if act else None)
        self.show()
