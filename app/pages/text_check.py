"""See what tuning a model that writes came to: a verdict, before and after, photo by photo, the threshold, other runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.pages.check_base import BaseCheckPage, bearing
from app.session import Session
from app.try_out_job import Asking, TryOut
from app.widgets.answers_curve import AnswersCurve
from app.widgets.answers_preview import AnswersPreview
from app.widgets.question_table import QuestionTable
from app.widgets.scrolled import scrolled
from app.widgets.text_before_after import TextBeforeAfter
from app.widgets.text_photos import TextPhotos
from app.widgets.text_runs import TextRunRow, TextRunsTable, read_text_rows
from app.widgets.text_verdict import TextVerdict
from app.widgets.try_out import TryOutPane
from core.evaluation.wish import wish_for
from core.problems import Problem
from core.project.store import Project
from core.tasks.asking import after_learning, offered_questions
from core.tasks.result import TextResult
from core.tasks.revision import TextRevision
from core.tasks.runs import runs_of
from core.tasks.scoring import judged, question_tallies
from core.tasks.writers import WriterCard, writer_card
from core.training.events import Decided, Warned
from core.training.run import Run

_BEARS_ON_RESULT = ("training.photos_left_out", "training.diverged_kept", "tasks.leak")


@dataclass(frozen=True)
class _Shown:
    """The result on the page, and what was found beside it. `card` None: the model is gone from this PC."""

    run: Run
    result: TextResult
    revision: TextRevision
    notices: tuple[Warned | Decided, ...]
    card: WriterCard | None


class TextCheckPage(BaseCheckPage[_Shown, TextRunRow]):
    """For a project whose model writes."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setObjectName("page_text_check")
        self._try_out = TryOut(self)
        self._build()
        self._try_out.answered.connect(self.try_pane.show_answer)
        self._try_out.failed.connect(self.try_pane.show_problem)
        self.retranslate()
        self._show_or_teach()

    def leave(self) -> None:
        self._try_out.give_up()
        self.photos.large.close()

    def retranslate(self) -> None:
        self.question_words.setText(
            self.tr("質問ごとの正解（行を選んで Enter を押すと、その質問の写真を見られます）")
        )
        for part in (
            *(self.verdict, self.table, self.questions, self.photos),
            *(self.unsure, self.curve, self.try_pane),
        ):
            part.retranslate()
        self._offer_questions()
        super().retranslate()

    def restyle(self) -> None:
        self.curve.figure.update()

    # Loading

    def _tab_words(self) -> Sequence[str]:
        return (
            self.tr("前と後"),
            self.tr("写真ごとに見る"),
            self.tr("要確認"),
            self.tr("試してみる"),
            self.tr("ほかの学習と比べる"),
        )

    def _my_project(self) -> Project | None:
        return self.session.project if self.session.task != "classification" else None

    def _reader(self) -> Callable[[Run], _Shown | None]:
        return _read

    def _comparison(
        self, project: Project, run: Run
    ) -> Callable[[Callable[[], bool]], tuple[TextRunRow, ...]]:
        task = self.session.task
        return lambda cancel: read_text_rows(runs_of(project, task), run, cancel)

    def _has_result(self, run: Run) -> bool:
        return run.text_result() is not None

    def _leave_run(self) -> None:
        super()._leave_run()
        self._try_out.give_up()

    def _fill(self, shown: _Shown) -> None:
        result, answers = shown.result, shown.result.task == "vqa"
        self.verdict.show_result(result)
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

    # The threshold, trying, other runs

    def _keep_wish(self, wished_error: float) -> None:
        super()._keep_wish(wished_error)
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

    # Laying out

    def _build(self) -> None:
        self.verdict = TextVerdict()
        self.photos = TextPhotos(self.session)
        self.photos.failed.connect(self._refused)
        self.photos.train_again.connect(lambda: self.go_to.emit("training"))
        self._lay_out(
            "text_check",
            self.verdict,
            (
                self._build_before_after(),
                self.photos,
                self._build_unsure(),
                self._build_try_out(),
                self._build_runs("text_open_run", TextRunsTable()),
            ),
        )

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
        return scrolled(inside)

    def _build_unsure(self) -> QWidget:
        self.unsure = AnswersPreview()
        self.unsure.wished.connect(self._keep_wish)
        inside = QWidget()
        column = QVBoxLayout(inside)
        self.curve = AnswersCurve()
        column.addWidget(self.unsure)
        column.addWidget(self.curve)
        column.addStretch(1)
        self.unsure_tab = scrolled(inside)
        return self.unsure_tab

    def _build_try_out(self) -> QWidget:
        self.try_pane = TryOutPane()
        self.try_pane.asked.connect(self._ask)
        return scrolled(self.try_pane)


def _read(run: Run) -> _Shown | None:
    result = run.text_result()
    if result is None:
        return None
    try:
        card = writer_card(result.model)
    except Problem:
        card = None
    return _Shown(run, result, run.text_revision, bearing(run.events(), _BEARS_ON_RESULT), card)
