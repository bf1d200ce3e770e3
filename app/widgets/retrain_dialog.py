"""Preparing to train anew: the most useful new photos go into a project, with what people decided as labels."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.background import Cancel, run_in_background
from app.background import Task as BackgroundTask
from app.session import Session
from app.widgets.banner import ProblemBanner
from core.onsite.retrain import Filled
from core.problems import Problem
from core.project.store import Project
from core.tasks.texts import Task

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True)
class Stock:
    """What goes into a project: in `words`, what it is for, and what fills it; `ready` where there is anything."""

    words: str
    task: Task
    ready: bool
    fill: Callable[[Project, Cancel], Filled]


class RetrainDialog(QDialog):
    """Into the open project, or a new one. `filled` tells the project (open) that is to be shown."""

    filled = Signal(object)

    def __init__(
        self,
        session: Session,
        stock: Stock,
        name: str,
        place: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("retrain")
        self.session, self._stock = session, stock
        self._task: BackgroundTask[tuple[Project, Filled]] | None = None
        self._place = place
        self._build(name)

    def _build(self, name: str) -> None:
        self.told = QLabel(self._stock.words, wordWrap=True)
        self.told.setObjectName("retrain_told")
        own = self.session.project
        self.into = QRadioButton(objectName="retrain_into")
        self.into.setText(
            self.tr("いま開いているプロジェクト「{name}」に足す（もとの写真と一緒に学習し直せます）").format(
                name=own.name if own else ""
            )
        )
        suits = own is not None and own.features_only is None and self.session.task == self._stock.task
        self.into.setVisible(suits)
        self.new = QRadioButton(self.tr("新しいプロジェクトを作る"), objectName="retrain_new")
        group = QButtonGroup(self)
        group.addButton(self.into)
        group.addButton(self.new)
        (self.into if suits else self.new).setChecked(True)
        self.name = QLineEdit(name, objectName="retrain_name", minimumHeight=40)
        self.name.setAccessibleName(self.tr("プロジェクトの名前"))
        self.where = QLabel(objectName="retrain_where", wordWrap=True)
        self.where.setProperty("class", "muted")
        self.choose = QPushButton(self.tr("場所を変える…"), objectName="retrain_choose")
        self.choose.clicked.connect(self._choose)
        self.banner = ProblemBanner(self)
        self.busy = QProgressBar(objectName="retrain_busy", textVisible=False)
        self.busy.setRange(0, 0)
        self.busy.setVisible(False)
        self.make = QPushButton(self.tr("写真を入れて開く"), objectName="retrain_make", minimumHeight=40)
        self.make.setProperty("class", "primary")
        self.make.clicked.connect(self._make)
        stop = QPushButton(self.tr("やめる"), objectName="retrain_cancel", minimumHeight=40)
        stop.clicked.connect(self.reject)
        self.setWindowTitle(self.tr("学習し直す準備"))
        column = QVBoxLayout(self, spacing=12)
        place = QHBoxLayout(spacing=8)
        place.addWidget(self.where, 1)
        place.addWidget(self.choose)
        buttons = QHBoxLayout(spacing=8)
        buttons.addStretch(1)
        buttons.addWidget(stop)
        buttons.addWidget(self.make)
        for part in (self.banner, self.told, self.into, self.new, self.name):
            column.addWidget(part)
        column.addLayout(place)
        column.addWidget(self.busy)
        column.addLayout(buttons)
        self.setMinimumWidth(600)
        self.new.toggled.connect(self._refresh)
        self.name.textChanged.connect(self._refresh)
        self._refresh()

    def reject(self) -> None:
        if self._task is not None:
            self._task.cancel()
        super().reject()

    def _folder(self) -> Path:
        return self._place / (_FORBIDDEN.sub("_", self.name.text().strip()).strip(". ") or "_")

    def _refresh(self) -> None:
        for part in (self.name, self.where, self.choose):
            part.setEnabled(self.new.isChecked())
        self.where.setText(self.tr("場所：{path}").format(path=self._folder()))
        ready = self._stock.ready and (self.into.isChecked() or bool(self.name.text().strip()))
        self.make.setEnabled(ready and self._task is None)

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("フォルダーを選ぶ"), str(self._place))
        if chosen:
            self._place = Path(chosen)
            self._refresh()

    def _make(self) -> None:
        own = None if self.new.isChecked() else self.session.project
        folder, name, user = self._folder(), self.name.text().strip(), self.session.settings.operator
        stock = self._stock

        def fill(cancel: Cancel) -> tuple[Project, Filled]:
            project = own or Project.create(folder, name, user=user)
            try:
                return project, stock.fill(project, cancel)
            except BaseException:
                if own is None:
                    project.close()
                raise

        self.busy.setVisible(True)
        self._task = run_in_background(self, fill, success=self._filled, failure=self._failed)
        self._refresh()

    def _filled(self, made: tuple[Project, Filled]) -> None:
        self._task = None
        self.accept()
        self.filled.emit(made[0])

    def _failed(self, error: Exception) -> None:
        self._task = None
        self.busy.setVisible(False)
        self._refresh()
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)
