"""Sentences that are used again and again: a click or Ctrl and their number puts them in."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.theme import GAP, TOUCH
from core.labelling.writing import MOST_TEMPLATES


class TemplateList(QWidget):
    """`chosen` carries the place of a sentence; `edit` is the button to change them with."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="text_templates")
        self.sentences: tuple[str, ...] = ()
        self.buttons: list[QPushButton] = []
        self.heading = QLabel(wordWrap=True)
        self.heading.setProperty("class", "muted")
        self.edit = QPushButton(objectName="text_templates_edit", minimumHeight=TOUCH)
        self.edit.setProperty("class", "plain")
        top = QHBoxLayout(spacing=GAP)
        top.addWidget(self.heading, 1)
        top.addWidget(self.edit)
        inside = QWidget()
        self._list = QVBoxLayout(inside, spacing=4)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setMinimumHeight(TOUCH + GAP)
        column = QVBoxLayout(self, spacing=4)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(area, 1)

    def say(self, heading: str) -> None:
        """Say what these are, in the present language."""
        self.heading.setText(heading)
        self.edit.setText(self.tr("文を変える…"))

    def show_sentences(self, sentences: Sequence[str]) -> None:
        """Show these, as many as there are number keys."""
        if tuple(sentences[:MOST_TEMPLATES]) == self.sentences:
            return
        self.sentences = tuple(sentences[:MOST_TEMPLATES])
        for button in self.buttons:
            self._list.removeWidget(button)
            button.deleteLater()
        self.buttons = [self._button(place) for place in range(len(self.sentences))]
        for place, button in enumerate(self.buttons):
            self._list.insertWidget(place, button)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _button(self, place: int) -> QPushButton:
        button = QPushButton(objectName=f"text_template_{place}", minimumHeight=TOUCH)
        button.setProperty("class", "step")
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        key = QKeySequence(Qt.Modifier.CTRL | Qt.Key(Qt.Key.Key_1.value + place))
        told = key.toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip("\n".join((self.sentences[place], told)))
        button.setAccessibleName(self.sentences[place])
        button.clicked.connect(partial(self.chosen.emit, place))
        return button

    def _fit(self) -> None:
        """As much of each sentence as there is room for."""
        for place, (button, sentence) in enumerate(zip(self.buttons, self.sentences, strict=True)):
            words = f"{place + 1}\u3000{sentence}"
            room = max(self.width() - 48, 80)
            button.setText(button.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room))


class TemplateDialog(QDialog):
    """The project's own sentences, one per line."""

    def __init__(self, sentences: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="template_dialog")
        self.setWindowTitle(self.tr("よく使う文"))
        told = QLabel(
            self.tr(
                "1行に1つ、{count} 個まで書けます。{slot} のように囲んだところは、入れるときに書き換えます。{kind} には写真の種類が入ります。全部消すと、最初の文に戻ります。"
            ).format(count=MOST_TEMPLATES, slot=f"{{{self.tr('場所')}}}", kind=f"{{{self.tr('種類')}}}"),
            wordWrap=True,
        )
        told.setProperty("class", "muted")
        self.lines = QPlainTextEdit("\n".join(sentences), objectName="template_lines", tabChangesFocus=True)
        self.lines.setAccessibleName(self.windowTitle())
        buttons = QDialogButtonBox()
        keep = buttons.addButton(self.tr("この文にする"), QDialogButtonBox.ButtonRole.AcceptRole)
        keep.setObjectName("template_apply")
        keep.setProperty("class", "primary")
        buttons.addButton(self.tr("やめる"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self, spacing=GAP)
        column.addWidget(told)
        column.addWidget(self.lines, 1)
        column.addWidget(buttons)
        self.resize(560, 380)

    def sentences(self) -> list[str]:
        """The lines that say something."""
        return [line for line in self.lines.toPlainText().split("\n") if line.strip()]
