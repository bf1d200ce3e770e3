"""Cards side by side, as many in a row as fit at a readable width."""

import math
from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

_LETTERS_PER_CARD = 18


class CardRow(QWidget):
    """Lays its cards out anew when the width or the text size changes."""

    def __init__(self, cards: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards = tuple(cards)
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(16)
        self._arrange(len(self._cards) or 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        least = self.fontMetrics().height() * _LETTERS_PER_CARD
        fitting = max(1, self.width() // max(1, least))
        # Rows of equal length: two by two looks better than three and one.
        rows = math.ceil(len(self._cards) / fitting)
        self._arrange(math.ceil(len(self._cards) / rows) if rows else 1)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 0)
        self._columns = columns
        for number, card in enumerate(self._cards):
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)
