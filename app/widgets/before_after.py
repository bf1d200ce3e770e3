"""Before and after, side by side: counts first, then the share, with the interval on demand."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from core.project.revision import DataRevision
from core.training.result import Interval, Metrics, TrainResult

# As on site first: that is what will be met.
_ROWS = ("union_base", "union_new", "union_h", "base", "new", "h")
_COUNTED = {"base": "base", "new": "new", "union_base": "base", "union_new": "new"}


@dataclass(frozen=True)
class Figure:
    """One accuracy over `photos` photos (0 for a harmonic mean, which counts none), with its interval."""

    share: float | None
    photos: int
    interval: Interval | None

    @property
    def right(self) -> int:
        """Photos judged right."""
        return round((self.share or 0.0) * self.photos)


def figures(result: TrainResult, revision: DataRevision, key: str) -> tuple[Figure, Figure]:
    """A figure of the untouched model and the same of the tuned one."""
    counts = revision.counts("test")
    group = _COUNTED.get(key)
    members = {"base": revision.base, "new": revision.new}.get(group or "", ())
    photos = sum(counts[index] for index in members)
    before, after = (
        Figure(_share(result.metrics[who], key), photos, result.intervals.get(who, {}).get(key))
        for who in ("zero_shot", "tuned")
    )
    return before, after


class BeforeAfterTable(QFrame):
    """Six rows: each group with all classes offered, each among its own classes, and their balance."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("before_after")
        self._shown: tuple[TrainResult, DataRevision] | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(20, 16, 20, 16)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(10)
        self._heads = [self._put(QLabel(), 0, column) for column in range(4)]
        self._sections = {row: self._section(row) for row in (1, 5)}
        self._names = {key: self._put(QLabel(wordWrap=True), _line(key), 0) for key in _ROWS}
        self._cells = {key: [self._cell(key, who) for who in range(2)] for key in _ROWS}
        self._changes = {
            key: self._put(QLabel(objectName=f"change_{key}", wordWrap=True), _line(key), 3) for key in _ROWS
        }
        for column, share in enumerate((4, 6, 6, 3)):
            self._grid.setColumnStretch(column, share)
        self.retranslate()

    def show_result(self, result: TrainResult, revision: DataRevision) -> None:
        """Show a result."""
        self._shown = (result, revision)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        for label, words in zip(
            self._heads, ("", self.tr("学習の前"), self.tr("学習の後"), self.tr("差")), strict=True
        ):
            label.setText(words)
        self._sections[1].setText(self.tr("全部の種類から選ぶとき（現場と同じ）"))
        self._sections[5].setText(self.tr("同じ仲間の中から選ぶとき"))
        names = {
            "base": self.tr("習った種類"),
            "new": self.tr("取り置いた種類"),
            "h": self.tr("つりあい"),
        }
        for key, label in self._names.items():
            label.setText(names[key.removeprefix("union_")])
            if key.endswith("h"):
                label.setToolTip(self.tr("習った種類と取り置いた種類の両方が良いときだけ高くなる値です。"))
        if self._shown is not None:
            for key in _ROWS:
                self._fill(key, *figures(*self._shown, key))

    def _fill(self, key: str, before: Figure, after: Figure) -> None:
        name = self._names[key].text()
        for cell, figure in zip(self._cells[key], (before, after), strict=True):
            cell.setText(self._words(figure))
            cell.setToolTip(self._interval(figure))
            cell.setAccessibleName(name)
            cell.setAccessibleDescription(cell.text())
        self._changes[key].setText(self._difference(before, after))

    def _words(self, figure: Figure) -> str:
        if figure.share is None:
            return self.tr("測る写真がありません")
        percent = f"{100 * figure.share:.0f}"
        if not figure.photos:
            return self.tr("{percent} %").format(percent=percent)
        wrong = figure.photos - figure.right
        return self.tr("まちがい {wrong}／{photos} 枚（正解 {percent} %）").format(
            wrong=wrong, photos=figure.photos, percent=percent
        )

    def _interval(self, figure: Figure) -> str:
        if figure.interval is None:
            return ""
        low, high = (f"{100 * end:.0f}" for end in (figure.interval.low, figure.interval.high))
        return self.tr("写真を取りかえても、95 % は {low}～{high} % に入ります。").format(low=low, high=high)

    def _difference(self, before: Figure, after: Figure) -> str:
        if before.share is None or after.share is None:
            return ""
        if not before.photos:
            points = round(100 * (after.share - before.share))
            return self.tr("{points:+d} ポイント").format(points=points)
        more = after.right - before.right
        return self.tr("正解 {more:+d} 枚").format(more=more)

    def _section(self, row: int) -> QLabel:
        label = QLabel()
        label.setProperty("class", "heading3")
        self._grid.addWidget(label, row, 0, 1, 4)
        return label

    def _cell(self, key: str, who: int) -> QLabel:
        name = f"{key}_{('before', 'after')[who]}"
        cell = self._put(QLabel(objectName=name, wordWrap=True), _line(key), 1 + who)
        if who:
            font = cell.font()
            font.setBold(True)
            cell.setFont(font)
        return cell

    def _put(self, label: QLabel, row: int, column: int) -> QLabel:
        label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid.addWidget(label, row, column)
        return label


def _share(metrics: Metrics, key: str) -> float | None:
    value: float | None = getattr(metrics, key)
    return value


def _line(key: str) -> int:
    return _ROWS.index(key) + (2 if _ROWS.index(key) < 3 else 3)
