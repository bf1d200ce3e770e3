"""What the model is to learn from a project's photos: to tell kinds apart, to describe, to answer."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from app.theme import GAP, TOUCH
from core.tasks.texts import TASKS, Task


class TaskChooser(QWidget):
    """`chosen` comes when the operator chose, with the task."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="task_chooser")
        self.label = QLabel()
        self.box = QComboBox(objectName="task_box", minimumHeight=TOUCH)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.activated.connect(lambda _: self.chosen.emit(self.task))
        self.label.setBuddy(self.box)
        row = QHBoxLayout(self, spacing=GAP)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label)
        row.addWidget(self.box, 1)
        for task in TASKS:
            self.box.addItem("", task)
        self.retranslate()

    @property
    def task(self) -> Task:
        """What is chosen."""
        task: Task = self.box.currentData()
        return task

    def show_task(self, task: Task) -> None:
        """Show a project's task."""
        self.box.setCurrentIndex(TASKS.index(task))

    def retranslate(self) -> None:
        """Say everything again in the present language."""
        words: dict[Task, str] = {
            "classification": self.tr("種類を見分ける"),
            "caption": self.tr("写真に説明をつける"),
            "vqa": self.tr("写真に質問する"),
        }
        self.label.setText(self.tr("すること"))
        self.box.setAccessibleName(self.tr("このプロジェクトで学ばせること"))
        for place, task in enumerate(TASKS):
            self.box.setItemText(place, words[task])
