"""Photos as the model judged them: picture, true class, answer, how sure; a list for mouse and keyboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
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
from core.training.result import PhotoPrediction

Index = QModelIndex | QPersistentModelIndex
JudgedRole = Qt.ItemDataRole.UserRole + 1
_EDGE = 96


@dataclass(frozen=True)
class JudgedPhoto:
    """A prediction with what a person reads of it. `path` is where the photo lies now."""

    prediction: PhotoPrediction
    path: Path
    truth: str
    answer: str

    @property
    def wrong(self) -> bool:
        """Whether the answer is not the true class."""
        return self.prediction.label != self.prediction.predicted

    @property
    def percent(self) -> int:
        """How sure the model was, 0-100."""
        return round(100 * self.prediction.probability)


class JudgedPhotosModel(QAbstractListModel):
    """The photos of the list; thumbnails are fetched off the screen's thread when first looked at."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._photos: Sequence[JudgedPhoto] = ()
        self._pictures = Pictures(self)
        self._pictures.ready.connect(self._came)

    def show(self, photos: Sequence[JudgedPhoto], store: ThumbnailStore | None) -> None:
        """Take other photos; pictures come from `store`."""
        self.beginResetModel()
        self._photos = tuple(photos)
        self._pictures.use(store)
        self.endResetModel()

    def retranslate(self) -> None:
        """Say the words of the rows again."""
        if self._photos:
            self.dataChanged.emit(self.index(0), self.index(len(self._photos) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._photos)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        photo = self._photos[index.row()]
        if role == JudgedRole:
            return photo
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._words(photo)
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(photo.path)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._pictures.get(photo.path)
        return None

    def _words(self, photo: JudgedPhoto) -> str:
        if photo.wrong:
            return self.tr("正解：{truth}\n答え：{answer}\n自信：{percent} %").format(
                truth=photo.truth, answer=photo.answer, percent=photo.percent
            )
        return self.tr("正解どおり：{truth}\n自信：{percent} %").format(
            truth=photo.truth, percent=photo.percent
        )

    def _came(self, path: Path) -> None:
        for row, photo in enumerate(self._photos):
            if photo.path == path:
                self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])


class JudgedPhotosList(QListView):
    """The list; tells which photo is looked at."""

    looked_at = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.photos = JudgedPhotosModel(self)
        self.setModel(self.photos)
        self.setItemDelegate(_RowDelegate(self))
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.selectionModel().currentChanged.connect(lambda index, _before: self._tell(index))

    def show_photos(self, photos: Sequence[JudgedPhoto], store: ThumbnailStore | None) -> None:
        """Show other photos and look at the first."""
        self.photos.show(photos, store)
        first = self.photos.index(0)
        if first.isValid():
            self.setCurrentIndex(first)
        else:
            self.looked_at.emit(None)

    def current(self) -> JudgedPhoto | None:
        """The photo looked at."""
        index = self.currentIndex()
        return index.data(JudgedRole) if index.isValid() else None

    def retranslate(self) -> None:
        """Words in the present language."""
        self.photos.retranslate()

    def _tell(self, index: QModelIndex) -> None:
        self.looked_at.emit(index.data(JudgedRole) if index.isValid() else None)


class _RowDelegate(QStyledItemDelegate):
    """Picture at the left, words at the right; a mistake carries a cross, a right answer a circle."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = max(_EDGE, 3 * option.fontMetrics.lineSpacing()) + 16
        return QSize(240, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        photo: JudgedPhoto = index.data(JudgedRole)
        tokens = theme()
        area = option.rect.adjusted(4, 2, -4, -2)
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            fill = QColor(tokens.accent)
            fill.setAlphaF(0.14)
            painter.fillRect(area, fill)
        if selected and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        frame = QRect(area.left() + 6, area.center().y() - _EDGE // 2, _EDGE, _EDGE)
        draw_picture(painter, frame, index.data(Qt.ItemDataRole.DecorationRole), QColor(tokens.border))
        words = area.adjusted(_EDGE + 20, 4, -8, -4)
        _draw_words(painter, words, option.font, photo, index.data(), tokens)
        painter.restore()


def draw_picture(painter: QPainter, frame: QRect, picture: QPixmap | None, border: QColor) -> None:
    if picture is None or picture.isNull():
        painter.setPen(border)
        painter.drawRect(frame.adjusted(0, 0, -1, -1))
        return
    size = picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect(frame.topLeft(), size)
    place.moveCenter(frame.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(place, picture)


def _draw_words(
    painter: QPainter, area: QRect, font: QFont, photo: JudgedPhoto, text: str, tokens: Any
) -> None:
    lines = text.split("\n")
    height = painter.fontMetrics().lineSpacing() + 2
    top = area.center().y() - height * len(lines) // 2
    for number, line in enumerate(lines):
        answer = number == len(lines) - 2
        bold = QFont(font)
        bold.setBold(answer)
        painter.setFont(bold)
        colour = tokens.bad if answer and photo.wrong else tokens.text if number < 2 else tokens.muted
        painter.setPen(QColor(colour))
        row = QRect(area.left(), top + number * height, area.width(), height)
        fitted = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, row.width())
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, fitted)
