"""English descriptions of a class, one per line, and under them how well the model tells the class by these words."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QPlainTextEdit

from app.assist import Assistant
from app.background import Task, run_in_background
from app.translations import spoken
from core.assist.check import DescriptionCheck, check_description
from core.assist.project_words import lines_of
from core.methods.class_text import described
from core.problems import Problem, problem_text
from core.project.classes import ProductClass
from core.project.store import Project

_LINES = 3
_SOON_MS = 700


class DescriptionEdit(QPlainTextEdit):
    """A few lines of words; `written` comes when the operator writes, not when text is put in. Tab goes on."""

    written = Signal(str)

    def __init__(self, name: str, placeholderText: str = "") -> None:
        super().__init__(objectName=name, placeholderText=placeholderText)
        self.setTabChangesFocus(True)
        self._putting = False
        margins = 2 * (self.document().documentMargin() + self.frameWidth()) + 8
        self.setFixedHeight(round(_LINES * QFontMetrics(self.font()).lineSpacing() + margins))
        self.textChanged.connect(self._changed)

    def text(self) -> str:
        """What stands there."""
        return self.toPlainText()

    def setText(self, text: str) -> None:
        """Put text in."""
        self._putting = True
        self.setPlainText(text)
        self._putting = False

    def _changed(self) -> None:
        if not self._putting:
            self.written.emit(self.text())


class DescriptionChecker(QObject):
    """Says in `note` what a description is worth, a moment after it was last changed; the engine reads new words."""

    def __init__(
        self, assistant: Assistant, project: Project, entry: ProductClass | None, note: QLabel
    ) -> None:
        super().__init__(note)
        self._assistant, self._project, self._note = assistant, project, note
        self._class_id = entry.id if entry is not None else None
        self._names = {each.id: each.name for each in project.classes()}
        self._wanted = ("", "")
        self._task: Task[DescriptionCheck | None] | None = None
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._check)
        assistant.read.connect(self._words_read)
        assistant.failed.connect(self._failed)

    def check(self, name: str, description: str) -> None:
        """Check these words soon."""
        self._wanted = (name.strip(), description.strip())
        self._soon.start()

    def _check(self) -> None:
        name, description = self._wanted
        made = self._assistant.made
        if not description or made is None or not made.sight.ids:
            self._note.setText(
                "" if not description else self.tr("写真を見終わると、この説明を確かめられます。")
            )
            return
        if self._task is not None:
            self._task.cancel()
        self._note.setText(self.tr("この説明を確かめています…"))
        project, class_id = self._project, self._class_id
        self._task = run_in_background(
            self,
            lambda _cancel: check_description(project, made, class_id, name or "?", description),
            success=self._checked,
        )

    def _checked(self, check: DescriptionCheck | None) -> None:
        self._task = None
        if check is not None:
            self._note.setText(self._words(check))
            return
        lines = lines_of([described(*self._wanted)])
        if self._others():
            self._assistant.read_words(lines)
        else:
            self._note.setText("")

    def _words(self, check: DescriptionCheck) -> str:
        sentences = []
        if check.labelled:
            told = self.tr(
                "説明だけで、ラベルの付いた {labelled} 枚のうち {right} 枚がこの種類と分かります。"
            )
            sentences.append(told.format(labelled=check.labelled, right=check.right))
        if check.taken_for is not None:
            other, count = check.taken_for
            sentences.append(
                self.tr("「{name}」と %n 枚まちがえます。", "", count).format(name=self._names.get(other))
            )
        if check.takes is not None:
            other, count = check.takes
            words = self.tr("「{name}」の写真 %n 枚も、この種類に見えます。", "", count)
            sentences.append(words.format(name=self._names.get(other)))
        if check.labelled and check.right < check.labelled:
            sentences.append(
                self.tr(
                    "見た目の違いを書き足すか、言い方を変えてみてください。学習すれば、写真からも覚えます。"
                )
            )
        return "".join(sentences) or self.tr("まちがえやすい種類は、今のところありません。")

    def _others(self) -> bool:
        return any(key != self._class_id for key in self._names)

    def _words_read(self, _words: Sequence[str]) -> None:
        if self._wanted[1]:
            self._soon.start(0)

    def _failed(self, problem: Problem) -> None:
        if self._note.text():
            self._note.setText(
                self.tr("今は確かめられません。（{what}）").format(
                    what=problem_text(problem.code, problem.data, spoken()).what
                )
            )
