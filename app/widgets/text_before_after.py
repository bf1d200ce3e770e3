"""Before and after of a model that writes, by group of photos and measure, each with its 95 % range."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from core.evaluation.compare import Change
from core.tasks.result import Group, MeasureChange, TextResult
from core.training.result import Interval

_GROUPS: tuple[Group, ...] = ("base", "new", "known")


class TextBeforeAfter(QFrame):
    """A section for each group that has photos, the measure that decides first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="text_before_after")
        self._result: TextResult | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(20, 16, 20, 16)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(10)
        for column, share in enumerate((5, 4, 4, 4)):
            self._grid.setColumnStretch(column, share)

    def show_result(self, result: TextResult) -> None:
        """Show a result."""
        self._result = result
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        result = self._result
        if result is None:
            return
        self._put(QLabel(self._what_is_counted(result), wordWrap=True), 0, 0, 4)
        for column, words in enumerate(
            ("", self.tr("学習の前"), self.tr("学習の後"), self.tr("差")), start=0
        ):
            self._put(QLabel(words), 1, column)
        row = 2
        for group in _GROUPS:
            if group in result.metrics:
                row = self._section(result, group, row)

    def _section(self, result: TextResult, group: Group, row: int) -> int:
        found = result.metrics[group]
        measures = sorted(found, key=lambda name: name != result.measure)
        photos = found[measures[0]].after.n
        heading = QLabel(self._group_words(group, photos), objectName=f"group_{group}", wordWrap=True)
        heading.setProperty("class", "heading3")
        self._put(heading, row, 0, 4)
        for name in measures:
            row += 1
            self._line(group, name, found[name], row, decides=name == result.measure)
        return row + 1

    def _line(self, group: Group, name: str, change: MeasureChange, row: int, *, decides: bool) -> None:
        title, explained = self._measure_words(name)
        percent = name == "vqa_accuracy"
        label, after = QLabel(title, wordWrap=True), QLabel(self._with_range(change.after, percent))
        before = QLabel(self._with_range(change.before, percent))
        difference = QLabel(self._difference(change, percent), wordWrap=True)
        label.setToolTip(explained)
        cells = {"measure": label, "before": before, "after": after, "change": difference}
        for column, (key, cell) in enumerate(cells.items()):
            cell.setObjectName(f"{group}_{name}_{key}")
            if column:
                cell.setAccessibleName(title)
                cell.setAccessibleDescription(cell.text())
            if not decides:
                cell.setProperty("class", "muted")
            self._put(cell, row, column)
        if decides:
            font = after.font()
            font.setBold(True)
            after.setFont(font)

    def _what_is_counted(self, result: TextResult) -> str:
        if result.task == "vqa":
            return self.tr(
                "答えが、人の答えと同じだった割合です。かっこの中は、写真を取りかえても 95 % が入る幅です。"
            )
        words = self.tr(
            "「近さ」は、人が書いた説明にどれだけ近いかです。めずらしい言葉が合うほど高く、0～10 で、10 がいちばん近い値です。かっこの中は、写真を取りかえても 95 % が入る幅です。"
        )
        if result.words == "letters":
            lacks = self.tr(
                "日本語を単語に分ける道具がないので、1 文字ずつ数えました。ほかのパソコンの数字とは比べられません。"
            )
            return f"{words}\n{lacks}"
        return words

    def _group_words(self, group: Group, photos: int) -> str:
        words = {
            "base": self.tr("習った種類の試験の写真（{photos} 枚）"),
            "new": self.tr("取り置いた種類の写真（{photos} 枚）：新しい製品への強さ"),
            "known": self.tr("元のモデルが知っていたこと（練習用の絵 {photos} 枚）：学習で失われていないか"),
        }
        return words[group].format(photos=photos)

    def _measure_words(self, name: str) -> tuple[str, str]:
        words = {
            "vqa_accuracy": (
                self.tr("正しい答え"),
                self.tr("VQA 精度。人の答えと同じなら正しいと数えます。"),
            ),
            "cider": (self.tr("近さ（CIDEr）"), self.tr("人が書いた説明にどれだけ近いかです。0～10。")),
            "bleu_4": (
                self.tr("続きの一致（BLEU-4）"),
                self.tr("続いた 4 語が、人の説明とそのまま同じだった割合です。0～1。"),
            ),
            "rouge_l": (
                self.tr("並びの一致（ROUGE-L）"),
                self.tr("人の説明と、言葉の並びがどれだけ同じかです。0～1。"),
            ),
            "meteor": (
                self.tr("言いかえも数えた一致（METEOR）"),
                self.tr("言葉の変化や言いかえも同じと数えた一致です。0～1。"),
            ),
        }
        return words.get(name, (name, ""))

    def _difference(self, change: MeasureChange, percent: bool) -> str:
        words = {
            Change.BETTER: self.tr("{difference} 良くなった"),
            Change.WORSE: self.tr("{difference} 悪くなった"),
            Change.UNCLEAR: self.tr("{difference} 差があるとは言えない"),
        }[change.change]
        mean = change.difference.mean
        points = (
            self.tr("{points} ポイント").format(points=f"{100 * mean:+.0f}") if percent else f"{mean:+.2f}"
        )
        return words.format(difference=points)

    def _with_range(self, interval: Interval, percent: bool) -> str:
        ends = (interval.mean, interval.low, interval.high)
        if percent:
            mean, low, high = (f"{100 * value:.0f}" for value in ends)
            return self.tr("{mean} %（{low}～{high}）").format(mean=mean, low=low, high=high)
        mean, low, high = (f"{value:.2f}" for value in ends)
        return self.tr("{mean}（{low}～{high}）").format(mean=mean, low=low, high=high)

    def _put(self, label: QLabel, row: int, column: int, span: int = 1) -> QLabel:
        label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._grid.addWidget(label, row, column, 1, span)
        return label
