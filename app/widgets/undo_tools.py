"""Taking back and doing again: two buttons with their keys, and words for what was taken back."""

import qtawesome
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from app.models.label_page import Turned
from app.theme import GAP, TOUCH, theme


class UndoTools(QObject):
    """`undone` and `redone` ask for it, by button or key."""

    undone = Signal()
    redone = Signal()

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self.undo = QPushButton(objectName="labels_undo", minimumHeight=TOUCH)
        self.redo = QPushButton(objectName="labels_redo", minimumHeight=TOUCH)
        self.undo.clicked.connect(self.undone)
        self.redo.clicked.connect(self.redone)
        for keys, button in (("Ctrl+Z", self.undo), ("Ctrl+Y", self.redo), ("Ctrl+Shift+Z", self.redo)):
            shortcut = QShortcut(QKeySequence(keys), page)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(button.click)
        self.restyle()

    def retranslate(self) -> None:
        """Words in the present language."""
        for button, words, key in (
            (self.undo, self.tr("元に戻す"), QKeySequence.StandardKey.Undo),
            (self.redo, self.tr("やり直す"), QKeySequence.StandardKey.Redo),
        ):
            keys = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(f"{words} ({keys})")
            button.setAccessibleName(words)

    def restyle(self) -> None:
        """Icons in the present colours."""
        for button, icon in ((self.undo, "mdi6.undo"), (self.redo, "mdi6.redo")):
            button.setIcon(qtawesome.icon(icon, color=theme().text, color_disabled=theme().muted))
            button.setFixedWidth(TOUCH + GAP)

    def words(self, turned: Turned) -> str:
        """What was taken back or done again of texts; "" where the step changed none."""
        if not turned.texts_of:
            return ""
        if len(turned.texts_of) > 1:
            return (
                self.tr("%n 枚の写真の文を、やり直しました。", "", len(turned.texts_of))
                if turned.again
                else self.tr("%n 枚の写真の文を、元に戻しました。", "", len(turned.texts_of))
            )
        if turned.step.kind == "question":
            words = (
                self.tr("「{photo}」の質問と答えを、やり直しました。")
                if turned.again
                else self.tr("「{photo}」の質問と答えを、元に戻しました。")
            )
        else:
            words = (
                self.tr("「{photo}」の説明を、やり直しました。")
                if turned.again
                else self.tr("「{photo}」の説明を、元に戻しました。")
            )
        return words.format(photo=turned.photo)
