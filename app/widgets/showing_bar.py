"""Which photos the grid shows, and in which order: choices that appear only where there is something to choose.

A filter or an order more than these has its words in `_words_of_filters`, `_words_of_orders` and, for a list that stays
empty, `empty_words`; what it does is in core/labelling/showing.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.theme import GAP, TOUCH
from app.widgets.flow import FlowLayout
from core.labelling import showing as by
from core.labelling.showing import Offer, Showing
from core.project.classes import ProductClass

_MOST_SEEN = 20  # entries of an open list
_LETTERS, _LETTERS_OF_ORDER = 12, 9


class ShowingBar(QWidget):
    """`changed` comes when the operator chose something, `showing` is what is chosen. `tools` is the row itself: what
    else belongs beside the choices is added there."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer = Offer()
        self._classes: Sequence[ProductClass] = ()
        self.tools = FlowLayout(self, spacing=GAP)
        self.filter = self._choice("labels_filter", _LETTERS)
        self.folder = self._choice("labels_folder", _LETTERS)
        self.day = self._choice("labels_day", _LETTERS_OF_ORDER)
        self.order = self._choice("labels_order", _LETTERS_OF_ORDER)
        self.retranslate()

    @property
    def showing(self) -> Showing:
        """What is chosen; `about` is the caller's to fill in."""
        name, _, value = self.filter.currentData().partition(":")
        return Showing(
            name, value, self.folder.currentData(), self.day.currentData(), self.order.currentData()
        )

    def choose(self, name: str, value: str = "") -> None:
        """Choose a filter as the operator would, if it is on offer."""
        place = self.filter.findData(f"{name}:{value}")
        if place >= 0:
            self.filter.setCurrentIndex(place)
            self.changed.emit()

    def choose_order(self, name: str) -> None:
        """Choose an order as the operator would; one that is not on offer yet is, from now on."""
        if self.order.findData(name) < 0:
            self._offer = replace(self._offer, orders=(*self._offer.orders, name))
            self._fill()
        self.order.setCurrentIndex(self.order.findData(name))
        self.changed.emit()

    def offer(self, offer: Offer, classes: Sequence[ProductClass]) -> None:
        """Say what can be chosen now. What is chosen stays, or goes back to the first choice where it is gone."""
        if (offer, list(classes)) != (self._offer, list(self._classes)):
            self._offer, self._classes = offer, tuple(classes)
            self._fill()

    def reset(self) -> None:
        """Another project: everything, by folder."""
        self._offer, self._classes = Offer(), ()
        for box in (self.filter, self.folder, self.day, self.order):
            box.setCurrentIndex(0)
        self._fill()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.filter.setAccessibleName(self.tr("表示する写真を選ぶ"))
        self.folder.setAccessibleName(self.tr("フォルダーで絞る"))
        self.day.setAccessibleName(self.tr("撮った日で絞る"))
        self.order.setAccessibleName(self.tr("並び順"))
        self._fill()

    def empty_words(self) -> str:
        """Why no photo is shown, and what can be done about it."""
        showing = self.showing
        if showing.folder or showing.day:
            return self.tr("この絞り方に合う写真は、ありません。フォルダーや日を「すべて」に戻してください。")
        words = {
            by.ALL: self.tr("まだ写真がありません。「写真を選ぶ」で追加してください。"),
            by.UNLABELLED: self.tr("ラベルのない写真は、もうありません。"),
            by.CLASS: self.tr("この種類の写真は、まだありません。"),
            by.UNWRITTEN: self.tr("まだ何も書いていない写真は、もうありません。"),
            by.WRITTEN: self.tr("書いてある写真は、まだありません。"),
            by.MISTAKES: self.tr("まちがえた写真はありません。"),
            by.DISAGREEING: self.tr("ラベルと答えは、すべて合っています。"),
            by.SUGGESTED: self.tr("今は提案がありません。ラベルが増えると、また出ます。"),
            by.DOUBTED: self.tr("まちがいに見えるラベルは、ありません。"),
            by.UNSURE: self.tr("迷っている写真は、もうありません。"),
            by.UNUSABLE: self.tr("使わないことにした写真は、ありません。"),
            by.DIFFERING: self.tr("2人のラベルの食い違いは、もうありません。"),
        }
        return words.get(showing.filter, self.tr("合う写真は、ありません。"))

    def _words_of_filters(self) -> dict[str, str]:
        return {
            by.ALL: self.tr("すべての写真"),
            by.UNLABELLED: self.tr("ラベルのない写真"),
            by.UNWRITTEN: self.tr("まだ書いていない写真"),
            by.WRITTEN: self.tr("書いてある写真"),
            by.MISTAKES: self.tr("前の学習がまちがえた写真"),
            by.DISAGREEING: self.tr("ラベルと答えが食い違う写真"),
            by.SUGGESTED: self.tr("提案のある写真"),
            by.DOUBTED: self.tr("ラベルを見直したい写真"),
            by.UNSURE: self.tr("迷っている写真"),
            by.UNUSABLE: self.tr("使わない写真"),
            by.COMMENTED: self.tr("メモのある写真"),
            by.DIFFERING: self.tr("2人のラベルが食い違う写真"),
        }

    def _words_of_orders(self) -> dict[str, str]:
        return {
            by.BY_FOLDER: self.tr("フォルダーの順"),
            by.BY_NAME: self.tr("名前の順"),
            by.NEWEST: self.tr("新しい順"),
            by.OLDEST: self.tr("古い順"),
            by.SIMILAR: self.tr("選んだ写真に似た順"),
            by.USEFUL: self.tr("次に見てほしい順"),
            by.BY_GROUP: self.tr("似た提案ごと"),
            by.DOUBTFUL: self.tr("見直したい順"),
            by.BY_WORDS: self.tr("探した言葉に近い順"),
        }

    def _fill(self) -> None:
        names, words = {str(entry.id): entry.name for entry in self._classes}, self._words_of_filters()
        filters = [
            (names.get(value, "") if name == by.CLASS else words.get(name, name), f"{name}:{value}")
            for name, value in self._offer.filters
        ]
        orders = self._words_of_orders()
        self._refill(self.filter, filters)
        self._refill(self.order, [(orders.get(name, name), name) for name in self._offer.orders])
        self._refill(self.folder, [(self.tr("すべてのフォルダー"), ""), *_same(self._offer.folders)])
        self._refill(self.day, [(self.tr("すべての日"), ""), *_same(self._offer.days)])
        self.folder.setVisible(len(self._offer.folders) > 1)
        self.day.setVisible(len(self._offer.days) > 1)

    def _refill(self, box: QComboBox, entries: Iterable[tuple[str, str]]) -> None:
        chosen = box.currentData()
        with QSignalBlocker(box):
            box.clear()
            for text, data in entries:
                box.addItem(text, data)
                box.setItemData(box.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
            box.setCurrentIndex(max(0, box.findData(chosen)))

    def _choice(self, name: str, letters: int) -> QComboBox:
        """Without a label beside it: each choice says what it is about."""
        box = QComboBox(objectName=name, minimumHeight=TOUCH, maxVisibleItems=_MOST_SEEN)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(letters)
        box.activated.connect(lambda _: self.changed.emit())
        self.tools.addWidget(box)
        return box


def _same(texts: Sequence[str]) -> list[tuple[str, str]]:
    return [(text, text) for text in texts]
