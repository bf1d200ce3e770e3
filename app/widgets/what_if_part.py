"""One what-if question on the screen: what it is, a button, how far the engine is, then the answer."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets.figure import Figure, Series
from core.problems import Problem
from core.training.events import Progress
from core.training.job import WhatIfQuestion
from core.training.result import Interval
from core.whatif.findings import Answer


class WhatIfPart(QWidget):
    """`asked` and `given_up` are the buttons, `asked` with a folder where the question takes one; `not_saved` says why a figure could not be written. Each question is a
    subclass, with its own words in `name` and its own figure in `answer`."""

    asked = Signal(str)
    given_up = Signal()
    not_saved = Signal(object)
    question: WhatIfQuestion
    # Whether it can be asked again when it was answered.
    repeats = False

    def __init__(self) -> None:
        super().__init__()
        name = f"what_if_{self.question}"
        self.setObjectName(name)
        self._found: Answer | None = None
        self._running = False
        self.title = QLabel(objectName=f"{name}_title")
        self.title.setProperty("class", "heading3")
        self.words = QLabel(objectName=f"{name}_words", wordWrap=True)
        self.start = QPushButton(objectName=f"{name}_start", minimumHeight=40)
        self.cancel = QPushButton(objectName=f"{name}_cancel", minimumHeight=40)
        self.bar = QProgressBar(objectName=f"{name}_progress", maximum=0)
        self.figure = Figure(f"{name}_figure")
        self.save = QPushButton(objectName=f"{name}_save", minimumHeight=40)
        self.start.clicked.connect(self.ask)
        self.cancel.clicked.connect(self.given_up)
        self.save.clicked.connect(self._save)
        self._lay_out()
        self.retranslate()

    # What each question says

    def name(self) -> tuple[str, str, str, str]:
        """Its title, its button, what asking is good for, and what is done meanwhile."""
        raise TypeError(f"{type(self).__name__} has no name")

    def answer(self, found: Answer) -> str:
        """Draw what was found; the sentence that says it."""
        raise TypeError(f"{type(self).__name__} has no answer")

    def ask(self) -> None:
        """The button was pressed."""
        self.asked.emit("")

    # What the page says to it

    def show_answer(self, found: Answer | None) -> None:
        """Show what was found; None offers to ask."""
        self._found = found
        self.retranslate()

    def show_running(self, running: bool) -> None:
        """The engine tries it, or does no more."""
        self._running = running
        self.bar.setMaximum(0)
        self.retranslate()

    def show_progress(self, event: Progress) -> None:
        """How far the engine is."""
        self.bar.setMaximum(event.total)
        self.bar.setValue(event.done)

    def retranslate(self) -> None:
        """Words in the present language."""
        title, ask, offer, meanwhile = self.name()
        self.title.setText(title)
        self.figure.setAccessibleName(title)
        self.start.setText(ask)
        self.cancel.setText(self.tr("やめる"))
        self.save.setText(self.tr("図を保存"))
        self.bar.setAccessibleName(self.tr("調べています"))
        for button in (self.start, self.cancel):
            button.setAccessibleName(button.text())
        self.save.setAccessibleName(self.tr("図を保存：{title}").format(title=title))
        if self._found is None:
            self.figure.show_series(())
        told = offer if self._found is None else self.answer(self._found)
        self.figure.setAccessibleDescription(told)
        self.words.setText(meanwhile if self._running else told)
        self.start.setVisible(not self._running and (self._found is None or self.repeats))
        for part in (self.cancel, self.bar):
            part.setVisible(self._running)
        for part in (self.figure, self.save):
            part.setVisible(bool(self.figure.series))

    # What questions have in common

    def share(self, figure: Interval) -> str:
        """An accuracy with its interval."""
        percent, low, high = (f"{100 * value:.0f}" for value in (figure.mean, figure.low, figure.high))
        return self.tr("{percent} %（{low}～{high} %）").format(percent=percent, low=low, high=high)

    def _save(self) -> None:
        kinds = "SVG (*.svg);;PNG (*.png);;CSV (*.csv)"
        name = f"what-if-{self.question}.svg"
        chosen, kind = QFileDialog.getSaveFileName(self, self.tr("図を保存"), name, kinds)
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix.lower() not in (".svg", ".png", ".csv"):
            path = path.with_name(f"{path.name}.{(kind or 'svg')[:3].lower()}")
        try:
            self.figure.save(path)
        except OSError as error:
            self.not_saved.emit(Problem("app.figure_not_saved", path=path, reason=error.strerror or error))

    def _lay_out(self) -> None:
        head, row = QHBoxLayout(), QHBoxLayout(spacing=8)
        head.addWidget(self.title, 1)
        head.addWidget(self.save)
        for part in (self.start, self.bar, self.cancel):
            row.addWidget(part)
        row.addStretch(1)
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.words)
        column.addLayout(row)
        column.addWidget(self.figure)


def bars(name: str, colour: str, figures: Sequence[Interval | None], *, dashed: bool = False) -> list[Series]:
    """Accuracies in per cent with their intervals; nothing where one is missing."""
    known = [figure for figure in figures if figure is not None]
    if not known or len(known) < len(figures):
        return []
    spread = [(100 * figure.low, 100 * figure.high) for figure in known]
    return [Series(name, colour, [100 * figure.mean for figure in known], dashed, spread)]
