"""Places for widgets that may need more room than there is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget


def scrolled(inside: QWidget) -> QScrollArea:
    """Large text on a small screen scrolls; it never pushes the window apart."""
    area = _Area(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    area.setWidget(inside)
    return area


class _Area(QScrollArea):
    """What is in it fits when it comes on screen: of the sizes that it was given while hidden, Qt may have laid it out for
    one before the last, and its lower edge would be cut off."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        inside = self.widget()
        if inside is not None and (layout := inside.layout()) is not None:
            layout.setGeometry(inside.rect())


def beside(listed: QWidget, looked_at: QWidget, below: QWidget, widths: tuple[int, int]) -> QSplitter:
    """A list, and at its right what is looked at, with a button below it. `widths` in pixels, to begin with."""
    right = QWidget()
    column = QVBoxLayout(right)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(scrolled(looked_at), 1)
    column.addWidget(below)
    split = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
    split.addWidget(listed)
    split.addWidget(right)
    split.setStretchFactor(0, 2)
    split.setStretchFactor(1, 3)
    split.setSizes(list(widths))
    return split
