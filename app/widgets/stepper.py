"""The steps at the left: where the operator is, what is done, what comes."""

from collections.abc import Sequence

import qtawesome
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFont, QFontMetrics, QIcon
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.theme import GAP, TOUCH, theme
from core.assets import ASSETS

_ICONS = {
    "home": "mdi6.home-outline",
    "photos": "mdi6.image-multiple-outline",
    "labels": "mdi6.tag-multiple-outline",
    "preset": "mdi6.cards-outline",
    "training": "mdi6.chart-line",
    "check": "mdi6.check-decagram-outline",
    "export": "mdi6.package-variant-closed",
    "onsite": "mdi6.factory",
}
_DONE = "mdi6.check-circle"
_WIDTH = 192
_EMBLEM = 28
_BESIDE = 32  # frame, padding, and the gap behind the icon


class Stepper(QFrame):
    """One button a page; the present one stands out by frame, weight and mark, a finished one by a tick."""

    chosen = Signal(str)

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(objectName="stepper")
        self.setProperty("class", "side")
        self._keys = tuple(keys)
        self._titles = dict.fromkeys(keys, "")
        self._marks = ("", "")
        self._state: tuple[str, dict[str, bool], dict[str, bool]] = (keys[0], {}, {})
        emblem = QLabel()
        emblem.setPixmap(QIcon(str(ASSETS / "icons" / "hikidashi.svg")).pixmap(_EMBLEM, _EMBLEM))
        self.heading = QLabel(objectName="stepper_heading")
        self.heading.setProperty("class", "heading3")
        brand = QHBoxLayout(spacing=GAP)
        brand.setContentsMargins(GAP, 0, GAP, GAP)
        brand.addWidget(emblem)
        brand.addWidget(self.heading, 1)
        self._group = QButtonGroup(self, exclusive=True)
        column = QVBoxLayout(self, spacing=GAP // 2)
        column.setContentsMargins(GAP, 2 * GAP, GAP, GAP)
        column.addLayout(brand)
        self.buttons: dict[str, QPushButton] = {}
        for key in self._keys:
            button = QPushButton(objectName=f"step_{key}", checkable=True, minimumHeight=TOUCH + 6)
            button.setProperty("class", "step")
            button.clicked.connect(lambda _checked, k=key: self._clicked(k))
            self._group.addButton(button)
            self.buttons[key] = button
            column.addWidget(button)
        column.addStretch(1)
        # Not a minimum width of the frame: that would let it cut longer names.
        column.addStrut(_WIDTH)

    def say(self, heading: str, titles: dict[str, str], here: str, done: str) -> None:
        """Name of the program, names of the pages, and the words a screen reader hears for their state."""
        self.heading.setText(heading)
        self._titles, self._marks = titles, (here, done)
        self._draw()

    def show_state(self, current: str, reachable: dict[str, bool], done: dict[str, bool]) -> None:
        """Where the operator is, which pages can be shown, which are done."""
        self._state = (current, reachable, done)
        self._draw()

    def restyle(self) -> None:
        """Take the present colours."""
        self._draw()

    def _clicked(self, key: str) -> None:
        self.buttons[self._state[0]].setChecked(True)
        self.chosen.emit(key)

    def _draw(self) -> None:
        current, reachable, done = self._state
        tokens = theme()
        for number, key in enumerate(self._keys):
            button = self.buttons[key]
            title = self._titles[key]
            edge = round(1.4 * button.fontMetrics().height())
            button.setIconSize(QSize(edge, edge))
            button.setText(f"{number}  {title}" if number else title)
            button.setMinimumWidth(edge + _width_in_bold(button) + _BESIDE)
            button.setEnabled(reachable.get(key, False))
            button.setChecked(key == current)
            finished = done.get(key, False) and key != current
            colour = tokens.ok if finished else tokens.text if reachable.get(key) else tokens.muted
            button.setIcon(
                qtawesome.icon(_DONE if finished else _ICONS[key], color=colour, color_disabled=tokens.muted)
            )
            state = self._marks[0] if key == current else self._marks[1] if finished else ""
            button.setAccessibleName(title)
            button.setAccessibleDescription(state)


def _width_in_bold(button: QPushButton) -> int:
    """The chosen step is bold, which Qt's own size hint does not know."""
    font = QFont(button.font())
    font.setBold(True)
    return QFontMetrics(font).horizontalAdvance(button.text())
