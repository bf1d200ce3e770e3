"""The list that stands before training: what was looked at, what is in the way, and a button that mends it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.widgets.level_mark import LevelMark, Mark
from core.doctor import Check, Level, Remedy
from core.problems import Language, problem_text

_MARKS: dict[Level, Mark] = {"ok": "ok", "warn": "warn", "stop": "stop"}
_ORDER: tuple[Level, ...] = ("stop", "warn", "ok")


class PreflightList(QWidget):
    """The checks, the gravest first; `mend` tells which remedy was asked for."""

    mend = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preflight")
        self._rows: list[_CheckRow] = []
        self._column = QVBoxLayout(self, spacing=8)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_checks(self, checks: Sequence[Check], language: Language) -> None:
        """Show these checks instead of the former ones."""
        for row in self._rows:
            self._column.removeWidget(row)
            row.deleteLater()
        ordered = sorted(checks, key=lambda check: _ORDER.index(check.level))
        self._rows = [_CheckRow(check, language, self) for check in ordered]
        for row in self._rows:
            row.mend.connect(self.mend)
            self._column.addWidget(row)

    def levels(self) -> list[Level]:
        """The levels shown, from the top."""
        return [row.check.level for row in self._rows]


class _CheckRow(QFrame):
    """One check: mark, what and why, what to do, and the way to mend it."""

    mend = Signal(str)

    def __init__(self, check: Check, language: Language, parent: QWidget) -> None:
        super().__init__(parent)
        self.check = check
        text = problem_text(check.code, check.data, language)
        name = "check_" + check.code.replace(".", "_")
        self.setObjectName(name)
        self.setProperty("class", "card")
        mark = LevelMark(_MARKS[check.level], 28)
        mark.setAccessibleName(self._level_words(check.level))
        row = QHBoxLayout(self, spacing=12)
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout(spacing=2)
        what = QLabel(text.what, wordWrap=True, objectName=f"{name}_what")
        what.setAccessibleName(f"{self._level_words(check.level)} {text.what}")
        words.addWidget(what)
        why = QLabel(" ".join(part for part in (text.why, text.do) if part), wordWrap=True)
        why.setProperty("class", "muted")
        why.setVisible(bool(why.text()))
        words.addWidget(why)
        row.addLayout(words, 1)
        if check.remedy and check.level != "ok":
            row.addWidget(self._button(check.remedy, name), 0, Qt.AlignmentFlag.AlignVCenter)

    def _button(self, remedy: Remedy, name: str) -> QPushButton:
        button = QPushButton(self._remedy_words(remedy), objectName=f"{name}_mend")
        button.setAccessibleName(button.text())
        button.setMinimumHeight(40)
        button.clicked.connect(lambda: self.mend.emit(remedy))
        return button

    def _level_words(self, level: Level) -> str:
        words = {"ok": self.tr("よい"), "warn": self.tr("注意"), "stop": self.tr("止まる")}
        return words[level]

    def _remedy_words(self, remedy: Remedy) -> str:
        words: dict[Remedy, str] = {
            "photos": self.tr("写真の一覧へ"),
            "texts": self.tr("文を直す"),
            "labels": self.tr("ラベルを直す"),
            "folder": self.tr("フォルダーを開く"),
            "preset": self.tr("やり方を選び直す"),
        }
        return words[remedy]
