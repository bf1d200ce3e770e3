"""See the result: a verdict in words, before and after, mix-ups, mistaken photos, the threshold, other runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
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
from app.insight_job import Inquiry
from app.pages.base import Page
from app.run_story import RunStory
from app.session import Session
from app.ways import CHOSEN, notice_text
from app.widgets.banner import ProblemBanner
from app.widgets.before_after import BeforeAfterTable
from app.widgets.class_table import ClassTable
from app.widgets.confusion_matrix import ConfusionMatrix
from app.widgets.drawers import Drawers
from app.widgets.judged_photos import JudgedPhoto, JudgedPhotosList
from app.widgets.photo_judgement import LabelChoice, PhotoJudgement
from app.widgets.runs_table import RunRow, RunsTable, read_rows
from app.widgets.trust import Trust
from app.widgets.unsure_preview import UnsurePreview
from app.widgets.verdict import Findings, Verdict, find
from app.widgets.what_if import WhatIf
from core.evaluation.tally import class_tallies, confusion, mistakes
from core.evaluation.wish import keep_wish, wish_for
from core.insight.course import course_of
from core.insight.findings import INSIGHT_FOLDER, HeatMap, Insight
from core.problems import Problem
from core.project.leaks import LEAK
from core.project.revision import DataRevision
from core.project.store import Project
from core.training.events import Collapse, Decided, Event, Warned
from core.training.job import WhatIfQuestion
from core.training.result import RESULT_FILE, PhotoPrediction, TrainResult, Validated
from core.training.run import Run, runs_in
from core.whatif.findings import Answer, read_answers

# Of what the engine told on the way, this bears on the result, and so does its last decision.
_BEARS_ON_RESULT = (
    CHOSEN,
    "methods.new_by_zero_shot",
    "training.photos_left_out",
    "training.diverged_kept",
    LEAK,
)


@dataclass(frozen=True)
class _Shown:
    """The result on the page, and all that was worked out from it."""

    run: Run
    result: TrainResult
    revision: DataRevision
    findings: Findings
    notices: tuple[Warned | Decided, ...]
    insight: Insight | None
    has_photos: bool  # a run on features alone has none to show
    course: tuple[Collapse, ...]
    answers: dict[WhatIfQuestion, Answer]


@dataclass(frozen=True)
class _Relabelling:
    """A label that was mended here: the photo and the class it had before."""

    photo_id: int
    before: int | None


class CheckPage(Page):
    """結果を見る."""

    key = "check"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: _Shown | None = None
        self._cell: tuple[int, int] | None = None
        self._mended: list[_Relabelling] = []
        self._rows: Sequence[RunRow] = ()
        self._comparing: Task[tuple[RunRow, ...]] | None = None
        self._inquiry, self._gaze = Inquiry(self), Inquiry(self)
        self._build()
        self._inquiry.told.connect(self.drawers.show_progress)
        self._inquiry.ended.connect(self._looked_into)
        self._gaze.ended.connect(self._looked_at)
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

    def retranslate(self) -> None:
        self.empty.setText(self.tr("学習が終わると、ここに結果が出ます。まだ結果がありません。"))
        words = (
            self.tr("前と後"),
            self.tr("取り違え"),
            self.tr("まちがえた写真"),
            self.tr("要確認"),
            self.tr("引き出し"),
            self.tr("ほかの学習と比べる"),
            self.tr("もしも"),
        )
        for number, text in enumerate(words):
            self.tabs.setTabText(number, text)
        self.tabs.setAccessibleName(self.tr("結果の見方"))
        self.matrix_words.setText(
            self.tr(
                "縦が正解、横がモデルの答えです。ます目を押すと、その写真を見られます（矢印キーと Enter でも選べます）。"
            )
        )
        self.all_mistakes.setText(self.tr("まちがいをすべて表示"))
        self.open_run.setText(self.tr("選んだ学習の結果を表示"))
        self.train_again.setText(self.tr("もう一度学習する"))
        for button in (self.all_mistakes, self.open_run, self.train_again):
            button.setAccessibleName(button.text())
        self.list.setAccessibleName(self.tr("写真の一覧"))
        for part in (
            self.verdict,
            self.table,
            self.classes,
            self.matrix,
            self.list,
            self.judgement,
            self.unsure,
            self.trust,
            self.drawers,
            self.runs,
            self.what_if,
        ):
            part.retranslate()
        self._say_notices()
        self._say_list()
        self._show_runs()

    def restyle(self) -> None:
        drawn = (*self.drawers.figures.values(), *self.trust.figures.values())
        for figure in (*drawn, *(part.figure for part in self.what_if.parts.values())):
            figure.update()

    # Loading

    def _load(self) -> None:
        """Read the run's result and its neighbours, unless they are on the page already."""
        run, project = self.session.run, self.session.project
        if run is None or project is None or self.session.task != "classification":
            self._inquiry.give_up()
            self._gaze.give_up()
            self.what_if.leave()
            self._shown, self._rows = None, ()
            self._show_or_teach()
            return
        if not self.isVisible() or (self._shown is not None and self._shown.run == run):
            return
        self._shown = None
        self._mended.clear()
        run_in_background(self, lambda _cancel: _read(run), success=self._loaded, failure=self._not_loaded)
        if self._comparing is not None:
            self._comparing.cancel()
        self._comparing = run_in_background(
            self,
            lambda cancel: read_rows(runs_in(project.runs_folder), run, cancel),
            success=self._runs_loaded,
        )

    def _loaded(self, shown: _Shown | None) -> None:
        if shown is not None and shown.run != self.session.run:
            return
        self.banner.hide()
        self._shown = shown
        self._cell = None
        if shown is not None:
            self._fill(shown)
        self._show_or_teach()

    def _not_loaded(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self._show_or_teach()
        self.banner.show_problem(error)

    def _runs_loaded(self, rows: Sequence[RunRow]) -> None:
        self._rows = rows
        self._show_runs()

    def _show_runs(self) -> None:
        self.runs.rows.show(self._rows, self.session.run, self.session.language)

    def _show_or_teach(self) -> None:
        self.body.setVisible(self._shown is not None)
        self.empty.setVisible(self._shown is None)
        self.changed.emit()

    def _fill(self, shown: _Shown) -> None:
        result, revision = shown.result, shown.revision
        names = [entry.name for entry in revision.classes]
        self.verdict.show_findings(shown.findings)
        self._say_notices()
        self.table.show_result(result, revision)
        self.classes.rows.show(class_tallies(result.predictions, len(names)), revision.classes)
        self.matrix.show_counts(confusion(result.predictions, len(names)), names)
        self._fill_unsure(result, revision)
        self._inquiry.give_up()
        self.drawers.banner.hide()
        self.drawers.show_insight(shown.insight)
        self.drawers.show_course(shown.course)
        project = self._project()
        self.what_if.show_run(project, shown.run, _root(shown, project), shown.answers)
        self.judgement.offer([LabelChoice(entry.id, entry.name) for entry in project.classes()])
        self.judgement.relabelled(0)
        self._show_list()

    def _fill_unsure(self, result: TrainResult, revision: DataRevision) -> None:
        """By the test photos of the operator's own classes: the built-in ones are not offered on site."""
        own = [p for p in result.predictions if revision.classes[p.label].source == "own"]
        judged = [Validated(probability=p.probability, right=p.label == p.predicted) for p in own]
        self.unsure.show_result(result, judged, wish_for(self._project(), result))
        self.trust.show_result(result, own)

    def _keep_wish(self, wished_error: float) -> None:
        project = self._project()
        run_in_background(
            self,
            lambda _cancel: keep_wish(project, wished_error),
            success=lambda _: None,
            failure=self._not_loaded,
            in_order=True,
        )

    def _say_notices(self) -> None:
        """What the engine decided or had to leave out, since the figures depend on it."""
        notices = self._shown.notices if self._shown is not None else ()
        texts = (notice_text(notice, self.session.language) for notice in notices)
        told = [self.tr("{what} {why}").format(what=text.what, why=text.why) for text in texts]
        self.notices.setText("\n".join(told))
        self.notices.setVisible(bool(told))

    # Photos

    def _open_cell(self, truth: int, answer: int) -> None:
        """The photos behind a cell of the table of mix-ups."""
        self._cell = (truth, answer)
        self._show_list()
        self.tabs.setCurrentWidget(self.photos_tab)
        self.list.setFocus()

    def _show_all_mistakes(self) -> None:
        self._cell = None
        self._show_list()

    def _listed(self) -> list[PhotoPrediction]:
        assert self._shown is not None, "there is no result"
        predictions = self._shown.result.predictions
        if self._cell is None:
            return mistakes(predictions)
        behind = [p for p in predictions if (p.label, p.predicted) == self._cell]
        return sorted(behind, key=lambda p: (-p.loss, p.photo))

    def _show_list(self) -> None:
        shown = self._shown
        if shown is None:
            return
        names = [entry.name for entry in shown.revision.classes]
        root = _root(shown, self._project())
        listed = self._listed() if shown.has_photos else ()
        photos = [JudgedPhoto(p, root / p.photo, names[p.label], names[p.predicted]) for p in listed]
        self.list.show_rows(photos, self._project().thumbnails)
        self._say_list()

    def _say_list(self) -> None:
        shown = self._shown
        if shown is None:
            return
        count = len(self._listed())
        self.photos_row.setVisible(shown.has_photos)
        self.all_mistakes.setVisible(self._cell is not None)
        if self._cell is not None:
            truth, answer = (shown.revision.classes[index].name for index in self._cell)
            self.list_words.setText(
                self.tr("正解が「{truth}」で、答えが「{answer}」の写真：{count} 枚").format(
                    truth=truth, answer=answer, count=count
                )
            )
        elif count:
            self.list_words.setText(
                self.tr("まちがえた写真 {count} 枚。自信を持ってまちがえたものから並んでいます。").format(
                    count=count
                )
            )
        else:
            self.list_words.setText(self.tr("まちがえた写真はありません。"))
        if not shown.has_photos:
            words = self.tr("{count} 枚です。写真を残していないので、ここには出せません。")
            self.list_words.setText(words.format(count=count))

    def _look_where(self, photo: JudgedPhoto) -> None:
        shown = self._shown
        assert shown is not None, "there is no result"
        self.banner.hide()
        self._gaze.start(self._project(), shown.run, _root(shown, self._project()), photo.path)

    def _looked_at(self, run: Run, problem: Problem | None) -> None:
        photo, found = self.judgement.photo, self._gaze.result
        if problem is not None or not found:
            self.judgement.show_photo_only()
            self.banner.show_problem(problem or Problem("app.gaze_cut_off"))
        elif photo is not None and str(photo.path) == found["photo"]:
            heat = HeatMap.model_validate(found)
            self.judgement.show_heat(QImage(str(run.folder / INSIGHT_FOLDER / heat.overlay)), heat)

    def _save_heat(self, path: Path) -> None:
        shown, heat = self._shown, self.judgement.heat
        assert shown is not None and heat is not None, "there is no heat map"

        def not_saved(error: Exception) -> None:
            if not isinstance(error, OSError):
                raise error
            reason = error.strerror or error
            self.banner.show_problem(Problem("app.figure_not_saved", path=path, reason=reason))

        run_in_background(
            self,
            lambda _cancel: heat.export(shown.run.folder, path),
            success=lambda _: None,
            failure=not_saved,
        )

    def _look_at(self, photo: JudgedPhoto | None) -> None:
        self._gaze.give_up()
        class_id = None
        if photo is not None:
            known = self._project().photo_at(photo.path)
            class_id = known.class_id if known is not None else None
        self.judgement.show_photo(photo, class_id, self.session.language)

    def _relabel(self, photo: JudgedPhoto, class_id: int) -> None:
        known = self._project().photo_at(photo.path)
        if known is None or known.class_id == class_id:
            return
        self._label(known.id, class_id, lambda: self._mended.append(_Relabelling(known.id, known.class_id)))

    def _undo_relabel(self) -> None:
        if self._mended:
            last = self._mended[-1]
            self._label(last.photo_id, last.before, lambda: self._mended.remove(last))

    def _label(self, photo_id: int, class_id: int | None, done: Callable[[], None]) -> None:
        project = self._project()

        def labelled(_: None) -> None:
            done()
            self.judgement.relabelled(len(self._mended))
            self.train_again.setVisible(bool(self._mended))
            self._look_at(self.list.current())
            self.session.labels_changed.emit()

        run_in_background(
            self,
            lambda _cancel: project.label([photo_id], class_id),
            success=labelled,
            failure=self._not_loaded,
        )

    def _go_training(self) -> None:
        self.go_to.emit("training")

    # The drawers

    def _look_into(self) -> None:
        shown = self._shown
        assert shown is not None, "there is no result"
        self.drawers.show_running()
        self._inquiry.start(self._project(), shown.run, _root(shown, self._project()))

    def _give_up_looking(self) -> None:
        self._inquiry.give_up()
        self.drawers.show_insight(None)

    def _looked_into(self, run: Run, problem: Problem | None) -> None:
        run_in_background(
            self,
            lambda _cancel: Insight.read(run.folder),
            success=lambda found: self._open(run, found, problem),
        )

    def _open(self, run: Run, found: Insight | None, problem: Problem | None) -> None:
        if self._shown is None or self._shown.run != run or self._inquiry.running:
            return
        if problem is not None or found is None:
            self.drawers.show_problem(problem or Problem("app.insight_cut_off"))
        else:
            self.drawers.show_insight(found)

    # Other runs

    def _open_run(self, run: Run | None) -> None:
        if run is not None and run.result() is not None:
            self.session.run = run

    def _project(self) -> Project:
        project = self.session.project
        assert project is not None, "there is no project"
        return project

    # Laying out

    def _build(self) -> None:
        self.banner = ProblemBanner(self)
        self.empty = QLabel(objectName="check_empty", wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.verdict = Verdict()
        self.notices = QLabel(objectName="check_notices", wordWrap=True, visible=False)
        self.tabs = QTabWidget(objectName="check_tabs")
        for tab in (
            self._build_before_after(),
            self._build_matrix(),
            self._build_photos(),
            self._build_unsure(),
            self._build_drawers(),
            self._build_runs(),
            self._build_what_if(),
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
        self.table = BeforeAfterTable()
        self.classes = ClassTable()
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=12)
        column.addWidget(self.table)
        column.addWidget(self.classes, 1)
        return _scrolled(inside)

    def _build_matrix(self) -> QWidget:
        self.matrix_words = QLabel(wordWrap=True)
        self.matrix = ConfusionMatrix()
        self.matrix.cell_chosen.connect(self._open_cell)
        tab = QWidget()
        column = QVBoxLayout(tab, spacing=8)
        column.addWidget(self.matrix_words)
        column.addWidget(self.matrix, 1)
        return tab

    def _build_photos(self) -> QWidget:
        self.list_words = QLabel(objectName="photos_words", wordWrap=True)
        self.all_mistakes = QPushButton(objectName="all_mistakes", minimumHeight=40)
        self.all_mistakes.clicked.connect(self._show_all_mistakes)
        self.list = JudgedPhotosList("judged_photos")
        self.list.looked_at.connect(self._look_at)
        self.judgement = PhotoJudgement()
        self.judgement.relabel.connect(self._relabel)
        self.judgement.undo.connect(self._undo_relabel)
        self.judgement.where.connect(self._look_where)
        self.judgement.never_mind.connect(self._gaze.give_up)
        self.judgement.saved.connect(self._save_heat)
        self.train_again = QPushButton(objectName="check_train_again", minimumHeight=40, visible=False)
        self.train_again.clicked.connect(self._go_training)
        right = QWidget()
        right_column = QVBoxLayout(right)
        right_column.setContentsMargins(0, 0, 0, 0)
        right_column.addWidget(_scrolled(self.judgement), 1)
        right_column.addWidget(self.train_again)
        self.photos_row = split = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        split.addWidget(self.list)
        split.addWidget(right)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setSizes([440, 620])
        row = QHBoxLayout()
        row.addWidget(self.list_words, 1)
        row.addWidget(self.all_mistakes)
        self.photos_tab = QWidget()
        column = QVBoxLayout(self.photos_tab, spacing=8)
        column.addLayout(row)
        column.addWidget(split, 1)
        column.addStretch()
        return self.photos_tab

    def _build_unsure(self) -> QWidget:
        self.unsure, self.trust = UnsurePreview(), Trust()
        self.unsure.wished.connect(self._keep_wish)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.addWidget(self.unsure)
        column.addWidget(self.trust, 1)
        return _scrolled(inside)

    def _build_drawers(self) -> QWidget:
        self.drawers = Drawers()
        self.drawers.asked.connect(self._look_into)
        self.drawers.given_up.connect(self._give_up_looking)
        return _scrolled(self.drawers)

    def _build_what_if(self) -> QWidget:
        self.what_if = WhatIf()
        return _scrolled(self.what_if)

    def _build_runs(self) -> QWidget:
        self.runs = RunsTable()
        self.runs.chosen.connect(self._open_run)
        self.open_run = QPushButton(objectName="open_run", minimumHeight=40)
        self.open_run.clicked.connect(lambda: self._open_run(self.runs.current()))
        tab = QWidget()
        column = QVBoxLayout(tab, spacing=8)
        column.addWidget(self.runs, 1)
        column.addWidget(self.open_run, 0, Qt.AlignmentFlag.AlignLeft)
        return tab


def _scrolled(inside: QWidget) -> QScrollArea:
    """Large text on a small screen scrolls; it never pushes the window apart."""
    area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    area.setWidget(inside)
    return area


def _read(run: Run) -> _Shown | None:
    result = run.result()
    if result is None:
        return None
    revision, events = run.revision, run.events()
    return _Shown(
        run=run,
        result=result,
        revision=revision,
        findings=find(result, revision),
        notices=_bearing(events),
        insight=Insight.read(run.folder),
        course=course_of(events),
        answers=read_answers(run.folder),
        has_photos=not getattr(run.job, "features", ""),
    )


def _bearing(events: Sequence[Event]) -> tuple[Warned | Decided, ...]:
    notices = RunStory.of(events).notices.values()
    bearing = [notice for notice in notices if notice.code in _BEARS_ON_RESULT]
    others = [notice for notice in notices if isinstance(notice, Decided) and notice not in bearing]
    return (*bearing, *others[-1:])


def _root(shown: _Shown, project: Project) -> Path:
    """Where the run's photos are counted from: a project that was moved takes its runs along."""
    inside = shown.run.folder.is_relative_to(project.folder)
    return project.folder if inside else Path(shown.revision.root)
