"""The photos of a project as a Qt model; thumbnails come from a loader that forgets what scrolled away."""

import os
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage, QPixmap

from app.background import run_in_background
from app.models.folding import Shelf, Tile
from core.assist.advice import Advice
from core.photos.thumbnails import ThumbnailStore
from core.problems import Problem
from core.project.classes import ProductClass
from core.project.sources import Photo
from core.tasks.texts import TextTask

Index = QModelIndex | QPersistentModelIndex
_KEPT = 1500
_MOST_WAITING = 400
# One core stays free for the screen.
_AT_ONCE = max(1, min(4, (os.cpu_count() or 2) - 1))


class PhotoRole(IntEnum):
    """What the delegate asks for beside Qt's own roles."""

    PHOTO = Qt.ItemDataRole.UserRole + 1
    CLASS = Qt.ItemDataRole.UserRole + 2
    THUMBNAIL = Qt.ItemDataRole.UserRole + 3
    BROKEN = Qt.ItemDataRole.UserRole + 4
    ALIKE = Qt.ItemDataRole.UserRole + 5
    OPENED = Qt.ItemDataRole.UserRole + 6
    HINT = Qt.ItemDataRole.UserRole + 7
    IN_GROUP = Qt.ItemDataRole.UserRole + 8
    MARKS = Qt.ItemDataRole.UserRole + 9
    TEXTS = Qt.ItemDataRole.UserRole + 10


@dataclass(frozen=True)
class ShownHint:
    """What is suggested for a photo, and how probable that is; `instead` of the label that it has."""

    entry: ProductClass
    probability: float
    instead: bool


@dataclass(frozen=True)
class ShownTexts:
    """So many descriptions of a photo, or questions about it."""

    task: TextTask
    number: int


class PhotoGridModel(QAbstractListModel):
    """Rows are photos, those that are practically the same folded into one row until it is opened; labels are changed
    here at once and written by whoever changes them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf = Shelf.of((), ())
        self._opened: set[int] = set()
        self._store: ThumbnailStore | None = None
        self._labels: dict[int, int | None] = {}
        self._classes: dict[int, ProductClass] = {}
        self._advice = Advice()
        self._group: frozenset[int] = frozenset()
        self._task: TextTask | None = None
        self._texts: Mapping[int, int] = {}
        self._thumbnails = _Thumbnails(self)
        self._thumbnails.arrived.connect(self._thumbnail_arrived)

    @property
    def opened(self) -> frozenset[int]:
        """The groups that are laid out, by their first photos' ids."""
        return frozenset(self._opened)

    def show_photos(
        self, photos: Sequence[Photo], classes: Sequence[ProductClass], store: ThumbnailStore | None
    ) -> None:
        """Show these photos instead. Where they are the same ones, selection and scrolling stay."""
        self.show_shelf(Shelf.of(photos, self._opened), classes, store)

    def show_shelf(self, shelf: Shelf, classes: Sequence[ProductClass], store: ThumbnailStore | None) -> None:
        """The same of photos that are laid out already."""
        same = store is self._store and shelf.marks == self._shelf.marks
        if not same:
            self.beginResetModel()
        self._store = store
        self._shelf = shelf
        self._labels = dict(shelf.labels)
        self._classes = {entry.id: entry for entry in classes}
        self._thumbnails.use(store)
        if not same:
            self.endResetModel()
        elif shelf.tiles:
            self.dataChanged.emit(self.index(0), self.index(len(shelf.tiles) - 1))

    def toggle(self, row: int) -> bool:
        """Lay out the photos that are folded into a row, or fold them again; False when there are no others."""
        tile = self._shelf.tiles[row]
        if len(tile.photos) < 2:
            return False
        self._opened = self._opened - {tile.first.id} if tile.opened else self._opened | {tile.first.id}
        self.beginResetModel()
        self._shelf = self._shelf.toggled(row, self._opened, self._labels)
        self.endResetModel()
        return True

    def differing(self, photos: Sequence[Photo]) -> list[int]:
        """Ids of those photos whose label here is another, or that are not shown."""
        return [photo.id for photo in photos if self._labels.get(photo.id, -1) != photo.class_id]

    def set_labels(self, photo_ids: Sequence[int], class_id: int | None) -> None:
        """Show a label on photos at once."""
        shown = [photo_id for photo_id in photo_ids if photo_id in self._shelf.rows]
        self._labels |= dict.fromkeys(shown, class_id)
        rows = [self._shelf.rows[photo_id] for photo_id in shown]
        if rows:
            self.dataChanged.emit(self.index(min(rows)), self.index(max(rows)))

    def show_advice(self, advice: Advice) -> None:
        """Show what is suggested now; labels stay."""
        self._advice = advice
        self._all_changed()

    def show_group(self, photo_ids: Collection[int]) -> None:
        """Mark the photos that are accepted at once with the present one."""
        if self._group != (group := frozenset(photo_ids)):
            self._group = group
            self._all_changed()

    def show_texts(self, task: TextTask | None, numbers: Mapping[int, int]) -> None:
        """Mark the photos that have so many texts of a task; None where the project's takes none."""
        if (task, numbers) != (self._task, self._texts):
            self._task, self._texts = task, numbers
            self._all_changed()

    def hint(self, row: int) -> ShownHint | None:
        """What is suggested for a row: a label for a photo without one, another for a doubted one."""
        photo_id, own = self.photo(row).id, self.label(row)
        found = (self._advice.hints if own is None else self._advice.doubts).get(photo_id)
        entry = self._classes.get(found.class_id) if found is not None else None
        if found is None or entry is None or entry.id == own:
            return None
        return ShownHint(entry, found.probability, own is not None)

    def group_of(self, row: int) -> list[int]:
        """Ids of the photos that are accepted at once with those of a row, as far as they are shown without a label;
        those of the row alone where it has no group."""
        first = self.photo(row)
        members = [key for key in self._advice.group(first.id) if key in self._shelf.rows]
        rows = dict.fromkeys([row, *(self._shelf.rows[key] for key in members)])
        free = [each for each in rows if self._labels[self.photo(each).id] is None or each == row]
        return [photo.id for each in free for photo in self.photos_of(each)]

    def any_unsure(self, photo_ids: Sequence[int]) -> bool:
        """Whether somebody is not sure about one of these."""
        rows = {self._shelf.rows[photo_id] for photo_id in photo_ids if photo_id in self._shelf.rows}
        return any(photo.unsure for row in rows for photo in self._shelf.tiles[row].photos)

    def photo(self, row: int) -> Photo:
        """The photo of a row; of photos folded together the first."""
        return self._shelf.tiles[row].first

    def photos_of(self, row: int) -> tuple[Photo, ...]:
        """All photos that a row stands for."""
        return self._shelf.tiles[row].covered

    def row_of(self, photo_id: int) -> int | None:
        """The row of a photo, if it is shown, be it folded together with others."""
        return self._shelf.rows.get(photo_id)

    def label(self, row: int) -> int | None:
        """The class id of a row's label."""
        return self._labels[self.photo(row).id]

    def next_unlabelled(self, row: int) -> int | None:
        """The first unlabelled row behind `row`, else before it."""
        return self._next(row, lambda other: self.label(other) is None)

    def next_unwritten(self, row: int) -> int | None:
        """The first row without a text behind `row`, else before it."""
        return self._next(row, lambda other: other != row and not self._texts.get(self.photo(other).id))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._shelf.tiles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._shelf.tiles):
            return None
        tile = self._shelf.tiles[index.row()]
        photo = tile.first
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return photo.path.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._said_of(index.row(), tile)
            case PhotoRole.ALIKE:
                return len(tile.photos)
            case PhotoRole.OPENED:
                return tile.opened
            case _:
                return self._of_photo(photo, index.row(), role)

    def _of_photo(self, photo: Photo, row: int, role: int) -> object:
        match role:
            case PhotoRole.PHOTO:
                return photo
            case PhotoRole.CLASS:
                return self._classes.get(self._labels[photo.id] or -1)
            case PhotoRole.THUMBNAIL:
                return self._thumbnails.get(photo.path, row)
            case PhotoRole.BROKEN:
                return self._thumbnails.is_broken(photo.path)
            case PhotoRole.HINT:
                return self.hint(row)
            case PhotoRole.IN_GROUP:
                return photo.id in self._group
            case PhotoRole.MARKS:
                return _marks_of(photo)
            case PhotoRole.TEXTS:
                number = self._texts.get(photo.id)
                return ShownTexts(self._task, number) if self._task is not None and number else None
            case _:
                return None

    def _next(self, row: int, wanted: Callable[[int], bool]) -> int | None:
        count = len(self._shelf.tiles)
        return next(filter(wanted, (*range(row + 1, count), *range(min(row + 1, count)))), None)

    def _all_changed(self) -> None:
        if self._shelf.tiles:
            roles = [
                PhotoRole.HINT, PhotoRole.IN_GROUP, PhotoRole.TEXTS, Qt.ItemDataRole.AccessibleTextRole,
            ]  # fmt: skip
            self.dataChanged.emit(self.index(0), self.index(len(self._shelf.tiles) - 1), roles)

    def _said_of(self, row: int, tile: Tile) -> str:
        """Name, class, marks, what is suggested and what is folded in, for a screen reader."""
        photo, more = tile.first, len(tile.covered) - 1
        entry, hint = self._classes.get(self._labels[photo.id] or -1), self.hint(row)
        words = [
            f"{photo.path.name} {entry.name if entry else ''}",
            self._said_of_texts(self._texts.get(photo.id, 0)),
            self.tr("、迷っています") if photo.unsure else "",
            self.tr("、使いません") if photo.excluded else "",
            self.tr("、メモ：{words}").format(words=photo.comment) if photo.comment else "",
            self.tr("、提案は「{name}」").format(name=hint.entry.name) if hint is not None else "",
            self.tr("、そっくりな写真がほかに %n 枚", "", more) if more else "",
        ]
        return "".join(words)

    def _said_of_texts(self, number: int) -> str:
        if self._task is None:
            return ""
        if not number:
            return self.tr("、まだ書いていません")
        if self._task == "vqa":
            return self.tr("、質問 %n 件", "", number)
        return self.tr("、説明 %n 件", "", number)

    def _thumbnail_arrived(self, path: Path, row: int) -> None:
        tiles = self._shelf.tiles
        if 0 <= row < len(tiles) and tiles[row].first.path == path:
            index = self.index(row)
            self.dataChanged.emit(index, index, [PhotoRole.THUMBNAIL])
        elif tiles:
            # Other photos are shown since; this one may be among them, somewhere else.
            self.dataChanged.emit(self.index(0), self.index(len(tiles) - 1), [PhotoRole.THUMBNAIL])


def _marks_of(photo: Photo) -> str:
    """Signs of what is noted on a photo."""
    signs = ("？" if photo.unsure else "", "⊘" if photo.excluded else "", "✎" if photo.comment else "")
    return "".join(signs)


class _Thumbnails(QObject):
    """Loads thumbnails off the screen's thread: what was painted last first, from its top; what waits long is dropped."""

    arrived = Signal(object, int)  # the path, and the row in which it was last asked for

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._store: ThumbnailStore | None = None
        self._kept: OrderedDict[Path, QPixmap | None] = OrderedDict()
        self._painted: dict[Path, None] = {}
        self._waiting: dict[Path, None] = {}
        self._after_paint = QTimer(self, singleShot=True, interval=0)
        self._after_paint.timeout.connect(self._line_up)
        self._busy: set[Path] = set()
        self._rows: dict[Path, int] = {}

    def use(self, store: ThumbnailStore | None) -> None:
        if store is not self._store:
            self._store = store
            self._painted.clear()
            self._waiting.clear()

    def get(self, path: Path, row: int) -> QPixmap | None:
        if path in self._kept:
            self._kept.move_to_end(path)
            return self._kept[path]
        if self._store is not None and path not in self._busy:
            self._painted[path] = None
            self._rows[path] = row
            if not self._after_paint.isActive():
                self._after_paint.start()
        return None

    def _line_up(self) -> None:
        """What was painted just now, in its order, stands before all that was asked for earlier."""
        lined_up = [path for path in self._painted | self._waiting if path not in self._kept]
        self._waiting = dict.fromkeys(lined_up[:_MOST_WAITING])
        self._rows = {path: self._rows[path] for path in (*self._waiting, *self._busy)}
        self._painted.clear()
        self._go_on()

    def is_broken(self, path: Path) -> bool:
        return path in self._kept and self._kept[path] is None

    def _go_on(self) -> None:
        while self._waiting and len(self._busy) < _AT_ONCE:
            path = next(iter(self._waiting))
            del self._waiting[path]
            self._busy.add(path)
            assert self._store is not None
            self._load(self._store, path)

    def _load(self, store: ThumbnailStore, path: Path) -> None:
        run_in_background(
            self,
            lambda _cancel: _picture(store.get(path)),
            success=lambda image: self._take(store, path, image),
            failure=lambda error: self._missed(store, path, error),
        )

    def _missed(self, store: ThumbnailStore, path: Path, error: Exception) -> None:
        self._take(store, path, None)
        if not isinstance(error, Problem):
            raise error

    def _take(self, store: ThumbnailStore, path: Path, image: QImage | None) -> None:
        self._busy.discard(path)
        if store is self._store:
            self._kept[path] = None if image is None else QPixmap.fromImage(image)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            self.arrived.emit(path, self._rows.get(path, -1))
        self._go_on()


def _picture(data: bytes) -> QImage:
    """Decoded where nobody waits, in the form that is painted fastest."""
    image = QImage()
    image.loadFromData(QByteArray(data))
    return image.convertToFormat(QImage.Format.Format_RGB32)
