"""A photo's descriptions, one per line; sentences with places to fill in, gone through with Tab."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.widgets.writing_keys import WritingKeys
from core.labelling.writing import Filled

_LINES = 4


class CaptionEditor(QPlainTextEdit):
    """`edited` comes with every change by hand."""

    edited = Signal()

    def __init__(self, keys: WritingKeys, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="text_captions")
        self._slots: list[QTextCursor] = []
        self._shown = ""
        keys.watch(self)
        self.setTabChangesFocus(True)
        self.textChanged.connect(self.edited)
        self.fit()

    @property
    def dirty(self) -> bool:
        """Whether something else stands here than was shown."""
        return self.toPlainText() != self._shown

    def texts(self) -> list[str]:
        """The lines."""
        return self.toPlainText().split("\n")

    def show_texts(self, texts: Sequence[str]) -> None:
        """Show what is written about a photo; the cursor stands behind it."""
        self._slots = []
        self._shown = "\n".join(texts)
        self.setPlainText(self._shown)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def settle(self) -> None:
        """What stands here is written now."""
        self._shown = self.toPlainText()

    def insert(self, filled: Filled) -> None:
        """Insert a sentence: where the line is empty there, else on a line of its own; its first place is selected."""
        cursor = self.textCursor()
        if cursor.block().text().strip():
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
            cursor.insertText("\n")
        start = cursor.position()
        cursor.insertText(filled.text)
        self.setTextCursor(cursor)
        self._slots = [self._selection(start + place, length) for place, length in filled.slots]
        self._next_slot()

    def append_texts(self, texts: Sequence[str]) -> None:
        """Add lines that are not there yet, in a way that undo takes back."""
        there = {line.strip() for line in self.texts()}
        fresh = [text for text in texts if text not in there]
        if fresh:
            cursor = self.textCursor()
            cursor.movePosition(QTextCursor.MoveOperation.End)
            gap = "\n" if cursor.block().text().strip() else ""
            cursor.insertText(gap + "\n".join(fresh))
            self.setTextCursor(cursor)

    def fit(self) -> None:
        """At least some lines high, at every size of text."""
        self.setMinimumHeight(_LINES * QFontMetrics(self.font()).lineSpacing() + 20)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tab goes to the next place to fill in while there is one."""
        if event.key() == Qt.Key.Key_Tab and self._next_slot():
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        return False if forward and self._slots else super().focusNextPrevChild(forward)

    def _next_slot(self) -> bool:
        if not self._slots:
            return False
        self.setTextCursor(self._slots.pop(0))
        return True

    def _selection(self, start: int, length: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        return cursor
