"""Beginning to label as a second person: by which name, and what that means."""

from collections.abc import Collection

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.theme import TOUCH

_MOST_NAME = 100


class SecondDialog(QDialog):
    """`name` is the second person's; it must not be the name of one who gave labels that count."""

    def __init__(self, first: Collection[str], known: Collection[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("second_dialog")
        self.setWindowTitle(self.tr("二人目としてラベルを付ける"))
        self._first = {name.strip() for name in first}
        told = QLabel(
            self.tr(
                "もう一人が、同じ写真に初めから種類を付けます。一人目のラベルとメモは見えません。終わると、2人がどれだけ一致したかが分かり、食い違った写真だけを「2人の食い違いを決める」で決められます。決めるまでは、一人目のラベルで学習します。"
            ),
            wordWrap=True,
        )
        self.name = QLineEdit(objectName="second_name", maxLength=_MOST_NAME, minimumHeight=TOUCH)
        self.name.setPlaceholderText(self.tr("例：佐藤"))
        label = QLabel(self.tr("二人目の名前"))
        label.setBuddy(self.name)
        self.fault = QLabel(objectName="second_fault", wordWrap=True)
        self.buttons = QDialogButtonBox()
        self.begin = self.buttons.addButton(self.tr("始める"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.begin.setObjectName("second_begin")
        self.begin.setProperty("class", "primary")
        self.buttons.addButton(self.tr("やめる"), QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.name.textChanged.connect(self._check)
        self._column = column = QVBoxLayout(self)
        for widget in (told, label, self.name, self.fault, self.buttons):
            column.addWidget(widget)
        self.setMinimumWidth(560)
        self.name.setText(next(iter(known), ""))
        self._check()

    def showEvent(self, event: QShowEvent) -> None:
        """Tall enough for all the words at every text size."""
        super().showEvent(event)
        self.setMinimumHeight(self._column.totalHeightForWidth(self.width()))

    def _check(self) -> None:
        name = self.name.text().strip()
        same = name in self._first
        self.fault.setText(
            self.tr(
                "「{name}」さんは、もう一人目としてラベルを付けています。別の人の名前を入れてください。"
            ).format(name=name)
            if same
            else ""
        )
        self.begin.setEnabled(bool(name) and not same)
