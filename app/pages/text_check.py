"""See what tuning a model that writes came to: a verdict, before and after, photo by photo, the threshold, other runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
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
from app.widgets.answers_curve import AnswersCurve
from app.widgets.answers_preview import AnswersPreview
from app.widgets.banner import ProblemBanner
from app.widgets.question_table import QuestionTable
from app.widgets.text_before_after import TextBeforeAfter
from app.widgets.text_photos import TextPhotos
from app.widgets.text_runs import TextRunRow, TextRunsTable, read_text_rows
from app.widgets.text_verdict import TextVerdict
from app.widgets.try_out import TryOutPane
from core.evaluation.wish import keep_wish, wish_for
from core.problems import Problem
from core.project.store import Project
from core.tasks.asking import after_learning, offered_questions
from core.tasks.result import TextResult
from core.tasks.revision import TextRevision
from core.tasks.runs import runs_of
from core.tasks.scoring import Which, judged, question_tallies
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


class TextCheckPage(Page):
    """結果を見る, for a project whose model writes."""

    key = "check"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setObjectName("page_text_check")
        self._shown: _Shown | None = None
        self._rows: Sequence[TextRunRow] = ()
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
        self.photos.large.close()

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
        self.open_run.setAccessibleName(self.open_run.text())
        for part in (
            *(self.verdict, self.table, self.questions, self.photos),
            *(self.unsure, self.curve, self.try_pane, self.runs),
        ):
            part.retranslate()
        self._offer_questions()
        self._say_notices()
        self._show_runs()

    def restyle(self) -> None:
        self.curve.figure.update()

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
            answered = judged(result.predictions)
            self.unsure.show_result(result, answered, wish)
            self.curve.show_answers(answered)
        self.photos.show_result(result, self._root(shown), self._unsure_below())
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
        self.try_pane.offer(
            tuple(dict.fromkeys(asked)),
            description="caption" in card.tasks,
            learned=shown.result.task,
            reads=shown.result.language == self.session.language,
        )

    def _say_notices(self) -> None:
        """What the engine decided or had to leave out, since the figures depend on it."""
        notices = self._shown.notices if self._shown is not None else ()
        texts = (notice_text(notice, self.session.language) for notice in notices)
        told = [self.tr("{what} {why}").format(what=text.what, why=text.why) for text in texts]
        self.notices.setText("\n".join(told))
        self.notices.setVisible(bool(told))

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
        self.photos.show_threshold(self._unsure_below())

    def _unsure_below(self) -> float:
        """The threshold as it is wished for now; descriptions have none."""
        return self.unsure.threshold.probability if self.unsure.threshold is not None else 0.0

    def _open_question(self, question: str) -> None:
        self.photos.show_question(question)
        self.tabs.setCurrentWidget(self.photos)
        self.photos.list.setFocus()

    def _ask(self, asking: Asking) -> None:
        shown = self._shown
        if shown is None:
            return  # another run is being read
        self._try_out.ask(self._project(), shown.run, self.session.language, self._unsure_below(), asking)
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
        self.photos = TextPhotos(self.session)
        self.photos.failed.connect(self._refused)
        self.photos.train_again.connect(lambda: self.go_to.emit("training"))
        self.tabs = QTabWidget(objectName="text_check_tabs")
        for tab in (
            self._build_before_after(),
            self.photos,
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

    def _build_unsure(self) -> QWidget:
        self.unsure = AnswersPreview()
        self.unsure.wished.connect(self._keep_wish)
        inside = QWidget()
        column = QVBoxLayout(inside)
        self.curve = AnswersCurve()
        column.addWidget(self.unsure)
        column.addWidget(self.curve)
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


def _scrolled(inside: QWidget) -> QScrollArea:
    """Large text on a small screen scrolls; it never pushes the window apart."""
    area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    area.setWidget(inside)
    return area


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
