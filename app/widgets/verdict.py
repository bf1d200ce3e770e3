"""What follows from the result, in plain words; better is said only where the photos carry it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.widgets.level_mark import LevelMark, Mark
from core.evaluation.compare import Change, Comparison, compare
from core.project.revision import DataRevision
from core.training.result import PhotoPrediction, TrainResult


@dataclass(frozen=True)
class Findings:
    """The result compared with the untouched model, all classes offered together, as on site.

    `trained` is False where nothing was learned; `probe` says that held-back photos are the built-in ones.
    """

    learned: Comparison
    held_back: Comparison
    trained: bool
    probe: bool

    @property
    def mark(self) -> Mark:
        """Fine only when the learned classes became better and the held-back ones did not become worse."""
        if not self.trained:
            return "ok"
        if self.learned.change is Change.WORSE:
            return "stop"
        good = self.learned.change is Change.BETTER and self.held_back.change is not Change.WORSE
        return "ok" if good else "warn"


def find(result: TrainResult, revision: DataRevision) -> Findings:
    """Compare by photo, learned and held-back classes apart."""
    base, new = set(revision.base), set(revision.new)
    return Findings(
        learned=compare(_of(result.predictions, base)),
        held_back=compare(_of(result.predictions, new)),
        trained=result.stopped_because != "nothing_to_learn",
        probe=any(revision.classes[index].source == "probe" for index in new),
    )


class VerdictCard(QFrame):
    """A mark, a headline, its interval, a second sentence, and what to do now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("verdict")
        self.setProperty("class", "card")
        self.mark = LevelMark("ok", 48)
        self.headline = QLabel(objectName="verdict_headline", wordWrap=True)
        self.headline.setProperty("class", "heading2")
        self.span = QLabel(objectName="verdict_span", wordWrap=True)
        self.second = QLabel(objectName="verdict_held_back", wordWrap=True)
        self.advice = QLabel(objectName="verdict_advice", wordWrap=True)
        self.advice.setProperty("class", "muted")
        words = QVBoxLayout(spacing=6)
        for label in (self.headline, self.span, self.second, self.advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(label)
        row = QHBoxLayout(self, spacing=20)
        row.setContentsMargins(20, 16, 20, 16)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def say(self, headline: str, span: str, second: str, advice: str) -> None:
        """The sentences; no `span` where nothing was measured."""
        self.headline.setText(headline)
        self.span.setVisible(bool(span))
        self.span.setText(span)
        self.second.setText(second)
        self.advice.setText(advice)
        self.setAccessibleName(headline)
        self.setAccessibleDescription(second)


class Verdict(VerdictCard):
    """A sentence for the learned classes with its interval, one for the held-back ones."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings: Findings | None = None

    def show_findings(self, findings: Findings) -> None:
        """Say what was found."""
        self._findings = findings
        self.mark.set_mark(findings.mark)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        found = self._findings
        if found is None:
            return
        measured = found.trained and found.learned.photos > 0
        words = self.tr("学習の前と後の差は、95 % の確かさで {low}～{high} ポイントの間です。")
        span = _filled(words, found.learned) if measured else ""
        self.say(self._headline(found), span, self._second(found), self._advice(found))

    def _headline(self, found: Findings) -> str:
        if not found.trained:
            words = self.tr(
                "学習していないモデルで、習う種類の写真 {photos} 枚のうち {after} 枚を見分けました。"
            )
        elif found.learned.photos == 0:
            words = self.tr("習った種類を確かめる写真がないので、良くなったかどうかは言えません。")
        else:
            words = {
                Change.BETTER: self.tr(
                    "習った種類は良くなりました。正解が {photos} 枚中 {before} 枚から {after} 枚に増えました。"
                ),
                Change.WORSE: self.tr(
                    "習った種類は悪くなりました。正解が {photos} 枚中 {before} 枚から {after} 枚に減りました。"
                ),
                Change.UNCLEAR: self.tr(
                    "習った種類が良くなったとは、まだ言えません。正解は {photos} 枚中 {before} 枚から {after} 枚で、偶然でも起こる差です。"
                ),
            }[found.learned.change]
        return _filled(words, found.learned)

    def _second(self, found: Findings) -> str:
        if found.held_back.photos == 0:
            return self.tr("取り置いた種類の写真がないので、新しい製品への強さはわかりません。")
        if not found.trained:
            words = self.tr("取り置いた種類は、{photos} 枚のうち {after} 枚を見分けました。")
        else:
            words = {
                Change.BETTER: self.tr(
                    "取り置いた種類（習っていない製品）も良くなりました：正解 {photos} 枚中 {before} 枚 → {after} 枚（差の 95 % の幅 {low}～{high} ポイント）。"
                ),
                Change.WORSE: self.tr(
                    "取り置いた種類（習っていない製品）は悪くなりました：正解 {photos} 枚中 {before} 枚 → {after} 枚（差の 95 % の幅 {low}～{high} ポイント）。"
                ),
                Change.UNCLEAR: self.tr(
                    "取り置いた種類（習っていない製品）は、変わったとは言えません：正解 {photos} 枚中 {before} 枚 → {after} 枚（差の 95 % の幅 {low}～{high} ポイント）。"
                ),
            }[found.held_back.change]
        said = _filled(words, found.held_back)
        return self.tr("{said} 付属の見本写真で測りました。").format(said=said) if found.probe else said

    def _advice(self, found: Findings) -> str:
        if not found.trained:
            return self.tr("学習すると良くなるかどうかは、ほかのやり方で学習して比べられます。")
        if found.learned.change is Change.WORSE:
            return self.tr("このまま使わず、まちがえた写真のラベルを確かめて、もう一度学習してください。")
        if found.learned.change is Change.UNCLEAR:
            return self.tr("写真を増やすか、別のやり方を試すと、差がはっきりします。")
        if found.held_back.change is Change.WORSE:
            return self.tr("新しい製品も見分けたい現場では、別のやり方とも比べてください。")
        return self.tr("持ち出す前に、まちがえた写真を確かめてください。")


def _of(predictions: Sequence[PhotoPrediction], classes: set[int]) -> list[PhotoPrediction]:
    return [prediction for prediction in predictions if prediction.label in classes]


def _filled(words: str, found: Comparison) -> str:
    low, high = (f"{100 * end:+.0f}" for end in (found.low, found.high))
    return words.format(photos=found.photos, before=found.before, after=found.after, low=low, high=high)
