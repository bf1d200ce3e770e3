"""The classes as large rows: a click labels the selected photos; a menu edits, moves, holds back, deletes."""

from collections.abc import Callable, Sequence

import qtawesome
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.theme import GAP, TOUCH, theme
from app.translations import spoken
from app.widgets.description_edit import DescriptionChecker, DescriptionEdit
from core.problems import problem_text
from core.project.classes import ProductClass
from core.project.glossary import glossary
from core.project.store import ClassCount

_LINES_OF_NOTE = 4


class ClassPanel(QWidget):
    """All classes in their order. Signals carry the id of the class."""

    label = Signal(int)
    edit = Signal(int)
    remove = Signal(int)
    reorder = Signal(int, int)
    role = Signal(int, str)
    add = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("class_panel")
        self.rows: list[ClassRow] = []
        self.heading = QLabel()
        self.heading.setProperty("class", "heading3")
        self.empty = QLabel(objectName="classes_empty", wordWrap=True)
        self.empty.setProperty("class", "muted")
        self.held_back = QLabel(objectName="classes_held_back", wordWrap=True, visible=False)
        self.held_back.setProperty("class", "note")
        self.add_button = QPushButton(objectName="class_add", minimumHeight=TOUCH)
        self.add_button.clicked.connect(self.add)
        self._list = QVBoxLayout(spacing=2)
        self._list.setContentsMargins(0, 0, 0, 0)
        inner = QWidget()
        inner_column = QVBoxLayout(inner)
        inner_column.setContentsMargins(0, 0, 4, 0)
        inner_column.addWidget(self.empty)
        inner_column.addLayout(self._list)
        inner_column.addStretch(1)
        area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="class_scroll")
        area.setWidget(inner)
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.heading)
        column.addWidget(self.held_back)
        column.addWidget(area, 1)
        column.addWidget(self.add_button)
        self.retranslate()

    def show_classes(self, classes: Sequence[ProductClass], counts: Sequence[ClassCount]) -> None:
        """Show these classes with their counts."""
        while len(self.rows) > len(classes):
            row = self.rows.pop()
            self._list.removeWidget(row)
            row.deleteLater()
        while len(self.rows) < len(classes):
            row = ClassRow(self)
            self.rows.append(row)
            self._list.addWidget(row)
        by_class = {count.class_id: count for count in counts}
        for place, (row, entry) in enumerate(zip(self.rows, classes, strict=True)):
            count = by_class.get(entry.id, ClassCount(entry.id, 0, 0))
            row.show_class(entry, count, place, len(classes))
        self.empty.setVisible(not classes)
        self.held_back.setVisible(any(entry.role == "new" for entry in classes))

    def retranslate(self) -> None:
        """Say everything again in the present language."""
        self.heading.setText(self.tr("種類（数字キーで付けられます）"))
        self.empty.setText(
            self.tr("まだ種類がありません。「種類を追加」で、「良品」「キズ」のような種類を作ってください。")
        )
        self.add_button.setText(self.tr("種類を追加…"))
        self.held_back.setText(
            self.tr("「取り置き」の種類は学習に使わず、見たことのない製品をどれだけ見分けるかを測ります。")
        )
        for row in self.rows:
            row.retranslate()

    def restyle(self) -> None:
        """Take the present colours."""
        for row in self.rows:
            row.restyle()


class ClassRow(QFrame):
    """One class: key, name, count; the whole row is the button that labels."""

    def __init__(self, panel: ClassPanel) -> None:
        super().__init__(panel)
        self.setProperty("class", "card")
        self._panel = panel
        self.entry: ProductClass | None = None
        self._count = ClassCount(0, 0, 0)
        self._place, self._of = 0, 0
        self.button = QPushButton(minimumHeight=TOUCH)
        self.button.setProperty("class", "step")
        self.button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.button.clicked.connect(lambda: panel.label.emit(self._id))
        self.count = QLabel()
        self.count.setProperty("class", "muted")
        self.note = QLabel(wordWrap=True)
        self.note.setProperty("class", "note")
        self.note.setContentsMargins(12, 0, 8, 4)
        self.more = QToolButton(minimumHeight=TOUCH, minimumWidth=TOUCH)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setProperty("class", "more")
        self.menu = QMenu(self)
        self.more.setMenu(self.menu)
        self._build_menu()
        self.restyle()
        top = QHBoxLayout(spacing=0)
        top.addWidget(self.button, 1)
        top.addWidget(self.count)
        top.addWidget(self.more)
        column = QVBoxLayout(self, spacing=0)
        column.setContentsMargins(1, 1, 1, 1)
        column.addLayout(top)
        column.addWidget(self.note)

    @property
    def _id(self) -> int:
        assert self.entry is not None
        return self.entry.id

    def show_class(self, entry: ProductClass, count: ClassCount, place: int, of: int) -> None:
        """Show a class at its place among `of`."""
        self.entry, self._count, self._place, self._of = entry, count, place, of
        self.button.setObjectName(f"class_{place}")
        self.more.setObjectName(f"class_{place}_menu")
        self.retranslate()

    def words(self) -> str:
        """Everything the row says about its class."""
        return f"{self.count.text()} {self.note.text()}"

    def retranslate(self) -> None:
        """Say everything again in the present language."""
        entry = self.entry
        if entry is None:
            return
        self._fit_name()
        self.button.setToolTip(f"{entry.name}\n{entry.description}")
        self.count.setText(self.tr("%n 枚", "", self._count.labelled))
        notes = self._notes(entry)
        self.note.setText("  ·  ".join(notes))
        self.note.setVisible(bool(notes))
        self.button.setAccessibleName(self.tr("選んだ写真を「{name}」にする").format(name=entry.name))
        self.button.setAccessibleDescription(self.words())
        self.more.setAccessibleName(self.tr("「{name}」の編集").format(name=entry.name))
        self.more.setToolTip(self.more.accessibleName())
        self.edit.setText(self.tr("名前と説明を変える…"))
        self.hold.setText(self.tr("取り置きにする（見ていない製品への強さを測る）"))
        self.learn.setText(self.tr("学習する"))
        self.hold.setVisible(entry.role == "base")
        self.learn.setVisible(entry.role == "new")
        self.up.setText(self.tr("上へ"))
        self.down.setText(self.tr("下へ"))
        self.up.setEnabled(self._place > 0)
        self.down.setEnabled(self._place < self._of - 1)
        self.delete.setText(self.tr("この種類を消す（ラベルも外れます）"))

    def restyle(self) -> None:
        """Take the present colours."""
        self.more.setIcon(qtawesome.icon("mdi6.dots-horizontal", color=theme().text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_name()

    def _fit_name(self) -> None:
        """As much of the name as there is room for: both ends, since names of kinds differ at theirs."""
        if self.entry is None:
            return
        key = self.entry.key or "\u3000"
        words = f"{key}\u3000{self.entry.name}"
        room = self.width() - self.count.sizeHint().width() - self.more.minimumWidth() - 40
        self.button.setText(
            self.button.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, max(room, 60))
        )

    def _notes(self, entry: ProductClass) -> list[str]:
        notes = []
        if self._count.wanted:
            notes.append(self.tr("あと %n 枚ほしい", "", self._count.wanted))
        if entry.role == "new":
            notes.append(self.tr("取り置き（学習しない）"))
        if not entry.description:
            notes.append(self.tr("英語の説明がありません"))
        return notes

    def _build_menu(self) -> None:
        panel = self._panel
        self.edit = self._action(lambda: panel.edit.emit(self._id))
        self.hold = self._action(lambda: panel.role.emit(self._id, "new"))
        self.learn = self._action(lambda: panel.role.emit(self._id, "base"))
        self.up = self._action(lambda: panel.reorder.emit(self._id, self._place - 1))
        self.down = self._action(lambda: panel.reorder.emit(self._id, self._place + 1))
        self.menu.addSeparator()
        self.delete = self._action(lambda: panel.remove.emit(self._id))

    def _action(self, called: object) -> QAction:
        action = self.menu.addAction("")
        action.triggered.connect(called)
        return action


class ClassDialog(QDialog):
    """Name and English description of a class; the glossary offers the words until the operator writes some."""

    def __init__(
        self,
        entry: ProductClass | None = None,
        parent: QWidget | None = None,
        checked_by: Callable[[QLabel], DescriptionChecker] | None = None,
    ) -> None:
        """`checked_by` gives what says in a label how well the model tells the class by its description."""
        super().__init__(parent)
        self.setObjectName("class_dialog")
        self._own_words = entry is not None and bool(entry.description)
        self.setWindowTitle(self.tr("種類を追加") if entry is None else self.tr("種類の名前と説明"))
        self.name = QLineEdit(objectName="class_name", placeholderText=self.tr("例：キズ"))
        self.description = DescriptionEdit("class_description", placeholderText="scratched brass bolt")
        self.note = QLabel(objectName="class_check", wordWrap=True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.note.setMinimumHeight(_LINES_OF_NOTE * self.note.fontMetrics().lineSpacing())
        self._checker = checked_by(self.note) if checked_by is not None else None
        told = QLabel(
            self.tr(
                "モデルは英語の説明を読んで見分けます。短く、見た目が分かる言葉で書いてください（例：scratched brass bolt）。分かる言葉は自動で入ります。行を分けて書くと、いくつかの言い方を合わせて読みます。"
            ),
            wordWrap=True,
        )
        told.setProperty("class", "muted")
        if entry is not None:
            self.name.setText(entry.name)
            self.description.setText(entry.description)
        self.buttons = QDialogButtonBox()
        words = self.tr("追加する") if entry is None else self.tr("変える")
        self.apply = self.buttons.addButton(words, QDialogButtonBox.ButtonRole.AcceptRole)
        self.apply.setObjectName("class_apply")
        self.apply.setProperty("class", "primary")
        self.buttons.addButton(self.tr("やめる"), QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.name.textChanged.connect(self._name_changed)
        self.description.written.connect(self._edited)
        self.description.textChanged.connect(self._check)
        form = QFormLayout(self)
        form.addRow(self.tr("現場での呼び名"), self.name)
        form.addRow(self.tr("英語の説明"), self.description)
        form.addRow(told)
        form.addRow(self.note)
        form.addRow(self.buttons)
        self.setMinimumWidth(520)
        self.apply.setEnabled(bool(self.name.text().strip()))
        if (problem := glossary().problem) is not None:
            self.note.setText(problem_text(problem.code, problem.data, spoken()).why)
        self._check()

    def _check(self) -> None:
        if self._checker is not None:
            self._checker.check(self.name.text(), self.description.text())

    def _name_changed(self, name: str) -> None:
        self.apply.setEnabled(bool(name.strip()))
        if not self._own_words:
            self.description.setText(glossary().describe(name))

    def _edited(self, words: str) -> None:
        self._own_words = bool(words.strip())
