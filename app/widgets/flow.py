"""Widgets in a row that goes on in the next line where the room ends, as words do."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Hidden widgets take no room; each keeps the width that it asks for, up to that of the line."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 0) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """As narrow as the widest of its widgets can be."""
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size

    def setGeometry(self, place: QRect) -> None:
        super().setGeometry(place)
        self._arrange(place, place=True)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, room: QRect, *, place: bool) -> int:
        """The height of all lines in a room that wide; with `place` the widgets go to their places."""
        x, y, line = room.left(), room.top(), list[tuple[QLayoutItem, QRect]]()
        for item in self._shown():
            hint = item.sizeHint().expandedTo(item.minimumSize())
            size = QSize(min(hint.width(), max(room.width(), item.minimumSize().width())), hint.height())
            if line and x + size.width() > room.right() + 1:
                x, y, line = room.left(), y + _height(line) + self.spacing(), []
            line.append((item, QRect(QPoint(x, y), size)))
            if place:
                _set_down(line)
            x += size.width() + self.spacing()
        return y + _height(line) - room.top()


def _height(line: list[tuple[QLayoutItem, QRect]]) -> int:
    return max((area.height() for _, area in line), default=0)


def _set_down(line: list[tuple[QLayoutItem, QRect]]) -> None:
    """All of a line about the same middle."""
    height = _height(line)
    for item, area in line:
        item.setGeometry(area.translated(0, (height - area.height()) // 2))
