"""What stands below the large picture: the kinds, or the pane to write in, by what the project's model is to learn."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.background import run_in_background
from app.session import Session
from app.theme import GAP
from app.widgets.task_chooser import TaskChooser
from app.widgets.text_files import TextFiles
from app.widgets.text_pane import TextPane
from core.problems import Problem
from core.tasks.texts import Task

_FEWEST_WRITTEN = 2


class TaskSide(QWidget):
    """`change`, `done`, `back`, `failed` are the pane's; `renewed` asks the page to read everything again."""

    change = Signal(object)
    done = Signal()
    back = Signal()
    failed = Signal(Exception)
    renewed = Signal()

    def __init__(self, session: Session, kinds: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="task_side")
        self._session = session
        self._task: Task = "classification"
        self._written = 0
        self.chooser = TaskChooser()
        self.pane = TextPane(session)
        self.files = TextFiles(lambda: session.project)
        inside = QWidget()
        writing = QVBoxLayout(inside, spacing=GAP)
        writing.setContentsMargins(0, 0, 0, 0)
        writing.addWidget(self.pane, 1)
        writing.addWidget(self.files)
        # Large text on a small screen: it scrolls, and no field becomes too low to write in.
        self._writing = QScrollArea(widgetResizable=True, objectName="task_writing")
        self._writing.setFrameShape(QFrame.Shape.NoFrame)
        self._writing.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._writing.setWidget(inside)
        self._kinds = kinds
        self._stack = QStackedWidget()
        self._stack.addWidget(kinds)
        self._stack.addWidget(self._writing)
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.chooser)
        column.addWidget(self._stack, 1)
        self.chooser.chosen.connect(self._choose)
        for ours, theirs in (
            (self.change, self.pane.change), (self.done, self.pane.done), (self.back, self.pane.back),
            (self.failed, self.pane.failed), (self.failed, self.files.refused),
        ):  # fmt: skip
            theirs.connect(ours)
        self.files.imported.connect(self.pane.learn_habits)
        self.files.imported.connect(self.renewed)

    @property
    def writes(self) -> bool:
        """Whether the project's task is about texts."""
        return self._task != "classification"

    def show_task(self, task: Task, written: int) -> None:
        """Show a project's task; `written` of its photos have a text."""
        changed, self._task, self._written = task != self._task, task, written
        self.chooser.show_task(task)
        self._stack.setCurrentWidget(self._writing if self.writes else self._kinds)
        if task != "classification":
            self.pane.show_task(task)
            self.files.show_task(task)
            if changed:
                self.pane.learn_habits()

    def look_at(self, photos: Sequence[int], class_name: str) -> None:
        """Write about these photos, which are practically the same."""
        if self.writes:
            self.pane.look_at(photos, class_name)

    def begin(self) -> None:
        """Put the cursor where one writes."""
        if self.writes:
            self.pane.begin()

    def leave(self) -> None:
        """Have what stands here written."""
        self.pane.commit()

    def forget(self) -> None:
        """Another project."""
        self._task = "classification"
        self.chooser.show_task(self._task)
        self._stack.setCurrentWidget(self._kinds)
        self.pane.forget()
        self.files.forget()

    def retranslate(self) -> None:
        """Say everything again in the present language."""
        self.chooser.retranslate()
        self.pane.retranslate()
        self.files.retranslate()

    def lead(self) -> str:
        """What to do on this page."""
        if self._task == "vqa":
            return self.tr(
                "写真を選び、F2 で質問と答えを書きます。Ctrl+Enter で次の写真へ進みます。書いたものは、そのまま残ります。"
            )
        return self.tr(
            "写真を選び、F2 で説明を書きます。Ctrl+Enter で次の写真へ進みます。書いたものは、そのまま残ります。"
        )

    def summary(self, photos: int) -> str:
        """How far the writing is."""
        words = (
            self.tr("{written}／{total} 枚に質問があります。")
            if self._task == "vqa"
            else self.tr("{written}／{total} 枚に説明があります。")
        )
        return words.format(written=self._written, total=photos)

    def blocker(self) -> str:
        """Why there is nothing to train on yet."""
        if self._written >= _FEWEST_WRITTEN:
            return ""
        if self._task == "vqa":
            return self.tr("2 枚以上の写真に、質問と答えを付けてください。")
        return self.tr("2 枚以上の写真に、説明を付けてください。")

    def _choose(self, task: Task) -> None:
        project = self._session.project
        if project is None or task == self._task:
            return
        if self._session.training_now():
            self.chooser.show_task(self._task)
            self.failed.emit(Problem("app.task_while_training"))
            return
        self.pane.commit()

        def chosen(_: None) -> None:
            self._session.show_task(task)
            self.renewed.emit()

        run_in_background(
            self,
            lambda _cancel: project.choose_task(task),
            success=chosen,
            failure=self.failed.emit,
            in_order=True,
        )
