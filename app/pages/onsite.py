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
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.on_site import Judged, OnSite
from app.onsite_care import OnSiteCare
from app.onsite_lock import OnSiteLock
from app.pages.base import Page
from app.session import Session
from app.site_texts import SiteTexts
from app.site_work import Phase, SiteWork
from app.sound import Sounds
from app.widgets.banner import ProblemBanner
from app.widgets.decision_bar import DecisionBar, Offer
from app.widgets.health_light import HealthLight
from app.widgets.history_list import HistoryList
from app.widgets.onsite_dialogs import NewClassDialog, OkNgDialog
from app.widgets.onsite_tools import OnSiteTools
from app.widgets.photo_preview import PhotoPreview
from app.widgets.result_board import ANSWERS, Answer, ResultBoard
from app.widgets.session_counts import SessionCounts
from app.widgets.text_site import TextSite
from core.documents import PACKAGE_SUFFIX
from core.onsite.okng import OkNg
from core.onsite.result import Verdict
from core.package.archive import TextPackage
from core.photos.thumbnails import ThumbnailStore
from core.problems import Problem, problem_text
from core.settings import locations

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
        self.on_site.writes.connect(self._open_texts)
        self.texts = SiteTexts(self)
        self.texts.changed.connect(self._refresh)
        self.care = OnSiteCare(session, self.on_site, self)
        self._build()
        self.on_site.overseen.connect(lambda: self.health.show_status(self.on_site.status))
        self.setAcceptDrops(True)
        store = ThumbnailStore(locations().cache / "thumbnails")
        self.history.rows.use(store)
        self.decision_bar.use(store)
        self.text_site.use(store)
        self.retranslate()
        self.show_full(False)

    def title(self) -> str:
        return self.tr("現場で使う")

    def next_text(self) -> str:
        return self.tr("はじめに戻る")

    def enter(self) -> None:
        """A package that was just written is opened at once."""
        project = self.session.project
        if self.at_work.phase is not Phase.CLOSED or project is None:
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
        self.texts.close()
        self.on_site.open(path)

    @property
    def at_work(self) -> SiteWork:
        """Who works with the open package: one that tells classes apart, or one that writes."""
        return self.on_site if self.texts.phase is Phase.CLOSED else self.texts

    def _open_texts(self, path: Path, waiting: list[Path]) -> None:
        self.texts.open(path)
        self.text_site.begin()
        if waiting:
            self.texts.judge(waiting)

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
            self.full_button: self.tr("全画面（F11）"),
            self.leave_button: self.tr("全画面を出る（Esc）"),
            self.give_up: self.tr("残りをやめる"),
            self.save: self.tr("CSV で保存"),
        }
        for button, text in texts.items():
            button.setText(text)
            button.setAccessibleName(text)
        self.tools.retranslate(can_play=self.sounds.can_play)
        self.bar.setAccessibleName(self.tr("判定の進み"))
        for part in (self.history, self.banner, self.counts, self.decision_bar):
            part.retranslate()
        self.text_site.retranslate()
        self.health.show_status(self.on_site.status)
        self._refresh()

    def restyle(self) -> None:
        self.board.update()
        self.counts.update()
        self.text_site.restyle()

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
        around: tuple[QWidget, ...] = (self.tools, self.history, self.full_button)
        for part in around:
            part.setVisible(not full)
        self.save.setVisible(not full and self.at_work is self.on_site)
        inside: tuple[QWidget, ...] = (self.picture, self.leave_button)
        for part in inside:
            part.setVisible(full)
        self.text_site.show_full(full)
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

    def _mind(self, source: str, every_s: float = 1.0) -> None:
        self.guard.choose(source=source, every_s=every_s)
        self.at_work.mind(source, every_s)

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

    def _judge(self, paths: list[Path]) -> None:
        if paths and self.at_work.phase in (Phase.LOADING, Phase.READY):
            self.at_work.judge(paths)

    def _give_up(self) -> None:
        self.at_work.give_up_waiting()

    def _forget_problems(self) -> None:
        self.at_work.forget_problems()

    def _text_unsure(self) -> None:
        if self.session.settings.onsite.sound:
            self.sounds.play(_TONES[Verdict.UNSURE])

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
        work, classes = self.at_work, self.at_work is self.on_site
        self.tools.show_state(
            ready=work.phase in (Phase.LOADING, Phase.READY),
            loaded=work.phase is Phase.READY,
            minding=bool(work.source),
            classes=classes,
        )
        self.views.setCurrentWidget(self.classes_view if classes else self.text_site)
        self.text_site.foot.setVisible(not classes)
        self.save.setVisible(classes and not self.is_full)
        package = self.texts.package or self.on_site.package
        self.tools.say_package(self._package_words(), package.path.name if package is not None else "")
        self.progress.setVisible(work.asked > work.answered)
        self.bar.setRange(0, max(1, work.asked))
        self.bar.setValue(work.answered)
        self.count.setText(self.tr("{answered}／{asked} 枚").format(answered=work.answered, asked=work.asked))
        problem = work.problem or work.source_problem
        if problem is not None:
            self.banner.show_problem(problem)
        else:
            self.banner.hide()
        if work.phase is Phase.READY and self._resumed_source:
            source, self._resumed_source = self._resumed_source, ""
            self._mind(source, self.session.settings.onsite.every_s)
        self._refresh_classes()
        if not classes:
            self.text_site.refresh()

    def _refresh_classes(self) -> None:
        on_site = self.on_site
        for part in (self.counts, self.decision_bar):
            part.setVisible(on_site.package is not None)
        self.counts.show_counts(on_site.counts, on_site.counting_since)
        if on_site.status is None:
            self.health.show_status(None)
        self.log.setVisible(on_site.package is not None)
        self.log.setText(self.tr("記録：{path}").format(path=on_site.log_path))
        self.log.setToolTip(str(on_site.log_path))
        self.save.setEnabled(on_site.answered > 0)
        if self._on_board is None:
            self._say_waiting()
        else:
            self._show(self._on_board)
        self._offer()

    def _package_words(self) -> str:
        if self.texts.package is not None:
            words = self._text_words(self.texts.package)
        elif self.on_site.package is not None:
            words = self.tr("{name}（{count} 種類）").format(
                name=self.on_site.package.path.name, count=len(self.on_site.class_names)
            )
        else:
            return self.tr("パッケージはまだ開いていません。")
        if self.at_work.source:
            words += "\n" + self.tr("見張り中：{source}").format(source=self.at_work.source)
        return words

    def _text_words(self, package: TextPackage) -> str:
        if package.manifest.task == "vqa":
            count = len(package.manifest.questions)
            return self.tr("{name}（質問 %n 件に答えます）", "", count).format(name=package.path.name)
        return self.tr("{name}（写真の説明を書きます）").format(name=package.path.name)

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

    # Laying out

    def _build(self) -> None:
        self.banner = ProblemBanner(self)
        self.banner.close_button.clicked.connect(self._forget_problems)
        self._build_tools()
        self.text_site = TextSite(self.session, self.texts)
        self.text_site.unsure.connect(self._text_unsure)
        self.text_site.learn.connect(lambda: self.care.prepare_text_training(self.texts))
        self.views = QStackedWidget()
        self.views.addWidget(self._build_classes())
        self.views.addWidget(self.text_site)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.banner)
        column.addWidget(self.tools)
        column.addWidget(self.views, 1)
        column.addWidget(self._build_progress())
        column.addLayout(self._build_foot())
        for key, pressed in ((Qt.Key.Key_F11, self.toggle_full), (Qt.Key.Key_Escape, self.toggle_full)):
            self._leave_key = QShortcut(QKeySequence(key), self)
            self._leave_key.activated.connect(pressed)
        # The worker must not outlive the program.
        program = QCoreApplication.instance()
        assert program is not None, "there is no window without a program"
        program.aboutToQuit.connect(self.on_site.close)
        program.aboutToQuit.connect(self.texts.close)

    def _build_tools(self) -> None:
        self.tools = tools = OnSiteTools(self.session)
        self.package_name, self.log, self.photos_button = tools.package_name, tools.log, tools.photos_button
        tools.sound_action.setChecked(self.session.settings.onsite.sound and self.sounds.can_play)
        tools.package.connect(self.open_package)
        tools.photos.connect(self._judge)
        tools.source.connect(self._mind)
        tools.new_class.connect(self._add_class)
        tools.ok_ng.connect(self._choose_ok_ng)
        tools.sound.connect(self._switch_sound)
        tools.lock.connect(self.lock)
        tools.pin.connect(self.guard.change_pin)

    def _build_classes(self) -> QWidget:
        self.history = HistoryList()
        self.history.rows.verdict_of = self.on_site.verdict
        self.history.looked_at.connect(self._look_at)
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
        self.counts = SessionCounts()
        self.counts.reset.connect(self.on_site.count_again)
        self.classes_view = QWidget()
        column = QVBoxLayout(self.classes_view, spacing=10)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split, 1)
        column.addWidget(self.decision_bar)
        column.addWidget(self.counts)
        return self.classes_view

    def _build_foot(self) -> QHBoxLayout:
        self.health = HealthLight()
        self.health.asked.connect(self.care.show_health)
        self.save = _button("onsite_save", self._save)
        self.full_button = _button("onsite_full", self.toggle_full)
        self.leave_button = _button("onsite_leave", self.toggle_full)
        row = QHBoxLayout(spacing=8)
        row.addWidget(self.health, 1)
        row.addWidget(self.text_site.foot, 1)
        row.addStretch(0)
        for button in (self.save, self.full_button, self.leave_button):
            row.addWidget(button)
        return row

    def _build_answer(self) -> QWidget:
        self.board = ResultBoard()
        self.picture = PhotoPreview()
        self.picture.setObjectName("onsite_picture")
        holder = QWidget()
        seen = QHBoxLayout(holder, spacing=12)
        seen.setContentsMargins(0, 0, 8, 0)
        seen.addWidget(self.board, 7)
        seen.addWidget(self.picture, 3)
        return holder

    def _build_progress(self) -> QWidget:
        self.bar = QProgressBar(objectName="onsite_progress", textVisible=False)
        self.count = QLabel(objectName="onsite_count")
        self.give_up = _button("onsite_give_up", self._give_up)
        self.progress = QWidget(visible=False)
        row = QHBoxLayout(self.progress)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar, 1)
        row.addWidget(self.count)
        row.addWidget(self.give_up)
        return self.progress


def _button(name: str, pressed: Callable[[], None]) -> QPushButton:
    button = QPushButton(objectName=name, minimumHeight=40)
    button.clicked.connect(pressed)
    return button
