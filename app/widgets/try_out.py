"""Try the tuned model: pick a photo, ask something or have it described, and read the answer with its confidence."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.theme import GAP, TOUCH
from app.try_out_job import Asking
from app.widgets.banner import ProblemBanner
from app.widgets.level_mark import LevelMark
from app.widgets.open_choice import OpenChoice
from app.widgets.photo_judgement import Picture, load_picture
from app.widgets.photo_strip import PhotoStrip
from core.photos.thumbnails import ThumbnailStore
from core.problems import Problem
from core.tasks.texts import TextTask
from core.training.events import WrittenPart


class TryOutPane(QWidget):
    """`asked` carries what is asked of which photo; the page asks the engine and tells `show_answer` or `show_problem`."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="try_out")
        self._answer: tuple[Asking, WrittenPart] | None = None
        self._waiting = False
        self._learned: TextTask = "vqa"
        self._reads = True
        self._can = True
        self.lead = QLabel(wordWrap=True)
        self.strip = PhotoStrip("try_photos")
        self.strip.picked.connect(self._look_at)
        self.picture = Picture()
        self.question = OpenChoice("try_question")
        self._line = QLineEdit()
        self.question.setLineEdit(self._line)
        self._line.returnPressed.connect(self._ask)
        self.question.editTextChanged.connect(lambda _: self._enable())
        self.ask = QPushButton(objectName="try_ask", minimumHeight=TOUCH)
        self.ask.clicked.connect(self._ask)
        self.describe = QPushButton(objectName="try_describe", minimumHeight=TOUCH)
        self.describe.clicked.connect(self._describe)
        self.asked_words = QLabel(objectName="try_asked", wordWrap=True)
        self.asked_words.setProperty("class", "muted")
        self.mark = LevelMark("answer", 28)
        self.answer = QLabel(objectName="try_answer", wordWrap=True)
        self.answer.setProperty("class", "heading2")
        self.sure = QLabel(objectName="try_sure", wordWrap=True)
        self.busy = QProgressBar(objectName="try_busy", textVisible=False, maximum=0, visible=False)
        self.banner = ProblemBanner(self)
        self._lay_out()
        self.retranslate()

    def show_photos(self, photos: Sequence[Path], store: ThumbnailStore | None) -> None:
        """The photos to pick from."""
        self._forget()
        self.strip.show_photos(photos, store)
        self._enable()

    def offer(
        self, questions: Sequence[str], *, description: bool, learned: TextTask = "vqa", reads: bool = True
    ) -> None:
        """Questions to pick from, none where the model answers none; and whether it describes photos. Neither: the model
        is gone from this PC.

        What was not `learned` is said beside the answer; `reads` off: it learned texts in another language than the
        operator's, and describes in that one.
        """
        self._learned, self._reads = learned, reads
        self._can = description or bool(questions)
        self.question.clear()
        self.question.addItems(list(questions))
        self.question.setCurrentIndex(0 if questions else -1)
        for part in (self.question, self.ask):
            part.setVisible(bool(questions))
        self.describe.setVisible(description)
        self._say_lead()
        self._enable()

    def show_waiting(self, opening: bool) -> None:
        """It was asked; opening the model takes some seconds."""
        self._waiting, self._answer = True, None
        self.banner.hide()
        self.busy.show()
        self.answer.setText("")
        self.mark.hide()
        self.sure.setText(
            self.tr("モデルを開いています。はじめの 1 回は、十数秒かかります…")
            if opening
            else self.tr("答えを書いています…")
        )
        self._enable()

    def show_answer(self, asking: Asking, part: WrittenPart) -> None:
        """Show what was written."""
        self._waiting, self._answer = False, (asking, part)
        self.busy.hide()
        self._say_answer()
        self._enable()

    def show_problem(self, problem: Problem) -> None:
        """It could not be answered."""
        self._forget()
        self.banner.show_problem(problem)
        self._enable()

    def retranslate(self) -> None:
        """Words in the present language."""
        self._say_lead()
        self.strip.setAccessibleName(self.tr("試験の写真"))
        self.question.setAccessibleName(self.tr("聞くこと"))
        self._line.setPlaceholderText(self.tr("質問を選ぶか、書いてください"))
        self.ask.setText(self.tr("質問する"))
        self.describe.setText(self.tr("説明を書かせる"))
        for button in (self.ask, self.describe):
            button.setAccessibleName(button.text())
        self.busy.setAccessibleName(self.tr("答えを待っています"))
        self.banner.retranslate()
        self._say_answer()

    def _say_lead(self) -> None:
        self.lead.setText(
            self.tr("写真を選んで、学習したモデルに聞いてみます。ここで聞いても、学習や結果は変わりません。")
            if self._can
            else self.tr(
                "学習に使ったモデルが、いまこの PC にありません。「はじめる」の「モデルを見る・取り込む」から取り込むと、ここで試せます。"
            )
        )

    def _say_answer(self) -> None:
        if self._answer is None:
            return
        asking, part = self._answer
        asked = asking.question or self.tr("説明")
        self.asked_words.setText(self.tr("{photo}：{asked}").format(photo=asking.photo.name, asked=asked))
        self.mark.show()
        self.mark.set_mark("warn" if part.unsure else "answer")
        self.answer.setText(part.text or self.tr("何も書きませんでした"))
        percent = round(100 * part.confidence)
        if part.unsure:
            words = self.tr("要確認：自信が {percent} % で、しきい値より低いので、現場では人が確かめます。")
        else:
            words = self.tr("自信 {percent} %")
        told = words.format(percent=percent)
        if not part.complete:
            told = self.tr("{told} 長すぎるので、途中までです。").format(told=told)
        self.sure.setText("\n".join([told, *self._notes(asking)]))

    def _notes(self, asking: Asking) -> list[str]:
        notes = []
        if asking.question and self._learned == "caption":
            notes.append(self.tr("このモデルは説明を学習しました。質問への答えは、学習していません。"))
        if not asking.question and self._learned == "vqa":
            notes.append(self.tr("このモデルは質問への答えを学習しました。説明は、学習していません。"))
        elif not asking.question and not self._reads:
            notes.append(self.tr("学習した文と同じ言葉で書いています。"))
        return notes

    def _look_at(self, path: Path | None) -> None:
        self.picture.show_image(None)
        self.picture.setAccessibleName("" if path is None else path.name)
        if path is not None:
            run_in_background(
                self,
                lambda _cancel: load_picture(path),
                success=lambda image: self._loaded(path, image),
                failure=self._not_loaded,
            )
        self._enable()

    def _loaded(self, path: Path, image: QImage) -> None:
        if self.strip.current() == path:
            self.picture.show_image(image)

    def _not_loaded(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)

    def _ask(self) -> None:
        question = self.question.currentText().strip()
        if question:
            self._tell(lambda photo: Asking(photo, question))

    def _describe(self) -> None:
        self._tell(lambda photo: Asking(photo, ""))

    def _tell(self, asking: Callable[[Path], Asking]) -> None:
        photo = self.strip.current()
        if photo is not None and not self._waiting:
            self.asked.emit(asking(photo))

    def _forget(self) -> None:
        self._waiting, self._answer = False, None
        self.busy.hide()
        self.mark.hide()
        self.banner.hide()
        for label in (self.asked_words, self.answer, self.sure):
            label.setText("")

    def _enable(self) -> None:
        can = self.strip.current() is not None and not self._waiting
        self.ask.setEnabled(can and bool(self.question.currentText().strip()))
        self.describe.setEnabled(can)

    def _lay_out(self) -> None:
        asking = QHBoxLayout(spacing=GAP)
        asking.addWidget(self.question, 1)
        asking.addWidget(self.ask)
        asking.addWidget(self.describe)
        told = QHBoxLayout(spacing=GAP)
        told.addWidget(self.mark)
        told.addWidget(self.answer, 1)
        right = QVBoxLayout(spacing=GAP)
        for part in (self.asked_words, told, self.busy, self.sure):
            if isinstance(part, QHBoxLayout):
                right.addLayout(part)
            else:
                right.addWidget(part)
        right.addStretch(1)
        below = QHBoxLayout(spacing=2 * GAP)
        below.addWidget(self.picture, 3)
        below.addLayout(right, 2)
        column = QVBoxLayout(self, spacing=GAP)
        for widget in (self.banner, self.lead, self.strip):
            column.addWidget(widget)
        column.addLayout(asking)
        column.addLayout(below, 1)
