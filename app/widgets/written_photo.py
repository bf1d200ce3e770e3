"""One test photo, large: what people wrote, what the model wrote before and after, and the text to be mended there."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.theme import GAP, TOUCH
from app.widgets.photo_judgement import Picture, load_picture
from app.widgets.question_editor import BETWEEN_ANSWERS
from app.widgets.written_photos import WrittenPhoto
from core.problems import Language, Problem, problem_text
from core.tasks.scoring import RIGHT

_LINES = 2
_ROWS = ("question", "written", "before", "after")


class WrittenPhotoView(QWidget):
    """`mend` asks for other texts of the photo that is shown, one a line or an answer each; `undo` for the former;
    `enlarge` for a window of its own. What was typed and not asked for yet is there again with its photo."""

    mend = Signal(object, object)
    undo = Signal()
    enlarge = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="written_photo")
        self._row: WrittenPhoto | None = None
        self._texts: tuple[str, ...] | None = None
        self._language: Language = "ja"
        self._failure: Problem | None = None
        self._mended = 0
        self._drafts: dict[tuple[Path, str], tuple[str, ...]] = {}
        self.picture = Picture()
        self.larger = QPushButton(objectName="written_larger", minimumHeight=TOUCH, enabled=False)
        self.larger.clicked.connect(self.enlarge)
        self.verdict = QLabel(objectName="written_verdict", wordWrap=True)
        self.verdict.setProperty("class", "heading3")
        self.names = {key: QLabel() for key in _ROWS}
        self.words = {key: QLabel(objectName=f"written_{key}", wordWrap=True) for key in _ROWS}
        self.lines = QPlainTextEdit(objectName="mend_captions", tabChangesFocus=True)
        self.answers = QLineEdit(objectName="mend_answers", minimumHeight=TOUCH)
        self.label = QLabel()
        self.apply = QPushButton(objectName="mend_apply", minimumHeight=TOUCH)
        self.back = QPushButton(objectName="mend_undo", minimumHeight=TOUCH, enabled=False)
        self.note = QLabel(objectName="mend_note", wordWrap=True)
        self.note.setProperty("class", "muted")
        self.lines.textChanged.connect(self._enable)
        self.answers.textChanged.connect(self._enable)
        self.answers.returnPressed.connect(self._ask)
        self.apply.clicked.connect(self._ask)
        self.back.clicked.connect(self.undo)
        self._lay_out()
        self.retranslate()

    @property
    def row(self) -> WrittenPhoto | None:
        """What is shown."""
        return self._row

    def show_row(self, row: WrittenPhoto | None, texts: Sequence[str] | None, language: Language) -> None:
        """Show a photo; `texts` are the project's now, None where it is no photo of the project."""
        self._keep_draft()
        changed = row is None or self._row is None or row.path != self._row.path
        self._row, self._language, self._failure = row, language, None
        self._texts = None if texts is None else tuple(texts)
        if changed:
            self.picture.show_image(None)
        if row is not None and changed:
            path = row.path
            run_in_background(
                self,
                lambda _cancel: load_picture(path),
                success=lambda image: self._loaded(path, image),
                failure=lambda error: self._not_loaded(path, error),
            )
        asked = row is not None and bool(row.prediction.question)
        self.fields.setCurrentWidget(self.answers if asked else self.lines)
        self.fields.setMaximumHeight(TOUCH if asked else self._height_of_lines())
        typed = self._drafts.get(_key(row), self._texts) if row is not None else None
        self.lines.setPlainText("\n".join(typed or ()))
        self.answers.setText(BETWEEN_ANSWERS.join(typed or ()))
        self.retranslate()
        self._enable()

    def applied(self, row: WrittenPhoto, texts: tuple[str, ...]) -> None:
        """What was asked for is kept: it waits no more. What was typed after it does."""
        if self._drafts.get(_key(row)) == texts:
            del self._drafts[_key(row)]
        if self._row is not None and _key(self._row) == _key(row) and self._entered() == texts:
            self._texts = texts

    def forget_drafts(self) -> None:
        """Of another project nothing typed here is wanted."""
        self.show_row(None, None, self._language)
        self._drafts.clear()

    def mended(self, count: int) -> None:
        """Say how many texts were mended since the run."""
        self._mended = count
        self.back.setEnabled(count > 0)
        self._say_note()

    def retranslate(self) -> None:
        """Words in the present language."""
        names = {
            "question": self.tr("質問"),
            "written": self.tr("人が書いたもの"),
            "before": self.tr("学習の前"),
            "after": self.tr("学習の後"),
        }
        for key, label in self.names.items():
            label.setText(names[key])
        self.label.setText(self.tr("人の文を直す"))
        self.lines.setAccessibleName(self.tr("この写真の説明（1 行に 1 つ）"))
        self.answers.setAccessibleName(self.tr("この質問の答え"))
        self.answers.setToolTip(
            self.tr("何人かの答えは「{mark}」で区切ります。").format(mark=BETWEEN_ANSWERS)
        )
        self.larger.setText(self.tr("大きく見る"))
        self.apply.setText(self.tr("文を直す"))
        self.back.setText(self.tr("元に戻す"))
        for button in (self.larger, self.apply, self.back):
            button.setAccessibleName(button.text())
        self._say_row()
        self._say_note()

    def _say_row(self) -> None:
        row = self._row
        for key in _ROWS:
            self.names[key].setVisible(row is not None)
            self.words[key].setVisible(row is not None)
        if row is None:
            self.verdict.setText(self.tr("写真を選ぶと、ここに大きく表示されます。"))
            return
        found = row.prediction
        self.words["question"].setText(found.question)
        self.names["question"].setVisible(bool(found.question))
        self.words["question"].setVisible(bool(found.question))
        self.words["written"].setText("\n".join(dict.fromkeys(found.written)))
        self.words["before"].setText(self._said(found.untouched_said, found.untouched_confidence))
        self.words["after"].setText(self._said(found.said, found.confidence, complete=found.complete))
        if self._failure is not None:
            self.verdict.setText(str(problem_text(self._failure.code, self._failure.data, self._language)))
        elif found.question:
            right = found.score >= RIGHT
            self.verdict.setText(
                self.tr("答えは正しいです。") if right else self.tr("答えがまちがっています。")
            )
        else:
            self.verdict.setText(
                self.tr("近さは 10 点中 {score} 点（学習の前は {before}）").format(
                    score=f"{found.score:.1f}", before=f"{found.untouched_score:.1f}"
                )
            )
        self.picture.setAccessibleName(row.path.name)
        self.picture.setToolTip(row.path.name)

    def _said(self, text: str, confidence: float, *, complete: bool = True) -> str:
        words = (
            self.tr("{text}（自信 {percent} %）")
            if complete
            else self.tr("{text}…（長すぎるので途中まで、自信 {percent} %）")
        )
        return words.format(text=text or self.tr("何も書きませんでした"), percent=round(100 * confidence))

    def _say_note(self) -> None:
        if others := len(self._drafts.keys() - ({_key(self._row)} if self._row is not None else set())):
            self.note.setText(
                self.tr("ほかに、書きかけで「文を直す」を押していないものが {count} 件あります。").format(
                    count=others
                )
            )
        elif self._mended:
            self.note.setText(
                self.tr("{count} 件の文を直しました。もう一度学習すると、結果に入ります。").format(
                    count=self._mended
                )
            )
        elif self._row is not None and self._texts is None:
            self.note.setText(self.tr("この写真はプロジェクトの写真ではないので、文は直せません。"))
        else:
            self.note.setText(
                self.tr(
                    "人の文のほうがまちがっていたら、ここで直せます。直した文は、次の学習から使われます。"
                )
            )

    def _keep_draft(self) -> None:
        if self._row is None or self._texts is None:
            return
        self._drafts.pop(_key(self._row), None)
        if self._entered() != self._texts:
            self._drafts[_key(self._row)] = self._entered()

    def _entered(self) -> tuple[str, ...]:
        of_answers: QWidget = self.answers
        if self.fields.currentWidget() is of_answers:
            parts = self.answers.text().split(BETWEEN_ANSWERS)
        else:
            parts = self.lines.toPlainText().split("\n")
        return tuple(part.strip() for part in parts if part.strip())

    def _enable(self) -> None:
        self.larger.setEnabled(self._row is not None)
        can = self._row is not None and self._texts is not None
        self.fields.setEnabled(can)
        entered = self._entered()
        self.apply.setEnabled(can and bool(entered) and entered != self._texts)

    def _ask(self) -> None:
        if self._row is not None and self.apply.isEnabled():
            self.mend.emit(self._row, self._entered())

    def _loaded(self, path: Path, image: QImage) -> None:
        if self._row is not None and self._row.path == path:
            self.picture.show_image(image)

    def _not_loaded(self, path: Path, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        if self._row is not None and self._row.path == path:
            self._failure = error
            self._say_row()

    def _height_of_lines(self) -> int:
        return _LINES * self.fontMetrics().lineSpacing() + 24

    def _lay_out(self) -> None:
        self.fields = QStackedWidget()
        self.fields.addWidget(self.lines)
        self.fields.addWidget(self.answers)
        self.fields.setMinimumHeight(TOUCH)
        self.label.setBuddy(self.fields)
        form = QFormLayout(horizontalSpacing=2 * GAP, verticalSpacing=4)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for key in _ROWS:
            self.names[key].setProperty("class", "muted")
            form.addRow(self.names[key], self.words[key])
        font = self.words["after"].font()
        font.setBold(True)
        self.words["after"].setFont(font)
        told = QVBoxLayout(spacing=GAP)
        told.addWidget(self.verdict)
        told.addLayout(form)
        told.addStretch(1)
        above = QHBoxLayout(spacing=2 * GAP)
        # Of a long text every line costs height, and what mends it stands below.
        above.addWidget(self.picture, 2)
        above.addLayout(told, 3)
        row = QHBoxLayout(spacing=GAP)
        row.addWidget(self.fields, 1)
        row.addWidget(self.apply)
        row.addWidget(self.back)
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(GAP, 0, GAP, 0)
        column.addLayout(above, 1)
        between = QHBoxLayout(spacing=GAP)
        between.addWidget(self.label, 1, Qt.AlignmentFlag.AlignBottom)
        between.addWidget(self.larger)
        column.addLayout(between)
        column.addLayout(row)
        column.addWidget(self.note)


def _key(row: WrittenPhoto) -> tuple[Path, str]:
    return row.path, row.prediction.question
