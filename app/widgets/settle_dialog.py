"""Photos that two people labelled differently, one by one: one key says which of the two it is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.background import run_in_background
from app.theme import GAP, TOUCH
from app.widgets.photo_grid import sign_of
from app.widgets.photo_preview import PhotoPreview
from core.evaluation.agreement import Agreement, agreement
from core.problems import Problem
from core.project.opinions import Pair
from core.project.sources import Photo
from core.project.store import Project

_FEW = 30


@dataclass(frozen=True)
class Differences:
    """What two people said: how far each second one agreed with the first, and the photos still to be settled."""

    agreements: Mapping[str, Agreement]
    open: Sequence[Pair]
    photos: Mapping[int, Photo]
    names: Mapping[int, str]

    @classmethod
    def read(cls, project: Project) -> "Differences":
        """As it is now; called off the screen's thread."""
        pairs = project.opinions.pairs()
        by_person: defaultdict[str, list[Pair]] = defaultdict(list)
        for pair in pairs:
            by_person[pair.second_user].append(pair)
        agreements = {
            user: agreement([p.first_id for p in own], [p.second_id for p in own])
            for user, own in by_person.items()
        }
        photos = {photo.id: photo for photo in project.photos("differing")}
        open_pairs = [pair for pair in pairs if pair.differs and not pair.settled and pair.photo_id in photos]
        # Of several second people's, the first that differs: what is decided is decided for all.
        waiting = [*{pair.photo_id: pair for pair in reversed(open_pairs)}.values()][::-1]
        names = {entry.id: entry.name for entry in project.classes()}
        return cls(agreements, waiting, photos, names)


class SettleDialog(QDialog):
    """`settled` comes after each decision was written, `refused` with what was in the way."""

    settled = Signal()
    refused = Signal(Exception)

    def __init__(self, project: Project, found: Differences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settle_dialog")
        self.setWindowTitle(self.tr("2人の食い違いを決める"))
        self._project, self._found = project, found
        self._place = 0
        self._decided: list[int] = []
        self.agreed = QLabel(self._about_agreement(), objectName="settle_agreed", wordWrap=True)
        self.where = QLabel(objectName="settle_where")
        self.where.setProperty("class", "heading3")
        self.picture = PhotoPreview()
        self.picture.setMinimumSize(320, 220)
        self.first = QPushButton(objectName="settle_first", minimumHeight=TOUCH)
        self.second = QPushButton(objectName="settle_second", minimumHeight=TOUCH)
        self.first.clicked.connect(lambda: self._choose(first=True))
        self.second.clicked.connect(lambda: self._choose(first=False))
        self.back = QPushButton(self.tr("1 つ戻す"), objectName="settle_back", minimumHeight=TOUCH)
        self.back.clicked.connect(self._undo)
        self.skip = QPushButton(self.tr("あとで決める\u20023"), objectName="settle_skip", minimumHeight=TOUCH)
        self.skip.clicked.connect(self._skip)
        self.close_button = QPushButton(self.tr("閉じる"), objectName="settle_close", minimumHeight=TOUCH)
        self.close_button.clicked.connect(self.accept)
        for button in (self.first, self.second, self.back, self.skip, self.close_button):
            button.setAutoDefault(False)
        self._lay_out()
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1 the first's, 2 the second's, 3 later."""
        button = {"1": self.first, "2": self.second, "3": self.skip}.get(sign_of(event))
        if button is not None and button.isEnabled():
            button.click()
        else:
            super().keyPressEvent(event)

    def _pair(self) -> Pair | None:
        return self._found.open[self._place] if self._place < len(self._found.open) else None

    def _show(self) -> None:
        pair = self._pair()
        for button in (self.first, self.second, self.skip):
            button.setEnabled(pair is not None)
        self.back.setEnabled(bool(self._decided))
        if pair is None:
            self.where.setText(self.tr("食い違いは、もうありません。") if not self._left() else self._later())
            self.picture.show_picture(None)
            self.first.setText("1")
            self.second.setText("2")
            return
        self.where.setText(
            self.tr("{place}／{total} 枚目　{name}").format(
                place=self._place + 1,
                total=len(self._found.open),
                name=self._found.photos[pair.photo_id].path.name,
            )
        )
        self.picture.load(self._found.photos[pair.photo_id].path)
        for button, key, user, class_id in (
            (self.first, 1, pair.first_user, pair.first_id),
            (self.second, 2, pair.second_user, pair.second_id),
        ):
            name = self._found.names.get(class_id, "")
            button.setText(self.tr("{key}　{user}：{name}").format(key=key, user=user, name=name))
            button.setAccessibleName(self.tr("{user}さんの「{name}」にする").format(user=user, name=name))

    def _left(self) -> int:
        return len(self._found.open) - len(self._decided)

    def _later(self) -> str:
        return self.tr("あとで決める写真が %n 枚あります。", "", self._left())

    def _choose(self, *, first: bool) -> None:
        pair = self._pair()
        if pair is None:
            return
        chosen = {pair.photo_id: pair.first_id if first else pair.second_id}
        self._decided.append(self._place)
        self._write(lambda: self._project.settle(chosen))
        self._place += 1
        self._show()

    def _skip(self) -> None:
        self._place += 1
        self._show()

    def _undo(self) -> None:
        self._place = self._decided.pop()
        self._write(self._project.undo)
        self._show()

    def _write(self, change: object) -> None:
        assert callable(change)
        run_in_background(
            self,
            lambda _cancel: change(),
            success=lambda _: self.settled.emit(),
            failure=self._failed,
            in_order=True,
        )

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.refused.emit(error)
        self.reject()

    def _about_agreement(self) -> str:
        lines = [self._in_words(user, found) for user, found in self._found.agreements.items()]
        return "\n".join(lines) or self.tr("2人がラベルを付けた写真は、まだありません。")

    def _in_words(self, user: str, found: Agreement) -> str:
        words = self.tr("{user}さんと一人目は、同じ写真 {n} 枚のうち {same} 枚で一致しました。").format(
            user=user, n=found.n, same=found.same
        )
        if found.kappa is None:
            return words
        words += self.tr(
            "偶然を除いた一致は {k:.2f}（{low:.2f}〜{high:.2f}、1 が完全な一致、カッパ係数）です。"
        ).format(k=found.kappa.mean, low=found.kappa.low, high=found.kappa.high)
        return words + (self.tr("枚数が少ないので、目安です。") if found.n < _FEW else "")

    def _lay_out(self) -> None:
        choices = QHBoxLayout(spacing=GAP)
        choices.addWidget(self.first, 1)
        choices.addWidget(self.second, 1)
        below = QHBoxLayout(spacing=GAP)
        below.addWidget(self.back)
        below.addWidget(self.skip)
        below.addStretch(1)
        below.addWidget(self.close_button)
        column = QVBoxLayout(self, spacing=GAP)
        column.addWidget(self.agreed)
        column.addWidget(self.where)
        column.addWidget(self.picture, 1)
        column.addLayout(choices)
        column.addLayout(below)
        self.resize(720, 620)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
