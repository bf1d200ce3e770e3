"""One more question about the photo on screen: in one's own words, or one of those that are always understood."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.theme import GAP, TOUCH
from app.widgets.open_choice import OpenChoice
from core.problems import Language
from core.tasks.phrases import phrases

_LETTERS = 12


class QuestionAsker(QWidget):
    """`asked` with the words."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="question_asker")
        self.label = QLabel()
        self.box = OpenChoice("asker_box")
        self.box.setMinimumContentsLength(_LETTERS)
        self.button = QPushButton(objectName="asker_ask", minimumHeight=TOUCH)
        self.label.setBuddy(self.box)
        line = self.box.lineEdit()
        assert line is not None, "an editable box has a line"
        line.returnPressed.connect(self._ask)
        self.box.editTextChanged.connect(lambda _: self._look())
        self.button.clicked.connect(self._ask)
        row = QHBoxLayout(self, spacing=GAP)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label)
        row.addWidget(self.box, 1)
        row.addWidget(self.button)

    def offer(self, language: Language, own: Sequence[str]) -> None:
        """Offer questions: those that the package learned, then the fixed ones, whose answers are carried from one language
        to the other."""
        words = self.box.currentText()
        fixed = [entry.text(language) for entry in phrases().question]
        with QSignalBlocker(self.box):
            self.box.clear()
            self.box.addItems([*dict.fromkeys((*own, *fixed))])
            self.box.setEditText(words)
        self._look()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.label.setText(self.tr("ほかに聞く"))
        self.button.setText(self.tr("聞く"))
        self.box.setAccessibleName(self.tr("この写真に、もう一つ聞くこと"))
        line = self.box.lineEdit()
        if line is not None:
            line.setPlaceholderText(self.tr("質問を書くか、右の矢印から選びます"))

    def _look(self) -> None:
        self.button.setEnabled(self.isEnabled() and bool(self.box.currentText().strip()))

    def _ask(self) -> None:
        words = self.box.currentText().strip()
        if words:
            self.box.clearEditText()
            self.box.setFocus(Qt.FocusReason.OtherFocusReason)
            self.asked.emit(words)
