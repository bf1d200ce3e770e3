"""What a model wrote about the test photos beside what people wrote: a list for mouse and keyboard, the worst first."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.theme import theme
from app.widgets.judged_photos import draw_picture
from app.widgets.level_mark import Mark, draw_mark
from app.widgets.pictures import Pictures
from core.photos.thumbnails import ThumbnailStore
from core.tasks.result import TextPrediction
from core.tasks.scoring import RIGHT

Index = QModelIndex | QPersistentModelIndex
WrittenRole = Qt.ItemDataRole.UserRole + 1
_EDGE = 88


@dataclass(frozen=True)
class WrittenPhoto:
    """A prediction with where its photo lies now."""

    prediction: TextPrediction
    path: Path

    @property
    def mark(self) -> Mark | None:
        """Whether an answer is right; a description has no right or wrong."""
        if not self.prediction.question:
            return None
        return "ok" if self.prediction.score >= RIGHT else "stop"


class WrittenPhotosModel(QAbstractListModel):
    """The rows; thumbnails are fetched off the screen's thread when first looked at."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: Sequence[WrittenPhoto] = ()
        self._pictures = Pictures(self)
        self._pictures.ready.connect(self._came)

    def show(self, rows: Sequence[WrittenPhoto], store: ThumbnailStore | None) -> None:
        """Take other rows; pictures come from `store`."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self._pictures.use(store)
        self.endResetModel()

    def retranslate(self) -> None:
        """Say the words of the rows again."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        match role:
            case _ if role == WrittenRole:
                return row
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._words(row.prediction)
            case Qt.ItemDataRole.ToolTipRole:
                return f"{row.path}\n{self._words(row.prediction)}"
            case Qt.ItemDataRole.DecorationRole:
                return self._pictures.get(row.path)
        return None

    def _words(self, found: TextPrediction) -> str:
        between = self.tr("／")
        if found.question:
            return self.tr("{question}\n人：{written}\nモデル：{said}\n自信：{percent} %").format(
                question=found.question,
                written=between.join(dict.fromkeys(found.written)),
                said=found.said,
                percent=round(100 * found.confidence),
            )
        return self.tr("人：{written}\nモデル：{said}\n近さ：{score}（学習の前は {before}）").format(
            written=between.join(found.written),
            said=found.said,
            score=f"{found.score:.1f}",
            before=f"{found.untouched_score:.1f}",
        )

    def _came(self, path: Path) -> None:
        for row, photo in enumerate(self._rows):
            if photo.path == path:
                self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])


class WrittenPhotosList(QListView):
    """The list; tells which row is looked at."""

    looked_at = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.rows = WrittenPhotosModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(_RowDelegate(self))
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.selectionModel().currentChanged.connect(lambda index, _before: self._tell(index))

    def show_rows(self, rows: Sequence[WrittenPhoto], store: ThumbnailStore | None) -> None:
        """Show other rows and look at the first."""
        self.rows.show(rows, store)
        first = self.rows.index(0)
        if first.isValid():
            self.setCurrentIndex(first)
        else:
            self.looked_at.emit(None)

    def current(self) -> WrittenPhoto | None:
        """The row looked at."""
        index = self.currentIndex()
        return index.data(WrittenRole) if index.isValid() else None

    def _tell(self, index: QModelIndex) -> None:
        self.looked_at.emit(index.data(WrittenRole) if index.isValid() else None)


class _RowDelegate(QStyledItemDelegate):
    """Picture at the left, words at the right; an answer carries a mark."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(240, max(_EDGE, 4 * (option.fontMetrics.lineSpacing() + 2)) + 16)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: WrittenPhoto = index.data(WrittenRole)
        tokens = theme()
        area = option.rect.adjusted(4, 2, -4, -2)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(tokens.accent_soft))
            if option.state & QStyle.StateFlag.State_HasFocus:
                painter.setPen(QPen(QColor(tokens.focus), 2))
                painter.drawRect(area.adjusted(1, 1, -1, -1))
        frame = QRect(area.left() + 6, area.center().y() - _EDGE // 2, _EDGE, _EDGE)
        draw_picture(painter, frame, index.data(Qt.ItemDataRole.DecorationRole), QColor(tokens.border))
        words = area.adjusted(_EDGE + 20, 4, -8, -4)
        if row.mark is not None:
            edge = painter.fontMetrics().height()
            draw_mark(painter, row.mark, QRectF(words.right() - edge, words.top(), edge, edge))
            words.setRight(words.right() - edge - 6)
        _draw_words(painter, words, option.font, str(index.data()).split("\n"), tokens)
        painter.restore()


def _draw_words(painter: QPainter, area: QRect, font: QFont, lines: list[str], tokens: Any) -> None:
    """The question and what people wrote plain, what the model wrote bold, figures muted."""
    height = painter.fontMetrics().lineSpacing() + 2
    top = area.center().y() - height * len(lines) // 2
    for number, line in enumerate(lines):
        bold = QFont(font)
        bold.setBold(number == len(lines) - 2)
        painter.setFont(bold)
        painter.setPen(QColor(tokens.muted if number == len(lines) - 1 else tokens.text))
        place = QRect(area.left(), top + number * height, area.width(), height)
        fitted = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, fitted)
