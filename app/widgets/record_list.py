"""The records of a package that writes, newest first: search, which of them, a table for Excel, and on to learning."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.site_texts import today
from app.theme import GAP, TOUCH, theme
from app.widgets.photo_rows import draw_picture, draw_selection
from app.widgets.pictures import Pictures
from app.widgets.result_board import Answer, draw_chip
from core.onsite.records import Record, Wanted, Which
from core.photos.thumbnails import ThumbnailStore

Index = QModelIndex | QPersistentModelIndex
RecordRole = Qt.ItemDataRole.UserRole + 1
_EDGE = 56
_PAUSE_MS = 300
_SPANS = ("today", "all")
_WHICH: tuple[Which, ...] = ("all", "open", "unsure", "corrected")


class RecordModel(QAbstractListModel):
    """The records that were found."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.records: Sequence[Record] = ()
        self._pictures = Pictures(self)
        self._pictures.ready.connect(lambda _: self._refresh())

    def use(self, store: ThumbnailStore) -> None:
        """Where pictures come from."""
        self._pictures.use(store)

    def show_records(self, records: Sequence[Record]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.records = tuple(records)
        self.endResetModel()

    def retranslate(self) -> None:
        """Say the rows again."""
        self._refresh()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.records)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        record = self.records[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return "\n".join((self._first(record), self._second(record)))
            case Qt.ItemDataRole.ToolTipRole:
                return f"{record.photo}\n{record.final}"
            case Qt.ItemDataRole.DecorationRole:
                return self._pictures.get(Path(record.kept or record.photo))
            case _ if role == RecordRole:
                return record
        return None

    def _first(self, record: Record) -> str:
        words = (
            self.tr("{answer}（{question}）").format(answer=record.final, question=record.question)
            if record.question
            else record.final
        )
        return self.tr("要確認：{words}").format(words=words) if _waits(record) else words

    def _second(self, record: Record) -> str:
        when = datetime.fromtimestamp(record.time)
        told = f"{when:%H:%M:%S}" if record.time >= today() else f"{when:%Y-%m-%d %H:%M}"
        if record.decided:
            state = self.tr("直しました") if record.final != record.text else self.tr("確かめました")
            told = f"{told}  {state}"
        return f"{told}  {Path(record.photo).name}"

    def _refresh(self) -> None:
        if self.records:
            self.dataChanged.emit(self.index(0), self.index(len(self.records) - 1))


class RecordList(QWidget):
    """`looked_at` with the record that was chosen, `wanted_changed` when others are to be looked for."""

    looked_at = Signal(object)
    wanted_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="record_list")
        self.words = QLineEdit(objectName="records_words", minimumHeight=TOUCH, clearButtonEnabled=True)
        self.which = QComboBox(objectName="records_which", minimumHeight=TOUCH)
        self.span = QComboBox(objectName="records_span", minimumHeight=TOUCH)
        for box, values in ((self.which, _WHICH), (self.span, _SPANS)):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            for value in values:
                box.addItem("", value)
            box.activated.connect(lambda _: self.wanted_changed.emit())
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.wanted_changed)
        self.words.textChanged.connect(lambda _: self._pause.start())
        self.rows = RecordModel(self)
        self.view = QListView(objectName="records")
        self.view.setModel(self.rows)
        self.view.setItemDelegate(_RowDelegate(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.clicked.connect(self._tell)
        self.view.activated.connect(self._tell)
        self.empty = QLabel(objectName="records_empty", wordWrap=True)
        self.empty.setProperty("class", "muted")
        self._lay_out()
        self.retranslate()

    @property
    def wanted(self) -> Wanted:
        """Which records are to be shown."""
        since = today() if self.span.currentData() == "today" else 0.0
        return Wanted(since=since, words=self.words.text().strip(), which=self.which.currentData())

    def show_records(self, records: Sequence[Record]) -> None:
        """Show what was found; place and choice stay."""
        current, place = self.current(), self.view.verticalScrollBar().value()
        self.rows.show_records(records)
        row = next((n for n, each in enumerate(records) if current and each.id == current.id), None)
        if row is not None:
            self.view.setCurrentIndex(self.rows.index(row))
        self.view.verticalScrollBar().setValue(place)
        self._say_empty()

    def current(self) -> Record | None:
        """The chosen record."""
        index = self.view.currentIndex()
        return index.data(RecordRole) if index.isValid() else None

    def retranslate(self) -> None:
        """Words in the present language."""
        which = {
            "all": self.tr("すべての記録"),
            "open": self.tr("まだ確かめていない記録"),
            "unsure": self.tr("要確認の記録"),
            "corrected": self.tr("直した記録"),
        }
        spans = {"today": self.tr("今日"), "all": self.tr("すべての日")}
        for box, words in ((self.which, which), (self.span, spans)):
            for place in range(box.count()):
                box.setItemText(place, words[box.itemData(place)])
        self.words.setPlaceholderText(self.tr("記録を探す"))
        self.words.setAccessibleName(self.tr("記録を探す言葉"))
        self.which.setAccessibleName(self.tr("表示する記録を選ぶ"))
        self.span.setAccessibleName(self.tr("いつの記録か"))
        self.view.setAccessibleName(self.tr("書いた文の記録"))
        self.rows.retranslate()
        self._say_empty()

    def _say_empty(self) -> None:
        self.empty.setVisible(not self.rows.records)
        plain = Wanted(since=today()) == self.wanted
        self.empty.setText(
            self.tr("今日の記録は、まだありません。写真を見せると、ここに残ります。")
            if plain
            else self.tr("合う記録は、ありません。")
        )

    def _tell(self, index: QModelIndex) -> None:
        self.looked_at.emit(index.data(RecordRole))

    def _lay_out(self) -> None:
        choices = QHBoxLayout(spacing=GAP)
        choices.addWidget(self.span, 1)
        choices.addWidget(self.which, 2)
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)
        column.addLayout(choices)
        column.addWidget(self.empty)
        column.addWidget(self.view, 1)


class _RowDelegate(QStyledItemDelegate):
    """Picture, what it says in a line or two, time and file name below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, max(_EDGE, 3 * option.fontMetrics.lineSpacing()) + 20)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, record = theme(), index.data(RecordRole)
        area = option.rect.adjusted(3, 1, -3, -1)
        painter.save()
        draw_selection(painter, area, option, QColor(tokens.accent_soft))
        frame = QRect(area.left() + 6, area.center().y() - _EDGE // 2 + 1, _EDGE, _EDGE)
        draw_picture(painter, frame, index.data(Qt.ItemDataRole.DecorationRole))
        first, second = str(index.data()).split("\n", 1)
        line = painter.fontMetrics().lineSpacing()
        left, width = frame.right() + 10, area.right() - frame.right() - 14
        if _waits(record):
            draw_chip(painter, Answer.UNSURE, QRectF(frame.left(), frame.top(), 22, 22))
        painter.setPen(QColor(tokens.text))
        top = QRect(left, area.top() + 6, width, 2 * line)
        painter.setClipRect(top)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap), first)
        painter.setClipping(False)
        painter.setPen(QColor(tokens.muted))
        short = painter.fontMetrics().elidedText(second, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, top.bottom() + 4, width, line), Qt.AlignmentFlag.AlignVCenter, short)
        painter.restore()


def _waits(record: Record) -> bool:
    return record.unsure and not record.decided
