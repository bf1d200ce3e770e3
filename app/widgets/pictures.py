"""Thumbnails for lists: asked for when a row is painted, fetched off the screen's thread, told when there."""

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from app.background import run_in_background
from core.photos.thumbnails import ThumbnailStore
from core.problems import Problem

_KEPT = 400


class Pictures(QObject):
    """The pictures of one list. `ready` tells the path of each that has come."""

    ready = Signal(Path)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._store: ThumbnailStore | None = None
        self._kept: OrderedDict[Path, QPixmap | None] = OrderedDict()

    def use(self, store: ThumbnailStore | None) -> None:
        """Take pictures from this store from now on."""
        self._store = store

    def get(self, path: Path) -> QPixmap | None:
        """The picture of a photo; None while it is on its way, and for good where it cannot be read."""
        if path in self._kept:
            self._kept.move_to_end(path)
            return self._kept[path]
        store = self._store
        if store is not None:
            self._kept[path] = None
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            run_in_background(
                self,
                lambda _cancel: QImage.fromData(store.get(path)),
                success=lambda image: self._came(path, image),
                failure=self._missed,
            )
        return None

    def _came(self, path: Path, image: QImage) -> None:
        self._kept[path] = QPixmap.fromImage(image)
        self.ready.emit(path)

    def _missed(self, error: Exception) -> None:
        # A photo that is gone or broken keeps its empty frame; its row says the rest.
        if not isinstance(error, Problem):
            raise error
