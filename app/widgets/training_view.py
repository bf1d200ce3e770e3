"""A run as it goes: what is happening in words, time left, two charts, what the PC is doing."""

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from app.run_story import RunStory
from app.ways import notice_text
from app.widgets.live_chart import ChartLine, LiveChart, Reach
from app.widgets.search_view import SearchView
from app.widgets.text_charts import TextCharts
from core.problems import Language
from core.training.events import Epoch, TextEpoch
from core.training.state import JobState

Course = Literal["nothing", "at_once", "by_epochs", "in_two_stages", "by_search"]
_ACCURACY_LINES = (
    ChartLine("base", "series_1"),
    ChartLine("new", "series_2", symbol="s"),
    ChartLine("zero_shot_base", "series_1", dash=Qt.PenStyle.DashLine),
    ChartLine("zero_shot_new", "series_2", dash=Qt.PenStyle.DotLine),
)


class TrainingView(QWidget):
    """Shows a story; `tell` it again whenever it has grown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training_view")
        self._story = RunStory()
        self._language: Language = "ja"
        self._course: Course = "by_epochs"
        self._texts = False
        self.happening = QLabel(objectName="training_happening", wordWrap=True)
        self.happening.setProperty("class", "heading3")
        self.position = QLabel(objectName="training_position")
        self.bar = QProgressBar(objectName="training_progress", textVisible=False)
        self.left = QLabel(objectName="training_left", alignment=Qt.AlignmentFlag.AlignRight)
        self.resources = QLabel(objectName="training_resources")
        self.resources.setProperty("class", "muted")
        self.notes = QLabel(objectName="training_notes", wordWrap=True, visible=False)
        self.loss = LiveChart("loss_chart", (ChartLine("loss", "series_3"),), Reach(low=0.0))
        self.accuracy = LiveChart("accuracy_chart", _ACCURACY_LINES, Reach(0.0, 100.0))
        self.text_charts = TextCharts()
        self.search = SearchView()
        self.terms = QLabel(objectName="training_terms", wordWrap=True)
        self.terms.setProperty("class", "note")
        self._lay_out()
        self.retranslate()

    def show_story(self, story: RunStory, language: Language) -> None:
        """Show what a run has told so far."""
        self._story, self._language = story, language
        self.search.show_story(story, language)
        self.text_charts.show_story(story)
        self._show_words()
        self._put_values()

    def expect(self, course: Course, *, texts: bool = False) -> None:
        """How the method learns; charts and the words for rounds make sense only where there are rounds, and the
        ranking only while there is a search. `texts`: a model learns to write, which has charts of its own."""
        self._course, self._texts = course, texts
        rounds = course in ("by_epochs", "in_two_stages") and not texts
        searching = course == "by_search"
        self.search.setVisible(searching)
        self.loss.setVisible(rounds)
        self.terms.setVisible(rounds)
        self.accuracy.setVisible(rounds)
        self.text_charts.setVisible(texts)
        self.space.setVisible(not rounds and not searching and not texts)
        self._show_words()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.bar.setAccessibleName(self.tr("学習の進み"))
        rounds = self.tr("写真を見た回数（周）")
        self.loss.set_words(self.tr("まちがいの大きさ"), rounds, {"loss": self.tr("学習用の写真")})
        self.accuracy.set_words(
            self.tr("正しく見分けた割合（%）"),
            rounds,
            {
                "base": self.tr("習った種類"),
                "new": self.tr("取り置いた種類"),
                "zero_shot_base": self.tr("習う前・習った種類"),
                "zero_shot_new": self.tr("習う前・取り置いた種類"),
            },
        )
        self._show_words()
        self._say_charts()
        self.search.retranslate()
        self.text_charts.retranslate()

    def restyle(self) -> None:
        """Colours of the present theme."""
        self.loss.restyle()
        self.accuracy.restyle()
        self.text_charts.restyle()

    def _show_words(self) -> None:
        story = self._story
        self.happening.setText(self._happening(story))
        self.position.setText(self._position(story))
        self.left.setText(self._left(story))
        self.resources.setText(self._resources(story))
        for label in (self.position, self.left):
            label.setVisible(bool(label.text()))
        done, total = self._share(story)
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        texts = (notice_text(note, self._language) for note in story.notices.values())
        self.notes.setText("\n".join(str(text) for text in texts))
        self.notes.setVisible(bool(story.notices))
        self.terms.setText(self._terms(story))

    def _put_values(self) -> None:
        story = self._story
        self.loss.put("loss", *story.series("loss"))
        for line in _ACCURACY_LINES:
            rounds, shares = story.series(line.key)
            self.accuracy.put(line.key, rounds, [100 * share for share in shares])
        rounds_planned = story.latest.epochs if story.latest else 1
        self.loss.set_rounds(rounds_planned)
        self.accuracy.set_rounds(rounds_planned)
        self._say_charts()

    def _say_charts(self) -> None:
        latest = self._story.latest
        if not isinstance(latest, Epoch):
            waiting = self.tr("1 周目が終わると、ここに線が出ます。")
            self.loss.say(waiting)
            self.accuracy.say(waiting)
            return
        self.loss.say(self._loss_words(latest))
        self.accuracy.say(self._accuracy_words(latest))

    def _loss_words(self, latest: Epoch) -> str:
        first = self._story.rounds[min(self._story.rounds)]
        if latest.epoch == first.epoch:
            return self.tr("いま {loss:.2f} です。学習が進むと下がります。").format(loss=latest.loss)
        if latest.loss < first.loss and self._story.state.terminal:
            return self.tr("{first:.2f} から {loss:.2f} に下がりました。").format(
                first=first.loss, loss=latest.loss
            )
        if latest.loss < first.loss:
            return self.tr("{first:.2f} から {loss:.2f} に下がりました。学習は進んでいます。").format(
                first=first.loss, loss=latest.loss
            )
        return self.tr(
            "{first:.2f} から {loss:.2f} になり、下がっていません。続くようなら、やり方を変えてください。"
        ).format(first=first.loss, loss=latest.loss)

    def _accuracy_words(self, latest: Epoch) -> str:
        if latest.base is None:
            return self.tr("途中で確かめる写真がないので、割合はまだ出せません。")
        base = _percent(latest.base)
        if latest.zero_shot_base is None:
            return self.tr("習った種類は {base} % です。").format(base=base)
        if latest.new is None or latest.zero_shot_new is None:
            return self.tr("習った種類は {before} % から {base} % になりました。").format(
                before=_percent(latest.zero_shot_base), base=base
            )
        return self.tr(
            "習った種類は {before} % から {base} %、取り置いた種類は {before_new} % から {new} % になりました。"
        ).format(
            before=_percent(latest.zero_shot_base),
            base=base,
            before_new=_percent(latest.zero_shot_new),
            new=_percent(latest.new),
        )

    def _happening(self, story: RunStory) -> str:
        if story.state is JobState.PAUSED:
            return self.tr("一時停止しています。「再開」で続きから学習します。")
        ended = {
            JobState.FINISHED: self.tr("学習が終わり、結果を確かめて保存しました。「結果を見る」へ進めます。")
            if self._course != "nothing"
            else self.tr("元のモデルの力を測り終えました。「結果を見る」へ進めます。"),
            JobState.STOPPED: self.tr("学習を止めました。"),
            JobState.FAILED: self.tr("学習を続けられませんでした。"),
            JobState.INTERRUPTED: self.tr("学習が途中で切れました。途中の保存から再開できます。"),
        }
        if story.state in ended:
            return ended[story.state]
        if story.stage is None:
            return self.tr("エンジンを準備しています…")
        if story.stage.stage == "train":
            return self._training_words(story)
        return self._stage_words().get(story.stage.stage, self.tr("作業しています…"))

    def _training_words(self, story: RunStory) -> str:
        if story.chosen is not None:
            return self.tr("選んだやり方で、学習用の写真をすべて使って仕上げています…")
        if self._course == "at_once":
            return self.tr("写真を一度にまとめて覚えています…")
        if self._texts:
            return self._text_training_words(story)
        if self._course != "in_two_stages":
            return self.tr("写真を見て学習しています…")
        if story.second_stage:
            return self.tr("写真を見て学習しています（第2段階：モデルの中も合わせる）…")
        return self.tr("写真を見て学習しています（第1段階：加えた手がかりだけを合わせる）…")

    def _text_training_words(self, story: RunStory) -> str:
        latest = story.latest
        if self._course != "in_two_stages":
            return self.tr("写真と文を見て学習しています…")
        if story.second_stage or (isinstance(latest, TextEpoch) and latest.stage == "tune"):
            return self.tr("写真と文を見て学習しています（第2段階：モデルの中も合わせる）…")
        return self.tr("写真と文を見て学習しています（第1段階：加えた手がかりだけを合わせる）…")

    def _stage_words(self) -> dict[str, str]:
        return {
            "search": self.tr("いろいろなやり方を、学習用の写真の中だけで試しています…"),
            "prepare": self.tr("モデルを読み込んでいます…"),
            "features": self.tr("写真を 1 枚ずつ読み取っています…"),
            "zero_shot": self.tr("学習する前の力を測っています…"),
            "evaluate": self.tr("本番の試験をしています…"),
            "save": self.tr("結果を保存しています…"),
            "verify": self.tr("保存した結果を開き直して確かめています…"),
        }

    def _position(self, story: RunStory) -> str:
        if story.stage is None or story.state.terminal:
            return ""
        stage = self.tr("手順 {index}／{of}").format(index=story.stage.index, of=story.stage.of)
        latest = story.latest
        if story.stage.stage != "train" or latest is None:
            return stage
        return self.tr("{stage}・周回 {epoch}／{epochs}").format(
            stage=stage, epoch=latest.epoch, epochs=latest.epochs
        )

    def _left(self, story: RunStory) -> str:
        seconds = story.seconds_left
        if story.state.terminal or story.state is JobState.PAUSED:
            return ""
        if seconds is None:
            return self.tr("残り時間を計算しています…")
        if seconds < 60:
            return self.tr("残り 約 {seconds} 秒").format(seconds=max(1, round(seconds)))
        if seconds < 3600:
            return self.tr("残り 約 {minutes} 分").format(minutes=round(seconds / 60))
        return self.tr("残り 約 {hours:.1f} 時間").format(hours=seconds / 3600)

    def _resources(self, story: RunStory) -> str:
        used = story.resources
        if used is None or story.state.terminal:
            return ""
        memory = used.memory_bytes / 2**30
        if used.gpu_memory_bytes is None:
            return self.tr("CPU {cpu:.0f} %・メモリー {memory:.1f} GB").format(
                cpu=used.cpu_percent, memory=memory
            )
        return self.tr("CPU {cpu:.0f} %・メモリー {memory:.1f} GB・GPU メモリー {gpu:.1f} GB").format(
            cpu=used.cpu_percent, memory=memory, gpu=used.gpu_memory_bytes / 2**30
        )

    def _terms(self, story: RunStory) -> str:
        """What the error is made of, where it is made of more than one thing."""
        terms = {name: value for name, value in (story.step.terms if story.step else {}).items() if value}
        if len(terms) < 2:
            return ""
        names = self._term_words()
        other = self.tr("その他（{name}）")
        told = (f"{names.get(name, other.format(name=name))} {value:.2f}" for name, value in terms.items())
        return self.tr("内訳：{terms}").format(terms=self.tr("、").join(told))

    def _term_words(self) -> dict[str, str]:
        return {
            "matching": self.tr("写真と説明文の合い方"),
            "head": self.tr("専用の判定"),
            "knowledge": self.tr("元の説明文からの離れ"),
            "text_consistency": self.tr("元の説明文からの離れ"),
            "image_consistency": self.tr("元の写真の見方からの離れ"),
            "score_consistency": self.tr("元の判定からの離れ"),
            "collapse": self.tr("種類どうしの近さ"),
            "isomorphism": self.tr("写真と説明文の並びの違い"),
        }

    def _share(self, story: RunStory) -> tuple[int, int]:
        """How far the bar stands: (done, of); (0, 0) moves to and fro while nothing can be told."""
        if story.state in (JobState.FINISHED, JobState.STOPPED):
            return 1, 1
        if story.progress is not None and story.progress.total:
            return story.progress.done, story.progress.total
        if story.stage is not None and story.stage.stage == "train" and story.latest is not None:
            return story.latest.epoch, story.latest.epochs
        return (0, 1) if story.state.terminal else (0, 0)

    def _lay_out(self) -> None:
        line = QHBoxLayout(spacing=16)
        line.addWidget(self.position)
        line.addWidget(self.bar, 1)
        line.addWidget(self.left)
        charts = QHBoxLayout(spacing=24)
        errors = QVBoxLayout(spacing=4)
        errors.addWidget(self.loss, 1)
        errors.addWidget(self.terms)
        charts.addLayout(errors, 1)
        charts.addWidget(self.accuracy, 2)
        column = QVBoxLayout(self, spacing=10)
        # The page scrolls: words at the right must not touch the scroll bar.
        column.setContentsMargins(0, 0, 12, 0)
        column.addWidget(self.happening)
        column.addLayout(line)
        column.addWidget(self.notes)
        column.addLayout(charts, 1)
        column.addWidget(self.text_charts, 1)
        column.addWidget(self.search, 1)
        self.space = QWidget(visible=False)
        column.addWidget(self.space, 1)
        column.addWidget(self.resources)
        self.bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"
