"""What the unsure threshold does, in numbers: how many pass, how many are wrong, how many a person sees."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from app.theme import theme
from core.evaluation.tally import consequence
from core.training.result import PhotoPrediction, TrainResult

_FIGURES = ("right", "wrong", "to_person", "saved")


class UnsurePreview(QWidget):
    """A slider to look at other thresholds; the one that goes into the package stays the chosen one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unsure_preview")
        self._predictions: Sequence[PhotoPrediction] = ()
        self._result: TrainResult | None = None
        self.sentence = QLabel(objectName="unsure_sentence", wordWrap=True)
        self.sentence.setProperty("class", "heading3")
        self.promise = QLabel(objectName="unsure_promise", wordWrap=True)
        self.promise.setProperty("class", "muted")
        self.slider = QSlider(
            Qt.Orientation.Horizontal, objectName="unsure_slider", maximum=99, minimumHeight=40
        )
        self.slider.setPageStep(5)
        self.back = QPushButton(objectName="unsure_back", minimumHeight=40)
        self.bar = _ShareBar()
        self._names = {figure: QLabel(wordWrap=True) for figure in _FIGURES}
        self._counts = {figure: QLabel(objectName=f"unsure_{figure}") for figure in _FIGURES}
        self.slider.valueChanged.connect(lambda _: self._say())
        self.back.clicked.connect(self._to_chosen)
        self._lay_out()
        self.retranslate()

    def show_result(self, result: TrainResult) -> None:
        """Start at the threshold that was chosen for the result."""
        self._result, self._predictions = result, result.predictions
        self._to_chosen()
        self._say()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.slider.setAccessibleName(self.tr("要確認のしきい値（%）"))
        self.back.setText(self.tr("決めた値に戻す"))
        self.back.setAccessibleName(self.back.text())
        names = {
            "right": self.tr("そのまま通って、正しい"),
            "wrong": self.tr("そのまま通って、まちがい"),
            "to_person": self.tr("人が確認する"),
            "saved": self.tr("人の確認で防げるまちがい"),
        }
        for figure, label in self._names.items():
            label.setText(names[figure])
        self._say()

    def chosen(self) -> int:
        """The threshold that goes into the package, in percent; 0 where none could be chosen."""
        unsure = self._result.unsure if self._result else None
        return round(100 * unsure.probability) if unsure else 0

    def _to_chosen(self) -> None:
        self.slider.setValue(self.chosen())

    def _say(self) -> None:
        percent = self.slider.value()
        found = consequence(self._predictions, percent / 100)
        for figure, label in self._counts.items():
            label.setText(self.tr("{count} 枚").format(count=getattr(found, figure)))
            label.setAccessibleName(self._names[figure].text())
            label.setAccessibleDescription(label.text())
        self.sentence.setText(
            self.tr(
                "自信が {percent} % より低い写真は、人が確認します。試験の {photos} 枚では、{people} 枚です。"
            ).format(percent=percent, photos=found.photos, people=found.to_person)
        )
        self.promise.setText(self._promise())
        self.bar.show_shares(found.right, found.wrong, found.to_person)
        self.back.setEnabled(percent != self.chosen())

    def _promise(self) -> str:
        unsure = self._result.unsure if self._result else None
        if unsure is None:
            return self.tr("確かめる写真が足りないので、しきい値はまだ決められません。つまみで試せます。")
        wished = f"{100 * unsure.wished_error:.0f}"
        if unsure.promised:
            words = self.tr(
                "持ち出すときは {chosen} % を使います（まちがいを {wished} % 以下にする値）。つまみは試し見です。"
            )
        else:
            words = self.tr(
                "持ち出すときは {chosen} % を使います。まちがいを {wished} % 以下にすると約束するには、写真が足りません。つまみは試し見です。"
            )
        return words.format(chosen=self.chosen(), wished=wished)

    def _lay_out(self) -> None:
        row = QHBoxLayout(spacing=12)
        row.addWidget(self.slider, 1)
        row.addWidget(self.back)
        grid = QGridLayout(horizontalSpacing=24, verticalSpacing=4)
        for place, figure in enumerate(_FIGURES):
            self._counts[figure].setProperty("class", "heading1")
            grid.addWidget(self._counts[figure], 0, place)
            grid.addWidget(self._names[figure], 1, place, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(place, 1)
        column = QVBoxLayout(self, spacing=16)
        column.addWidget(self.sentence)
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addLayout(grid)
        column.addWidget(self.promise)
        column.addStretch(1)


class _ShareBar(QWidget):
    """All photos as one bar: passed and right, passed and wrong (hatched), sent to a person (dotted)."""

    _PARTS = (
        ("ok", Qt.BrushStyle.SolidPattern),
        ("bad", Qt.BrushStyle.BDiagPattern),
        ("warn", Qt.BrushStyle.Dense5Pattern),
    )

    def __init__(self) -> None:
        super().__init__()
        self._counts: tuple[int, ...] = ()
        self.setFixedHeight(28)

    def show_shares(self, *counts: int) -> None:
        self._counts = counts
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        whole = max(1, sum(self._counts))
        left = 0.0
        for count, (token, pattern) in zip(self._counts, self._PARTS, strict=False):
            width = self.width() * count / whole
            colour = QColor(getattr(theme(), token))
            painter.setPen(QPen(colour, 1))
            painter.setBrush(QBrush(colour, pattern))
            if count:
                painter.drawRect(QRectF(left, 0.5, width - 2, self.height() - 1))
            left += width
        painter.end()
