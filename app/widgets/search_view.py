"""The automatic search as it goes: what is tried now, the best so far, and the ranking."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.run_story import RunStory
from app.ways import changes_of, title_of
from core.problems import Language
from core.training.events import RankedWay, Way

_ROW = 40
_ROWS_SEEN = 6


class SearchView(QWidget):
    """Shows the story of a search; `show_story` it again whenever it has grown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search_view")
        self._language: Language = "ja"
        self._story = RunStory()
        self.trying = QLabel(objectName="search_trying", wordWrap=True)
        self.best = QLabel(objectName="search_best", wordWrap=True)
        self.best.setProperty("class", "heading3")
        self.explained = QLabel(objectName="search_explained", wordWrap=True)
        self.explained.setProperty("class", "muted")
        self.table = QTableWidget(0, 4, objectName="search_ranking")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        self.table.setStyleSheet("QTableView::item { padding: 0 10px; }")
        self.table.setMinimumHeight(_ROW * (_ROWS_SEEN + 1))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self.best, self.trying):
            column.addWidget(part)
        column.addWidget(self.table, 1)
        column.addWidget(self.explained)
        self.retranslate()

    def show_story(self, story: RunStory, language: Language) -> None:
        """Show what the search has told so far."""
        self._story, self._language = story, language
        self.trying.setText(self._trying())
        self.trying.setVisible(bool(self.trying.text()))
        self.best.setText(self._best())
        self._fill(story.ranked.ways if story.ranked is not None else ())

    def retranslate(self) -> None:
        """Words in the present language."""
        self.table.setHorizontalHeaderLabels([
            self.tr("やり方"),
            self.tr("点（確かさの幅）"),
            self.tr("習った種類"),
            self.tr("取り置いた種類"),
        ])  # fmt: skip
        self.table.setAccessibleName(self.tr("試したやり方の順位"))
        self.explained.setText(
            self.tr(
                "点は、学習用の写真の一部を試験に、習った種類の一部を新しい種類に見立てて測ったものです。本番の試験の写真は、最後まで使いません。"
            )
        )
        self.show_story(self._story, self._language)

    def _trying(self) -> str:
        now = self._story.trying
        if now is None or not self._story.searching or self._story.state.terminal:
            return ""
        return self.tr("いま {number} 通り目：{way}").format(number=now.number + 1, way=self._way(now.way))

    def _best(self) -> str:
        ranked = self._story.ranked
        if ranked is None or not ranked.ways:
            return self.tr("最初のやり方を試しています。1 つ終わると、ここに順位が出ます。")
        best = ranked.ways[0]
        words = self.tr("いまのところ一番：{way}（{score}）").format(
            way=title_of(best.way.preset, self._language), score=_score(best.score)
        )
        if ranked.untouched is None:
            return words
        return self.tr("{best}。学習前は {untouched} です。").format(
            best=words, untouched=_score(ranked.untouched)
        )

    def _fill(self, ways: Sequence[RankedWay]) -> None:
        self.table.setRowCount(len(ways))
        for row, ranked in enumerate(ways):
            cells = (
                self._way(ranked.way),
                self._points(ranked),
                _percent(ranked.base),
                "" if ranked.new is None else _percent(ranked.new),
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(
                    f"{text}\n{ranked.way.preset}  {ranked.way.composition}" if not column else text
                )
                self.table.setItem(row, column, item)

    def _points(self, ranked: RankedWay) -> str:
        if ranked.score < 0:
            return self.tr("新しい種類が学習前より悪い")
        return self.tr("{score}（{low}〜{high}）").format(
            score=_score(ranked.score), low=_score(max(0.0, ranked.low)), high=_score(ranked.high)
        )

    def _way(self, way: Way) -> str:
        """A preset by its title, with what was changed in it."""
        title = title_of(way.preset, self._language)
        if not way.changed:
            return title
        changes = changes_of(way.composition, way.changed, self._language)
        return self.tr("{title}（{changes}）").format(title=title, changes=changes)


def _score(score: float) -> str:
    return f"{100 * score:.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
