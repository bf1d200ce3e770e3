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
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.pages.base import Page
from app.session import Session
from app.theme import GAP, TOUCH
from app.widgets.banner import ProblemBanner
from core.problems import Problem
from core.project.sample import create_sample_project
from core.project.store import PROJECT_FILE, Project
from core.settings import locations
from core.training.state import JobState

_FOLDER_ROLE = Qt.ItemDataRole.UserRole
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


class HomePage(Page):
    """Where every session starts."""

    key = "home"
    opened = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._busy = False
        self._build()
        session.project_changed.connect(self._refresh)
        session.settings_changed.connect(self._refresh)
        session.run_changed.connect(self._offer_resumption)

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
        self._offer_resumption()

    def retranslate(self) -> None:
        self.lead.setText(
            self.tr("手元の写真で、製品や不良の見分け方をこのパソコンに教えます。写真は外に出ません。")
        )
        for button, words, told in (
            (
                self.new,
                self.tr("新しいプロジェクト"),
                self.tr("名前と保存場所を決めて、写真を選ぶところから始めます。"),
            ),
            (
                self.sample,
                self.tr("見本で試す"),
                self.tr("付属の写真で、最後まで通して試せます。5 分ほどです。"),
            ),
            (
                self.open_existing,
                self.tr("プロジェクトを開く"),
                self.tr("前に作ったフォルダーを選んで、続きから始めます。"),
            ),
            (
                self.onsite,
                self.tr("できたモデルを使う"),
                self.tr("現場用パッケージを開いて、写真を判定します。"),
            ),
        ):
            button.setText(self.tr("{name}\n{explanation}").format(name=words, explanation=told))
            button.setAccessibleName(words)
            button.setAccessibleDescription(told)
        self.recent_heading.setText(self.tr("最近使ったプロジェクト"))
        self.recent.setAccessibleName(self.recent_heading.text())
        self.empty.setText(self.tr("まだありません。最初は「見本で試す」がおすすめです。"))
        self.resume_words.setText(self.tr("前回の学習が途中で止まっています。続きから始められます。"))
        self.resume.setText(self.tr("続きから学習する"))
        self.banner.retranslate()
        self._refresh()

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

    def open_folder(self, folder: Path) -> None:
        """Open a project off the screen's thread."""
        user = self.session.settings.operator
        self._take(lambda: Project.open(folder, user=user))

    def _open_recent(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.open_folder(Path(item.data(_FOLDER_ROLE)))

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
        self.session.take_project(project)
        if self._interrupted():
            self._refresh()
            return
        page = project.setting("page")
        self.go_to.emit(page if isinstance(page, str) and project.photos() else "photos")

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

    def _interrupted(self) -> bool:
        run = self.session.run
        return run is not None and run.state() is JobState.INTERRUPTED

    def _offer_resumption(self) -> None:
        self.resume_card.setVisible(self._interrupted() and not self.session.engine.running)

    def _refresh(self) -> None:
        folders = self.session.settings.recent_projects
        run_in_background(
            self,
            lambda _cancel: [(name, Path(name, PROJECT_FILE).exists()) for name in folders],
            success=self._list,
        )
        self._offer_resumption()
        self.changed.emit()

    def _list(self, found: list[tuple[str, bool]]) -> None:
        self.recent.clear()
        for name, there in found:
            path = Path(name)
            words = self.tr("{name}　{folder}") if there else self.tr("{name}　（見つかりません：{folder}）")
            item = QListWidgetItem(words.format(name=path.name, folder=path.parent))
            item.setData(_FOLDER_ROLE, name)
            if not there:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.recent.addItem(item)
        self.recent.setVisible(bool(found))
        self.empty.setVisible(not found)

    # Laying out

    def _build(self) -> None:
        self.lead = QLabel(objectName="home_lead", wordWrap=True)
        self.banner = ProblemBanner()
        self.new, self.sample, self.open_existing, self.onsite = (
            QPushButton(objectName=name, minimumHeight=2 * TOUCH)
            for name in ("home_new", "home_sample", "home_open", "home_onsite")
        )
        for button, action in (
            (self.new, self._new),
            (self.sample, self._sample),
            (self.open_existing, self._open),
            (self.onsite, lambda: self.go_to.emit("onsite")),
        ):
            button.setProperty("class", "tile")
            button.clicked.connect(action)
        self.recent_heading = QLabel(objectName="home_recent_heading")
        self.recent_heading.setProperty("class", "heading3")
        self.recent = QListWidget(objectName="home_recent")
        self.recent.itemActivated.connect(self._open_recent)
        self.recent.itemClicked.connect(self._open_recent)
        self.recent.setSpacing(4)
        self.empty = QLabel(objectName="home_empty", wordWrap=True)
        self.empty.setProperty("class", "muted")
        column = QVBoxLayout(self, spacing=2 * GAP)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.lead)
        column.addWidget(self.banner)
        column.addWidget(self._build_resumption())
        for pair in ((self.new, self.sample), (self.open_existing, self.onsite)):
            row = QHBoxLayout(spacing=2 * GAP)
            for button in pair:
                row.addWidget(button, 1)
            column.addLayout(row)
        column.addWidget(self.recent_heading)
        column.addWidget(self.empty)
        column.addWidget(self.recent, 1)
        column.addStretch(0)

    def _build_resumption(self) -> QWidget:
        self.resume_card = QFrame(objectName="home_resume_card", visible=False)
        self.resume_card.setProperty("class", "card")
        self.resume_words = QLabel(wordWrap=True)
        self.resume = QPushButton(objectName="home_resume", minimumHeight=TOUCH)
        self.resume.setProperty("class", "primary")
        self.resume.clicked.connect(lambda: self.go_to.emit("training"))
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
