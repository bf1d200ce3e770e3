"""はじめる: a new project, a recent one, the sample, a tuned model, or what was interrupted."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.pages.base import Page
from app.session import Session
from app.theme import GAP, TOUCH
from app.widgets.banner import ProblemBanner
from app.widgets.recent_projects import RecentProject, RecentProjects
from app.widgets.tile import Tile
from core.problems import Problem
from core.project.sample import create_sample_project
from core.project.store import PROJECT_FILE, RUNS_FOLDER, Project
from core.settings import locations
from core.training.job import TextJob, TrainJob
from core.training.run import runs_in
from core.training.state import JobState

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class HomePage(Page):
    """Where every session starts."""

    key = "home"
    models_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._busy = False
        self._wanted_page = ""
        self._recent: tuple[RecentProject, ...] = ()
        self._build()
        session.project_changed.connect(self._refresh)
        session.engine.ended.connect(lambda _: self._refresh())

    def title(self) -> str:
        return self.tr("はじめる")

    def next_text(self) -> str:
        return self.tr("写真を選ぶ")

    def blocker(self) -> str:
        if self._busy:
            return self.tr("プロジェクトを準備しています…")
        if self.session.project is None:
            return self.tr("プロジェクトを作るか、開いてください。")
        return ""

    def enter(self) -> None:
        self._refresh()

    def retranslate(self) -> None:
        self.lead.setText(
            self.tr("手元の写真で、製品や不良の見分け方をこのパソコンに教えます。写真は外に出ません。")
        )
        self.new.say(
            self.tr("新しいプロジェクト"), self.tr("名前と保存場所を決めて、写真を選ぶところから始めます。")
        )
        self.sample.say(
            self.tr("見本で試す"), self.tr("付属の写真で、最後まで通して試せます。写真の用意は要りません。")
        )
        self.open_existing.say(
            self.tr("プロジェクトを開く"), self.tr("前に作ったフォルダーを選んで、続きから始めます。")
        )
        self.onsite.say(
            self.tr("できたモデルを使う"), self.tr("現場用パッケージを開いて、写真を判定します。")
        )
        self.recent_heading.setText(self.tr("最近使ったプロジェクト"))
        self.recent.setAccessibleName(self.recent_heading.text())
        self.empty.setText(self.tr("まだありません。最初は「見本で試す」がおすすめです。"))
        self.resume.setText(self.tr("続きから学習する"))
        self.models.setText(self.tr("モデルを見る・取り込む…"))
        self.recent.retranslate()
        self.banner.retranslate()
        self._offer_resumption()

    def restyle(self) -> None:
        for tile in (self.new, self.sample, self.open_existing, self.onsite):
            tile.restyle()
        self._fit_recent()

    # What the buttons do

    def _new(self) -> None:
        dialog = NewProjectDialog(self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            name, folder, user = dialog.name.text().strip(), dialog.folder(), self.session.settings.operator
            self._take(lambda: Project.create(folder, name, user=user))

    def _sample(self) -> None:
        language, user = self.session.language, self.session.settings.operator
        name = self.tr("見本")
        self._take(lambda: create_sample_project(_free_folder(name), language=language, user=user))

    def _open(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self, self.tr("プロジェクトのフォルダーを選ぶ"), str(projects_folder())
        )
        if folder:
            self.open_folder(Path(folder))

    def open_folder(self, folder: Path, page: str = "") -> None:
        """Open a project off the screen's thread, and show a page of it: the last one unless one is given."""
        project, user = self.session.project, self.session.settings.operator
        if project is not None and project.folder == folder:
            self.go_to.emit(page or self._last_page(project))
            return
        self._wanted_page = page
        self._take(lambda: Project.open(folder, user=user))

    def _resume(self) -> None:
        waiting = self._waiting()
        if waiting is not None:
            self.open_folder(waiting.folder, "training")

    def _take(self, make: Callable[[], Project]) -> None:
        if self._busy:
            return
        if self.session.engine.running:
            self.banner.show_problem(Problem("app.training_now"))
            return
        self._set_busy(True)
        self.banner.hide()
        run_in_background(self, lambda _cancel: make(), success=self._made, failure=self._not_made)

    def _made(self, project: Project) -> None:
        self._set_busy(False)
        page, self._wanted_page = self._wanted_page, ""
        self.session.take_project(project)
        self.go_to.emit(page or self._last_page(project))

    def _last_page(self, project: Project) -> str:
        page = project.setting("page")
        return page if isinstance(page, str) else "photos"

    def _not_made(self, error: Exception) -> None:
        self._set_busy(False)
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for button in (self.new, self.sample, self.open_existing):
            button.setEnabled(not busy)
        self.changed.emit()

    # What was interrupted, what was recent

    def _refresh(self) -> None:
        folders = tuple(Path(name) for name in self.session.settings.recent_projects)
        run_in_background(self, lambda _cancel: [_look_at(folder) for folder in folders], success=self._list)
        self.changed.emit()

    def _list(self, found: list[RecentProject]) -> None:
        self._recent = tuple(found)
        self.recent.show_projects(found)
        self.recent.setVisible(bool(found))
        self._fit_recent()
        self.empty.setVisible(not found)
        self._offer_resumption()

    def _fit_recent(self) -> None:
        """As high as its rows: the page scrolls, not the list."""
        row = self.recent.sizeHintForRow(0)
        self.recent.setFixedHeight(max(0, row) * self.recent.count() + 2 * self.recent.frameWidth() + 4)

    def _waiting(self) -> RecentProject | None:
        """The latest project whose training was cut off, or goes on without a window."""
        if self.session.engine.running:
            return None
        return next((p for p in self._recent if p.state in ("interrupted", "training")), None)

    def _offer_resumption(self) -> None:
        waiting = self._waiting()
        self.resume_card.setVisible(waiting is not None)
        if waiting is None:
            return
        if waiting.state == "training":
            words = self.tr("「{name}」の学習が、裏で続いています。")
            self.resume.setText(self.tr("学習を見る"))
        else:
            words = self.tr("「{name}」の学習が途中で止まっています。続きから始められます。")
            self.resume.setText(self.tr("続きから学習する"))
        self.resume_words.setText(words.format(name=waiting.name))

    # Laying out

    def _build(self) -> None:
        self.lead = QLabel(objectName="home_lead", wordWrap=True)
        self.banner = ProblemBanner()
        self.new = Tile("home_new", "mdi6.folder-plus-outline")
        self.sample = Tile("home_sample", "mdi6.image-multiple-outline")
        self.open_existing = Tile("home_open", "mdi6.folder-open-outline")
        self.onsite = Tile("home_onsite", "mdi6.factory")
        self.new.clicked.connect(self._new)
        self.sample.clicked.connect(self._sample)
        self.open_existing.clicked.connect(self._open)
        self.onsite.clicked.connect(lambda: self.go_to.emit("onsite"))
        self.recent_heading = QLabel(objectName="home_recent_heading")
        self.recent_heading.setProperty("class", "heading3")
        self.recent = RecentProjects()
        self.recent.hide()
        self.recent.chosen.connect(lambda project: self.open_folder(project.folder))
        self.empty = QLabel(objectName="home_empty", wordWrap=True, visible=False)
        self.empty.setProperty("class", "muted")
        body = QWidget()
        column = QVBoxLayout(body, spacing=2 * GAP)
        column.setContentsMargins(0, 0, GAP, 0)
        column.addWidget(self.lead)
        column.addWidget(self.banner)
        column.addWidget(self._build_resumption())
        tiles = QGridLayout(spacing=2 * GAP)
        for place, tile in enumerate((self.new, self.sample, self.open_existing, self.onsite)):
            tiles.addWidget(tile, place // 2, place % 2)
        column.addLayout(tiles)
        self.models = QPushButton(objectName="home_models", minimumHeight=TOUCH)
        self.models.setProperty("class", "plain")
        self.models.clicked.connect(self.models_asked)
        column.addWidget(self.models, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.recent_heading)
        column.addWidget(self.empty)
        column.addWidget(self.recent)
        column.addStretch(1)
        area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="home_scroll")
        area.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _build_resumption(self) -> QWidget:
        self.resume_card = QFrame(objectName="home_resume_card", visible=False)
        self.resume_card.setProperty("class", "card")
        self.resume_words = QLabel(wordWrap=True)
        self.resume = QPushButton(objectName="home_resume", minimumHeight=TOUCH)
        self.resume.setProperty("class", "primary")
        self.resume.clicked.connect(self._resume)
        row = QHBoxLayout(self.resume_card)
        row.addWidget(self.resume_words, 1)
        row.addWidget(self.resume)
        return self.resume_card


class NewProjectDialog(QDialog):
    """Name and place of a new project."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("new_project")
        self.setWindowTitle(self.tr("新しいプロジェクト"))
        self._parent_folder = projects_folder()
        self.name = QLineEdit(objectName="new_project_name", placeholderText=self.tr("例：ボルト外観検査"))
        self.place = QLabel(objectName="new_project_place", wordWrap=True)
        self.place.setProperty("class", "muted")
        choose = QPushButton(self.tr("場所を変える…"), objectName="new_project_choose", minimumHeight=TOUCH)
        choose.clicked.connect(self._choose)
        self.buttons = QDialogButtonBox()
        self.make = self.buttons.addButton(self.tr("作る"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.make.setObjectName("new_project_create")
        self.make.setProperty("class", "primary")
        self.buttons.addButton(self.tr("やめる"), QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.name.textChanged.connect(self._look)
        form = QFormLayout(self)
        form.addRow(self.tr("プロジェクトの名前"), self.name)
        form.addRow(self.tr("保存場所"), self.place)
        form.addRow("", choose)
        form.addRow(self.buttons)
        self.setMinimumWidth(560)
        self._look()

    def folder(self) -> Path:
        """The folder the project will be in."""
        return self._parent_folder / (_FORBIDDEN.sub("_", self.name.text().strip()).strip(". ") or "_")

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("保存場所を選ぶ"), str(self._parent_folder))
        if folder:
            self._parent_folder = Path(folder)
            self._look()

    def _look(self) -> None:
        named = bool(self.name.text().strip())
        self.make.setEnabled(named)
        self.place.setText(str(self.folder()) if named else self.tr("先に名前を入れてください。"))


def _look_at(folder: Path) -> RecentProject:
    """Whether a project is still there, and how its latest training stands."""
    if not (folder / PROJECT_FILE).exists():
        return RecentProject(folder, folder.name, "gone")
    runs = [run for kind in (TrainJob, TextJob) for run in runs_in(folder / RUNS_FOLDER, kind)]
    newest_first = sorted(runs, key=lambda run: run.folder.name, reverse=True)
    states = (run.state() for run in newest_first)
    latest = next((state for state in states if state is not JobState.QUEUED), None)
    if latest is JobState.INTERRUPTED:
        return RecentProject(folder, folder.name, "interrupted")
    training = latest in (JobState.RUNNING, JobState.PAUSED)
    return RecentProject(folder, folder.name, "training" if training else "there")


def projects_folder() -> Path:
    """Where projects go unless the operator says otherwise."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    if os.environ.get("HIKIDASHI_HOME") or not documents:
        return locations().data / "projects"
    return Path(documents) / "Hikidashi"


def _free_folder(name: str) -> Path:
    """A folder of that name that is not taken."""
    folder, number = projects_folder() / name, 2
    while folder.exists():
        folder, number = projects_folder() / f"{name} {number}", number + 1
    return folder
