"""Help with labelling: search by words or by a photo, accept what is suggested; in the row of the page's other tools."""

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QAction, QFontInfo
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from app.theme import TOUCH
from app.widgets.flow import FlowLayout
from core.training.events import Progress

_LETTERS = 15


class AssistBar(QObject):
    """Puts the field for words into a row of tools; its `buttons`, `similar_action` and `state`, how far photos were
    looked at, are laid out by the page.

    `searched` comes with the words that were typed ("" to end the search), the others when their button is pressed."""

    searched = Signal(str)
    similar = Signal()
    accept = Signal()
    accept_group = Signal()

    def __init__(self, tools: FlowLayout, parent: QWidget) -> None:
        super().__init__(parent)
        self._looking: Progress | None = None
        self._group, self._name = 0, ""
        self.words = QLineEdit(objectName="assist_words", minimumHeight=TOUCH, clearButtonEnabled=True)
        self.words.setMinimumWidth(_LETTERS * QFontInfo(self.words.font()).pixelSize())
        self.words.returnPressed.connect(lambda: self.searched.emit(self.words.text().strip()))
        self.words.textChanged.connect(lambda text: None if text else self.searched.emit(""))
        self.similar_action = QAction(self, objectName="assist_similar")
        self.similar_action.triggered.connect(self.similar)
        self.accept_button = self._button("assist_accept", self.accept)
        self.group_button = self._button("assist_accept_group", self.accept_group)
        self.state = QLabel(objectName="assist_state", visible=False)
        self.state.setProperty("class", "muted")
        tools.addWidget(self.words)
        self.buttons = (self.accept_button, self.group_button)
        self.show_choice("", 0)
        self.suggest(False)
        self.retranslate()

    def suggest(self, suggesting: bool) -> None:
        """Whether there is anything to accept: until then its buttons only take room."""
        self.accept_button.setVisible(suggesting)
        self.group_button.setVisible(suggesting)

    def show_choice(self, name: str, group: int) -> None:
        """What is suggested for the present photo ("" where nothing is), and how many are accepted with it at once."""
        self._name, self._group = name, group
        self.accept_button.setEnabled(bool(name))
        self.group_button.setEnabled(bool(name) and group > 1)
        self._say_choice()

    def show_looking(self, progress: Progress | None) -> None:
        """How far photos were looked at; None: nothing is going on."""
        self._looking = progress
        self._say_looking()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.words.setPlaceholderText(self.tr("言葉で探す"))
        self.words.setAccessibleName(self.tr("言葉で写真を探す"))
        self.words.setToolTip(
            self.tr("「キズ」のように入力して Enter。日本語は用語集で英語に直して探します。")
        )
        self.similar_action.setText(self.tr("似た写真を探す"))
        self._say_choice()
        self._say_looking()

    def _say_choice(self) -> None:
        words = (
            self.tr("「{name}」でよい").format(name=self._name) if self._name else self.tr("提案どおりにする")
        )
        self.accept_button.setText(words)
        self.accept_button.setToolTip(self.tr("選んだ写真に、提案された種類を付けます（スペース キー）。"))
        many = self._group > 1 and bool(self._name)
        group = self.tr("似た %n 枚をまとめて", "", self._group) if many else self.tr("似た写真をまとめて")
        self.group_button.setText(group)
        self.group_button.setToolTip(
            self.tr("破線の枠の写真すべてに付けます（Shift＋スペース）。違う写真は先にクリックして直します。")
        )

    def _say_looking(self) -> None:
        progress = self._looking
        self.state.setVisible(progress is not None)
        if progress is None:
            return
        words = self.tr("写真を見ています {done}／{total} 枚").format(
            done=progress.done, total=progress.total
        )
        if progress.seconds_left is not None:
            minutes = max(1, round(progress.seconds_left / 60))
            words = self.tr("{words}（残り約 {minutes} 分）").format(words=words, minutes=minutes)
        self.state.setText(words)

    def _button(self, name: str, pressed: SignalInstance) -> QPushButton:
        button = QPushButton(objectName=name, minimumHeight=TOUCH)
        button.clicked.connect(pressed)
        return button
