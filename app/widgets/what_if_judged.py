"""What-if questions that judge again: other light or another camera, photos of another place, and favouring learned
or new classes."""

from PySide6.QtWidgets import QFileDialog

from app.widgets.figure import Series
from app.widgets.what_if_part import WhatIfPart, bars
from core.evaluation.compare import Change
from core.whatif.findings import Answer, Balance, Elsewhere, Shift


class ShiftPart(WhatIfPart):
    """Other conditions."""

    question = "shift"

    def name(self) -> tuple[str, str, str, str]:
        return (
            self.tr("明るさやカメラが変わったら"),
            self.tr("調べる：写し方を変える"),
            self.tr(
                "試験用の写真を暗くする、ぼかす、ざらつかせるなどして見分けを調べます。写真の枚数により、数秒から数分かかります。"
            ),
            self.tr("試験用の写真の写り方を変えて、見分けています。"),
        )

    def answer(self, found: Answer) -> str:
        assert isinstance(found, Shift), "the answer to its own question"
        kinds = list(dict.fromkeys(each.kind for each in found.conditions))
        series = bars(self.tr("そのままの写真"), "series_3", [found.plain] * len(kinds), dashed=True)
        for strength, colour in ((1, "series_1"), (3, "accent"), (5, "series_2")):
            of_kinds = {each.kind: each.right for each in found.conditions if each.strength == strength}
            series += bars(self._strength(strength), colour, [of_kinds.get(kind) for kind in kinds])
        self.figure.show_series(series, [self._kind(kind) for kind in kinds], percent=True)
        return self._sentence(found, kinds)

    def _sentence(self, found: Shift, kinds: list[str]) -> str:
        falls = [each for each in found.conditions if each.change is Change.WORSE]
        photos, plain = found.photos, self.share(found.plain)
        if not falls:
            return self.tr(
                "試験用の写真 {photos} 枚では、どの変化でも、はっきりした低下は見つかりませんでした（そのままで正解 {plain}）。"
            ).format(photos=photos, plain=plain)
        first = min(falls, key=lambda each: (each.strength, each.right.mean))
        words = self.tr(
            "いちばん弱いのは「{kind}」です。正解は、そのままの {plain} から、{strength}で {right} に下がります（写真 {photos} 枚）。"
        ).format(
            kind=self._kind(first.kind),
            strength=self._strength(first.strength),
            right=self.share(first.right),
            photos=photos,
            plain=plain,
        )
        holding = [kind for kind in kinds if kind not in {fall.kind for fall in falls}]
        if holding:
            words += self.tr("{kinds}では、はっきりした低下は見つかりませんでした。").format(
                kinds=self.tr("、").join(self._kind(kind) for kind in holding)
            )
        return words

    def _kind(self, kind: str) -> str:
        names = {
            "lighting": self.tr("明るさ"),
            "blur": self.tr("ぼけ"),
            "noise": self.tr("ざらつき"),
            "jpeg": self.tr("画質の低下"),
            "camera": self.tr("別のカメラ"),
        }
        return names.get(kind, kind)

    def _strength(self, strength: int) -> str:
        names = {1: self.tr("弱い変化"), 3: self.tr("中くらいの変化"), 5: self.tr("強い変化")}
        return names.get(strength, str(strength))


class BalancePart(WhatIfPart):
    """Learned or new classes favoured."""

    question = "balance"

    def name(self) -> tuple[str, str, str, str]:
        return (
            self.tr("習った種類と新しい種類のつりあい"),
            self.tr("調べる：つりあい"),
            self.tr(
                "全部の種類から選ぶとき、習った種類を優先する、新しい種類を優先する、のどちらに寄せるとどうなるかを調べます。写真の枚数により、数秒から数分かかります。"
            ),
            self.tr("全部の種類を並べて、見分けています。"),
        )

    def answer(self, found: Answer) -> str:
        assert isinstance(found, Balance), "the answer to its own question"
        learned, new = ([100 * point[side] for point in found.curve] for side in (0, 1))
        self.figure.show_series(
            [
                Series(self.tr("習った種類"), "series_1", learned),
                Series(self.tr("取り置いた種類"), "series_2", new, dashed=True),
            ],
            percent=True,
            ends=(self.tr("習った種類を優先"), self.tr("新しい種類を優先")),
        )
        return self.tr(
            "どちらも優先しないとき、全部の種類から選ぶと、習った種類は {base}、取り置いた種類は {new} 正解します。2 本の線が高いところで交わるほど、両方に強いモデルです。"
        ).format(base=self.share(found.base), new=self.share(found.new))


class ElsewherePart(WhatIfPart):
    """Photos of another place, in a folder that the operator chooses. It can be asked again and again."""

    question = "elsewhere"
    repeats = True

    def name(self) -> tuple[str, str, str, str]:
        return (
            self.tr("ほかの場所で撮った写真だったら"),
            self.tr("調べる：フォルダーを選ぶ…"),
            self.tr(
                "別の日、別のライン、別の工場の写真を、種類の名前のフォルダーに分けて選ぶと、学習せずにそのまま見分けます。"
            ),
            self.tr("選んだフォルダーの写真を見分けています。"),
        )

    def ask(self) -> None:
        """Ask for the folder first."""
        folder = QFileDialog.getExistingDirectory(self, self.tr("写真のフォルダーを選ぶ"))
        if folder:
            self.asked.emit(folder)

    def answer(self, found: Answer) -> str:
        assert isinstance(found, Elsewhere), "the answer to its own question"
        here = found.at_home
        figures = [found.right] if here is None else [here, found.right]
        labels = [found.folder] if here is None else [self.tr("この学習の試験用の写真"), found.folder]
        self.figure.show_series(bars(self.tr("習った種類"), "series_1", figures), labels, percent=True)
        if here is None or not (found.right.high < here.low or found.right.low > here.high):
            words = self.tr("「{folder}」の写真 {photos} 枚では、正解は {there} です。")
        elif found.right.high < here.low:
            words = self.tr(
                "「{folder}」の写真 {photos} 枚では、正解は {there} で、この学習の試験用の写真の {here} より下がります。そこの写真を加えて学習し直してください。"
            )
        else:
            words = self.tr(
                "「{folder}」の写真 {photos} 枚では、正解は {there} で、この学習の試験用の写真の {here} より上がります。"
            )
        told = words.format(
            folder=found.folder,
            photos=found.photos,
            there=self.share(found.right),
            here="" if here is None else self.share(here),
        )
        if found.unknown:
            told += self.tr("習っていない種類（{names}）の写真は、数えていません。").format(
                names=self.tr("、").join(found.unknown)
            )
        return told
