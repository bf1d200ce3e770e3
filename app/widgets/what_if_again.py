"""What-if questions that train again: fewer photos, wrong labels, more photos of some classes than of others."""

from app.widgets.what_if_part import WhatIfPart, bars
from core.training.result import Interval
from core.whatif.findings import Answer, Fewer, Point, Tail, Wrong


class _AgainPart(WhatIfPart):
    """Bars for each point of what was varied."""

    def draw(self, points: tuple[Point, ...], labels: list[str]) -> None:
        """Learned classes, and where there are any those held back."""
        learned = bars(self.tr("習った種類"), "series_1", [point.base for point in points])
        held_back = bars(self.tr("取り置いた種類"), "series_2", [point.new for point in points], dashed=True)
        self.figure.show_series([*learned, *held_back], labels, percent=True)

    def nothing(self) -> str:
        """Where nothing can be said."""
        return self.tr("習った種類の試験用の写真がないため、これは測れません。")

    def fall(self, points: tuple[Point, ...], *, steady: str, fell: str) -> str:
        """`fell`, told of the first point that is worse than the run itself (its amount as `times` or `percent`), or
        `steady` where none is."""
        if points[0].base is None:
            return self.nothing()
        found = _first_fall(points)
        if found is None:
            return steady
        point, share = found
        return fell.format(
            times=f"{point.amount:g}",
            percent=f"{100 * point.amount:g}",
            then=self.share(points[0].base),
            now=self.share(share),
        )


class FewerPart(_AgainPart):
    """Fewer photos."""

    question = "fewer"

    def name(self) -> tuple[str, str, str, str]:
        return (
            self.tr("写真がもっと少なかったら"),
            self.tr("調べる：写真を減らす"),
            self.tr(
                "種類ごとに 1、2、4… 枚だけで同じ学習をやり直し、写真をふやした分だけ良くなっているかを調べます。学習の何回分かの時間がかかります。"
            ),
            self.tr("写真を減らして、同じ学習をやり直しています。"),
        )

    def answer(self, found: Answer) -> str:
        assert isinstance(found, Fewer), "the answer to its own question"
        points = found.points
        labels = [
            self.tr("{shots} 枚").format(shots=f"{point.amount:g}") if point.amount else self.tr("学習の前")
            for point in points
        ]
        self.draw(points, labels)
        before, last = points[-2], points[-1]
        if before.base is None or last.base is None:
            return self.nothing()
        if last.base.low > before.base.high:
            words = self.tr(
                "正解は、種類ごとに {few} 枚で {then}、{many} 枚で {now} です。写真をふやした分だけ良くなっています。"
            )
        elif last.base.high < before.base.low:
            words = self.tr(
                "正解は、種類ごとに {few} 枚で {then}、{many} 枚で {now} です。ふやした写真のラベルを確かめてください。"
            )
        else:
            words = self.tr(
                "正解は、種類ごとに {few} 枚で {then}、{many} 枚で {now} です。この差だけでは、写真をふやすと良くなるとは言えません。"
            )
        return words.format(
            few=f"{before.amount:g}",
            many=f"{last.amount:g}",
            then=self.share(before.base),
            now=self.share(last.base),
        )


class WrongPart(_AgainPart):
    """Wrong labels."""

    question = "wrong"

    def name(self) -> tuple[str, str, str, str]:
        return (
            self.tr("ラベルがまちがっていたら"),
            self.tr("調べる：ラベルのまちがい"),
            self.tr(
                "学習用の写真のうち 10、20、40 % のラベルをわざとまちがえて学習し、どこまで持ちこたえるかを調べます。プロジェクトのラベルは変わりません。学習の何回分かの時間がかかります。"
            ),
            self.tr("ラベルをわざとまちがえて、学習をやり直しています。"),
        )

    def answer(self, found: Answer) -> str:
        assert isinstance(found, Wrong), "the answer to its own question"
        labels = [
            self.tr("{percent} % まちがい").format(percent=f"{100 * point.amount:g}")
            for point in found.points
        ]
        self.draw(found.points, labels)
        return self.fall(
            found.points,
            steady=self.tr("ラベルの 40 % がまちがっていても、はっきりした低下は見つかりませんでした。"),
            fell=self.tr(
                "ラベルの {percent} % がまちがうと、正解は {then} から {now} に下がります。学習の前に、ラベルを見直す値打ちがあります。"
            ),
        )


class TailPart(_AgainPart):
    """A tail of classes with fewer photos than others."""

    question = "tail"

    def name(self) -> tuple[str, str, str, str]:
        return (
            self.tr("写真の枚数がかたよっていたら"),
            self.tr("調べる：枚数のかたより"),
            self.tr(
                "種類によって写真を減らし、いちばん多い種類の 10 分の 1 までかたよらせて学習します（写真が多ければ 50 分の 1、100 分の 1 も）。学習の何回分かの時間がかかります。"
            ),
            self.tr("写真の枚数をかたよらせて、学習をやり直しています。"),
        )

    def answer(self, found: Answer) -> str:
        assert isinstance(found, Tail), "the answer to its own question"
        labels = [
            self.tr("{times} 倍の差").format(times=f"{point.amount:g}")
            if point.amount > 1
            else self.tr("そのままの枚数")
            for point in found.points
        ]
        self.draw(found.points, labels)
        return self.fall(
            found.points,
            steady=self.tr("写真の枚数がかたよっていても、はっきりした低下は見つかりませんでした。"),
            fell=self.tr(
                "枚数に {times} 倍の差があると、正解は {then} から {now} に下がります。少ない種類の写真をふやしてください。"
            ),
        )


def _first_fall(points: tuple[Point, ...]) -> tuple[Point, Interval] | None:
    """The first point whose interval lies wholly below that of the run itself."""
    whole = points[0].base
    falls = (
        (point, point.base)
        for point in points[1:]
        if whole is not None and point.base is not None and point.base.high < whole.low
    )
    return next(falls, None)
