"""One what-if question on the screen: what it is, a button, how far the engine is, then the answer."""

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
from core.whatif.findings import Question


class WhatIfPart(QWidget):
    """`asked` and `given_up` are the buttons; `not_saved` says why a figure could not be written."""

    asked = Signal()
    given_up = Signal()
    not_saved = Signal(object)

    def __init__(self, question: Question) -> None:
        super().__init__()
        name = f"what_if_{question}"
        self.setObjectName(name)
        self._question = question
        self._offered = ""
        self._running = False
        self.running_words = ""
        self.title = QLabel(objectName=f"{name}_title")
        self.title.setProperty("class", "heading3")
        self.words = QLabel(objectName=f"{name}_words", wordWrap=True)
        self.start = QPushButton(objectName=f"{name}_start", minimumHeight=40)
        self.cancel = QPushButton(objectName=f"{name}_cancel", minimumHeight=40)
        self.bar = QProgressBar(objectName=f"{name}_progress", maximum=0)
        self.figure = Figure(f"{name}_figure")
        self.save = QPushButton(objectName=f"{name}_save", minimumHeight=40)
        self.start.clicked.connect(self.asked)
        self.cancel.clicked.connect(self.given_up)
        self.save.clicked.connect(self._save)
        self._lay_out()

    def name(self, title: str, ask: str) -> None:
        """What the question is called."""
        self.title.setText(title)
        self.figure.setAccessibleName(title)
        self.start.setText(ask)
        self.cancel.setText(self.tr("やめる"))
        self.save.setText(self.tr("図を保存"))
        self.bar.setAccessibleName(self.tr("調べています"))
        for button in (self.start, self.cancel):
            button.setAccessibleName(button.text())
        self.save.setAccessibleName(self.tr("図を保存：{title}").format(title=title))

    def offer(self, words: str) -> None:
        """Say what asking is good for; there is no answer yet."""
        self.figure.show_series(())
        self._say(words)

    def show_answer(self, words: str, series: list[Series], labels: list[str]) -> None:
        """Show what came of it."""
        self.figure.show_series(series, labels, percent=True)
        self.figure.setAccessibleDescription(words)
        self._say(words)

    def show_running(self, running: bool) -> None:
        """The engine tries it, or does no more."""
        self._running = running
        self.bar.setMaximum(0)
        self._show()

    def show_progress(self, event: Progress) -> None:
        """How far the engine is."""
        self.bar.setMaximum(event.total)
        self.bar.setValue(event.done)

    def _say(self, words: str) -> None:
        self._offered = words
        self._show()

    def _show(self) -> None:
        answered = bool(self.figure.series)
        self.words.setText(self.running_words if self._running else self._offered)
        self.start.setVisible(not self._running and not answered)
        self.cancel.setVisible(self._running)
        self.bar.setVisible(self._running)
        self.figure.setVisible(answered)
        self.save.setVisible(answered)

    def _save(self) -> None:
        kinds = "SVG (*.svg);;PNG (*.png);;CSV (*.csv)"
        name = f"what-if-{self._question}.svg"
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
