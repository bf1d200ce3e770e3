"""The charts of a model that learns to write: how wrong it is, and how many texts it writes word for word."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.run_story import RunStory
from app.widgets.live_chart import ChartLine, LiveChart, Reach
from core.training.events import TextEpoch


class TextCharts(QWidget):
    """Shows a story; `tell` it again whenever it has grown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="text_charts")
        self._story = RunStory()
        lines = (ChartLine("loss", "series_3"), ChartLine("check_loss", "series_2", symbol="s"))
        self.loss = LiveChart("text_loss_chart", lines, Reach(low=0.0))
        self.right = LiveChart("text_right_chart", (ChartLine("right", "series_1"),), Reach(0.0, 100.0))
        row = QHBoxLayout(self, spacing=24)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.loss, 1)
        row.addWidget(self.right, 1)
        self.retranslate()

    def show_story(self, story: RunStory) -> None:
        """Show what a run has told so far."""
        self._story = story
        for key in ("loss", "check_loss"):
            self.loss.put(key, *story.series(key))
        rounds, shares = story.series("right")
        self.right.put("right", rounds, [100 * share for share in shares])
        planned = story.latest.epochs if story.latest else 1
        for chart in (self.loss, self.right):
            chart.set_rounds(planned)
        self._say()

    def retranslate(self) -> None:
        """Words in the present language."""
        axis = self.tr("写真と文を見た回数（周）")
        names = {"loss": self.tr("学習用の文"), "check_loss": self.tr("確認用の文")}
        self.loss.set_words(self.tr("まちがいの大きさ"), axis, names)
        self.right.set_words(
            self.tr("一字一句そのとおりに書けた割合（%）"), axis, {"right": self.tr("確認用の文")}
        )
        self._say()

    def restyle(self) -> None:
        """Colours of the present theme."""
        self.loss.restyle()
        self.right.restyle()

    def _say(self) -> None:
        latest = self._story.latest
        if not isinstance(latest, TextEpoch):
            waiting = self.tr("1 周目が終わると、ここに線が出ます。")
            self.loss.say(waiting)
            self.right.say(waiting)
            return
        self.loss.say(self._loss_words(latest))
        self.right.say(self._right_words(latest))

    def _loss_words(self, latest: TextEpoch) -> str:
        first = self._story.rounds[min(self._story.rounds)]
        if latest.epoch == first.epoch:
            return self.tr("いま {loss:.2f} です。学習が進むと下がります。").format(loss=latest.loss)
        if latest.loss < first.loss:
            return self.tr("{first:.2f} から {loss:.2f} に下がりました。").format(
                first=first.loss, loss=latest.loss
            )
        return self.tr(
            "{first:.2f} から {loss:.2f} になり、下がっていません。続くようなら、やり方を変えてください。"
        ).format(first=first.loss, loss=latest.loss)

    def _right_words(self, latest: TextEpoch) -> str:
        _, shares = self._story.series("right")
        if not shares:
            return self.tr("途中で確かめる文がないので、割合は出せません。")
        if self._story.state.terminal or latest.right is None:
            # What is kept is the best round, not the last.
            words = self.tr(
                "いちばん良い周では、確認用の文の {share} % を、人が書いたとおりに書けました。言い回しが違うだけのものは入りません。"
            )
            return words.format(share=f"{100 * max(shares):.0f}")
        words = self.tr(
            "確認用の文の {share} % を、人が書いたとおりに書けます。言い回しが違うだけのものは入りません。"
        )
        return words.format(share=f"{100 * latest.right:.0f}")
