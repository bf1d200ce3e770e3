"""Can the model's own probabilities be trusted: what a person's checks save, and said against right, with figures."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.widgets.figure import Figure, Series
from core.evaluation.abstention import Stand, curve_of
from core.training.result import Calibrated, PhotoPrediction, TrainResult

STEPS = 21


class Trust(QWidget):
    """Two figures, each below its sentence; what cannot be drawn is said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trust")
        self._calibration: Calibrated | None = None
        self._curve: Sequence[Stand] = ()
        self._photos = 0
        self.titles = {name: QLabel(objectName=f"{name}_title") for name in ("abstention", "reliability")}
        self.words = {name: QLabel(objectName=f"{name}_words", wordWrap=True) for name in self.titles}
        self.figures = {name: Figure(f"{name}_figure") for name in self.titles}
        column = QVBoxLayout(self, spacing=8)
        for name, title in self.titles.items():
            title.setProperty("class", "heading3")
            column.addWidget(title)
            column.addWidget(self.words[name])
            column.addWidget(self.figures[name])
        column.addStretch(1)
        self.retranslate()

    def show_result(self, result: TrainResult, predictions: Sequence[PhotoPrediction]) -> None:
        """Show a result with its test photos of the classes that are offered on site."""
        self._calibration, self._curve, self._photos = (
            result.calibration, curve_of(predictions), len(predictions)
        )  # fmt: skip
        self.retranslate()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.titles["abstention"].setText(self.tr("人が確認する写真と、残るまちがい"))
        self.titles["reliability"].setText(self.tr("自信の数字は、正解の割合と合っているか"))
        for name, title in self.titles.items():
            self.figures[name].setAccessibleName(title.text())
        self._show_abstention()
        self._show_reliability(self._calibration)
        for name, figure in self.figures.items():
            figure.setVisible(bool(figure.series))
            figure.setAccessibleDescription(self.words[name].text())

    def _show_abstention(self) -> None:
        if len(self._curve) < 2:
            self.words["abstention"].setText(self.tr("試験の写真が少ないため、これは測れません。"))
            self.figures["abstention"].show_series(())
            return
        self.words["abstention"].setText(
            self.tr(
                "右へ行くほど、人が確認する写真が増えます。線は、そのまま通る写真に残るまちがいの割合（%）です。試験の {photos} 枚で測りました。"
            ).format(photos=self._photos)
        )
        shown = at_even_steps(self._curve)
        self.figures["abstention"].show_series(
            [
                Series(self.tr("95 % の上の端"), "series_3", [100 * high for _, high in shown], dashed=True),
                Series(self.tr("残るまちがい（%）"), "series_1", [100 * mean for mean, _ in shown]),
            ],
            ends=(
                self.tr("人が確認 {share} %").format(share=0),
                self.tr("人が確認 {share} %").format(share=round(100 * (len(shown) - 1) / (STEPS - 1))),
            ),
        )

    def _show_reliability(self, found: Calibrated | None) -> None:
        if found is None:
            self.words["reliability"].setText(
                self.tr("この結果には、自信の数字を確かめた記録がありません。もう一度学習すると出ます。")
            )
            self.figures["reliability"].show_series(())
            return
        self.words["reliability"].setText(self._reliability(found))
        bins = found.after.bins
        self.figures["reliability"].show_series(
            [
                Series(
                    self.tr("モデルの自信（%）"), "series_3", [100 * b.probability for b in bins], dashed=True
                ),
                Series(self.tr("実際の正解（%）"), "series_1", [100 * b.right for b in bins]),
            ],
            [self.tr("{photos} 枚").format(photos=b.photos) for b in bins],
            percent=True,
        )

    def _reliability(self, found: Calibrated) -> str:
        before, after = (f"{100 * each.ece:.1f}" for each in (found.before, found.after))
        if found.temperatures.photos:
            words = self.tr(
                "確認用の写真 {val} 枚で、自信の数字を直しました。試験の {photos} 枚では、正解の割合とのずれは平均 {before} ポイントから {after} ポイントになりました。"
            )
        else:
            words = self.tr(
                "確認用の写真が少ないので、自信の数字は直していません。試験の {photos} 枚では、正解の割合とのずれは平均 {after} ポイントです。"
            )
        chance = self.tr(
            " 正直な数字でも、この枚数では {chance} ポイントまでは偶然にずれます。棒の下は、その棒の写真の枚数です。"
        )
        return (words + chance).format(
            val=found.temperatures.photos,
            photos=found.after.n,
            before=before,
            after=after,
            chance=f"{100 * found.after.by_chance:.1f}",
        )


def at_even_steps(curve: Sequence[Stand]) -> list[tuple[float, float]]:
    """Error and the upper end of its interval when a person checks 0 %, 5 % … of the photos, as far as was measured."""
    shares = [stand.to_person for stand in curve]
    measured = [(stand.error.mean, stand.error.high) for stand in curve if stand.error is not None]
    steps = [step / (STEPS - 1) for step in range(STEPS)]
    within = [share for share in steps if share <= shares[-1]]
    means, highs = zip(*measured, strict=True)
    return list(zip(np.interp(within, shares, means), np.interp(within, shares, highs), strict=True))
