"""Use a package on site: photos in, a very large answer out, everything recorded; a person decides what is unsure."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.on_site import Judged, OnSite
from app.onsite_care import OnSiteCare
from app.onsite_lock import OnSiteLock
from app.pages.base import Page
from app.session import Session
from app.site_work import Phase
from app.sound import Sounds
from app.widgets.banner import ProblemBanner
from app.widgets.decision_bar import DecisionBar, Offer
from app.widgets.health_light import HealthLight
from app.widgets.history_list import HistoryList
from app.widgets.onsite_dialogs import CameraDialog, NewClassDialog, OkNgDialog
from app.widgets.photo_preview import PhotoPreview
from app.widgets.result_board import ANSWERS, Answer, ResultBoard
from app.widgets.session_counts import SessionCounts
from core.documents import PACKAGE_SUFFIX
from core.onsite.okng import OkNg
from core.onsite.result import Verdict
from core.photos.formats import PHOTO_SUFFIXES
from core.photos.thumbnails import ThumbnailStore
from core.problems import Problem, problem_text
from core.settings import locations

_PACKAGES = "package"
_PHOTOS = "onsite_photos"
_WATCHED = "onsite_watched"
_PERSON = "person"
_TONES: dict[Verdict, str] = {
    Verdict.OK: "ok",
    Verdict.NG: "ng",
    Verdict.UNSURE: "unsure",
    Verdict.UNREADABLE: "unsure",
}


class OnsitePage(Page):
    """現場で使う. `full_wanted` asks the frame to show nothing but this page, or everything again."""

    key = "onsite"
    full_wanted = Signal(bool)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._on_board: Judged | None = None
        self._looked_at: Judged | None = None
        self._last_decision: Judged | None = None
        self._meaning: dict[str, Verdict] = {}
        self._resumed_source = ""
        self.guard = OnSiteLock(session, self)
        self.is_full = False
        self.sounds = Sounds()
        self.on_site = OnSite(self)
        self.on_site.judged.connect(self._judged)
        self.on_site.changed.connect(self._refresh)
        self.on_site.added.connect(self._class_added)
        self.care = OnSiteCare(session, self.on_site, self)
        self._build()
        self.on_site.overseen.connect(lambda: self.health.show_status(self.on_site.status))
        self.setAcceptDrops(True)
        store = ThumbnailStore(locations().cache / "thumbnails")
        self.history.rows.use(store)
        self.decision_bar.use(store)
        self.retranslate()
        self.show_full(False)

    def title(self) -> str:
        return self.tr("現場で使う")

    def next_text(self) -> str:
        return self.tr("はじめに戻る")

    def enter(self) -> None:
        """A package that was just written is opened at once."""
        project = self.session.project
        if self.on_site.phase is not Phase.CLOSED or project is None:
            return
        kept = project.setting("exported")
        path = Path(kept["package"]) if isinstance(kept, dict) and "package" in kept else None
        if path is not None and path.is_file():
            self.open_package(path)

    def open_package(self, path: Path) -> None:
        """Open a package, as the button, a drop or the start page ask for."""
        self.history.rows.clear()
        self._on_board = self._looked_at = self._last_decision = None
        self._resumed_source = ""
        self.guard.choose(package=str(path), source="")
        self.on_site.open(path)

    def resume_work(self) -> None:
        """Open again what was at work here, in full screen: the page was locked when the program ended."""
        kept = self.session.settings.onsite
        if kept.package:
            self.open_package(Path(kept.package))
            self._resumed_source = kept.source
            self.guard.choose(source=kept.source)
        self.full_wanted.emit(True)

    def retranslate(self) -> None:
        texts = {
            self.open_button: self.tr("パッケージを開く"),
            self.photos_button: self.tr("写真を選ぶ"),
            self.folder_button: self.tr("フォルダーを選ぶ"),
            self.watch_button: self.tr("見張る"),
            self.more_button: self.tr("そのほか"),
            self.full_button: self.tr("全画面（F11）"),
            self.leave_button: self.tr("全画面を出る（Esc）"),
            self.give_up: self.tr("残りをやめる"),
            self.save: self.tr("CSV で保存"),
        }
        for button, text in texts.items():
            button.setText(text)
            button.setAccessibleName(text)
        self._say_menus()
        self.bar.setAccessibleName(self.tr("判定の進み"))
        for part in (self.history, self.banner, self.counts, self.decision_bar):
            part.retranslate()
        self.health.show_status(self.on_site.status)
        self._refresh()

    def restyle(self) -> None:
        self.board.update()
        self.counts.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.take(paths)

    def take(self, paths: Sequence[Path]) -> None:
        """Take what was dropped: a package is opened (not on a locked page), everything else is judged."""
        packages = [path for path in paths if path.suffix.lower() == PACKAGE_SUFFIX]
        if packages and not self.guard.locked:
            self.open_package(packages[0])
        self._judge([path for path in paths if path not in packages])

    # Full screen and lock

    def show_full(self, full: bool) -> None:
        """Show the answer alone, or the tools around it, too."""
        self.is_full = full
        for part in (self.tools, self.history, self.save, self.full_button):
            part.setVisible(not full)
        for part in (self.picture, self.leave_button):
            part.setVisible(full)
        self.health.more.setVisible(not self.guard.locked)
        self._leave_key.setEnabled(full)
        if full and self._on_board is not None:
            self.picture.load(self._on_board.photo)

    def toggle_full(self) -> None:
        """Into full screen, or out of it; a locked page asks for the PIN."""
        if not self.is_full:
            self.full_wanted.emit(True)
        elif self.guard.open():
            self.full_wanted.emit(False)

    def lock(self) -> None:
        """Lock the page in full screen; without a PIN one is chosen first."""
        if self.guard.close():
            self.full_wanted.emit(True)

    # Choosing

    def _choose_package(self) -> None:
        pattern = self.tr("現場用パッケージ (*.hkd)")
        start = self.session.settings.last_folders.get(_PACKAGES, "")
        chosen, _ = QFileDialog.getOpenFileName(self, self.tr("パッケージを開く"), start, pattern)
        if chosen:
            self._remember(_PACKAGES, Path(chosen).parent)
            self.open_package(Path(chosen))

    def _choose_photos(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in sorted(PHOTO_SUFFIXES))
        pattern = self.tr("写真 ({suffixes})").format(suffixes=suffixes)
        start = self.session.settings.last_folders.get(_PHOTOS, "")
        chosen, _ = QFileDialog.getOpenFileNames(self, self.tr("写真を選ぶ"), start, pattern)
        if chosen:
            self._remember(_PHOTOS, Path(chosen[0]).parent)
            self._judge([Path(path) for path in chosen])

    def _choose_folder(self) -> None:
        start = self.session.settings.last_folders.get(_PHOTOS, "")
        chosen = QFileDialog.getExistingDirectory(self, self.tr("フォルダーを選ぶ"), start)
        if chosen:
            self._remember(_PHOTOS, Path(chosen))
            self._judge([Path(chosen)])

    def _choose_watched(self) -> None:
        start = self.session.settings.last_folders.get(_WATCHED, "")
        chosen = QFileDialog.getExistingDirectory(self, self.tr("見張るフォルダーを選ぶ"), start)
        if chosen:
            self._remember(_WATCHED, Path(chosen))
            self._mind(chosen)

    def _choose_camera(self) -> None:
        kept = self.session.settings.onsite
        dialog = CameraDialog(kept.source, kept.every_s, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self._mind(dialog.source(), dialog.every.value())

    def _mind(self, source: str, every_s: float = 1.0) -> None:
        self.guard.choose(source=source, every_s=every_s)
        self.on_site.mind(source, every_s)

    def _add_class(self) -> None:
        dialog = NewClassDialog(self.on_site.class_names, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self._meaning[dialog.name.text().strip()] = dialog.verdict()
            self.on_site.add_class(dialog.name.text().strip(), dialog.words.text().strip())

    def _class_added(self, name: str) -> None:
        known, verdict = self.on_site.ok_ng, self._meaning.pop(name, Verdict.UNKNOWN)
        ok, ng = known.ok - {name}, known.ng - {name}
        self.on_site.set_ok_ng(
            OkNg(ok | {name} if verdict is Verdict.OK else ok, ng | {name} if verdict is Verdict.NG else ng)
        )

    def _choose_ok_ng(self) -> None:
        dialog = OkNgDialog(self.on_site.class_names, self.on_site.ok_ng, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.on_site.set_ok_ng(dialog.setting())

    def _switch_sound(self, on: bool) -> None:
        self.guard.choose(sound=on)
        if on:
            self.sounds.play("ok")
        self._refresh()

    def _remember(self, key: str, folder: Path) -> None:
        folders = self.session.settings.last_folders | {key: str(folder)}
        self.session.change_settings(last_folders=folders)

    def _judge(self, paths: list[Path]) -> None:
        if paths and self.on_site.phase in (Phase.LOADING, Phase.READY):
            self.on_site.judge(paths)

    # Answers

    def _judged(self, judged: Judged) -> None:
        self.history.rows.add(judged)
        self._show(judged)
        tone = _TONES.get(self.on_site.verdict(judged))
        if tone and self.session.settings.onsite.sound:
            self.sounds.play(tone)

    def _look_at(self, judged: Judged) -> None:
        """A line of the history was chosen: it is shown again, and may be put right."""
        self._looked_at = None if judged.problem or judged in self.on_site.undecided else judged
        self._show(judged)
        self._offer()

    def _show(self, judged: Judged) -> None:
        self._on_board = judged
        if self.is_full:
            self.picture.load(judged.photo)
        verdict = self.on_site.verdict(judged)
        answer = ANSWERS[verdict]
        if judged.problem is not None:
            text = problem_text(judged.problem.code, judged.problem.data, self.session.language)
            self.board.show_answer(answer, self.tr("読めません"), f"{text.what} {text.do}")
            return
        if verdict is Verdict.UNSURE:
            words = self.tr("人が確認してください。いちばん近いのは「{name}」（自信 {percent} %）")
            self.board.show_answer(answer, self.tr("要確認"), self._filled(words, judged))
            return
        detail = self.tr("人が決めました") if judged.decided_by else self._runner_up(judged)
        if verdict is Verdict.UNKNOWN:
            self.board.show_answer(answer, judged.class_name, detail)
        else:
            self.board.show_answer(answer, verdict.value.upper(), detail, judged.class_name)

    def _runner_up(self, judged: Judged) -> str:
        sure = self._filled(self.tr("自信 {percent} %"), judged)
        if len(judged.ranking) < 2:
            return sure
        name, probability = judged.ranking[1]
        return self.tr("{sure}、次は「{name}」{percent} %").format(
            sure=sure, name=name, percent=round(100 * probability)
        )

    def _filled(self, words: str, judged: Judged) -> str:
        name, probability = judged.ranking[0]
        return words.format(name=name, percent=round(100 * probability))

    # A person decides

    def _asked(self) -> Judged | None:
        """The photo that a person is asked about: the one chosen in the history, else the one that waits longest."""
        return self._looked_at or next(iter(self.on_site.undecided), None)

    def _offer(self) -> None:
        judged, last = self._asked(), self._last_decision
        if judged is None:
            self.decision_bar.show_offer(None, last.class_name if last else "")
            return
        left, right = self._sides(judged.answer or judged)
        names = {Verdict.OK: "OK", Verdict.NG: "NG"}
        offer = Offer(
            photo=judged.photo,
            left=left,
            right=right,
            classes=self.on_site.class_names,
            marks={
                name: names.get(self.on_site.ok_ng.verdict(name, False), "")
                for name in self.on_site.class_names
            },
            waiting=max(0, len(self.on_site.undecided) - (self._looked_at is None)),
            correcting=self._looked_at is not None,
        )
        self.decision_bar.show_offer(offer, last.class_name if last else "")

    def _sides(self, judged: Judged) -> tuple[str, str]:
        """The likeliest OK class left and the likeliest NG class right, so that a key always means the same; where there
        are not both, the two likeliest."""
        ranked = [name for name, _ in judged.ranking]
        names = [*ranked, *(name for name in self.on_site.class_names if name not in ranked)]
        ok = next((name for name in names if name in self.on_site.ok_ng.ok), "")
        ng = next((name for name in names if name in self.on_site.ok_ng.ng), "")
        return (ok, ng) if ok and ng else (names[0], names[1] if len(names) > 1 else "")

    def _decide(self, class_name: str) -> None:
        judged = self._asked()
        if judged is None:
            return
        person = self.session.settings.operator or _PERSON
        self._looked_at = None
        decided = self._last_decision = self.on_site.decide(judged, class_name, person)
        self.history.rows.settle(judged, decided)
        self._show(decided)
        self._offer()

    def _take_back(self) -> None:
        decided, self._last_decision = self._last_decision, None
        if decided is not None:
            judged = self.on_site.take_back(decided)
            self.history.rows.settle(decided, judged)
            self._looked_at = None if judged.unsure else judged
            self._show(judged)
            self._offer()

    def _put_off(self) -> None:
        self._looked_at = None
        self._offer()

    # The state in words

    def _refresh(self) -> None:
        on_site = self.on_site
        ready = on_site.phase in (Phase.LOADING, Phase.READY)
        for button in (self.photos_button, self.folder_button, self.watch_button):
            button.setEnabled(ready)
            button.setToolTip("" if ready else self.tr("先にパッケージを開いてください。"))
        for action in (self._new_class, self._ok_ng):
            action.setEnabled(on_site.phase is Phase.READY)
        self._no_source.setEnabled(bool(on_site.source))
        self.package_name.setText(self._package_words())
        left = on_site.asked - on_site.answered
        self.progress.setVisible(left > 0)
        self.bar.setRange(0, max(1, on_site.asked))
        self.bar.setValue(on_site.answered)
        self.count.setText(
            self.tr("{answered}／{asked} 枚").format(answered=on_site.answered, asked=on_site.asked)
        )
        for part in (self.counts, self.decision_bar):
            part.setVisible(on_site.package is not None)
        self.counts.show_counts(on_site.counts, on_site.counting_since)
        if on_site.status is None:
            self.health.show_status(None)
        self.log.setVisible(on_site.package is not None)
        self.log.setText(self.tr("記録：{path}").format(path=on_site.log_path))
        self.log.setToolTip(str(on_site.log_path))
        self.save.setEnabled(on_site.answered > 0)
        problem = on_site.problem or on_site.source_problem
        if problem is not None:
            self.banner.show_problem(problem)
        else:
            self.banner.hide()
        if on_site.phase is Phase.READY and self._resumed_source:
            source, self._resumed_source = self._resumed_source, ""
            self._mind(source, self.session.settings.onsite.every_s)
        if self._on_board is None:
            self._say_waiting()
        else:
            self._show(self._on_board)
        self._offer()

    def _package_words(self) -> str:
        package = self.on_site.package
        if package is None:
            return self.tr("パッケージはまだ開いていません。")
        words = self.tr("{name}（{count} 種類）").format(
            name=package.path.name, count=len(self.on_site.class_names)
        )
        if self.on_site.source:
            words += "\n" + self.tr("見張り中：{source}").format(source=self.on_site.source)
        return words

    def _say_waiting(self) -> None:
        match self.on_site.phase:
            case Phase.CLOSED:
                word = self.tr("現場用パッケージ（.hkd）を開いてください")
                self.board.show_answer(Answer.WAITING, word, self.tr("ここに落としても開けます。"))
            case Phase.LOADING:
                detail = self.tr("いま落とした写真は、読み込みが終わると判定します。")
                self.board.show_answer(Answer.LOADING, self.tr("モデルを読み込んでいます…"), detail)
            case Phase.READY if self.on_site.source:
                detail = self.on_site.source
                self.board.show_answer(Answer.WAITING, self.tr("写真が来るのを待っています"), detail)
            case Phase.READY:
                detail = self.tr("「写真を選ぶ」「フォルダーを選ぶ」「見張る」でも始められます。")
                self.board.show_answer(Answer.WAITING, self.tr("写真をここに落としてください"), detail)
            case Phase.BROKEN:
                detail = self.tr("上の説明を確かめて、もう一度開いてください。")
                self.board.show_answer(Answer.WAITING, self.tr("パッケージを使えません"), detail)

    def _save(self) -> None:
        log = self.on_site.log_path
        pattern = self.tr("CSV ファイル (*.csv)")
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("CSV で保存"), log.name, pattern)
        if chosen:
            run_in_background(
                self,
                lambda _cancel: shutil.copyfile(log, chosen),
                success=lambda _: self.save.setText(self.tr("保存しました")),
                failure=lambda error: self._not_saved(chosen, error),
            )

    def _not_saved(self, path: str, error: Exception) -> None:
        if not isinstance(error, OSError):
            raise error
        self.banner.show_problem(Problem("onsite.log_not_written", path=path, reason=error.strerror or error))

    def _say_menus(self) -> None:
        self._watch_folder.setText(self.tr("フォルダーを見張る…"))
        self._camera.setText(self.tr("カメラにつなぐ…"))
        self._no_source.setText(self.tr("見張りをやめる"))
        self._new_class.setText(self.tr("種類を名前だけで足す…"))
        self._ok_ng.setText(self.tr("OK と NG を決める…"))
        silent = self.tr("音を鳴らす（このパソコンには音を出すプログラムがありません）")
        self._sound.setText(self.tr("音を鳴らす") if self.sounds.can_play else silent)
        self._sound.setEnabled(self.sounds.can_play)
        self._lock.setText(self.tr("ロックして全画面にする…"))
        self._pin.setText(self.tr("暗証番号を変える…"))

    # Laying out

    def _build(self) -> None:
        self.banner = ProblemBanner(self)
        self.banner.close_button.clicked.connect(self.on_site.forget_problems)
        self.package_name = QLabel(objectName="onsite_package", wordWrap=True)
        self.open_button = _button("onsite_open", self._choose_package)
        self.photos_button = _button("onsite_photos", self._choose_photos)
        self.photos_button.setProperty("class", "primary")
        self.folder_button = _button("onsite_folder", self._choose_folder)
        self.watch_button, self.more_button = _button("onsite_watch"), _button("onsite_more")
        self._build_menus()
        self.log = QLabel(objectName="onsite_log")
        self.log.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.log.setProperty("class", "note")
        self.log.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.history = HistoryList()
        self.history.rows.verdict_of = self.on_site.verdict
        self.history.looked_at.connect(self._look_at)
        self.tools = QWidget()
        top = QHBoxLayout(self.tools, spacing=8)
        top.setContentsMargins(0, 0, 0, 0)
        told = QVBoxLayout(spacing=0)
        told.addWidget(self.package_name)
        told.addWidget(self.log)
        top.addLayout(told, 1)
        for button in (
            self.open_button,
            self.more_button,
            self.watch_button,
            self.folder_button,
            self.photos_button,
        ):
            top.addWidget(button)
        split = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        split.addWidget(self._build_answer())
        split.addWidget(self.history)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes([760, 300])
        self.decision_bar = DecisionBar()
        self.decision_bar.decided.connect(self._decide)
        self.decision_bar.put_off.connect(self._put_off)
        self.decision_bar.taken_back.connect(self._take_back)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.banner)
        column.addWidget(self.tools)
        column.addWidget(split, 1)
        column.addWidget(self.decision_bar)
        column.addWidget(self._build_counts())
        column.addLayout(self._build_foot())
        for key, pressed in ((Qt.Key.Key_F11, self.toggle_full), (Qt.Key.Key_Escape, self.toggle_full)):
            self._leave_key = QShortcut(QKeySequence(key), self)
            self._leave_key.activated.connect(pressed)
        # The worker must not outlive the program.
        program = QCoreApplication.instance()
        assert program is not None, "there is no window without a program"
        program.aboutToQuit.connect(self.on_site.close)

    def _build_menus(self) -> None:
        watching, more = QMenu(self.watch_button), QMenu(self.more_button)
        self._watch_folder = watching.addAction("", self._choose_watched)
        self._camera = watching.addAction("", self._choose_camera)
        self._no_source = watching.addAction("", lambda: self._mind(""))
        self._new_class = more.addAction("", self._add_class)
        self._ok_ng = more.addAction("", self._choose_ok_ng)
        self._sound = more.addAction("")
        self._sound.setCheckable(True)
        self._sound.setChecked(self.session.settings.onsite.sound and self.sounds.can_play)
        self._sound.triggered.connect(self._switch_sound)
        more.addSeparator()
        self._lock = more.addAction("", self.lock)
        self._pin = more.addAction("", self.guard.change_pin)
        self.watch_button.setMenu(watching)
        self.more_button.setMenu(more)

    def _build_counts(self) -> QWidget:
        self.counts = SessionCounts()
        self.counts.reset.connect(self.on_site.count_again)
        return self.counts

    def _build_foot(self) -> QHBoxLayout:
        self.health = HealthLight()
        self.health.asked.connect(self.care.show_health)
        self.save = _button("onsite_save", self._save)
        self.full_button = _button("onsite_full", self.toggle_full)
        self.leave_button = _button("onsite_leave", self.toggle_full)
        row = QHBoxLayout(spacing=8)
        row.addWidget(self.health, 1)
        row.addStretch(0)
        for button in (self.save, self.full_button, self.leave_button):
            row.addWidget(button)
        return row

    def _build_answer(self) -> QWidget:
        self.board = ResultBoard()
        self.picture = PhotoPreview()
        self.picture.setObjectName("onsite_picture")
        self.bar = QProgressBar(objectName="onsite_progress", textVisible=False)
        self.count = QLabel(objectName="onsite_count")
        self.give_up = _button("onsite_give_up", self.on_site.give_up_waiting)
        self.progress = QWidget(visible=False)
        row = QHBoxLayout(self.progress)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar, 1)
        row.addWidget(self.count)
        row.addWidget(self.give_up)
        holder = QWidget()
        column = QVBoxLayout(holder, spacing=8)
        column.setContentsMargins(0, 0, 8, 0)
        seen = QHBoxLayout(spacing=12)
        seen.addWidget(self.board, 7)
        seen.addWidget(self.picture, 3)
        column.addLayout(seen, 1)
        column.addWidget(self.progress)
        return holder


def _button(name: str, pressed: Callable[[], None] | None = None) -> QPushButton:
    button = QPushButton(objectName=name, minimumHeight=40)
    if pressed is not None:
        button.clicked.connect(pressed)
    return button
