"""A person decides, with two keys: ← for the one, → for the other; other classes behind a third button."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QKeySequence, QPainter, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.widgets.pictures import Pictures
from app.widgets.result_board import Answer, draw_chip
from core.photos.thumbnails import ThumbnailStore

_PICTURE = 96
_HEIGHT = 128
_BESIDE = 120  # pixels of a button that icon, arrow and edges take
_NARROWEST = 80
_ICON = 28
_ANSWERS = {"OK": Answer.OK, "NG": Answer.NG}
_KEYS = {"first": (Qt.Key.Key_Left, Qt.Key.Key_1), "second": (Qt.Key.Key_Right, Qt.Key.Key_2)}


@dataclass(frozen=True)
class Offer:
    """A photo to be decided on: the two likely classes, left and right, all classes, and how many more wait behind it.

    `marks` are the words OK and NG by class, "" where it is neither.
    """

    photo: Path
    left: str
    right: str
    classes: tuple[str, ...]
    marks: dict[str, str]
    waiting: int = 0
    correcting: bool = False


class DecisionBar(QFrame):
    """Keeps its height when there is nothing to decide: the answer above it is not to jump."""

    decided = Signal(str)
    put_off = Signal()
    taken_back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decision_bar")
        self.setProperty("class", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(_HEIGHT)
        self._offer: Offer | None = None
        self._undoable = ""
        self._pictures = Pictures(self)
        self._pictures.ready.connect(self._show_picture)
        self._build()
        self._shortcuts = [
            self._shortcut(key, getattr(self, name)) for name, keys in _KEYS.items() for key in keys
        ]
        self._undo_key = self._shortcut(QKeySequence.StandardKey.Undo, self.undo)
        self.retranslate()

    def use(self, store: ThumbnailStore) -> None:
        """Where pictures come from."""
        self._pictures.use(store)

    @property
    def offer(self) -> Offer | None:
        """What is to be decided."""
        return self._offer

    def show_offer(self, offer: Offer | None, undoable: str = "") -> None:
        """Ask about a photo, or about none; `undoable` tells the last decision, "" where none can be taken back."""
        self._offer, self._undoable = offer, undoable
        self.retranslate()
        self._show_picture()

    def retranslate(self) -> None:
        """Words in the present language."""
        offer = self._offer
        for part in (self.picture, self.first, self.second, self.others):
            part.setVisible(offer is not None)
        self.later.setVisible(offer is not None and offer.correcting)
        for shortcut in self._shortcuts:
            shortcut.setEnabled(offer is not None)
        self.undo.setVisible(bool(self._undoable))
        self._undo_key.setEnabled(bool(self._undoable))
        self.later.setText(self.tr("直さない"))
        self.others.setText(self.tr("ほかの種類"))
        self.undo.setText(self.tr("取り消す（{decision}）").format(decision=self._undoable))
        if offer is not None:
            self._say(offer)
        else:
            self.question.setText(self.tr("いま、人に聞く写真はありません。"))
        for button in (self.first, self.second, self.others, self.later, self.undo):
            button.setAccessibleName(button.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self.retranslate)  # once the buttons have their width

    def _say(self, offer: Offer) -> None:
        if offer.correcting:
            words = self.tr("正しい種類はどちらですか？　{photo}")
        elif offer.waiting:
            words = self.tr("どちらですか？　{photo}　（ほかに {waiting} 枚が待っています）")
        else:
            words = self.tr("どちらですか？　{photo}")
        self.question.setText(words.format(photo=offer.photo.name, waiting=offer.waiting))
        self._name(self.first, self.tr("←　{name}"), offer.left, offer)
        self._name(self.second, self.tr("{name}　→"), offer.right, offer)
        self.second.setVisible(bool(offer.right))
        self._shortcuts[2].setEnabled(bool(offer.right))
        self._shortcuts[3].setEnabled(bool(offer.right))
        others = [name for name in offer.classes if name not in (offer.left, offer.right)]
        self.others.setVisible(bool(others))
        self._fill(others, offer)

    def _name(self, button: QPushButton, words: str, name: str, offer: Offer) -> None:
        full = self._named(offer, name)
        room = max(_NARROWEST, button.width() - _BESIDE)
        short = button.fontMetrics().elidedText(full, Qt.TextElideMode.ElideRight, room)
        button.setText(words.format(name=short).replace("&", "&&"))
        button.setToolTip(full)
        answer = _ANSWERS.get(offer.marks.get(name, ""))
        button.setIcon(QIcon() if answer is None else _icon(answer))

    def _named(self, offer: Offer, name: str) -> str:
        mark = offer.marks.get(name, "")
        return self.tr("{mark}：{name}").format(mark=mark, name=name) if mark else name

    def _fill(self, names: Sequence[str], offer: Offer) -> None:
        self._menu.clear()
        for name in names:
            action = self._menu.addAction(self._named(offer, name).replace("&", "&&"))
            action.triggered.connect(lambda _on, chosen=name: self.decided.emit(chosen))

    def _show_picture(self, _path: Path | None = None) -> None:
        if self._offer is None:
            return
        pixmap = self._pictures.get(self._offer.photo)
        self.picture.setPixmap(QPixmap() if pixmap is None else _fitted(pixmap))

    def _decide(self, left: bool) -> None:
        if self._offer is not None:
            self.decided.emit(self._offer.left if left else self._offer.right)

    def _shortcut(self, key: Qt.Key | QKeySequence.StandardKey, button: QPushButton) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.setAutoRepeat(False)  # a key held down must not decide on the next photo, too
        shortcut.activated.connect(button.click)
        return shortcut

    def _build(self) -> None:
        self.picture = QLabel(objectName="decision_picture")
        self.picture.setFixedSize(_PICTURE, _PICTURE)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.question = QLabel(objectName="decision_question", wordWrap=True)
        self.question.setProperty("class", "heading3")
        self.first, self.second, self.others, self.later, self.undo = (
            QPushButton(objectName=f"decision_{name}")
            for name in ("first", "second", "others", "later", "undo")
        )
        self.first.clicked.connect(lambda: self._decide(True))
        self.second.clicked.connect(lambda: self._decide(False))
        self.later.clicked.connect(self.put_off)
        self.undo.clicked.connect(self.taken_back)
        self._menu = QMenu(self.others)
        self.others.setMenu(self._menu)
        for button in (self.first, self.second):
            button.setProperty("class", "decide")
            button.setMinimumHeight(64)
            button.setIconSize(QSize(_ICON, _ICON))
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        buttons = QHBoxLayout(spacing=12)
        buttons.addWidget(self.first, 3)
        buttons.addWidget(self.second, 3)
        for button in (self.others, self.later):
            buttons.addWidget(button)
        column = QVBoxLayout(spacing=6)
        head = QHBoxLayout(spacing=8)
        head.addWidget(self.question, 1)
        head.addStretch(0)
        head.addWidget(self.undo)
        column.addLayout(head)
        column.addLayout(buttons)
        row = QHBoxLayout(self, spacing=12)
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(self.picture)
        row.addLayout(column, 1)


def _icon(answer: Answer) -> QIcon:
    pixmap = QPixmap(2 * _ICON, 2 * _ICON)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_chip(painter, answer, QRectF(pixmap.rect()))
    painter.end()
    return QIcon(pixmap)


def _fitted(pixmap: QPixmap) -> QPixmap:
    size = _PICTURE * pixmap.devicePixelRatio()
    return pixmap.scaled(
        int(size), int(size), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
