"""The test photos of a model that writes, one by one: which to look at, the texts beside each other, and mending them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.session import Session
from app.theme import GAP, TOUCH
from app.widgets.large_photo import LargePhoto
from app.widgets.scrolled import beside
from app.widgets.written_photo import WrittenPhotoView
from app.widgets.written_photos import WrittenPhoto, WrittenPhotosList
from core.project.store import Project
from core.project.texts import Asked
from core.tasks.result import TextResult
from core.tasks.scoring import Which, chosen

_OF_ANSWERS: tuple[Which, ...] = ("wrong", "all", "unsure", "worse", "new")
_OF_CAPTIONS: tuple[Which, ...] = ("all", "worse", "new")


@dataclass(frozen=True)
class _Mended:
    """A photo whose texts were mended here, and what they were before."""

    photo_id: int
    captions: tuple[str, ...]
    asked: tuple[Asked, ...]


class TextPhotos(QWidget):
    """`failed` carries what was in the way of mending; `train_again` asks for the training page."""

    failed = Signal(Exception)
    train_again = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="text_photos")
        self._session = session
        self._of: Project | None = None
        self._result: TextResult | None = None
        self._root = Path()
        self._threshold = 0.0
        self._mended: list[_Mended] = []
        self._build()
        self.retranslate()

    def show_result(self, result: TextResult, root: Path, threshold: float) -> None:
        """Show a run's test photos, which lie under `root`; answers below the threshold are unsure."""
        self._result, self._root, self._threshold = result, root, threshold
        self._mended.clear()
        if self._of is not self._project():
            self._of = self._project()
            self.view.forget_drafts()
        self.which.clear()  # of answers, the wrong ones are looked at first
        self._offer_filters()
        self.view.mended(0)
        self.again.hide()
        self._show_list()

    def show_threshold(self, threshold: float) -> None:
        """Another threshold makes other answers unsure."""
        self._threshold = threshold
        if self.which.currentData() == "unsure":
            self._show_list()

    def show_question(self, question: str) -> None:
        """All photos that were asked this."""
        self.which.setCurrentIndex(self.which.findData("all"))
        self.about.setCurrentIndex(self.about.findData(question))

    def retranslate(self) -> None:
        """Say everything again in the present language."""
        self.again.setText(self.tr("もう一度学習する"))
        self.again.setAccessibleName(self.again.text())
        self.list.setAccessibleName(self.tr("写真の一覧"))
        self.list.retranslate()
        self.view.retranslate()
        self.large.retranslate()
        self._offer_filters()
        self._say_list()

    # Which photos

    def _offer_filters(self) -> None:
        """What the result has to choose from; what was chosen stays where it can."""
        result = self._result
        words: dict[Which, str] = {
            "all": self.tr("すべての写真"),
            "wrong": self.tr("まちがえた答え"),
            "unsure": self.tr("要確認になる答え"),
            "worse": self.tr("学習の前より悪くなったもの"),
            "new": self.tr("取り置いた種類"),
        }
        answers = result is not None and result.task == "vqa"
        kinds = [
            which
            for which in (_OF_ANSWERS if answers else _OF_CAPTIONS)
            if which != "new" or _has_new(result)
        ]
        self._refill(self.which, [(words[which], which) for which in kinds])
        asked = result.questions if result is not None and answers else ()
        every = self.tr("すべての質問")
        self._refill(self.about, [(every, None), *((question, question) for question in asked)])
        self.about.setVisible(bool(asked))
        self.which.setAccessibleName(self.tr("どの写真を見るか"))
        self.about.setAccessibleName(self.tr("どの質問を見るか"))

    def _refill(self, box: QComboBox, items: Sequence[tuple[str, str | None]]) -> None:
        kept = box.currentData()
        box.blockSignals(True)
        box.clear()
        for text, data in items:
            box.addItem(text, data)
        box.setCurrentIndex(max(0, box.findData(kept)))
        box.blockSignals(False)

    def _show_list(self) -> None:
        result = self._result
        if result is None or not self.which.count():
            return
        found = chosen(result, self.which.currentData(), self.about.currentData(), self._threshold)
        rows = [WrittenPhoto(each, self._root / each.photo) for each in found]
        self.list.show_rows(rows, self._project().thumbnails)
        self._say_list()

    def _say_list(self) -> None:
        if self._result is None:
            return
        count = self.list.rows.rowCount()
        self.row.setVisible(count > 0)
        if not count:
            self.list_words.setText(self.tr("当てはまる写真はありません。"))
        elif self._result.task == "vqa":
            self.list_words.setText(
                self.tr("{count} 件。自信を持ってまちがえたものから並んでいます。").format(count=count)
            )
        else:
            self.list_words.setText(
                self.tr("{count} 枚。人の説明から遠いものから並んでいます。").format(count=count)
            )

    def _look_at(self, row: WrittenPhoto | None) -> None:
        texts = None if row is None else self._texts_now(row)
        self.view.show_row(row, texts, self._session.language)
        if self.large.isVisible():
            self._show_large()

    def _enlarge(self) -> None:
        self.large.open_here()
        self._show_large()

    def _show_large(self) -> None:
        row, words = self.list.current(), self.list.currentIndex().data()
        self.large.show_photo(None if row is None else row.path, words or "")

    def _step(self, by: int) -> None:
        row = self.list.currentIndex().row() + by
        if 0 <= row < self.list.rows.rowCount():
            self.list.setCurrentIndex(self.list.rows.index(row))

    def _texts_now(self, row: WrittenPhoto) -> tuple[str, ...] | None:
        """What the project has now; None where it is no photo of the project, or is not asked this any more."""
        project = self._project()
        photo = project.photo_at(row.path)
        if photo is None:
            return None
        if not row.prediction.question:
            return tuple(caption.text for caption in project.texts.captions(photo.id))
        asked = (each.asked for each in project.texts.questions(photo.id))
        return next((each.answers for each in asked if each.text == row.prediction.question), None)

    def _mend(self, row: WrittenPhoto, texts: tuple[str, ...]) -> None:
        project, question = self._project(), row.prediction.question
        photo = project.photo_at(row.path)
        if photo is None:
            return
        before = _Mended(
            photo.id,
            tuple(each.text for each in project.texts.captions(photo.id)),
            tuple(each.asked for each in project.texts.questions(photo.id)),
        )
        if question:
            asked = [Asked(each.text, texts) if each.text == question else each for each in before.asked]
            write = lambda: project.texts.write_questions([photo.id], asked)  # noqa: E731
        else:
            write = lambda: project.texts.write_captions([photo.id], texts)  # noqa: E731

        def done() -> None:
            self._mended.append(before)
            self.view.applied(row, texts)

        self._write(write, done)

    def _undo_mend(self) -> None:
        if not self._mended:
            return
        project, last = self._project(), self._mended.pop()

        def write() -> None:
            if self._session.task == "vqa":
                project.texts.write_questions([last.photo_id], last.asked)
            else:
                project.texts.write_captions([last.photo_id], last.captions)

        self._write(write, otherwise=lambda: self._mended.append(last))

    def _write(
        self,
        write: Callable[[], None],
        done: Callable[[], object] = lambda: None,
        otherwise: Callable[[], object] = lambda: None,
    ) -> None:
        def written(_: None) -> None:
            done()
            self.view.mended(len(self._mended))
            self.again.setVisible(bool(self._mended))
            self._look_at(self.list.current())
            self._session.labels_changed.emit()

        def failed(error: Exception) -> None:
            otherwise()
            self.failed.emit(error)

        run_in_background(self, lambda _cancel: write(), success=written, failure=failed, in_order=True)

    def _project(self) -> Project:
        project = self._session.project
        assert project is not None, "there is no project"
        return project

    def _build(self) -> None:
        self.which, self.about = _box("text_which"), _box("text_about")
        for box in (self.which, self.about):
            box.currentIndexChanged.connect(lambda _: self._show_list())
        self.list_words = QLabel(objectName="text_list_words", wordWrap=True)
        self.list = WrittenPhotosList("written_photos")
        self.list.looked_at.connect(self._look_at)
        self.view = WrittenPhotoView()
        self.view.mend.connect(self._mend)
        self.view.undo.connect(self._undo_mend)
        self.view.enlarge.connect(self._enlarge)
        self.list.doubleClicked.connect(lambda _: self._enlarge())
        self.large = LargePhoto(self)
        self.large.step.connect(self._step)
        self.again = QPushButton(objectName="text_train_again", minimumHeight=TOUCH, visible=False)
        self.again.clicked.connect(self.train_again)
        self.row = beside(self.list, self.view, self.again, (380, 690))
        choices = QHBoxLayout(spacing=GAP)
        choices.addWidget(self.which)
        choices.addWidget(self.about, 1)
        choices.addWidget(self.list_words, 1)
        column = QVBoxLayout(self, spacing=GAP)
        column.addLayout(choices)
        column.addWidget(self.row, 1)
        column.addStretch()


def _box(name: str) -> QComboBox:
    box = QComboBox(objectName=name, minimumHeight=TOUCH)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
    return box


def _has_new(result: TextResult | None) -> bool:
    return result is not None and any(p.role == "new" for p in result.predictions)
