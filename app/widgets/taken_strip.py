"""What was just taken, newest first: small pictures with their class, and a mark and words where one is doubtful."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.theme import GAP, theme
from app.widgets.level_mark import draw_mark
from app.widgets.live_view import image_of
from core.photos.quality import Doubt
from core.photos.shooting import Taken

_EDGE, _MARK = 72, 24
_MOST = 60


@dataclass(frozen=True)
class TakenBurst:
    """What one key took, once it is in the project: the photos' ids, and what undo is to say of them."""

    ids: tuple[int, ...]
    label: str


class TakenStrip(QListWidget):
    """A row of small pictures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("taken_strip")
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListWidget.Movement.Static)
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(_EDGE, _EDGE))
        self.setSpacing(GAP // 2)
        self.setFixedHeight(_EDGE + 2 * self.fontMetrics().height() + 4 * GAP)

    def add(self, taken: Sequence[Taken], label: str) -> None:
        """Put photos at the front, of one burst, the last one foremost."""
        for photo in taken:
            words = "\n".join([label, *(self.doubt_word(doubt) for doubt in photo.doubts[:1])])
            item = QListWidgetItem(QIcon(_small(photo)), words)
            item.setToolTip("\n".join([photo.path.name, *(self.doubt_word(doubt) for doubt in photo.doubts)]))
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.insertItem(0, item)
        while self.count() > _MOST:
            self.takeItem(self.count() - 1)
        self.scrollToTop()
        self.horizontalScrollBar().setValue(0)

    def take_back(self, count: int) -> None:
        """Let go of the newest pictures."""
        for _ in range(min(count, self.count())):
            self.takeItem(0)

    def doubt_word(self, doubt: Doubt) -> str:
        """A doubt in a word or two."""
        words: dict[Doubt, str] = {
            "blurred": self.tr("△ ぼけ・ぶれ"),
            "dark": self.tr("△ 暗すぎる"),
            "bright": self.tr("△ 白飛び"),
        }
        return words[doubt]


def _small(photo: Taken) -> QPixmap:
    """The picture in a square, with a mark in its corner where it is doubtful."""
    square = QPixmap(_EDGE, _EDGE)
    square.fill(Qt.GlobalColor.transparent)
    picture = image_of(photo.view).scaled(
        _EDGE, _EDGE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    painter = QPainter(square)
    painter.drawImage((_EDGE - picture.width()) // 2, (_EDGE - picture.height()) // 2, picture)
    if photo.doubts:
        corner = QRectF(_EDGE - _MARK, 0, _MARK, _MARK)
        painter.fillRect(corner, QColor(theme().surface))
        draw_mark(painter, "warn", corner.adjusted(2, 2, -2, -2))
    painter.end()
    return square
