"""What was judged on site, newest first: picture, answer, time."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.on_site import Judged
from app.theme import theme
from app.widgets.photo_rows import draw_picture, draw_selection
from app.widgets.pictures import Pictures
from app.widgets.result_board import ANSWERS, draw_chip
from core.onsite.result import Verdict
from core.photos.thumbnails import ThumbnailStore

Index = QModelIndex | QPersistentModelIndex
JudgedRole = Qt.ItemDataRole.UserRole + 1
MarkRole = Qt.ItemDataRole.UserRole + 2
_MOST = 5000
_EDGE = 56


class HistoryModel(QAbstractListModel):
    """The answers; beyond the last few thousand only the record keeps them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: list[Judged] = []
        self.verdict_of: Callable[[Judged], Verdict] = _without_meaning
        self._pictures = Pictures(self)
        self._pictures.ready.connect(lambda _: self._refresh(Qt.ItemDataRole.DecorationRole))

    def use(self, store: ThumbnailStore) -> None:
        """Where pictures come from."""
        self._pictures.use(store)

    def add(self, judged: Judged) -> None:
        """Put an answer on top."""
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._rows.insert(0, judged)
        self.endInsertRows()
        if len(self._rows) > _MOST:
            self.beginRemoveRows(QModelIndex(), _MOST, len(self._rows) - 1)
            del self._rows[_MOST:]
            self.endRemoveRows()

    def settle(self, judged: Judged, decided: Judged) -> None:
        """Put what a person decided in the place of the unsure answer."""
        if judged in self._rows:
            row = self._rows.index(judged)
            self._rows[row] = decided
            self.dataChanged.emit(self.index(row), self.index(row))

    def clear(self) -> None:
        """Forget all rows; the record keeps them."""
        self.beginResetModel()
        self._rows.clear()
        self.endResetModel()

    def retranslate(self) -> None:
        """Say the rows again."""
        self._refresh(Qt.ItemDataRole.DisplayRole)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        judged = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{self.answer(judged)}\n{judged.time:%H:%M:%S}  {judged.photo.name}"
            case Qt.ItemDataRole.ToolTipRole:
                return str(judged.photo)
            case Qt.ItemDataRole.DecorationRole:
                return self._pictures.get(judged.photo)
            case _ if role == JudgedRole:
                return judged
            case _ if role == MarkRole:
                return ANSWERS[self.verdict_of(judged)]
        return None

    def answer(self, judged: Judged) -> str:
        """The answer in a few words."""
        if judged.problem is not None:
            return self.tr("読めません")
        if judged.decided_by:
            return self.tr("{name}（人が決めました）").format(name=judged.class_name)
        if judged.unsure:
            return self.tr("要確認（{name}？）").format(name=judged.class_name)
        return judged.class_name

    def _refresh(self, role: int) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1), [role])


def _without_meaning(judged: Judged) -> Verdict:
    """What an answer is as long as nobody said what the classes mean."""
    if judged.problem is not None:
        return Verdict.UNREADABLE
    return Verdict.UNSURE if judged.unsure else Verdict.UNKNOWN


class HistoryList(QListView):
    """The list; tells the answer that is looked at."""

    looked_at = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("onsite_history")
        self.rows = HistoryModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(_RowDelegate(self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.selectionModel().currentChanged.connect(self._tell)
        self.clicked.connect(lambda index: self._tell(index, index))
        self.retranslate()

    def current(self) -> Judged | None:
        """The answer looked at."""
        index = self.currentIndex()
        return index.data(JudgedRole) if index.isValid() else None

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setAccessibleName(self.tr("これまでの答え"))
        self.rows.retranslate()

    def _tell(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.looked_at.emit(index.data(JudgedRole))


class _RowDelegate(QStyledItemDelegate):
    """Picture, mark, answer; file name and time below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, max(_EDGE, 2 * option.fontMetrics.lineSpacing()) + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme()
        area = option.rect.adjusted(3, 1, -3, -1)
        painter.save()
        draw_selection(painter, area, option, QColor(tokens.accent_soft))
        frame = QRect(area.left() + 6, area.center().y() - _EDGE // 2 + 1, _EDGE, _EDGE)
        draw_picture(painter, frame, index.data(Qt.ItemDataRole.DecorationRole))
        edge = painter.fontMetrics().height()
        left = frame.right() + 10
        chip = QRectF(left, area.center().y() - edge - 1, edge + 2, edge + 2)
        draw_chip(painter, index.data(MarkRole), chip)
        answer, below = str(index.data()).split("\n", 1)
        _write(painter, QRect(left + edge + 6, area.center().y() - edge - 2, area.right() - left - edge - 10, edge + 4),
               answer, tokens.text, bold=True)  # fmt: skip
        _write(
            painter,
            QRect(left, area.center().y() + 4, area.right() - left - 4, edge + 4),
            below,
            tokens.muted,
        )
        painter.restore()


def _write(painter: QPainter, area: QRect, words: str, colour: str, *, bold: bool = False) -> None:
    font = QFont(painter.font())
    font.setBold(bold)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    fitted = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, fitted)
