"""Photos in one row, to pick one from by mouse or arrow keys."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QListView, QWidget

from app.widgets.pictures import Pictures
from core.photos.thumbnails import ThumbnailStore

Index = QModelIndex | QPersistentModelIndex
_EDGE = 56
_SCROLL_BAR = 20


class PhotoStrip(QListView):
    """`picked` carries the path of the photo with the cursor, None where there is none."""

    picked = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.photos = _Photos(self)
        self.setModel(self.photos)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(_EDGE, _EDGE))
        self.setSpacing(2)
        self.setFixedHeight(_EDGE + _SCROLL_BAR + 20)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.selectionModel().currentChanged.connect(lambda index, _before: self._tell(index))

    def show_photos(self, paths: Sequence[Path], store: ThumbnailStore | None) -> None:
        """Show other photos, with the cursor on the first."""
        self.photos.show(paths, store)
        first = self.photos.index(0)
        if first.isValid():
            self.setCurrentIndex(first)
        else:
            self.picked.emit(None)

    def pick(self, path: Path) -> None:
        """Put the cursor on a photo, if it is there."""
        if path in self.photos.paths:
            self.setCurrentIndex(self.photos.index(self.photos.paths.index(path)))

    def current(self) -> Path | None:
        """The photo with the cursor."""
        index = self.currentIndex()
        return self.photos.paths[index.row()] if index.isValid() else None

    def _tell(self, index: QModelIndex) -> None:
        self.picked.emit(self.photos.paths[index.row()] if index.isValid() else None)


class _Photos(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.paths: Sequence[Path] = ()
        self._pictures = Pictures(self)
        self._pictures.ready.connect(self._came)

    def show(self, paths: Sequence[Path], store: ThumbnailStore | None) -> None:
        self.beginResetModel()
        self.paths = tuple(paths)
        self._pictures.use(store)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.paths)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        path = self.paths[index.row()]
        match role:
            case Qt.ItemDataRole.DecorationRole:
                picture = self._pictures.get(path)
                return None if picture is None else QIcon(picture)
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return path.name
            case Qt.ItemDataRole.SizeHintRole:
                return QSize(_EDGE + 8, _EDGE + 8)
        return None

    def _came(self, path: Path) -> None:
        if path in self.paths:
            place = self.index(self.paths.index(path))
            self.dataChanged.emit(place, place, [Qt.ItemDataRole.DecorationRole])
