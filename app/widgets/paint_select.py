"""Selecting photos by drawing over them, and dragging those that are selected.

To press on a photo that is not selected and to move on selects every photo on the way (with Ctrl beside those selected
before). To press on a selected one and to move on carries the selection away; without a move it selects that one alone.
"""

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QListView

_EDGE_STEP, _EDGE_MS = 24, 30
_Flag = QItemSelectionModel.SelectionFlag


class PaintSelect(QObject):
    """Stands before a list's own mouse events: each method says whether it took the event."""

    def __init__(self, view: QListView, drag: Callable[[], None]) -> None:
        super().__init__(view)
        self._view, self._drag = view, drag
        self._from: QPoint | None = None  # pressed on a selected photo
        self._last: QPoint | None = None  # drawing
        self._flag = _Flag.Select
        self._edge = QTimer(self, interval=_EDGE_MS)
        self._edge.timeout.connect(self._scroll)

    def press(self, event: QMouseEvent) -> bool:
        """A press on a selected photo may become a drag: the selection stays until it is let go."""
        self._from = self._last = None
        at = event.position().toPoint()
        index = self._view.indexAt(at)
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        if not plain or not self._view.selectionModel().isSelected(index):
            return False
        self._from = at
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._view.selectionModel().setCurrentIndex(index, _Flag.NoUpdate)
        return True

    def pressed(self, event: QMouseEvent) -> None:
        """The list has taken a press: what it did to that photo is done to those that are drawn over."""
        if (
            event.button() != Qt.MouseButton.LeftButton
            or event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        ):
            return
        self._last = event.position().toPoint()
        index = self._view.indexAt(self._last)
        taken = index.isValid() and not self._view.selectionModel().isSelected(index)
        self._flag = _Flag.Deselect if taken else _Flag.Select

    def move(self, event: QMouseEvent) -> bool:
        """Draw on, or begin to drag."""
        at = event.position().toPoint()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return False
        if self._from is not None:
            if (at - self._from).manhattanLength() >= QApplication.startDragDistance():
                self._from = None
                self._drag()
            return True
        if self._last is None:
            return False
        self._draw(self._last, at)
        self._last = at
        if self._view.viewport().rect().contains(at):
            self._edge.stop()
        elif not self._edge.isActive():
            self._edge.start()
        return True

    def release(self, event: QMouseEvent) -> bool:
        """A press on a selected photo that did not become a drag selects it alone."""
        self._edge.stop()
        pressed, self._from, self._last = self._from, None, None
        if pressed is None:
            return False
        self._view.setCurrentIndex(self._view.indexAt(event.position().toPoint()))
        return True

    def _draw(self, start: QPoint, end: QPoint) -> None:
        """Every photo on the way from one point to the other."""
        model, cell = self._view.selectionModel(), self._view.gridSize()
        reach = max(4, min(cell.width(), cell.height()) // 2)
        steps = max(1, (end - start).manhattanLength() // reach)
        for step in range(steps + 1):
            index = self._view.indexAt(start + (end - start) * (step / steps))
            if index.isValid():
                model.select(index, self._flag)
                model.setCurrentIndex(index, _Flag.NoUpdate)

    def _scroll(self) -> None:
        """Beyond the edge the list goes on, and so does the drawing."""
        if self._last is None:
            return
        bar, room = self._view.verticalScrollBar(), self._view.viewport().rect()
        up = self._last.y() < room.top()
        bar.setValue(bar.value() + (-_EDGE_STEP if up else _EDGE_STEP))
        inside = QPoint(
            min(max(self._last.x(), room.left()), room.right()), room.top() + 2 if up else room.bottom() - 2
        )
        self._draw(inside, inside)
