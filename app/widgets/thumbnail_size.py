"""How large the pictures of a grid are: a slider that is remembered, and Ctrl with the wheel or + and −."""

import qtawesome
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from app.session import Session
from app.theme import GAP, TOUCH, theme
from app.widgets.photo_grid import LETTERS_PER_CELL, PhotoGrid

_STEP = 2
_LENGTH = 130
_KEEP_AFTER_MS = 500


class ThumbnailSize(QWidget):
    """The slider; the edge of a cell is counted in letters, so that it goes with the size of the text."""

    def __init__(self, session: Session, grid: PhotoGrid, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._grid = session, grid
        self.picture = QLabel()
        self.slider = QSlider(Qt.Orientation.Horizontal, objectName="labels_size", minimumHeight=TOUCH)
        self.slider.setFixedWidth(_LENGTH)
        self.slider.setRange(LETTERS_PER_CELL.start, LETTERS_PER_CELL.stop - 1)
        self.slider.setSingleStep(_STEP)
        self.slider.setPageStep(_STEP)
        self.slider.setValue(session.settings.thumbnail_letters)
        self.slider.valueChanged.connect(self._resize)
        grid.set_letters(self.slider.value())
        # Written once the hand is off: a drag is many values.
        self._keep = QTimer(self, singleShot=True, interval=_KEEP_AFTER_MS)
        self._keep.timeout.connect(lambda: session.change_settings(thumbnail_letters=self.slider.value()))
        for keys, by in (("Ctrl++", _STEP), ("Ctrl+;", _STEP), ("Ctrl+=", _STEP), ("Ctrl+-", -_STEP)):
            shortcut = QShortcut(QKeySequence(keys), grid)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda by=by: self.slider.setValue(self.slider.value() + by))
        grid.viewport().installEventFilter(self)
        row = QHBoxLayout(self, spacing=GAP)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.picture)
        row.addWidget(self.slider)
        self.restyle()
        self.retranslate()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.slider.setAccessibleName(self.tr("写真の大きさ"))
        self.slider.setToolTip(self.tr("写真の大きさ（Ctrl を押しながらホイールでも変えられます）"))

    def restyle(self) -> None:
        """Take the present colours."""
        edge = self.fontMetrics().height() + GAP // 2
        self.picture.setPixmap(
            qtawesome.icon("mdi6.view-grid-outline", color=theme().muted).pixmap(edge, edge)
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QWheelEvent) and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            step = _STEP if event.angleDelta().y() > 0 else -_STEP
            self.slider.setValue(self.slider.value() + step)
            return True
        return super().eventFilter(watched, event)

    def _resize(self, letters: int) -> None:
        self._grid.set_letters(letters)
        self._keep.start()
