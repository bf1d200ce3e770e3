"""Lists with a photo in every row, for mouse and keyboard; what a row is, and what it says, is each list's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.theme import theme
from app.widgets.pictures import Pictures
from core.photos.thumbnails import ThumbnailStore

Index = QModelIndex | QPersistentModelIndex
RowRole = Qt.ItemDataRole.UserRole + 1


class PhotoRow(Protocol):
    """What a list needs of a row: where its photo lies now."""

    @property
    def path(self) -> Path: ...


Row = TypeVar("Row", bound=PhotoRow)


class PhotoRowsModel(QAbstractListModel, Generic[Row]):
    """The rows; thumbnails are fetched off the screen's thread when first looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Row] = ()
        self._pictures = Pictures(self)
        self._pictures.ready.connect(self._came)

    def words(self, row: Row) -> str:
        """What a row says in the present language, line by line."""
        raise TypeError(f"{type(self).__name__} has no words")

    def tip(self, row: Row) -> str:
        """What a row tells who stays on it."""
        return str(row.path)

    def show(self, rows: Sequence[Row], store: ThumbnailStore | None) -> None:
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
            case _ if role == RowRole:
                return row
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self.words(row)
            case Qt.ItemDataRole.ToolTipRole:
                return self.tip(row)
            case Qt.ItemDataRole.DecorationRole:
                return self._pictures.get(row.path)
        return None

    def _came(self, path: Path) -> None:
        for number, row in enumerate(self._rows):
            if row.path == path:
                place = self.index(number)
                self.dataChanged.emit(place, place, [Qt.ItemDataRole.DecorationRole])


class PhotoRowsList(QListView, Generic[Row]):
    """The list; tells which row is looked at."""

    looked_at = Signal(object)

    def __init__(
        self,
        name: str,
        rows: PhotoRowsModel[Row],
        delegate: QStyledItemDelegate,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.rows = rows
        for part in (rows, delegate):
            part.setParent(self)
        self.setModel(rows)
        self.setItemDelegate(delegate)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.selectionModel().currentChanged.connect(lambda index, _before: self._tell(index))

    def show_rows(self, rows: Sequence[Row], store: ThumbnailStore | None) -> None:
        """Show other rows and look at the first."""
        self.rows.show(rows, store)
        first = self.rows.index(0)
        if first.isValid():
            self.setCurrentIndex(first)
        else:
            self.looked_at.emit(None)

    def current(self) -> Row | None:
        """The row looked at."""
        index = self.currentIndex()
        return index.data(RowRole) if index.isValid() else None

    def retranslate(self) -> None:
        """Words in the present language."""
        self.rows.retranslate()

    def _tell(self, index: QModelIndex) -> None:
        self.looked_at.emit(index.data(RowRole) if index.isValid() else None)


class PhotoRowDelegate(QStyledItemDelegate):
    """Picture at the left, `edge` pixels wide and tall; `draw_row` writes at the right."""

    edge = 96

    def text_height(self, line_spacing: int) -> int:
        """How tall the words of the tallest row are."""
        raise TypeError(f"{type(self).__name__} does not know its words")

    def draw_row(self, painter: QPainter, words: QRect, option: QStyleOptionViewItem, index: Index) -> None:
        """Write what the row says into `words`."""
        raise TypeError(f"{type(self).__name__} writes nothing")

    def fill(self) -> QColor:
        """The ground of the row that is looked at."""
        return QColor(theme().accent_soft)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(240, max(self.edge, self.text_height(option.fontMetrics.lineSpacing())) + 16)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area = option.rect.adjusted(4, 2, -4, -2)
        painter.save()
        draw_selection(painter, area, option, self.fill())
        frame = QRect(area.left() + 6, area.center().y() - self.edge // 2, self.edge, self.edge)
        draw_picture(painter, frame, index.data(Qt.ItemDataRole.DecorationRole))
        self.draw_row(painter, area.adjusted(self.edge + 20, 4, -8, -4), option, index)
        painter.restore()


def draw_selection(painter: QPainter, area: QRect, option: QStyleOptionViewItem, fill: QColor) -> None:
    """The ground of a selected row, and a frame where the keyboard is in the list."""
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(area, fill)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme().focus), 2))
            painter.drawRect(area.adjusted(1, 1, -1, -1))


def draw_picture(painter: QPainter, frame: QRect, picture: QPixmap | None) -> None:
    """The picture as large as the frame allows; an empty frame where there is none."""
    if picture is None or picture.isNull():
        painter.setPen(QColor(theme().border))
        painter.drawRect(frame.adjusted(0, 0, -1, -1))
        return
    size = picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect(frame.topLeft(), size)
    place.moveCenter(frame.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(place, picture)


def draw_lines(painter: QPainter, area: QRect, font: QFont, lines: Sequence[tuple[str, str]]) -> None:
    """Lines with their colours, in the middle of `area`; the last but one, which is the model's answer, bold."""
    height = painter.fontMetrics().lineSpacing() + 2
    top = area.center().y() - height * len(lines) // 2
    for number, (line, colour) in enumerate(lines):
        bold = QFont(font)
        bold.setBold(number == len(lines) - 2)
        painter.setFont(bold)
        painter.setPen(QColor(colour))
        place = QRect(area.left(), top + number * height, area.width(), height)
        fitted = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, fitted)
