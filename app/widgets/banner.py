"""A problem on the page where it happened: what, why, what to do, and a way to hand the details on."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.diagnostics import scrub
from app.translations import spoken
from core.problems import Problem, problem_text


class ProblemBanner(QFrame):
    """Hidden until a problem is shown. `retry` is offered when someone listens to it."""

    retry = Signal()

    def __init__(self, parent: QWidget | None = None, *, retryable: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("problem_banner")
        self.setProperty("class", "problem")
        self._problem: Problem | None = None
        self._detail = ""
        self.what = QLabel(objectName="problem_what", wordWrap=True)
        self.what.setProperty("class", "heading3")
        self.why = QLabel(objectName="problem_why", wordWrap=True)
        self.do = QLabel(objectName="problem_do", wordWrap=True)
        self.copy = QPushButton(objectName="problem_copy")
        self.copy.clicked.connect(self._copy)
        self.again = QPushButton(objectName="problem_retry", visible=retryable)
        self.again.clicked.connect(self.retry)
        self.close_button = QPushButton(objectName="problem_close")
        self.close_button.clicked.connect(self.hide)
        self._retryable = retryable
        buttons = QHBoxLayout()
        for button in (self.again, self.copy, self.close_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        for label in (self.what, self.why, self.do):
            column.addWidget(label)
        column.addLayout(buttons)
        self.hide()
        self.retranslate()

    def show_problem(self, problem: Problem, detail: str = "") -> None:
        """Show a problem; `detail` goes into what is copied, not on the screen."""
        self._problem, self._detail = problem, detail
        self.retranslate()
        self.show()

    def retranslate(self) -> None:
        """Say it again in the present language."""
        self.copy.setText(self.tr("詳しい内容をコピー"))
        self.again.setText(self.tr("もう一度"))
        self.close_button.setText(self.tr("閉じる"))
        self.again.setVisible(self._retryable)
        if self._problem is None:
            return
        text = problem_text(self._problem.code, self._problem.data, spoken())
        self.what.setText(text.what)
        self.why.setText(text.why)
        self.do.setText(text.do)
        self.why.setVisible(bool(text.why))
        self.do.setVisible(bool(text.do))
        self.setAccessibleName(text.what)
        self.setAccessibleDescription(f"{text.why} {text.do}")

    def _copy(self) -> None:
        if self._problem is not None:
            words = f"{self._problem.code}\n{self.what.text()}\n{self.why.text()}\n{self._detail}"
            QApplication.clipboard().setText(scrub(words))
