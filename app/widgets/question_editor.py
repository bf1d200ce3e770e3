"""A photo's questions with their answers, a pair of fields each; there is always an empty pair to go on with."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.theme import GAP, TOUCH
from app.widgets.writing_keys import WritingKeys
from core.labelling.writing import Habits
from core.problems import Language
from core.project.texts import Asked
from core.tasks.phrases import in_english

BETWEEN_ANSWERS = "／"


class QuestionEditor(QScrollArea):
    """`edited` comes with every change by hand. Enter goes from a question to its answer, and on to the next pair."""

    edited = Signal()

    def __init__(self, keys: WritingKeys, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="text_questions", widgetResizable=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._keys = keys
        self._shown: list[Asked] = []
        self.rows: list[QuestionRow] = []
        self.questions = QStringListModel(self)
        self.habits: Habits | None = None
        inside = QWidget()
        self._column = QVBoxLayout(inside, spacing=GAP)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addStretch(1)
        self.setWidget(inside)
        # A whole pair, and the head of the next one.
        self.setMinimumHeight(3 * TOUCH)
        self._keep_an_empty_row()

    @property
    def dirty(self) -> bool:
        """Whether something else stands here than was shown."""
        return self.asked() != self._shown

    def asked(self) -> list[Asked]:
        """The pairs that say something; those without an answer have none."""
        return [asked for row in self.rows if (asked := row.asked()).text or asked.answers]

    def answered(self) -> list[Asked]:
        """The pairs that are whole: these are written."""
        return [asked for asked in self.asked() if asked.text and asked.answers]

    def show_asked(self, asked: Sequence[Asked]) -> None:
        """Show what is asked about a photo."""
        while len(self.rows) > len(asked):
            row = self.rows.pop()
            self._column.removeWidget(row)
            row.deleteLater()
        while len(self.rows) < len(asked):
            self._add_row()
        for row, each in zip(self.rows, asked, strict=True):
            row.show_asked(each)
        self._keep_an_empty_row()
        self.settle()

    def settle(self) -> None:
        """What stands here is written now."""
        self._shown = self.asked()

    def offer(self, habits: Habits, fixed: Iterable[str]) -> None:
        """Questions and answers to complete what is typed with."""
        self.habits = habits
        self.questions.setStringList([*dict.fromkeys((*habits.questions, *fixed))])

    def ask(self, question: str) -> None:
        """Ask a question in the first pair that asks nothing; the answer is next."""
        row = next((row for row in self.rows if row.question.text() == question), self.rows[-1])
        row.question.setText(question)
        row.answer.setFocus()
        self._changed()

    def append_asked(self, asked: Sequence[Asked]) -> None:
        """Add questions that are not there yet."""
        there = {row.question.text() for row in self.rows}
        for each in asked:
            if each.text not in there:
                self.rows[-1].show_asked(each)
                self._keep_an_empty_row()
        self._changed()

    def set_focus(self) -> None:
        """Go where there is something to do: an answer that is missing, else the empty pair."""
        row = next((row for row in self.rows if row.question.text() and not row.answer.text()), self.rows[-1])
        (row.answer if row.question.text() else row.question).setFocus()

    def retranslate(self) -> None:
        """Say everything again in the present language."""
        for row in self.rows:
            row.retranslate()

    def _add_row(self) -> None:
        row = QuestionRow(self._keys, self.questions, self)
        row.question.textEdited.connect(self._changed)
        row.answer.textEdited.connect(self._changed)
        row.question.returnPressed.connect(row.answer.setFocus)
        row.answer.returnPressed.connect(lambda: self._go_on(row))
        self.rows.append(row)
        self._column.insertWidget(len(self.rows) - 1, row)

    def _go_on(self, row: "QuestionRow") -> None:
        self._keep_an_empty_row()
        following = self.rows[min(self.rows.index(row) + 1, len(self.rows) - 1)]
        following.question.setFocus()
        self.ensureWidgetVisible(following)

    def _changed(self) -> None:
        self._keep_an_empty_row()
        self.edited.emit()

    def _keep_an_empty_row(self) -> None:
        if not self.rows or self.rows[-1].question.text() or self.rows[-1].answer.text():
            self._add_row()


class QuestionRow(QWidget):
    """A question and its answer; several people's answers stand in one field with a mark between them."""

    def __init__(self, keys: WritingKeys, questions: QStringListModel, editor: QuestionEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self.question = QLineEdit(objectName="text_question", minimumHeight=TOUCH)
        self.answer = QLineEdit(objectName="text_answer", minimumHeight=TOUCH)
        self._answers = QStringListModel(self)
        for field, model in ((self.question, questions), (self.answer, self._answers)):
            completer = QCompleter(model, field, caseSensitivity=Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            field.setCompleter(completer)
            keys.watch(field)
        self.question.textChanged.connect(self._offer_answers)
        column = QVBoxLayout(self, spacing=2)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.question)
        column.addWidget(self.answer)
        self.retranslate()

    def asked(self) -> Asked:
        """What stands here."""
        answers = (answer.strip() for answer in self.answer.text().split(BETWEEN_ANSWERS))
        return Asked(self.question.text().strip(), tuple(answer for answer in answers if answer))

    def show_asked(self, asked: Asked) -> None:
        """Show a question with its answers."""
        self.question.setText(asked.text)
        self.answer.setText(BETWEEN_ANSWERS.join(asked.answers))
        self.question.setCursorPosition(0)
        self.answer.setCursorPosition(0)

    def retranslate(self) -> None:
        """Say everything again in the present language."""
        self.question.setPlaceholderText(self.tr("質問（例：ラベルは貼ってありますか?）"))
        self.question.setAccessibleName(self.tr("質問"))
        self.answer.setPlaceholderText(self.tr("答え（例：はい）"))
        self.answer.setAccessibleName(self.tr("答え"))
        self.answer.setToolTip(self.tr("何人かの答えは「{mark}」で区切ります。").format(mark=BETWEEN_ANSWERS))

    def _offer_answers(self, question: str) -> None:
        habits, found = self._editor.habits, in_english(question)
        given = habits.answers.get(question, ()) if habits is not None else ()
        language: Language = "en" if found is not None and question.isascii() else "ja"
        fixed = found.fixed.given_answers(language) if found is not None else ()
        self._answers.setStringList([*dict.fromkeys((*given, *fixed))])
