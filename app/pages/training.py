"""Train: first the list of what is in the way, then the run as it goes, and how it ended."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.device import ask_device
from app.pages.base import Page
from app.run_story import RunStory
from app.session import Session
from app.training_task import Ready, TrainingTask, training_task
from app.widgets.banner import ProblemBanner
from app.widgets.live_chart import REDRAW_MS
from app.widgets.preflight import PreflightList
from app.widgets.scrolled import scrolled
from app.widgets.state_chip import StateChip
from app.widgets.training_view import Course, TrainingView
from core.doctor import Check
from core.methods.catalogue import parse_composition
from core.problems import Problem
from core.project.store import Project
from core.training.events import Event, StateChanged, Terminal
from core.training.job import JOB_FILE, TextJob, TrainJob
from core.training.result import RESULT_FILE
from core.training.run import Run
from core.training.state import JobState

_AGAIN = frozenset({JobState.INTERRUPTED, JobState.FAILED})


class TrainingPage(Page):
    """学習する: ready, running, ended; the chip always shows the job's own state."""

    key = "training"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.story = RunStory()
        self._ready: Ready | None = None
        self._device: Check | None = None
        self._starting = False
        self._again = False
        self._build()
        self._redraw = QTimer(self, interval=REDRAW_MS, singleShot=True)
        self._redraw.timeout.connect(self._show_story)
        session.project_changed.connect(self._project_changed)
        session.task_changed.connect(self._project_changed)
        session.labels_changed.connect(self._data_changed)
        session.task_changed.connect(self._task_changed)
        session.run_changed.connect(self._run_changed)
        session.engine.told.connect(self._take)
        session.engine.ended.connect(self._ended)
        self.retranslate()
        self._project_changed()

    def title(self) -> str:
        return self.tr("学習する")

    def next_text(self) -> str:
        return self.tr("結果を見る")

    def blocker(self) -> str:
        if self.session.project is None:
            return self.tr("先に「はじめる」でプロジェクトを開いてください。")
        run = self.session.run
        if run is None:
            return self.tr("「学習を始める」を押すと、結果が見られるようになります。")
        if (run.folder / RESULT_FILE).is_file():
            return ""
        if not self.story.state.terminal:
            return self.tr("学習が終わると、結果が見られます。")
        return self.tr("この学習には、まだ結果がありません。")

    def enter(self) -> None:
        if self._other_choice():
            self._again = True
        self._show_page()
        self._look()

    def restyle(self) -> None:
        self.view.restyle()

    def retranslate(self) -> None:
        self.empty.setText(self.tr("プロジェクトを開いてやり方を選ぶと、ここで学習を始められます。"))
        self.ready_title.setText(self.tr("始める前に確かめます"))
        self.look_again.setText(self.tr("もう一度確かめる"))
        self.start.setText(self.tr("学習を始める"))
        self.pause.setText(self._pause_words())
        self.stop.setText(self.tr("止めて、いちばん良いものを残す"))
        self.resume.setText(self._resume_words())
        self.again.setText(self.tr("もう一度学習する"))
        self.former.setText(self.tr("前の学習を見る"))
        for button in (
            self.look_again,
            self.start,
            self.pause,
            self.stop,
            self.resume,
            self.again,
            self.former,
        ):
            button.setAccessibleName(button.text())
        self.nothing_trained.setText(
            self.tr("「そのまま使う」は学習をしません。元のモデルの力を、本番の試験の写真で測ります。")
        )
        self.chip.retranslate()
        self.view.retranslate()
        self._show_checks()
        self._show_failure()
        self._say_refusal()

    # Before

    def _project_changed(self) -> None:
        self._ready, self.story = None, RunStory()
        self.banner.hide()
        self._run_changed()

    def _task_changed(self) -> None:
        """What was looked at was about the other task."""
        self._ready = None
        self._show_checks()

    def _data_changed(self) -> None:
        """Other labels ask for another training; one that goes on is left alone."""
        self._ready = None
        self._again = self.story.state.terminal
        self._show_page()
        self._look()

    def _look(self) -> None:
        """Look at the data and the PC; the device is asked in the engine and joins when it is known."""
        project = self.session.project
        if project is None or not self._preparing() or not self.isVisible():
            return
        self.look_again.setEnabled(False)
        asked, task = self.session.task, self._task
        run_in_background(
            self,
            lambda _cancel: task.look(project),
            success=lambda ready: self._looked(ready) if asked == self.session.task else None,
            failure=self._could_not_look,
            in_order=True,
        )
        if self._device is None:
            run_in_background(self, lambda _cancel: ask_device(), success=self._device_known)

    def _looked(self, ready: Ready) -> None:
        self._ready = ready
        self.banner.hide()
        self.look_again.setEnabled(True)
        self._show_checks()

    def _could_not_look(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.look_again.setEnabled(True)
        self._ready = None
        self.banner.show_problem(error)
        self._show_checks()

    def _device_known(self, check: Check) -> None:
        self._device = check
        self._show_checks()

    def _show_checks(self) -> None:
        checks: Sequence[Check] = self._ready.checks if self._ready else ()
        if self._device is not None and checks:
            checks = (self._device, *checks)
        self.checks.show_checks(checks, self.session.language)
        self._say_refusal()

    def _say_refusal(self) -> None:
        """Why the start button is off, in words beside it."""
        reason = self._refusal()
        self.start.setEnabled(not reason)
        self.refusal.setText(reason)
        self.start.setAccessibleDescription(reason)

    def _refusal(self) -> str:
        if self._starting:
            return self.tr("学習を準備しています…")
        if self._ready is None:
            if self.banner.isHidden():
                return self.tr("写真とパソコンを確かめています…")
            return self.tr("上の説明を確かめると、始められます。")
        if any(check.level == "stop" for check in self._ready.checks):
            return self.tr("× の付いた項目を直すと、始められます。")
        if not self._task.chosen(self._project()):
            return self.tr("先に「やり方を選ぶ」で、カードを 1 枚選んでください。")
        return ""

    def _mend(self, remedy: str) -> None:
        if remedy == "folder":
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._project().folder)))
        else:
            self.go_to.emit("labels" if remedy == "texts" else remedy)

    # Start, pause, stop, resume

    def _start(self) -> None:
        ready = self._ready
        if ready is None:
            return
        self._starting = True
        self._say_refusal()
        write = self._task.writing(self._project(), ready)
        run_in_background(
            self,
            lambda _cancel: write(),
            success=self._launch,
            failure=self._could_not_start,
        )

    def _launch(self, run: Run) -> None:
        self._starting = False
        self._again = False
        self.story = RunStory()
        # The engine first: a run that nobody works on would be taken for an interrupted one.
        self.session.engine.start(run.folder / JOB_FILE)
        self.session.run = run
        self._show_story()

    def _could_not_start(self, error: Exception) -> None:
        self._starting = False
        self._say_refusal()
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)

    def _pause_or_go_on(self) -> None:
        if self.story.state is JobState.PAUSED:
            self.session.engine.resume()
        else:
            self.session.engine.pause()
        self._await_answer(self.pause)

    def _stop(self) -> None:
        self.session.engine.stop()
        self._await_answer(self.stop)

    def _await_answer(self, button: QPushButton) -> None:
        """The worker heeds a word at its next step; until then the button says that it was heard."""
        button.setEnabled(False)
        button.setText(self.tr("受け付けました…"))

    def _resume(self) -> None:
        run = self.session.run
        if run is None:
            return
        self.banner.hide()
        self.resume.setEnabled(False)
        # The worker announces itself only once it stands: until then the job is queued.
        self.story.state = JobState.QUEUED
        self.session.engine.start(run.folder / JOB_FILE)
        self._show_story()

    def _train_again(self) -> None:
        self._again = True
        self._show_page()
        self._look()

    def _show_former(self) -> None:
        self._again = False
        self._show_page()

    # The run

    def _run_changed(self) -> None:
        run = self.session.run
        if run is None:
            self.story, self._again = RunStory(), False
        elif not self.session.engine.running:
            self._again = False
            self._reattach(run)
        self._show_page()
        self._look()
        self.changed.emit()

    def _preparing(self) -> bool:
        """Whether the list before a training is shown, not a run."""
        return self.session.run is None or self._again

    def _show_page(self) -> None:
        if self.session.project is None:
            self.pages.setCurrentWidget(self.empty)
        else:
            self.pages.setCurrentWidget(self.ready_page if self._preparing() else self.run_page)
        self.former.setVisible(self.session.run is not None)

    def _other_choice(self) -> bool:
        """Whether the operator chose something else since the run that ended."""
        run, project = self.session.run, self.session.project
        if run is None or project is None or not self.story.state.terminal:
            return False
        try:
            return not self._task.is_of(project, run.job)
        except Problem:
            return False

    def _reattach(self, run: Run) -> None:
        """Rebuild the story from the run's folder, or follow a worker that outlived the window."""
        run_in_background(
            self,
            lambda _cancel: (run.events(), run.state()),
            success=lambda told: self._reattached(run, *told),
        )

    def _reattached(self, run: Run, events: list[Event], state: JobState) -> None:
        if run != self.session.run or self.session.engine.running:
            return
        alive = state in (JobState.RUNNING, JobState.PAUSED)
        # Who follows is told everything from the first event on.
        self.story = RunStory() if alive else RunStory.of(events)
        self.story.state = state
        if alive:
            self.session.engine.follow(run)
        self._show_story()
        self.changed.emit()

    def _take(self, event: Event) -> None:
        self.story.tell(event)
        if isinstance(event, StateChanged | Terminal):
            self._show_story()
            self.changed.emit()
        elif not self._redraw.isActive():
            self._redraw.start()

    def _ended(self, state: JobState) -> None:
        if not self.story.state.terminal:
            self.story.state = state
        self._show_story()
        self.changed.emit()

    def _show_story(self) -> None:
        self._redraw.stop()
        self.chip.show_state(self.story.state)
        self.view.show_story(self.story, self.session.language)
        course = self._course()
        self.view.expect(course, texts=self.session.task != "classification")
        self.nothing_trained.setVisible(course == "nothing")
        self._show_buttons()
        self._show_failure()

    def _course(self) -> Course:
        """How the run's method learns."""
        try:
            job = self.session.run.job if self.session.run is not None else None
            composition = (
                parse_composition(self._trained(job)) if isinstance(job, TrainJob | TextJob) else None
            )
        except Problem:
            composition = None
        if composition is None:
            return "by_epochs"
        return "in_two_stages" if "pt-peft" in composition.parts() else composition.learns

    def _trained(self, job: TrainJob | TextJob) -> str:
        """The composition that is trained: the job's, or what a search has chosen in its place."""
        chosen = self.story.chosen
        return job.composition if chosen is None else str(chosen.data["composition"])

    def _show_buttons(self) -> None:
        state = self.story.state
        live = state in (JobState.RUNNING, JobState.PAUSED)
        for button in (self.pause, self.stop):
            button.setVisible(not state.terminal)
            button.setEnabled(live)
        self.pause.setText(self._pause_words())
        self.stop.setText(self.tr("止めて、いちばん良いものを残す"))
        self.resume.setVisible(state in _AGAIN)
        self.resume.setEnabled(True)
        self.resume.setText(self._resume_words())
        self.again.setVisible(state.terminal)

    def _show_failure(self) -> None:
        failure = self.story.failure
        if failure is not None and self.story.state is JobState.FAILED:
            self.banner.show_problem(Problem(failure.code, **failure.data), failure.detail)
        elif self.session.run is not None:
            self.banner.hide()

    def _pause_words(self) -> str:
        return self.tr("再開") if self.story.state is JobState.PAUSED else self.tr("一時停止")

    def _resume_words(self) -> str:
        failed = self.story.state is JobState.FAILED
        return self.tr("もう一度試す") if failed else self.tr("続きから再開する")

    @property
    def _task(self) -> TrainingTask:
        return training_task(self.session.task)

    def _project(self) -> Project:
        project = self.session.project
        assert project is not None, "there is no project"
        return project

    # Laying out

    def _build(self) -> None:
        self.banner = ProblemBanner(self)
        self.chip = StateChip()
        self.view = TrainingView()
        self.empty = QLabel(objectName="training_empty", wordWrap=True)
        self.ready_page = self._build_ready()
        self.run_page = self._build_run()
        self.pages = QStackedWidget()
        for page in (self.empty, self.ready_page, self.run_page):
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.banner)
        column.addWidget(self.pages, 1)

    def _build_ready(self) -> QWidget:
        self.ready_title = QLabel(objectName="training_ready_title")
        self.ready_title.setProperty("class", "heading3")
        self.checks = PreflightList()
        self.checks.mend.connect(self._mend)
        self.look_again = _button("training_look_again", self._look)
        self.start = _button("training_start", self._start)
        self.start.setProperty("class", "primary")
        self.former = _button("training_former", self._show_former)
        self.refusal = QLabel(objectName="training_refusal", wordWrap=True)
        inside = QWidget()
        listed = QVBoxLayout(inside)
        listed.setContentsMargins(0, 0, 0, 0)
        listed.addWidget(self.checks)
        listed.addStretch(1)
        page = QWidget()
        column = QVBoxLayout(page, spacing=12)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.ready_title)
        column.addWidget(scrolled(inside), 1)
        row = QHBoxLayout(spacing=12)
        row.addWidget(self.start)
        row.addWidget(self.refusal, 1)
        row.addWidget(self.former)
        row.addWidget(self.look_again)
        column.addLayout(row)
        return page

    def _build_run(self) -> QWidget:
        self.nothing_trained = QLabel(objectName="training_nothing_trained", wordWrap=True)
        self.pause = _button("training_pause", self._pause_or_go_on)
        self.stop = _button("training_stop", self._stop)
        self.resume = _button("training_resume", self._resume)
        self.resume.setProperty("class", "primary")
        self.again = _button("training_again", self._train_again)
        page = QWidget()
        column = QVBoxLayout(page, spacing=12)
        column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout(spacing=12)
        row.addWidget(self.chip)
        row.addStretch(1)
        for button in (self.resume, self.pause, self.stop, self.again):
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(self.nothing_trained)
        column.addWidget(scrolled(self.view), 1)
        return page


def _button(name: str, pressed: Callable[[], None]) -> QPushButton:
    button = QPushButton(objectName=name, minimumHeight=40)
    button.clicked.connect(pressed)
    return button
