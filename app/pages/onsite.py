"""Use a package on site: photos in, a very large answer out, everything recorded."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.on_site import Judged, OnSite, Phase
from app.pages.base import Page
from app.session import Session
from app.widgets.banner import ProblemBanner
from app.widgets.history_list import HistoryList
from app.widgets.result_board import Answer, ResultBoard
from core.documents import PACKAGE_SUFFIX
from core.photos.formats import PHOTO_SUFFIXES
from core.photos.thumbnails import ThumbnailStore
from core.problems import Problem, problem_text
from core.settings import locations

_PACKAGES = "package"
_PHOTOS = "onsite_photos"
_PERSON = "person"


class OnsitePage(Page):
    """現場で使う."""

    key = "onsite"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._on_board: Judged | None = None
        self.on_site = OnSite(self)
        self.on_site.judged.connect(self._judged)
        self.on_site.changed.connect(self._refresh)
        self._build()
        self.setAcceptDrops(True)
        self.history.rows.use(ThumbnailStore(locations().cache / "thumbnails"))
        self.retranslate()

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
        self._on_board = None
        self.on_site.open(path)

    def retranslate(self) -> None:
        self.open_button.setText(self.tr("パッケージを開く"))
        self.photos_button.setText(self.tr("写真を選ぶ"))
        self.folder_button.setText(self.tr("フォルダーを選ぶ"))
        self.give_up.setText(self.tr("残りをやめる"))
        self.save.setText(self.tr("CSV で保存"))
        self.record.setText(self.tr("人の判断を記録"))
        for button in (
            self.open_button,
            self.photos_button,
            self.folder_button,
            self.give_up,
            self.save,
            self.record,
        ):
            button.setAccessibleName(button.text())
        self.decision.setAccessibleName(self.tr("人が決めた種類"))
        self.bar.setAccessibleName(self.tr("判定の進み"))
        self.history.retranslate()
        self.banner.retranslate()
        self._refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.take(paths)

    def take(self, paths: Sequence[Path]) -> None:
        """Take what was dropped: a package is opened, everything else is judged."""
        packages = [path for path in paths if path.suffix.lower() == PACKAGE_SUFFIX]
        if packages:
            self.open_package(packages[0])
        self._judge([path for path in paths if path not in packages])

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

    def _show(self, judged: Judged) -> None:
        self._on_board = judged
        if judged.problem is not None:
            text = problem_text(judged.problem.code, judged.problem.data, self.session.language)
            self.board.show_answer(Answer.UNREADABLE, self.tr("読めません"), f"{text.what} {text.do}")
        elif judged.decided_by:
            self.board.show_answer(Answer.SURE, judged.class_name, self.tr("人が決めました"))
        elif judged.unsure:
            words = self.tr("人が確認してください。いちばん近いのは「{name}」（自信 {percent} %）")
            self.board.show_answer(Answer.UNSURE, self.tr("要確認"), self._filled(words, judged))
        else:
            self.board.show_answer(Answer.SURE, judged.class_name, self._runner_up(judged))
        self._offer_decision(judged)

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

    def _offer_decision(self, judged: Judged) -> None:
        wanted = judged.unsure and not judged.decided_by and judged.problem is None
        for part in (self.decision, self.record):
            part.setVisible(wanted)
        if wanted and self.on_site.package is not None:
            self.decision.clear()
            self.decision.addItems(self.on_site.package.manifest.class_names)
            self.decision.setCurrentText(judged.class_name)

    def _record(self) -> None:
        judged = self._on_board
        if judged is None or not self.decision.currentText():
            return
        person = self.session.settings.operator or _PERSON
        decided = self.on_site.decide(judged, self.decision.currentText(), person)
        self.history.rows.settle(judged, decided)
        self._show(decided)

    # The state in words

    def _refresh(self) -> None:
        on_site = self.on_site
        ready = on_site.phase in (Phase.LOADING, Phase.READY)
        for button in (self.photos_button, self.folder_button):
            button.setEnabled(ready)
            button.setToolTip("" if ready else self.tr("先にパッケージを開いてください。"))
        self.package_name.setText(self._package_words())
        left = on_site.asked - on_site.answered
        self.progress.setVisible(left > 0)
        self.bar.setRange(0, max(1, on_site.asked))
        self.bar.setValue(on_site.answered)
        self.count.setText(
            self.tr("{answered}／{asked} 枚").format(answered=on_site.answered, asked=on_site.asked)
        )
        self.log.setVisible(on_site.package is not None)
        self.log.setText(self.tr("記録：{path}").format(path=on_site.log_path))
        self.save.setEnabled(on_site.answered > 0)
        if on_site.problem is not None:
            self.banner.show_problem(on_site.problem)
        else:
            self.banner.hide()
        if self._on_board is None:
            self._say_waiting()
        else:
            self._show(self._on_board)

    def _package_words(self) -> str:
        package = self.on_site.package
        if package is None:
            return self.tr("パッケージはまだ開いていません。")
        return self.tr("{name}（{count} 種類）").format(
            name=package.path.name, count=len(package.manifest.classes)
        )

    def _say_waiting(self) -> None:
        self._offer_nothing()
        match self.on_site.phase:
            case Phase.CLOSED:
                word = self.tr("現場用パッケージ（.hkd）を開いてください")
                self.board.show_answer(Answer.WAITING, word, self.tr("ここに落としても開けます。"))
            case Phase.LOADING:
                detail = self.tr("いま落とした写真は、読み込みが終わると判定します。")
                self.board.show_answer(Answer.LOADING, self.tr("モデルを読み込んでいます…"), detail)
            case Phase.READY:
                detail = self.tr("「写真を選ぶ」「フォルダーを選ぶ」でも始められます。")
                self.board.show_answer(Answer.WAITING, self.tr("写真をここに落としてください"), detail)
            case Phase.BROKEN:
                detail = self.tr("上の説明を確かめて、もう一度開いてください。")
                self.board.show_answer(Answer.WAITING, self.tr("パッケージを使えません"), detail)

    def _offer_nothing(self) -> None:
        for part in (self.decision, self.record):
            part.setVisible(False)

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
        self.package_name = QLabel(objectName="onsite_package", wordWrap=True)
        self.open_button = _button("onsite_open", self._choose_package)
        self.photos_button = _button("onsite_photos", self._choose_photos)
        self.photos_button.setProperty("class", "primary")
        self.folder_button = _button("onsite_folder", self._choose_folder)
        self.board = ResultBoard()
        self.history = HistoryList()
        self.history.looked_at.connect(self._show)
        self.log = QLabel(objectName="onsite_log", wordWrap=True)
        self.log.setProperty("class", "muted")
        self.log.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.save = _button("onsite_save", self._save)
        top = QHBoxLayout(spacing=8)
        top.addWidget(self.package_name, 1)
        top.addWidget(self.open_button)
        top.addWidget(self.folder_button)
        top.addWidget(self.photos_button)
        split = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        split.addWidget(self._build_answer())
        split.addWidget(self.history)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes([760, 300])
        bottom = QHBoxLayout(spacing=8)
        bottom.addWidget(self.log, 1)
        bottom.addStretch(0)
        bottom.addWidget(self.save, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.banner)
        column.addLayout(top)
        column.addWidget(split, 1)
        column.addLayout(bottom)
        # The worker must not outlive the program.
        program = QCoreApplication.instance()
        assert program is not None, "there is no window without a program"
        program.aboutToQuit.connect(self.on_site.close)

    def _build_answer(self) -> QWidget:
        self.decision = QComboBox(objectName="onsite_decision", minimumHeight=40, visible=False)
        self.record = _button("onsite_record", self._record)
        self.record.setVisible(False)
        self.bar = QProgressBar(objectName="onsite_progress", textVisible=False)
        self.count = QLabel(objectName="onsite_count")
        self.give_up = _button("onsite_give_up", self.on_site.give_up_waiting)
        self.progress = QWidget(visible=False)
        row = QHBoxLayout(self.progress)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar, 1)
        row.addWidget(self.count)
        row.addWidget(self.give_up)
        decide = QHBoxLayout(spacing=8)
        decide.addWidget(self.decision, 1)
        decide.addWidget(self.record)
        holder = QWidget()
        column = QVBoxLayout(holder, spacing=8)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.board, 1)
        column.addLayout(decide)
        column.addWidget(self.progress)
        return holder


def _button(name: str, pressed: Callable[[], None]) -> QPushButton:
    button = QPushButton(objectName=name)
    button.clicked.connect(pressed)
    return button
