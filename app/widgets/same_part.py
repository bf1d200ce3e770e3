"""The question whether several photos show the same part or lot, in plain words, with what each answer makes of it.

Once it is answered it takes one line, from which it can be asked again.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.theme import GAP, TOUCH
from app.widgets.level_mark import LevelMark
from core.problems import Language, problem_text
from core.project.grouping import Grouping
from core.project.leaks import LEAK
from core.project.lots import WAYS, SamePart

_MARK = 24


class SamePartQuestion(QFrame):
    """Three answers to choose from; `answered` tells the one that was chosen."""

    answered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("same_part")
        self.setProperty("class", "card")
        self._grouping = Grouping()
        self._language: Language = "ja"
        self.answer = QLabel(objectName="same_part_answer", wordWrap=True)
        self.change = QPushButton(objectName="same_part_change", minimumHeight=TOUCH)
        self.change.clicked.connect(lambda: self._ask(True))
        self.question = QLabel(objectName="same_part_question", wordWrap=True)
        self.question.setProperty("class", "heading3")
        self.why = QLabel(objectName="same_part_why", wordWrap=True)
        self.why.setProperty("class", "muted")
        column = QVBoxLayout(self, spacing=GAP // 2)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.addWidget(self._build_answered())
        column.addWidget(self._build_asking())
        column.addWidget(self._build_leak())
        self._ask(True)

    def show_grouping(self, grouping: Grouping, language: Language) -> None:
        """Show what each answer makes of the photos, the present answer, and a leak that is left."""
        asked_before = self._grouping.answered
        self._grouping, self._language = grouping, language
        self.buttons[grouping.chosen].setChecked(True)
        if not grouping.answered or not asked_before:
            self._ask(not grouping.answered)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        grouping = self._grouping
        self.question.setText(self.tr("同じ部品（または同じロット）を、何枚も撮っていますか？"))
        self.why.setText(
            self.tr(
                "同じ部品の写真が学習用と試験用に分かれると、正解率が実際より高く出ます。組にした写真は、必ず同じ側に入れます。"
            )
        )
        self.change.setText(self.tr("答えを変える"))
        words = self._words()
        for way, button in self.buttons.items():
            button.setText(self._with_count(words[way], way))
            button.setEnabled(way in ("none", grouping.chosen) or self._tells(way))
        self.answer.setText(
            self.tr("同じ部品の写真：{answer}").format(
                answer=self._with_count(words[grouping.chosen], grouping.chosen)
            )
        )
        self.leak_row.setVisible(grouping.leak is not None)
        if grouping.leak is not None:
            text = problem_text(LEAK, dict(grouping.leak), self._language)
            self.leak.setText(f"{text.what} {text.why} {text.do}")

    def restyle(self) -> None:
        """Take the present colours."""
        self.mark.update()

    def _choose(self, number: int) -> None:
        self._ask(False)
        self.change.setFocus()
        self.answered.emit(WAYS[number])

    def _ask(self, asking: bool) -> None:
        self.asking.setVisible(asking)
        self.answered_row.setVisible(not asking)

    def _words(self) -> dict[SamePart, str]:
        return {
            "none": self.tr("いいえ、1 枚ずつ別の部品です"),
            "folder": self.tr("はい、同じフォルダーの写真は、同じ部品（ロット）です"),
            "name": self.tr("はい、ファイル名の前が同じ写真は、同じ部品です（例：A001_1 と A001_2）"),
        }

    def _with_count(self, words: str, way: SamePart) -> str:
        if way == "none":
            return words
        if not self._tells(way):
            return self.tr("{answer}　→ 当てはまる写真がありません").format(answer=words)
        count = self.tr("%n 組", "", self._grouping.lots[way])
        return self.tr("{answer}　→ {count}になります").format(answer=words, count=count)

    def _tells(self, way: SamePart) -> bool:
        """Whether any two photos are of one part by this way."""
        return self._grouping.lots.get(way, 0) < self._grouping.photos

    def _build_answered(self) -> QWidget:
        self.answered_row = QWidget()
        row = QHBoxLayout(self.answered_row, spacing=GAP)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.answer, 1)
        row.addWidget(self.change)
        return self.answered_row

    def _build_asking(self) -> QWidget:
        self.asking = QWidget()
        column = QVBoxLayout(self.asking, spacing=0)
        column.setContentsMargins(0, 0, 0, 0)
        column.addSpacing(GAP // 2)
        column.addWidget(self.question)
        column.addSpacing(GAP // 2)
        column.addWidget(self.why)
        self._answers = QButtonGroup(self)
        self.buttons: dict[SamePart, QRadioButton] = {}
        for number, way in enumerate(WAYS):
            button = QRadioButton(objectName=f"same_part_{way}", minimumHeight=TOUCH)
            self.buttons[way] = button
            self._answers.addButton(button, number)
            column.addWidget(button)
        self._answers.idClicked.connect(self._choose)
        return self.asking

    def _build_leak(self) -> QWidget:
        self.leak_row = QWidget(visible=False)
        self.mark = LevelMark("warn", _MARK)
        self.leak = QLabel(objectName="same_part_leak", wordWrap=True)
        row = QHBoxLayout(self.leak_row, spacing=GAP)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.leak, 1)
        return self.leak_row
