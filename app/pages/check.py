"""See the result: a verdict in words, before and after, mix-ups, mistaken photos, the threshold, other runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.background import run_in_background
from app.insight_job import Inquiry
from app.pages.check_base import BaseCheckPage, bearing
from app.session import Session
from app.ways import CHOSEN
from app.widgets.before_after import BeforeAfterTable
from app.widgets.class_table import ClassTable
from app.widgets.confusion_matrix import ConfusionMatrix
from app.widgets.drawers import Drawers
from app.widgets.judged_photos import JudgedPhoto, JudgedPhotosList
from app.widgets.photo_judgement import LabelChoice, PhotoJudgement
from app.widgets.runs_table import RunRow, RunsTable, read_rows
from app.widgets.scrolled import beside, scrolled
from app.widgets.trust import Trust
from app.widgets.unsure_preview import UnsurePreview
from app.widgets.verdict import Findings, Verdict, find
from app.widgets.what_if import WhatIf
from core.evaluation.tally import class_tallies, confusion, mistakes
from core.evaluation.wish import wish_for
from core.insight.course import course_of
from core.insight.findings import INSIGHT_FOLDER, HeatMap, Insight
from core.problems import Problem
from core.project.leaks import LEAK
from core.project.revision import DataRevision
from core.project.store import Project
from core.training.events import Collapse, Decided, Warned
from core.training.job import WhatIfQuestion
from core.training.result import PhotoPrediction, TrainResult, Validated
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


class CheckPage(BaseCheckPage[_Shown, RunRow]):
    """For a project whose model tells kinds apart."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._cell: tuple[int, int] | None = None
        self._mended: list[_Relabelling] = []
        self._inquiry, self._gaze = Inquiry(self), Inquiry(self)
        self._build()
        self._inquiry.told.connect(self.drawers.show_progress)
        self._inquiry.ended.connect(self._looked_into)
        self._gaze.ended.connect(self._looked_at)
        self.retranslate()
        self._show_or_teach()

    def retranslate(self) -> None:
        self.matrix_words.setText(
            self.tr(
                "縦が正解、横がモデルの答えです。ます目を押すと、その写真を見られます（矢印キーと Enter でも選べます）。"
            )
        )
        self.all_mistakes.setText(self.tr("まちがいをすべて表示"))
        self.train_again.setText(self.tr("もう一度学習する"))
        for button in (self.all_mistakes, self.train_again):
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
            self.what_if,
        ):
            part.retranslate()
        self._say_list()
        super().retranslate()

    def restyle(self) -> None:
        drawn = (*self.drawers.figures.values(), *self.trust.figures.values())
        for figure in (*drawn, *(part.figure for part in self.what_if.parts.values())):
            figure.update()

    # Loading

    def _tab_words(self) -> Sequence[str]:
        return (
            self.tr("前と後"),
            self.tr("取り違え"),
            self.tr("まちがえた写真"),
            self.tr("要確認"),
            self.tr("引き出し"),
            self.tr("ほかの学習と比べる"),
            self.tr("もしも"),
        )

    def _my_project(self) -> Project | None:
        return self.session.project if self.session.task == "classification" else None

    def _reader(self) -> Callable[[Run], _Shown | None]:
        return _read

    def _comparison(self, project: Project, run: Run) -> Callable[[Callable[[], bool]], tuple[RunRow, ...]]:
        return lambda cancel: read_rows(runs_in(project.runs_folder), run, cancel)

    def _has_result(self, run: Run) -> bool:
        return run.result() is not None

    def _leave_run(self) -> None:
        super()._leave_run()
        self._inquiry.give_up()
        self._gaze.give_up()
        self.what_if.leave()
        self._mended.clear()

    def _fill(self, shown: _Shown) -> None:
        self._cell = None
        result, revision = shown.result, shown.revision
        names = [entry.name for entry in revision.classes]
        self.verdict.show_findings(shown.findings)
        self.table.show_result(result, revision)
        self.classes.rows.show(class_tallies(result.predictions, len(names)), revision.classes)
        self.matrix.show_counts(confusion(result.predictions, len(names)), names)
        self._fill_unsure(result, revision)
        self.drawers.banner.hide()
        self.drawers.show_insight(shown.insight)
        self.drawers.show_course(shown.course)
        project = self._project()
        self.what_if.show_run(project, shown.run, self._root(shown), shown.answers)
        self.judgement.offer([LabelChoice(entry.id, entry.name) for entry in project.classes()])
        self.judgement.relabelled(0)
        self._show_list()

    def _fill_unsure(self, result: TrainResult, revision: DataRevision) -> None:
        """By the test photos of the operator's own classes: the built-in ones are not offered on site."""
        own = [p for p in result.predictions if revision.classes[p.label].source == "own"]
        judged = [Validated(probability=p.probability, right=p.label == p.predicted) for p in own]
        self.unsure.show_result(result, judged, wish_for(self._project(), result))
        self.trust.show_result(result, own)

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
        root = self._root(shown)
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
        if shown is None:
            return  # another run is being read
        self.banner.hide()
        self._gaze.start(self._project(), shown.run, self._root(shown), photo.path)

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
        if shown is None or heat is None:
            return  # another run is being read

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
            failure=self._refused,
        )

    def _go_training(self) -> None:
        self.go_to.emit("training")

    # The drawers

    def _look_into(self) -> None:
        shown = self._shown
        if shown is None:
            return  # another run is being read
        self.drawers.show_running()
        self._inquiry.start(self._project(), shown.run, self._root(shown))

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

    # Laying out

    def _build(self) -> None:
        self.verdict = Verdict()
        self._lay_out(
            "check",
            self.verdict,
            (
                self._build_before_after(),
                self._build_matrix(),
                self._build_photos(),
                self._build_unsure(),
                self._build_drawers(),
                self._build_runs("open_run", RunsTable()),
                self._build_what_if(),
            ),
        )

    def _build_before_after(self) -> QWidget:
        self.table = BeforeAfterTable()
        self.classes = ClassTable()
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=12)
        column.addWidget(self.table)
        column.addWidget(self.classes, 1)
        return scrolled(inside)

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
        self.photos_row = beside(self.list, self.judgement, self.train_again, (440, 620))
        row = QHBoxLayout()
        row.addWidget(self.list_words, 1)
        row.addWidget(self.all_mistakes)
        self.photos_tab = QWidget()
        column = QVBoxLayout(self.photos_tab, spacing=8)
        column.addLayout(row)
        column.addWidget(self.photos_row, 1)
        column.addStretch()
        return self.photos_tab

    def _build_unsure(self) -> QWidget:
        self.unsure, self.trust = UnsurePreview(), Trust()
        self.unsure.wished.connect(self._keep_wish)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.addWidget(self.unsure)
        column.addWidget(self.trust, 1)
        return scrolled(inside)

    def _build_drawers(self) -> QWidget:
        self.drawers = Drawers()
        self.drawers.asked.connect(self._look_into)
        self.drawers.given_up.connect(self._give_up_looking)
        return scrolled(self.drawers)

    def _build_what_if(self) -> QWidget:
        self.what_if = WhatIf()
        return scrolled(self.what_if)


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
        notices=bearing(events, _BEARS_ON_RESULT),
        insight=Insight.read(run.folder),
        course=course_of(events),
        answers=read_answers(run.folder),
        has_photos=not getattr(run.job, "features", ""),
    )
