"""The unsure threshold as a wish: at most 1 wrong in so many that pass; what it promises, and what it costs."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QSpinBox, QVBoxLayout, QWidget

from app.theme import theme
from app.widgets.level_mark import LevelMark
from core.evaluation.tally import Consequence, consequence_of
from core.evaluation.unsure import Checked, exact, photos_needed, threshold_for
from core.training.job import WISHED_ERROR
from core.training.result import UnsureThreshold, Validated

STOPS = (10, 20, 50, 100, 200, 500, 1000)
_FIGURES = ("right", "wrong", "to_person", "saved")


class UnsurePreview(QWidget):
    """A slider and a number for the wish. The threshold that follows is the one that goes into the package."""

    wished = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unsure_preview")
        self._result: Checked | None = None
        self._judged: Sequence[Validated] = ()
        self.threshold: UnsureThreshold | None = None
        self.question = QLabel(objectName="unsure_question", wordWrap=True)
        self.question.setProperty("class", "heading3")
        self.slider = QSlider(
            Qt.Orientation.Horizontal, objectName="unsure_slider", maximum=len(STOPS) - 1, minimumHeight=40
        )
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.number = QSpinBox(objectName="unsure_number", minimum=2, maximum=100_000, minimumHeight=40)
        self.mark = LevelMark("ok", 28)
        self.promise = QLabel(objectName="unsure_promise", wordWrap=True)
        self.sentence = QLabel(objectName="unsure_sentence", wordWrap=True)
        self.bar = _ShareBar()
        self._names = {figure: QLabel(wordWrap=True) for figure in _FIGURES}
        self._counts = {figure: QLabel(objectName=f"unsure_{figure}") for figure in _FIGURES}
        self.slider.valueChanged.connect(lambda stop: self.number.setValue(STOPS[stop]))
        self.number.valueChanged.connect(self._asked)
        self._lay_out()
        self.retranslate()

    def show_result(self, result: Checked, judged: Sequence[Validated], wished_error: float | None) -> None:
        """Show a result with its test photos of the classes that are offered on site. Without a wish, it is the
        result of an older program and keeps its own."""
        self._result, self._judged = result, judged
        unsure = result.unsure
        if wished_error is None:
            wished_error = unsure.wished_error if unsure is not None else WISHED_ERROR
        self.threshold = threshold_for(result, wished_error)
        with QSignalBlocker(self.number):
            self.number.setValue(round(1 / wished_error))
        self._settle()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.question.setText(self.tr("人が確認せずに通す写真のうち、まちがいをどこまで許しますか。"))
        self.slider.setAccessibleName(self.tr("何枚につき 1 枚までまちがいを許すか"))
        self.number.setAccessibleName(self.slider.accessibleName())
        self.number.setSuffix(self.tr(" 枚につき 1 枚まで"))
        names = {
            "right": self.tr("そのまま通って、正しい"),
            "wrong": self.tr("そのまま通って、まちがい"),
            "to_person": self.tr("人が確認する"),
            "saved": self.tr("人の確認で防げるまちがい"),
        }
        for figure, label in self._names.items():
            label.setText(names[figure])
        self._say()

    def _asked(self, number: int) -> None:
        if self._result is not None:
            self.threshold = threshold_for(self._result, 1 / number)
            self._settle()
            self.wished.emit(1 / number)

    def _settle(self) -> None:
        """The slider follows the number: to its own stop, or the nearest."""
        number = self.number.value()
        with QSignalBlocker(self.slider):
            self.slider.setValue(min(range(len(STOPS)), key=lambda stop: abs(STOPS[stop] - number)))
        changeable = self._result is not None and bool(self._result.validated)
        self.slider.setEnabled(changeable)
        self.number.setEnabled(changeable)
        self._say()

    def _say(self) -> None:
        probability = self.threshold.probability if self.threshold is not None else 0.0
        found = consequence_of(self._judged, probability)
        for figure, label in self._counts.items():
            label.setText(self._count(getattr(found, figure)))
            label.setAccessibleName(self._names[figure].text())
            label.setAccessibleDescription(label.text())
        self.promise.setText(self._promise())
        self.mark.set_mark("ok" if self.threshold is not None and self.threshold.promised else "warn")
        self.sentence.setText(self._cost(found, probability))
        self.bar.show_shares(found.right, found.wrong, found.to_person)

    def _count(self, count: int) -> str:
        return self.tr("{count} 枚").format(count=count)

    def _promise(self) -> str:
        unsure, number = self.threshold, self.number.value()
        if unsure is None:
            return self.tr(
                "確認用の写真がないので、しきい値を決められません。現場では、すべての答えを人が確かめてください。"
            )
        if self._result is not None and not self._result.validated:
            return self.tr(
                "前の版のプログラムで学習した結果なので、ここは変えられません。もう一度学習すると、選べるようになります。"
            )
        if unsure.promised and unsure.error is not None:
            return self.tr(
                "約束できます。確認用の写真でそのまま通った {passed} 枚のうち、まちがいは {wrong} 枚でした（写真を取りかえても、95 % は {high} % 以下）。"
            ).format(
                passed=unsure.error.n,
                wrong=round(unsure.error.mean * unsure.error.n),
                high=f"{100 * unsure.error.high:.2g}",
            )
        needed = photos_needed(unsure.wished_error)
        if unsure.n < needed:
            words = self.tr(
                "まだ約束できません。{number} 枚につき 1 枚までと約束するには、確認用の写真が、まちがいなしでも {needed} 枚要ります（いまは {photos} 枚）。しきい値は目安です。"
            )
        else:
            words = self.tr(
                "約束できません。確認用の写真 {photos} 枚の中に、自信を持ってまちがえた写真が多すぎます。しきい値は目安です。"
            )
        return words.format(number=number, needed=needed, photos=unsure.n)

    def _cost(self, found: Consequence, probability: float) -> str:
        if self.threshold is None:
            return ""
        if probability >= 1:
            return self.tr("この割合を守れるしきい値がないので、すべての写真を人が確認します。")
        if not found.photos:
            return self.tr("自信が {percent} % より低い写真は、人が確認します。").format(
                percent=percent_below_all(probability)
            )
        share = exact(found.to_person, found.photos)
        return self.tr(
            "自信が {percent} % より低い写真は、人が確認します。試験の {photos} 枚では {people} 枚です（写真 100 枚あたり {low}～{high} 枚の見込み）。"
        ).format(
            percent=percent_below_all(probability),
            photos=found.photos,
            people=found.to_person,
            low=round(100 * share.low),
            high=round(100 * share.high),
        )

    def _lay_out(self) -> None:
        row = QHBoxLayout(spacing=12)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        promise = QHBoxLayout(spacing=12)
        promise.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        promise.addWidget(self.promise, 1)
        grid = QGridLayout(horizontalSpacing=24, verticalSpacing=4)
        for place, figure in enumerate(_FIGURES):
            self._counts[figure].setProperty("class", "heading1")
            grid.addWidget(self._counts[figure], 0, place)
            grid.addWidget(self._names[figure], 1, place, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(place, 1)
        column = QVBoxLayout(self, spacing=12)
        column.addWidget(self.question)
        column.addLayout(row)
        column.addLayout(promise)
        column.addWidget(self.sentence)
        column.addWidget(self.bar)
        column.addLayout(grid)


def percent_below_all(probability: float) -> str:
    """Never rounded to 100: that would say that all photos go to a person."""
    return f"{min(99.9, 100 * probability):.1f}"


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
