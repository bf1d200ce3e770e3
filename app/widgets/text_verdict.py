"""What tuning a model that writes came to, in plain words; better is said only where the photos carry it."""

from app.widgets.level_mark import Mark
from app.widgets.verdict import VerdictCard
from core.evaluation.compare import Change
from core.tasks.result import Group, MeasureChange, TextResult


class TextVerdict(VerdictCard):
    """A sentence for the test photos with its interval; one for kinds held back and what the model knew before."""

    _result: TextResult | None = None

    def show_result(self, result: TextResult) -> None:
        """Say what was found."""
        self._result = result
        self.mark.set_mark(_mark(result))
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        result = self._result
        if result is None:
            return
        base = deciding(result, "base")
        self.say(
            self._headline(result, base),
            self._span(result, base) if base is not None else "",
            " ".join(filter(None, (self._held_back(result), self._known(result)))),
            self._advice(result, base),
        )

    def _headline(self, result: TextResult, base: MeasureChange | None) -> str:
        if base is None:
            return self.tr("試験に使う文がないので、良くなったかどうかは言えません。")
        if result.task == "caption":
            words = {
                Change.BETTER: self.tr(
                    "説明は良くなりました。人の説明への近さが {before} から {after} に上がりました（10 がいちばん近い）。"
                ),
                Change.WORSE: self.tr(
                    "説明は悪くなりました。人の説明への近さが {before} から {after} に下がりました（10 がいちばん近い）。"
                ),
                Change.UNCLEAR: self.tr(
                    "説明が良くなったとは、まだ言えません。人の説明への近さは {before} から {after} で、偶然でも起こる差です（10 がいちばん近い）。"
                ),
            }
        else:
            words = {
                Change.BETTER: self.tr(
                    "答えは良くなりました。正しい答えが {before} から {after} に増えました。"
                ),
                Change.WORSE: self.tr(
                    "答えは悪くなりました。正しい答えが {before} から {after} に減りました。"
                ),
                Change.UNCLEAR: self.tr(
                    "答えが良くなったとは、まだ言えません。正しい答えは {before} から {after} で、偶然でも起こる差です。"
                ),
            }
        return words[base.change].format(
            before=figure(result, base.before.mean), after=figure(result, base.after.mean)
        )

    def _span(self, result: TextResult, base: MeasureChange) -> str:
        low, high = base.difference.low, base.difference.high
        if result.task == "caption":
            words = self.tr(
                "試験の写真 {photos} 枚で測りました。学習の前と後の差は、95 % の確かさで {low}～{high} の間です。"
            )
            return words.format(photos=base.difference.n, low=f"{low:+.2f}", high=f"{high:+.2f}")
        words = self.tr(
            "試験の写真 {photos} 枚で測りました。学習の前と後の差は、95 % の確かさで {low}～{high} ポイントの間です。"
        )
        return words.format(photos=base.difference.n, low=f"{100 * low:+.0f}", high=f"{100 * high:+.0f}")

    def _held_back(self, result: TextResult) -> str:
        found = deciding(result, "new")
        if found is None:
            return ""
        words = {
            Change.BETTER: self.tr(
                "取り置いた種類（習っていない製品）も良くなりました：{before} → {after}。"
            ),
            Change.WORSE: self.tr("取り置いた種類（習っていない製品）は悪くなりました：{before} → {after}。"),
            Change.UNCLEAR: self.tr(
                "取り置いた種類（習っていない製品）は、変わったとは言えません：{before} → {after}。"
            ),
        }
        return self._filled(words[found.change], result, found)

    def _known(self, result: TextResult) -> str:
        found = deciding(result, "known")
        if found is None:
            return ""
        words = {
            Change.BETTER: self.tr(
                "元のモデルが知っていたこと（練習用の部品の絵）も、良くなりました：{before} → {after}。"
            ),
            Change.WORSE: self.tr(
                "元のモデルが知っていたこと（練習用の部品の絵）は、前よりできなくなりました：{before} → {after}。"
            ),
            Change.UNCLEAR: self.tr(
                "元のモデルが知っていたこと（練習用の部品の絵）は、失われたとは言えません：{before} → {after}。"
            ),
        }
        return self._filled(words[found.change], result, found)

    def _filled(self, words: str, result: TextResult, found: MeasureChange) -> str:
        return words.format(before=figure(result, found.before.mean), after=figure(result, found.after.mean))

    def _advice(self, result: TextResult, base: MeasureChange | None) -> str:
        if base is None:
            return self.tr("もっと多くの写真に文を書いて、もう一度学習してください。")
        if base.change is Change.WORSE:
            return self.tr("このまま使わず、点の低い写真の文を確かめて、もう一度学習してください。")
        if base.change is Change.UNCLEAR:
            return self.tr("文を書いた写真を増やすか、別のやり方を試すと、差がはっきりします。")
        known = deciding(result, "known")
        if known is not None and known.change is Change.WORSE:
            return self.tr(
                "自分たちの写真と文だけに使うなら、このままで大丈夫です。ほかの文も書かせたいときは、別のやり方とも比べてください。"
            )
        return self.tr("持ち出す前に、点の低い写真を確かめてください。")


def deciding(result: TextResult, group: Group) -> MeasureChange | None:
    """The measure that decides, of a group of photos; None where the group has none."""
    return result.metrics.get(group, {}).get(result.measure)


def figure(result: TextResult, value: float) -> str:
    """CIDEr as it is, accuracy in percent."""
    return f"{value:.2f}" if result.task == "caption" else f"{100 * value:.0f} %"


def _mark(result: TextResult) -> Mark:
    """Fine only when it became better on the test photos, and not worse on kinds held back."""
    base, new = deciding(result, "base"), deciding(result, "new")
    if base is None:
        return "warn"
    if base.change is Change.WORSE:
        return "stop"
    worse = new is not None and new.change is Change.WORSE
    return "ok" if base.change is Change.BETTER and not worse else "warn"
