"""The four things that have to be there before a model is handed over, each with a mark and a way to fill it in."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from app.stage_review import StageReview
from app.theme import GAP, TOUCH
from app.widgets.level_mark import LevelMark
from core.poc.handover import ITEMS, Handover, Item

_MARK = 22


class HandoverList(QWidget):
    """The package comes from the export page, the report is chosen, names are typed."""

    def __init__(self, stage: StageReview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("handover")
        self._stage = stage
        self._handover = Handover()
        self.marks = {item: LevelMark("warn", _MARK) for item in ITEMS}
        self.names = {item: QLabel() for item in ITEMS}
        self.package = QLabel(objectName="handover_package", wordWrap=True)
        self.report = QLabel(objectName="handover_report", wordWrap=True)
        self.onsite_pc = QLineEdit(objectName="handover_onsite_pc", maxLength=200)
        self.owner = QLineEdit(objectName="handover_owner", maxLength=200)
        self.choose_report = QPushButton(
            objectName="handover_choose_report", minimumHeight=TOUCH, autoDefault=False
        )
        self.choose_report.clicked.connect(self._choose_report)
        self.onsite_pc.editingFinished.connect(lambda: self._typed("onsite_pc", self.onsite_pc))
        self.owner.editingFinished.connect(lambda: self._typed("owner", self.owner))
        self._lay_out()
        self.retranslate()

    def show_handover(self, handover: Handover) -> None:
        """Show what is there."""
        self._handover = handover
        for item in ITEMS:
            self.marks[item].set_mark("warn" if item in handover.missing else "ok")
        for field, text in ((self.onsite_pc, handover.onsite_pc), (self.owner, handover.owner)):
            if not field.hasFocus():
                field.setText(text)
        self._say_files()

    def retranslate(self) -> None:
        """Words in the present language."""
        words: dict[Item, str] = {
            "package": self.tr("確かめたパッケージ"),
            "report": self.tr("報告書"),
            "onsite_pc": self.tr("現場のパソコン"),
            "owner": self.tr("これから受け持つ人"),
        }
        for item, label in self.names.items():
            label.setText(words[item])
        self.onsite_pc.setAccessibleName(words["onsite_pc"])
        self.owner.setAccessibleName(words["owner"])
        self.onsite_pc.setPlaceholderText(self.tr("例：検査室 PC-3"))
        self.owner.setPlaceholderText(self.tr("例：製造 2 課 佐藤"))
        self.choose_report.setText(self.tr("報告書を選ぶ…"))
        self._say_files()

    def _say_files(self) -> None:
        self.package.setText(
            self._handover.package
            or self.tr("まだありません。「持ち出す」で書き出して確かめると、ここに入ります。")
        )
        self.report.setText(self._handover.report or self.tr("まだありません。"))

    def _choose_report(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self.choose_report.text(), "", "*.html *.pdf")
        if path:
            self._stage.take_report(Path(path))

    def _typed(self, item: Item, field: QLineEdit) -> None:
        if field.text().strip() != getattr(self._handover, item):
            self._stage.note(**{item: field.text().strip()})

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setColumnStretch(2, 1)
        fields = (self.package, self.report, self.onsite_pc, self.owner)
        for row, (item, field) in enumerate(zip(ITEMS, fields, strict=True)):
            grid.addWidget(self.marks[item], row, 0)
            grid.addWidget(self.names[item], row, 1)
            grid.addWidget(field, row, 2)
            grid.setRowMinimumHeight(row, TOUCH)
            self.names[item].setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.choose_report, 1, 3)
