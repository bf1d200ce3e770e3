"""What a person's checks of answers save, over all thresholds: a figure below its sentence."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.widgets.figure import Figure, Series
from app.widgets.trust import STEPS, at_even_steps
from core.evaluation.abstention import Stand, abstention_curve
from core.training.result import Validated


class AnswersCurve(QWidget):
    """Of the test answers, on which no threshold was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="answers_curve")
        self._curve: Sequence[Stand] = ()
        self._answers = 0
        self.title = QLabel(objectName="answers_curve_title")
        self.title.setProperty("class", "heading3")
        self.words = QLabel(objectName="answers_curve_words", wordWrap=True)
        self.figure = Figure("answers_curve_figure")
        column = QVBoxLayout(self, spacing=8)
        for widget in (self.title, self.words, self.figure):
            column.addWidget(widget)
        self.retranslate()

    def show_answers(self, judged: Sequence[Validated]) -> None:
        """Show the test answers of a result."""
        sure = np.array([each.probability for each in judged])
        right = np.array([each.right for each in judged], dtype=bool)
        self._curve, self._answers = abstention_curve(sure, right), len(judged)
        self.retranslate()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.title.setText(self.tr("人が確認する答えと、残るまちがい"))
        self.figure.setAccessibleName(self.title.text())
        self.figure.setVisible(len(self._curve) > 1)
        if len(self._curve) < 2:
            self.words.setText(self.tr("試験の答えが少ないため、これは測れません。"))
            return
        self.words.setText(
            self.tr(
                "右へ行くほど、人が確認する答えが増えます。線は、そのまま使う答えに残るまちがいの割合（%）です。試験の {answers} 件で測りました。"
            ).format(answers=self._answers)
        )
        self.figure.setAccessibleDescription(self.words.text())
        shown = at_even_steps(self._curve)
        most = round(100 * (len(shown) - 1) / (STEPS - 1))
        self.figure.show_series(
            [
                Series(self.tr("95 % の上の端"), "series_3", [100 * high for _, high in shown], dashed=True),
                Series(self.tr("残るまちがい（%）"), "series_1", [100 * mean for mean, _ in shown]),
            ],
            ends=(
                self.tr("人が確認 {share} %").format(share=0),
                self.tr("人が確認 {share} %").format(share=most),
            ),
        )
