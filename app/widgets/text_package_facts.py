"""What a package that writes will be able to do, in words, before it is written: task, language, questions, figures."""

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app.theme import GAP
from app.widgets.text_verdict import deciding, figure
from core.backbones.store import EMBEDDED
from core.tasks.result import MeasureChange, TextResult
from core.training.result import UnsureThreshold

_MOST_QUESTIONS = 5


class TextPackageFacts(QFrame):
    """Hidden until a result is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="text_package_facts", visible=False)
        self.setProperty("class", "card")
        self._result: TextResult | None = None
        self._unsure: UnsureThreshold | None = None
        self.heading = QLabel()
        self.heading.setProperty("class", "heading3")
        self.lines = QLabel(objectName="text_package_lines", wordWrap=True)
        self.figures = QLabel(objectName="text_package_figures", wordWrap=True)
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(20, 16, 20, 16)
        for label in (self.heading, self.lines, self.figures):
            column.addWidget(label)

    def show_result(self, result: TextResult | None, unsure: UnsureThreshold | None) -> None:
        """Of a run; `unsure` is the threshold that will go along."""
        self._result, self._unsure = result, unsure
        self.setVisible(result is not None)
        self.retranslate()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.heading.setText(self.tr("このファイルにできること"))
        result = self._result
        if result is None:
            return
        told = [self._what(result), *self._questions(result), *self._sureness(result), self._model(result)]
        self.lines.setText("\n".join(told))
        found = deciding(result, "base")
        self.figures.setText(
            self.tr("試験に使う文がなかったので、どれだけ当たるかは分かりません。")
            if found is None
            else self._measured(result, found)
        )

    def _what(self, result: TextResult) -> str:
        if result.task == "vqa":
            return (
                self.tr("・写真についての質問に、日本語で答えます。")
                if result.language == "ja"
                else self.tr("・写真についての質問に、英語で答えます。")
            )
        return (
            self.tr("・写真の説明を、日本語で書きます。")
            if result.language == "ja"
            else self.tr("・写真の説明を、英語で書きます。")
        )

    def _questions(self, result: TextResult) -> list[str]:
        if result.task != "vqa" or not result.questions:
            return []
        named = [self.tr("「{question}」").format(question=text) for text in result.questions]
        words = "".join(named[:_MOST_QUESTIONS])
        if len(named) > _MOST_QUESTIONS:
            words += self.tr("など %n 件", "", len(named))
        return [self.tr("・習った質問：{questions}").format(questions=words)]

    def _sureness(self, result: TextResult) -> list[str]:
        if result.task == "caption":
            return [self.tr("・説明は、いつも人が読んで確かめます。")]
        if self._unsure is None:
            return [self.tr("・確認用の文がなかったので、自信のない答えを「要確認」にできません。")]
        return [
            self.tr("・自信が {percent} % より低い答えは「要確認」にして、人に聞きます。").format(
                percent=round(100 * self._unsure.probability)
            )
        ]

    def _model(self, result: TextResult) -> str:
        if result.model == EMBEDDED:
            return self.tr("・付属のモデルで動きます。現場の PC には、このプログラムが入っていれば足ります。")
        return self.tr(
            "・モデル「{model}」で動きます。ファイルの中には入らないので、現場の PC にも同じモデルが要ります。"
        ).format(model=result.model)

    def _measured(self, result: TextResult, found: MeasureChange) -> str:
        spread = [figure(result, value) for value in (found.after.low, found.after.high)]
        words = (
            self.tr(
                "試験の写真 {photos} 枚で、正しい答えは {after}（95 % の幅 {low}〜{high}）。学習の前は {before} でした。"
            )
            if result.task == "vqa"
            else self.tr(
                "試験の写真 {photos} 枚で、人の説明への近さは {after}（95 % の幅 {low}〜{high}、10 がいちばん近い）。学習の前は {before} でした。"
            )
        )
        return words.format(
            photos=found.after.n,
            after=figure(result, found.after.mean),
            before=figure(result, found.before.mean),
            low=spread[0],
            high=spread[1],
        )
