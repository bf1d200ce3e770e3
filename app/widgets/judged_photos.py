"""Photos as the model judged them: picture, true class, answer, how sure; a list for mouse and keyboard."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from app.theme import theme
from app.widgets.photo_rows import (
    Index,
    PhotoRowDelegate,
    PhotoRowsList,
    PhotoRowsModel,
    RowRole,
    draw_lines,
)
from core.training.result import PhotoPrediction


@dataclass(frozen=True)
class JudgedPhoto:
    """A prediction with what a person reads of it. `path` is where the photo lies now."""

    prediction: PhotoPrediction
    path: Path
    truth: str
    answer: str

    @property
    def wrong(self) -> bool:
        """Whether the answer is not the true class."""
        return self.prediction.label != self.prediction.predicted

    @property
    def percent(self) -> int:
        """How sure the model was, 0-100."""
        return round(100 * self.prediction.probability)


class JudgedPhotosModel(PhotoRowsModel[JudgedPhoto]):
    """The photos of the list."""

    def words(self, row: JudgedPhoto) -> str:
        if row.wrong:
            return self.tr("正解：{truth}\n答え：{answer}\n自信：{percent} %").format(
                truth=row.truth, answer=row.answer, percent=row.percent
            )
        return self.tr("正解どおり：{truth}\n自信：{percent} %").format(truth=row.truth, percent=row.percent)


class JudgedPhotosList(PhotoRowsList[JudgedPhoto]):
    """The list; tells which photo is looked at."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, JudgedPhotosModel(), _RowDelegate(), parent)


class _RowDelegate(PhotoRowDelegate):
    """A mistake's answer stands out."""

    def text_height(self, line_spacing: int) -> int:
        return 3 * line_spacing

    def fill(self) -> QColor:
        fill = QColor(theme().accent)
        fill.setAlphaF(0.14)
        return fill

    def draw_row(self, painter: QPainter, words: QRect, option: QStyleOptionViewItem, index: Index) -> None:
        photo: JudgedPhoto = index.data(RowRole)
        tokens, lines = theme(), str(index.data()).split("\n")
        colours = [tokens.text if number < 2 else tokens.muted for number in range(len(lines))]
        if photo.wrong:
            colours[len(lines) - 2] = tokens.bad
        draw_lines(painter, words, option.font, tuple(zip(lines, colours, strict=True)))
