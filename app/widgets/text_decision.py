"""A person decides on a text with two keys: ← it is right, → put it right; while it is put right, Enter and Esc."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core.onsite.records import Record

_HEIGHT = 120
_MOST_LETTERS = 8  # of what can be taken back, on its button
_RIGHT_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_1)
_WRONG_KEYS = (Qt.Key.Key_Right, Qt.Key.Key_2)


@dataclass(frozen=True)
class Asked:
    """The text that a person is asked about, how many photos wait behind it, and whether it is being put right."""

    record: Record
    waiting: int = 0
    editing: bool = False


class TextDecision(QFrame):
    """Keeps its height when there is nothing to decide: the text above it is not to jump."""

    right = Signal()
    wrong = Signal()
    save = Signal()
    give_up = Signal()
    taken_back = Signal()
    newest = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="text_decision")
        self.setProperty("class", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(_HEIGHT)
        self._asked: Asked | None = None
        self._undoable = ""
        self._behind = False
        self._build()
        self._keys = [
            *(self._shortcut(key, self.first) for key in _RIGHT_KEYS),
            *(self._shortcut(key, self.second) for key in _WRONG_KEYS),
        ]
        self._undo_key = self._shortcut(QKeySequence.StandardKey.Undo, self.undo)
        self.retranslate()

    def show_asked(self, asked: Asked | None, undoable: str = "", *, behind: bool = False) -> None:
        """Ask about a text, or about none. `undoable`: what was decided last, "" where nothing can be taken back; `behind`:
        newer photos than the one on screen have come."""
        self._asked, self._undoable, self._behind = asked, undoable, behind
        self.retranslate()

    def retranslate(self) -> None:
        """Words in the present language."""
        asked = self._asked
        editing = asked is not None and asked.editing
        for button in (self.first, self.second):
            button.setVisible(asked is not None)
            button.setEnabled(asked is not None and bool(asked.record.id))
        for shortcut in self._keys:
            shortcut.setEnabled(asked is not None and not editing)
        self.undo.setVisible(bool(self._undoable) and not editing)
        self._undo_key.setEnabled(bool(self._undoable) and not editing)
        self.latest.setVisible(self._behind and not editing)
        self.question.setText(self._question(asked))
        self.first.setText(self.tr("保存する（Enter）") if editing else self.tr("←　これでよい"))
        self.second.setText(self.tr("やめる（Esc）") if editing else self.tr("直す　→"))
        short = self._undoable[:_MOST_LETTERS] + ("…" if len(self._undoable) > _MOST_LETTERS else "")
        self.undo.setText(self.tr("取り消す（{decision}）").format(decision=short).replace("&", "&&"))
        self.undo.setToolTip(self._undoable)
        self.latest.setText(self.tr("いちばん新しい写真へ"))
        for button in (self.first, self.second, self.undo, self.latest):
            button.setAccessibleName(button.text())

    def _question(self, asked: Asked | None) -> str:
        if asked is None:
            return self.tr("いま、人に聞く文はありません。")
        if not asked.record.id:
            return self.tr("この文の記録を残せなかったので、確かめたり直したりできません。")
        if asked.editing:
            return self.tr("正しい文に直してください。")
        if asked.record.decided:
            return self.tr("確かめ済みです。もう一度直すこともできます。")
        if asked.waiting:
            return self.tr("これで合っていますか？　（ほかに {waiting} 枚が待っています）").format(
                waiting=asked.waiting
            )
        return self.tr("これで合っていますか？")

    def _press(self, *, first: bool) -> None:
        if self._asked is None:
            return
        if self._asked.editing:
            (self.save if first else self.give_up).emit()
        else:
            (self.right if first else self.wrong).emit()

    def _shortcut(self, key: Qt.Key | QKeySequence.StandardKey, button: QPushButton) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.setAutoRepeat(False)  # a key held down must not decide on the next text, too
        shortcut.activated.connect(button.click)
        return shortcut

    def _build(self) -> None:
        self.question = QLabel(objectName="text_decision_question", wordWrap=True)
        self.question.setProperty("class", "heading3")
        self.first, self.second, self.undo, self.latest = (
            QPushButton(objectName=f"text_decision_{name}") for name in ("first", "second", "undo", "latest")
        )
        self.first.clicked.connect(lambda: self._press(first=True))
        self.second.clicked.connect(lambda: self._press(first=False))
        self.undo.clicked.connect(self.taken_back)
        self.latest.clicked.connect(self.newest)
        buttons = QHBoxLayout(spacing=12)
        for button in (self.first, self.second):
            button.setProperty("class", "decide")
            button.setMinimumHeight(64)
            buttons.addWidget(button, 1)
        head = QHBoxLayout(spacing=8)
        head.addWidget(self.question, 1)
        head.addWidget(self.latest)
        head.addWidget(self.undo)
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(12, 8, 12, 8)
        column.addLayout(head)
        column.addLayout(buttons)
