"""See what tuning a model that writes came to: a verdict, before and after, photo by photo, the threshold, other runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.background import Task, run_in_background
from app.pages.base import Page
from app.run_story import RunStory
from app.session import Session
from app.theme import GAP, TOUCH
from app.try_out_job import Asking, TryOut
from app.ways import notice_text
from app.widgets.answers_preview import AnswersPreview
from app.widgets.banner import ProblemBanner
from app.widgets.question_table import QuestionTable
from app.widgets.text_before_after import TextBeforeAfter
from app.widgets.text_runs import TextRunRow, TextRunsTable, read_text_rows
from app.widgets.text_verdict import TextVerdict
from app.widgets.try_out import TryOutPane
from app.widgets.written_photo import WrittenPhotoView
from app.widgets.written_photos import WrittenPhoto, WrittenPhotosList
from core.evaluation.wish import keep_wish, wish_for
from core.problems import Problem
from core.project.store import Project
from core.project.texts import Asked
from core.tasks.asking import after_learning, offered_questions
from core.tasks.result import TextResult
from core.tasks.revision import TextRevision
from core.tasks.runs import runs_of
from core.tasks.scoring import Which, chosen, judged, question_tallies
from core.tasks.writers import WriterCard, writer_card
from core.training.events import Decided, Warned
from core.training.result import RESULT_FILE
from core.training.run import Run

_BEARS_ON_RESULT = ("training.photos_left_out", "training.diverged_kept", "tasks.leak")
_OF_ANSWERS: tuple[Which, ...] = ("wrong", "all", "unsure", "worse", "new")
_OF_CAPTIONS: tuple[Which, ...] = ("all", "worse", "new")


@dataclass(frozen=True)
class _Shown:
    """The result on the page, and what was found beside it. `card` None: the model is gone from this PC."""

    run: Run
    result: TextResult
    revision: TextRevision
    notices: tuple[Warned | Decided, ...]
    card: WriterCard | None


@dataclass(frozen=True)
class _Mended:
    """A photo whose texts were mended here, and what they were before."""

    photo_id: int
    captions: tuple[str, ...]
    asked: tuple[Asked, ...]


class TextCheckPage(Page):
    """結果を見る, for a project whose model writes."""

    key = "check"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setObjectName("page_text_check")
        self._shown: _Shown | None = None
        self._rows: Sequence[TextRunRow] = ()
        self._mended: list[_Mended] = []
        self._comparing: Task[tuple[TextRunRow, ...]] | None = None
        self._try_out = TryOut(self)
        self._build()
        self._try_out.answered.connect(self.try_pane.show_answer)
        self._try_out.failed.connect(self.try_pane.show_problem)
        session.project_changed.connect(self._load)
        session.run_changed.connect(self._load)
        self.retranslate()
        self._show_or_teach()

    def title(self) -> str:
        return self.tr("結果を見る")

    def next_text(self) -> str:
        return self.tr("持ち出す")

    def blocker(self) -> str:
        run = self.session.run
        if run is not None and (run.folder / RESULT_FILE).is_file():
            return ""
        return self.tr("学習が終わると、ここに結果が出て、先へ進めます。")

    def enter(self) -> None:
        self._load()

    def leave(self) -> None:
        self._try_out.give_up()

    def retranslate(self) -> None:
        self.empty.setText(self.tr("学習が終わると、ここに結果が出ます。まだ結果がありません。"))
        words = (
            self.tr("前と後"),
            self.tr("写真ごとに見る"),
            self.tr("要確認"),
            self.tr("試してみる"),
            self.tr("ほかの学習と比べる"),
        )
        for number, text in enumerate(words):
            self.tabs.setTabText(number, text)
        self.tabs.setAccessibleName(self.tr("結果の見方"))
        self.question_words.setText(
            self.tr("質問ごとの正解（行を選んで Enter を押すと、その質問の写真を見られます）")
        )
        self.open_run.setText(self.tr("選んだ学習の結果を表示"))
        self.train_again.setText(self.tr("もう一度学習する"))
        for button in (self.open_run, self.train_again):
            button.setAccessibleName(button.text())
        self.list.setAccessibleName(self.tr("写真の一覧"))
        for part in (
            *(self.verdict, self.table, self.questions, self.list.rows, self.view),
            *(self.unsure, self.try_pane, self.runs),
        ):
            part.retranslate()
        self._offer_filters()
        self._offer_questions()
        self._say_notices()
        self._say_list()
        self._show_runs()

    # Loading

    def _load(self) -> None:
        """Read the run's result and its neighbours, unless they are on the page already."""
        run, project = self.session.run, self._texts_project()
        if run is None or project is None:
            self._try_out.give_up()
            self._shown, self._rows = None, ()
            self._show_or_teach()
            return
        if not self.isVisible() or (self._shown is not None and self._shown.run == run):
            return
        self._try_out.give_up()
        self._shown, self._rows = None, ()
        self._mended.clear()
        run_in_background(self, lambda _cancel: _read(run), success=self._loaded, failure=self._refused)
        if self._comparing is not None:
            self._comparing.cancel()
        task = self.session.task
        self._comparing = run_in_background(
            self,
            lambda cancel: read_text_rows(runs_of(project, task), run, cancel),
            success=self._runs_loaded,
        )

    def _texts_project(self) -> Project | None:
        return self.session.project if self.session.task != "classification" else None

    def _loaded(self, shown: _Shown | None) -> None:
        if shown is not None and shown.run != self.session.run:
            return
        self.banner.hide()
        self._shown = shown
        if shown is not None:
            self._fill(shown)
        self._show_or_teach()

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self._show_or_teach()
        self.banner.show_problem(error)

    def _runs_loaded(self, rows: Sequence[TextRunRow]) -> None:
        self._rows = rows
        self._show_runs()

    def _show_runs(self) -> None:
        self.runs.rows.show(self._rows, self.session.run, self.session.language)

    def _show_or_teach(self) -> None:
        self.body.setVisible(self._shown is not None)
        self.empty.setVisible(self._shown is None)
        self.changed.emit()

    def _fill(self, shown: _Shown) -> None:
        result, answers = shown.result, shown.result.task == "vqa"
        self.verdict.show_result(result)
        self._say_notices()
        self.table.show_result(result)
        self.questions.rows.show(question_tallies(result.predictions) if answers else ())
        for part in (self.question_words, self.questions):
            part.setVisible(answers)
        self.tabs.setTabVisible(self.tabs.indexOf(self.unsure_tab), answers)
        if answers:
            wish = wish_for(self._project(), result)
            self.unsure.show_result(result, judged(result.predictions), wish)
        self.which.clear()  # of answers, the wrong ones are looked at first
        self._offer_filters()
        self.view.mended(0)
        self.train_again.hide()
        self._show_list()
        self._fill_try_out(shown)

    def _fill_try_out(self, shown: _Shown) -> None:
        root = self._root(shown)
        photos = dict.fromkeys(root / p.photo for p in shown.result.predictions)
        self.try_pane.show_photos(tuple(photos), self._project().thumbnails)
        self._offer_questions()

    def _offer_questions(self) -> None:
        """What the run asks, then the fixed questions in the operator's language."""
        shown = self._shown
        if shown is None or shown.card is None:
            self.try_pane.offer((), description=False)
            return
        card = after_learning(shown.card, shown.result.language)
        fixed = offered_questions(card, self.session.language)
        asked = (*shown.result.questions, *fixed) if "vqa" in card.tasks else ()
        self.try_pane.offer(tuple(dict.fromkeys(asked)), description="caption" in card.tasks)

    def _say_notices(self) -> None:
        """What the engine decided or had to leave out, since the figures depend on it."""
        notices = self._shown.notices if self._shown is not None else ()
        texts = (notice_text(notice, self.session.language) for notice in notices)
        told = [self.tr("{what} {why}").format(what=text.what, why=text.why) for text in texts]
        self.notices.setText("\n".join(told))
        self.notices.setVisible(bool(told))

    # Photos

    def _offer_filters(self) -> None:
        """What the result has to choose from; what was chosen stays where it can."""
        result = self._shown.result if self._shown is not None else None
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

    def _open_question(self, question: str) -> None:
        """All photos that were asked this."""
        self.which.setCurrentIndex(self.which.findData("all"))
        self.about.setCurrentIndex(self.about.findData(question))
        self.tabs.setCurrentWidget(self.photos_tab)
        self.list.setFocus()

    def _show_list(self) -> None:
        shown = self._shown
        if shown is None or not self.which.count():
            return
        threshold = self.unsure.threshold.probability if self.unsure.threshold is not None else 0.0
        root = self._root(shown)
        found = chosen(shown.result, self.which.currentData(), self.about.currentData(), threshold)
        rows = [WrittenPhoto(each, root / each.photo) for each in found]
        self.list.show_rows(rows, self._project().thumbnails)
        self._say_list()

    def _say_list(self) -> None:
        shown = self._shown
        if shown is None:
            return
        count = self.list.rows.rowCount()
        self.photos_row.setVisible(count > 0)
        if not count:
            self.list_words.setText(self.tr("当てはまる写真はありません。"))
        elif shown.result.task == "vqa":
            self.list_words.setText(
                self.tr("{count} 件。自信を持ってまちがえたものから並んでいます。").format(count=count)
            )
        else:
            self.list_words.setText(
                self.tr("{count} 枚。人の説明から遠いものから並んでいます。").format(count=count)
            )

    def _look_at(self, row: WrittenPhoto | None) -> None:
        texts = None if row is None else self._texts_now(row)
        self.view.show_row(row, texts, self.session.language)

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
        self._write(write, lambda: self._mended.append(before))

    def _undo_mend(self) -> None:
        if not self._mended:
            return
        project, last = self._project(), self._mended[-1]

        def write() -> None:
            if self.session.task == "vqa":
                project.texts.write_questions([last.photo_id], last.asked)
            else:
                project.texts.write_captions([last.photo_id], last.captions)

        self._write(write, lambda: self._mended.remove(last))

    def _write(self, write: Callable[[], None], done: Callable[[], object]) -> None:
        def written(_: None) -> None:
            done()
            self.view.mended(len(self._mended))
            self.train_again.setVisible(bool(self._mended))
            self._look_at(self.list.current())
            self.session.labels_changed.emit()

        run_in_background(
            self, lambda _cancel: write(), success=written, failure=self._refused, in_order=True
        )

    # The threshold, trying, other runs

    def _keep_wish(self, wished_error: float) -> None:
        project = self._project()
        run_in_background(
            self,
            lambda _cancel: keep_wish(project, wished_error),
            success=lambda _: None,
            failure=self._refused,
            in_order=True,
        )
        if self.which.currentData() == "unsure":
            self._show_list()

    def _ask(self, asking: Asking) -> None:
        shown = self._shown
        assert shown is not None, "there is no result"
        threshold = self.unsure.threshold.probability if self.unsure.threshold is not None else 0.0
        self._try_out.ask(self._project(), shown.run, self.session.language, threshold, asking)
        self.try_pane.show_waiting(self._try_out.opening)

    def _open_run(self, run: Run | None) -> None:
        if run is not None and run.text_result() is not None:
            self.session.run = run

    def _project(self) -> Project:
        project = self.session.project
        assert project is not None, "there is no project"
        return project

    def _root(self, shown: _Shown) -> Path:
        """Where the run's photos are counted from: a project that was moved takes its runs along."""
        project = self._project()
        inside = shown.run.folder.is_relative_to(project.folder)
        return project.folder if inside else Path(shown.revision.root)

    # Laying out

    def _build(self) -> None:
        self.banner = ProblemBanner(self)
        self.empty = QLabel(
            objectName="text_check_empty", wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter
        )
        self.verdict = TextVerdict()
        self.notices = QLabel(objectName="text_check_notices", wordWrap=True, visible=False)
        self.tabs = QTabWidget(objectName="text_check_tabs")
        for tab in (
            self._build_before_after(),
            self._build_photos(),
            self._build_unsure(),
            self._build_try_out(),
            self._build_runs(),
        ):
            self.tabs.addTab(tab, "")
        self.body = QWidget()
        inside = QVBoxLayout(self.body, spacing=12)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.verdict)
        inside.addWidget(self.notices)
        inside.addWidget(self.tabs, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.banner)
        column.addWidget(self.empty, 1)
        column.addWidget(self.body, 1)

    def _build_before_after(self) -> QWidget:
        self.table = TextBeforeAfter()
        self.question_words = QLabel(wordWrap=True)
        self.question_words.setProperty("class", "heading3")
        self.questions = QuestionTable()
        self.questions.chosen.connect(self._open_question)
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=12)
        for widget in (self.table, self.question_words, self.questions):
            column.addWidget(widget)
        column.addStretch(1)
        return _scrolled(inside)

    def _build_photos(self) -> QWidget:
        self.which, self.about = _box("text_which"), _box("text_about")
        for box in (self.which, self.about):
            box.currentIndexChanged.connect(lambda _: self._show_list())
        self.list_words = QLabel(objectName="text_list_words", wordWrap=True)
        self.list = WrittenPhotosList("written_photos")
        self.list.looked_at.connect(self._look_at)
        self.view = WrittenPhotoView()
        self.view.mend.connect(self._mend)
        self.view.undo.connect(self._undo_mend)
        self.train_again = QPushButton(objectName="text_train_again", minimumHeight=TOUCH, visible=False)
        self.train_again.clicked.connect(lambda: self.go_to.emit("training"))
        right = QWidget()
        right_column = QVBoxLayout(right)
        right_column.setContentsMargins(0, 0, 0, 0)
        right_column.addWidget(_scrolled(self.view), 1)
        right_column.addWidget(self.train_again)
        self.photos_row = split = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        split.addWidget(self.list)
        split.addWidget(right)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setSizes([460, 600])
        row = QHBoxLayout(spacing=GAP)
        row.addWidget(self.which)
        row.addWidget(self.about, 1)
        row.addWidget(self.list_words, 1)
        self.photos_tab = QWidget()
        column = QVBoxLayout(self.photos_tab, spacing=GAP)
        column.addLayout(row)
        column.addWidget(split, 1)
        column.addStretch()
        return self.photos_tab

    def _build_unsure(self) -> QWidget:
        self.unsure = AnswersPreview()
        self.unsure.wished.connect(self._keep_wish)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.addWidget(self.unsure)
        column.addStretch(1)
        self.unsure_tab = _scrolled(inside)
        return self.unsure_tab

    def _build_try_out(self) -> QWidget:
        self.try_pane = TryOutPane()
        self.try_pane.asked.connect(self._ask)
        return _scrolled(self.try_pane)

    def _build_runs(self) -> QWidget:
        self.runs = TextRunsTable()
        self.runs.chosen.connect(self._open_run)
        self.open_run = QPushButton(objectName="text_open_run", minimumHeight=TOUCH)
        self.open_run.clicked.connect(lambda: self._open_run(self.runs.current()))
        tab = QWidget()
        column = QVBoxLayout(tab, spacing=GAP)
        column.addWidget(self.runs, 1)
        column.addWidget(self.open_run, 0, Qt.AlignmentFlag.AlignLeft)
        return tab


def _box(name: str) -> QComboBox:
    box = QComboBox(objectName=name, minimumHeight=TOUCH)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
    return box


def _scrolled(inside: QWidget) -> QScrollArea:
    """Large text on a small screen scrolls; it never pushes the window apart."""
    area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    area.setWidget(inside)
    return area


def _has_new(result: TextResult | None) -> bool:
    return result is not None and any(p.role == "new" for p in result.predictions)


def _read(run: Run) -> _Shown | None:
    result = run.text_result()
    if result is None:
        return None
    try:
        card = writer_card(result.model)
    except Problem:
        card = None
    return _Shown(run, result, run.text_revision, _bearing(run), card)


def _bearing(run: Run) -> tuple[Warned | Decided, ...]:
    """Of what the engine told on the way, what bears on the result, and its last decision."""
    notices = RunStory.of(run.events()).notices.values()
    bearing = [notice for notice in notices if notice.code in _BEARS_ON_RESULT]
    decided = [notice for notice in notices if isinstance(notice, Decided)]
    return (*bearing, *decided[-1:])
