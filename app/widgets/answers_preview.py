"""The unsure threshold of answers: as for photos, counted in answers."""

from app.widgets.unsure_preview import UnsurePreview, percent_below_all
from core.evaluation.tally import Consequence
from core.evaluation.unsure import exact, photos_needed


class AnswersPreview(UnsurePreview):
    """A slider and a number for the wish, and what follows from it for answers."""

    def retranslate(self) -> None:
        super().retranslate()
        self.question.setText(self.tr("人が確認せずに使う答えのうち、まちがいをどこまで許しますか。"))
        self.slider.setAccessibleName(self.tr("答え何件につき 1 件までまちがいを許すか"))
        self.number.setAccessibleName(self.slider.accessibleName())
        self.number.setSuffix(self.tr(" 件につき 1 件まで"))

    def _count(self, count: int) -> str:
        return self.tr("{count} 件").format(count=count)

    def _promise(self) -> str:
        unsure, number = self.threshold, self.number.value()
        if unsure is None:
            return self.tr(
                "確認用の答えがないので、しきい値を決められません。現場では、すべての答えを人が確かめてください。"
            )
        if unsure.promised and unsure.error is not None:
            return self.tr(
                "約束できます。確認用の答えでそのまま通った {passed} 件のうち、まちがいは {wrong} 件でした（質問を取りかえても、95 % は {high} % 以下）。"
            ).format(
                passed=unsure.error.n,
                wrong=round(unsure.error.mean * unsure.error.n),
                high=f"{100 * unsure.error.high:.2g}",
            )
        needed = photos_needed(unsure.wished_error)
        if unsure.n < needed:
            words = self.tr(
                "まだ約束できません。{number} 件につき 1 件までと約束するには、確認用の答えが、まちがいなしでも {needed} 件要ります（いまは {answers} 件）。しきい値は目安です。"
            )
        else:
            words = self.tr(
                "約束できません。確認用の答え {answers} 件の中に、自信を持ってまちがえたものが多すぎます。しきい値は目安です。"
            )
        return words.format(number=number, needed=needed, answers=unsure.n)

    def _cost(self, found: Consequence, probability: float) -> str:
        if self.threshold is None:
            return ""
        if probability >= 1:
            return self.tr("この割合を守れるしきい値がないので、すべての答えを人が確認します。")
        percent = percent_below_all(probability)
        if not found.photos:
            return self.tr("自信が {percent} % より低い答えは、人が確認します。").format(percent=percent)
        share = exact(found.to_person, found.photos)
        return self.tr(
            "自信が {percent} % より低い答えは、人が確認します。試験の {answers} 件では {people} 件です（100 件あたり {low}～{high} 件の見込み）。"
        ).format(
            percent=percent,
            answers=found.photos,
            people=found.to_person,
            low=round(100 * share.low),
            high=round(100 * share.high),
        )
