"""写真をカメラで撮る: a live picture, a key for each class, and what was just taken, into the project and labelled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.session import Session
from app.theme import GAP, TOUCH
from app.widgets.banner import ProblemBanner
from app.widgets.level_mark import LevelMark
from app.widgets.live_view import LiveView
from app.widgets.photo_grid import sign_of
from app.widgets.shooting_side import ShootingSide
from app.widgets.taken_strip import TakenBurst, TakenStrip
from core.photos.quality import Doubt
from core.photos.shooting import Burst, Shooting, Sight, Source
from core.problems import Problem
from core.project.classes import ProductClass
from core.project.store import Project
from core.project.taking import take_burst

OpenCamera = Callable[[str], Source]
_WRITES = (QLineEdit, QAbstractSpinBox, QComboBox)
_LOOK_MS = 66  # 15 pictures a second
_STEADY = 4  # looks in a row before other words are shown: they are to be read, not to flicker


@dataclass(frozen=True)
class _Classes:
    entries: Sequence[ProductClass]
    counts: Mapping[int, int]


class TakePhotosDialog(QDialog):
    """Takes photos until Esc. Every burst is in the project as soon as it is taken; nothing waits for the end."""

    def __init__(
        self, session: Session, project: Project, camera: OpenCamera, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("take_photos")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("写真をカメラで撮る"))
        self._session, self._project, self._camera = session, project, camera
        self._shooting: Shooting | None = None
        self._number, self._under_way = 0, 0
        self._problem: Problem | None = None
        self._seen: tuple[tuple[Doubt, ...], int] = ((), 0)
        self._bursts: list[TakenBurst] = []
        self._build(session)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._connect(self.side.choices().source)
        self._count()
        self.view.setFocus()
        self.resize(1180, 680)

    # Taking

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no field took: a class's own takes its burst."""
        sign = sign_of(event)
        found = self.side.class_of(sign)
        if event.isAutoRepeat() or (sign not in (" ", "0") and found is None):
            super().keyPressEvent(event)
        else:
            self._take(None if found is None else found.id)

    def done(self, result: int) -> None:
        """Let go of the camera. What was taken up to now is taken in, also the part of a burst under way."""
        self._timer.stop()
        self._session.change_settings(camera=self.side.choices().model_dump())
        self._let_go()
        super().done(result)

    def _take(self, class_id: int | None) -> None:
        choices = self.side.choices()
        wanted = 1 if class_id is None else choices.burst
        if self._shooting is not None:
            self._shooting.begin(class_id, wanted, choices.every_s)
            self._look()

    def _connect(self, source: str) -> None:
        self._let_go()
        self._number, self._problem, self._seen = 0, None, ((), 0)
        self.banner.hide()
        self.view.show_words(self.tr("カメラにつないでいます…"))
        self.mark.setVisible(False)
        self.words.setText("")
        self._shooting = Shooting(self._camera(source), self._project.camera_folder)
        self.view.setFocus()

    def _let_go(self) -> None:
        shooting, project, session = self._shooting, self._project, self._session
        self._shooting = None
        if shooting is None:
            return
        at_work = shooting.sight().burst is not None
        shooting.stop()
        rest = shooting.finished()
        if not at_work and not rest:
            return

        def take_rest() -> None:
            for burst in [*rest, *(shooting.end() if at_work else [])]:
                take_burst(project, [photo.path for photo in burst.taken], burst.class_id)

        # The session is there longer than this dialog.
        run_in_background(
            session,
            lambda _cancel: take_rest(),
            success=lambda _: session.labels_changed.emit(),
            in_order=True,
        )

    # What is seen

    def _look(self) -> None:
        if self._shooting is None:
            return
        sight = self._shooting.sight()
        for burst in self._shooting.finished():
            self._take_in(burst)
        if sight.problem is not self._problem:
            self._tell_problem(sight.problem)
        if sight.number != self._number and sight.view is not None and sight.problem is None:
            self._number = sight.number
            self.view.show_frame(sight.view)
        self.view.set_taking(sight.burst is not None)
        typing = isinstance(self.focusWidget(), _WRITES)
        self.view.set_hint(
            self.tr("いま、キーは欄に入ります。キーで撮るには、ここを押してください。") if typing else ""
        )
        self._say(sight)

    def _tell_problem(self, problem: Problem | None) -> None:
        self._problem = problem
        if problem is None:
            self.banner.hide()
            return
        self.banner.show_problem(problem)
        self.view.show_words(self.tr("カメラの映像がありません。"))

    def _say(self, sight: Sight) -> None:
        if sight.problem is not None or sight.view is None:
            self.mark.setVisible(False)
            self.words.setText("")
            return
        doubts, looks = self._seen
        self._seen = (sight.doubts, looks + 1 if doubts == sight.doubts else 1)
        steady = self._seen[1] >= _STEADY or not self.mark.isVisible()
        if steady:
            self.mark.set_mark("warn" if sight.doubts else "ok")
            self.mark.setVisible(True)
        if sight.burst is not None:
            words = self.tr("「{name}」を撮っています… {done}／{wanted} 枚")
            name, burst = self.side.class_name(sight.burst.class_id), sight.burst
            self.words.setText(words.format(name=name, done=len(burst.taken), wanted=burst.wanted))
        elif steady:
            told = "".join(self._doubt_words(doubt) for doubt in sight.doubts)
            self.words.setText(told or self.tr("よく写っています。"))

    def _doubt_words(self, doubt: Doubt) -> str:
        words: dict[Doubt, str] = {
            "blurred": self.tr("ぼけているか、動いています。ピントを合わせ、止めて撮ってください。"),
            "dark": self.tr("暗すぎます。明かりを足してください。"),
            "bright": self.tr("明るすぎて、白く飛んでいます。明かりを弱めてください。"),
        }
        return words[doubt]

    # Into the project

    def _take_in(self, burst: Burst) -> None:
        if burst.problem is not None:
            self.banner.show_problem(burst.problem)
        if not burst.taken:
            return
        project, label = self._project, self.side.class_name(burst.class_id)
        paths = [photo.path for photo in burst.taken]
        self.told.setText(self.tr("プロジェクトに入れています…"))
        self._work(1)

        def taken(ids: list[int]) -> None:
            self.strip.add(burst.taken, label)
            self._bursts.append(TakenBurst(tuple(ids), label))
            self._work(-1)
            self._tell_taken(burst, label)

        run_in_background(
            self,
            lambda _cancel: take_burst(project, paths, burst.class_id),
            success=taken,
            failure=self._failed,
            in_order=True,
        )

    def _tell_taken(self, burst: Burst, label: str) -> None:
        doubtful = sum(bool(photo.doubts) for photo in burst.taken)
        words = self.tr("「{name}」を {count} 枚撮りました。")
        if doubtful:
            words = self.tr(
                "「{name}」を {count} 枚撮りました。△ の付いた {doubtful} 枚は、写りを確かめてください。"
            )
        self.told.setText(words.format(name=label, count=len(burst.taken), doubtful=doubtful))
        self._changed()

    def _undo(self) -> None:
        if not self._bursts or self._under_way:
            return
        burst, project = self._bursts[-1], self._project
        self._work(1)

        def taken_back(_: None) -> None:
            self._bursts.pop()
            self._work(-1)
            self.strip.take_back(len(burst.ids))
            words = self.tr("「{name}」の {count} 枚を使わないことにしました。ラベルのページで元に戻せます。")
            self.told.setText(words.format(name=burst.label, count=len(burst.ids)))
            self._changed()

        run_in_background(
            self,
            lambda _cancel: project.exclude(burst.ids),
            success=taken_back,
            failure=self._failed,
            in_order=True,
        )

    def _add_class(self, name: str) -> None:
        project = self._project

        def added(_: ProductClass) -> None:
            self.side.name.clear()
            self.view.setFocus()
            self._changed()

        run_in_background(
            self,
            lambda _cancel: project.add_class(name),
            success=added,
            failure=self._not_added,
            in_order=True,
        )

    def _changed(self) -> None:
        self._count()
        self._session.labels_changed.emit()

    def _count(self) -> None:
        project = self._project
        run_in_background(self, lambda _cancel: _classes_of(project), success=self._show_classes)

    def _show_classes(self, found: _Classes) -> None:
        self.side.show_classes(found.entries, found.counts)

    def _failed(self, error: Exception) -> None:
        self._work(-1)
        self._not_added(error)

    def _not_added(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)

    def _work(self, more: int) -> None:
        self._under_way += more
        self.undo.setEnabled(bool(self._bursts) and not self._under_way)

    # Laying out

    def _build(self, session: Session) -> None:
        self.banner = ProblemBanner(retryable=True)
        self.view = LiveView()
        self.view.setAccessibleName(self.tr("カメラの映像"))
        self.mark = LevelMark("ok", 28)
        self.words = QLabel(objectName="take_words", wordWrap=True)
        self.words.setProperty("class", "heading3")
        self.words.setMinimumHeight(2 * self.words.fontMetrics().height() + GAP)
        self.side = ShootingSide(session.settings.camera)
        self.side.connect_to.connect(self._connect)
        self.side.take.connect(self._take)
        self.side.add_class.connect(self._add_class)
        self.banner.retry.connect(lambda: self._connect(self.side.choices().source))
        state = QHBoxLayout(spacing=GAP)
        state.addWidget(self.mark)
        state.addWidget(self.words, 1)
        left = QVBoxLayout(spacing=GAP)
        left.addWidget(self.view, 1)
        left.addLayout(state)
        top = QHBoxLayout(spacing=2 * GAP)
        top.addLayout(left, 1)
        top.addWidget(self.side)
        column = QVBoxLayout(self, spacing=GAP)
        column.addWidget(self.banner)
        column.addLayout(top, 1)
        self.strip = TakenStrip()
        self.strip.setAccessibleName(self.tr("いま撮った写真"))
        column.addWidget(self.strip)
        column.addLayout(self._build_foot())

    def _build_foot(self) -> QHBoxLayout:
        explained = self.tr("種類のキーを押すと、続けて撮って、その種類のラベルを付けます。")
        self.told = QLabel(explained, objectName="take_told", wordWrap=True)
        self.told.setProperty("class", "muted")
        self.undo = QPushButton(
            self.tr("最後に撮った分を取り消す"),
            objectName="take_undo",
            minimumHeight=TOUCH,
            autoDefault=False,
            enabled=False,
        )
        self.undo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.undo.setToolTip(QKeySequence(QKeySequence.StandardKey.Undo).toString())
        self.undo.clicked.connect(self._undo)
        QShortcut(QKeySequence.StandardKey.Undo, self, self._undo)
        self.end = QPushButton(
            self.tr("撮り終える（Esc）"), objectName="take_end", minimumHeight=TOUCH, autoDefault=False
        )
        self.end.setProperty("class", "primary")
        self.end.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.end.clicked.connect(self.accept)
        foot = QHBoxLayout(spacing=GAP)
        foot.addWidget(self.told, 1)
        foot.addWidget(self.undo)
        foot.addWidget(self.end)
        return foot


def _classes_of(project: Project) -> _Classes:
    counted = {count.class_id: count.labelled for count in project.counts().classes}
    return _Classes(project.classes(), counted)
