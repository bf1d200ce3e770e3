"""What a model wrote about the test photos beside what people wrote: a list for mouse and keyboard, the worst first."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from app.theme import theme
from app.widgets.level_mark import Mark, draw_mark
from app.widgets.photo_rows import (
    Index,
    PhotoRowDelegate,
    PhotoRowsList,
    PhotoRowsModel,
    RowRole,
    draw_lines,
)
from core.tasks.result import TextPrediction
from core.tasks.scoring import RIGHT


@dataclass(frozen=True)
class WrittenPhoto:
    """A prediction with where its photo lies now."""

    prediction: TextPrediction
    path: Path

    @property
    def mark(self) -> Mark | None:
        """Whether an answer is right; a description has no right or wrong."""
        if not self.prediction.question:
            return None
        return "ok" if self.prediction.score >= RIGHT else "stop"


class WrittenPhotosModel(PhotoRowsModel[WrittenPhoto]):
    """The rows of the list."""

    def tip(self, row: WrittenPhoto) -> str:
        return f"{row.path}\n{self.words(row)}"

    def words(self, row: WrittenPhoto) -> str:
        found = row.prediction
        between = self.tr("／")
        if found.question:
            return self.tr("{question}\n人：{written}\nモデル：{said}\n自信：{percent} %").format(
                question=found.question,
                written=between.join(dict.fromkeys(found.written)),
                said=found.said,
                percent=round(100 * found.confidence),
            )
        return self.tr("人：{written}\nモデル：{said}\n近さ：{score}（学習の前は {before}）").format(
            written=between.join(found.written),
            said=found.said,
            score=f"{found.score:.1f}",
            before=f"{found.untouched_score:.1f}",
        )


class WrittenPhotosList(PhotoRowsList[WrittenPhoto]):
    """The list; tells which row is looked at."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, WrittenPhotosModel(), _RowDelegate(), parent)


class _RowDelegate(PhotoRowDelegate):
    """The question and what people wrote plain, what the model wrote bold, figures muted; an answer carries a mark."""

    edge = 88

    def text_height(self, line_spacing: int) -> int:
        return 4 * (line_spacing + 2)

    def draw_row(self, painter: QPainter, words: QRect, option: QStyleOptionViewItem, index: Index) -> None:
        row: WrittenPhoto = index.data(RowRole)
        if row.mark is not None:
            edge = painter.fontMetrics().height()
            draw_mark(painter, row.mark, QRectF(words.right() - edge, words.top(), edge, edge))
            words.setRight(words.right() - edge - 6)
        tokens, lines = theme(), str(index.data()).split("\n")
        colours = [tokens.text] * (len(lines) - 1) + [tokens.muted]
        draw_lines(painter, words, option.font, tuple(zip(lines, colours, strict=True)))
