"""What else is done with the selected photos than giving them a class, and what is set up now and then."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton

from app.theme import TOUCH
from core.settings import LabelKeys


class LabelTools(QObject):
    """`buttons` belong into the page's row of tools. A signal per thing that is asked for."""

    unwritten = Signal()
    same = Signal()
    unsure = Signal()
    unusable = Signal()
    comment = Signal()
    keys = Signal()
    second = Signal()
    settle = Signal()
    name = Signal()
    record = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys = LabelKeys()
        self.unwritten_button = self._button("labels_unwritten", self.unwritten)
        self.same_button = self._button("labels_same", self.same)
        self.unsure_button = self._button("labels_unsure", self.unsure)
        self.unusable_button = self._button("labels_unusable", self.unusable)
        self.comment_button = self._button("labels_comment", self.comment)
        self.more = QPushButton(objectName="labels_more", minimumHeight=TOUCH)
        self.menu = QMenu(self.more)
        self.keys_action = self._action(self.keys)
        self.name_action = self._action(self.name)
        self.menu.addSeparator()
        self.second_action = self._action(self.second)
        self.settle_action = self._action(self.settle)
        self.menu.addSeparator()
        self.record_action = self._action(self.record)
        self.more.setMenu(self.menu)
        self.marks = (self.unsure_button, self.unusable_button, self.comment_button)
        self.buttons = (self.unwritten_button, self.same_button, *self.marks, self.more)
        self.show_task(writes=False)

    def say(self, keys: LabelKeys, operator: str, *, left_out: bool = False) -> None:
        """Words in the present language, with the keys that do the same. `left_out`: the photo that is looked at is
        one that was left out."""
        unusable = self.tr("また使う") if left_out else self.tr("使わない")
        for button, words, key, tip in (
            (self.unwritten_button, self.tr("まだの写真へ"), "F3", self.tr("まだ書いていない、次の写真へ進みます。")),
            (self.same_button, self.tr("前と同じ"), keys.same, self.tr("直前に付けた種類を、選んだ写真にも付けます。")),
            (self.unsure_button, self.tr("迷う"), keys.unsure, self.tr("決められない写真に印を付けます。種類を付けるまで、学習に使いません。")),
            (self.unusable_button, unusable, keys.unusable, self.tr("ぶれた写真や写っていない写真を、学習にも試験にも使いません。「表示」の「使わない写真」で見直せます。")),
            (self.comment_button, self.tr("メモ…"), keys.comment, self.tr("選んだ写真に、気づいたことを書いておきます。")),
        ):  # fmt: skip
            button.setText(f"{words}\u2002{key}" if key else words)
            button.setToolTip(tip)
            button.setAccessibleName(words)
            button.setAccessibleDescription(tip)
        self.more.setText(self.tr("そのほか"))
        self.keys_action.setText(self.tr("キーとバーコードリーダーの設定…"))
        self.name_action.setText(self.tr("名前を変える（今は「{name}」）…").format(name=operator))
        self.second_action.setText(self.tr("二人目としてラベルを付ける…"))
        self.settle_action.setText(self.tr("2人の食い違いを決める…"))
        self.record_action.setText(self.tr("だれがいつ何をしたかの記録を書き出す（CSV）…"))

    def show_task(self, *, writes: bool) -> None:
        """What is of use where texts are written, or where kinds are given; the rest is not shown."""
        self.unwritten_button.setVisible(writes)
        for part in (self.same_button, self.unsure_button, self.second_action, self.settle_action):
            part.setVisible(not writes)

    def second_now(self, second: bool) -> None:
        """A second person labels: marks and what others did are out of reach."""
        for button in self.marks:
            button.setEnabled(not second)
        for action in (self.second_action, self.settle_action, self.record_action, self.name_action):
            action.setEnabled(not second)

    def _button(self, name: str, signal: object) -> QPushButton:
        button = QPushButton(objectName=name, minimumHeight=TOUCH)
        button.clicked.connect(signal)
        return button

    def _action(self, signal: object) -> QAction:
        action = self.menu.addAction("")
        action.triggered.connect(signal)
        return action
