"""写真を選ぶ: a folder or dropped files, looked through off the screen's thread; nothing leaves this PC."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.background import Task, post, run_in_background
from app.models.folding import Shelf
from app.pages.base import Page
from app.session import Session
from app.take_photos_dialog import OpenCamera, TakePhotosDialog
from app.theme import GAP, TOUCH
from app.widgets.banner import ProblemBanner
from app.widgets.drop_zone import DropZone
from app.widgets.photo_grid import PhotoGrid
from app.widgets.privacy_choice import PrivacyChoice
from app.widgets.same_part import SamePartQuestion
from core.onsite.live import live_source
from core.photos.formats import PHOTO_SUFFIXES
from core.photos.scan import ScanProgress, ScanResult
from core.photos.unpack import ZIP_SUFFIX
from core.problems import Problem, problem_text
from core.project.classes import ProductClass
from core.project.grouping import Grouping
from core.project.intake import take_in
from core.project.lots import as_same_part
from core.project.sources import Photo
from core.project.store import Project

_MOST_NAMES = 6


@dataclass(frozen=True)
class _Found:
    """What the project holds, read off the screen's thread. `usable`: photos that can be used."""

    project: Project
    photos: list[Photo]
    shelf: Shelf
    classes: list[ProductClass]
    unreadable: list[tuple[Path, Problem]]
    grouping: Grouping
    remarks: Mapping[str, int]
    usable: int


class PhotosPage(Page):
    """Takes photos in and says what was found."""

    key = "photos"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._task: Task[ScanResult] | None = None
        self._counted = 0
        self._labelled = 0
        self._on_screen = False
        self._last: ScanResult | None = None
        self._shown: ScanProgress | None = None
        self._remarks: Mapping[str, int] = {}
        self.open_camera: OpenCamera = live_source
        self._build()
        session.project_changed.connect(self._project_changed)
        session.labels_changed.connect(self._labels_changed)

    def title(self) -> str:
        return self.tr("写真を選ぶ")

    def next_text(self) -> str:
        return self.tr("ラベルを付ける")

    def blocker(self) -> str:
        if self.session.project is None:
            return self.tr("先に「はじめる」でプロジェクトを開いてください。")
        if self._task is not None:
            return self.tr("写真を調べています…")
        if not self._counted:
            return self.tr("写真のフォルダーを選んでください。")
        return ""

    def enter(self) -> None:
        self._on_screen = True
        self.keeping.look()
        self._count()

    def leave(self) -> None:
        self._on_screen = False

    def retranslate(self) -> None:
        self.privacy.setText(
            self.tr("写真はこのパソコンの外に出ません。元の写真は動かさず、書き換えません。")
        )
        self.choose.setText(self.tr("フォルダーを選ぶ…"))
        self.choose.setAccessibleName(self.tr("写真のフォルダーを選ぶ"))
        self.choose_files.setText(self.tr("写真か zip を選ぶ…"))
        self.take.setText(self.tr("写真をカメラで撮る…"))
        self.drop_words.setText(
            self.tr("フォルダーや写真、写真の入った zip を、ここへドラッグしても追加できます。")
        )
        self.zone.say(
            self.tr("写真のフォルダーを、ここへドラッグしてください"),
            self.tr(
                "種類ごとに 10 枚ほどあれば始められます。種類ごとにフォルダーを分けておくと、その名前をラベルに使えます。"
            ),
        )
        self.cancel.setText(self.tr("やめる"))
        self.use_folders.setText(self.tr("フォルダー名をラベルにする"))
        self.unreadable_heading.setText(self.tr("開けなかったファイル"))
        self.unreadable.setHeaderLabels([self.tr("ファイル"), self.tr("理由"), self.tr("どうすればよいか")])
        self.unreadable.setAccessibleName(self.unreadable_heading.text())
        self.grid.setAccessibleName(self.tr("取り込んだ写真"))
        self.banner.retranslate()
        self.keeping.retranslate()
        self.same_part.retranslate()
        self._say_progress()
        self._say_found()
        self._count()

    def restyle(self) -> None:
        self.zone.restyle()
        self.same_part.restyle()

    # Taking photos in

    def take_in(self, paths: list[Path]) -> None:
        """Look through folders and files and take what can be used into the project."""
        project = self.session.project
        if project is None or self._task is not None or not paths or not self.keeping.keeps_photos:
            return
        self.banner.hide()
        self._shown, self._last = None, None
        number = post().open(self, self._show_progress)
        tell = partial(post().send, number)
        self._task = run_in_background(
            self,
            lambda cancel: take_in(project, paths, tell, cancel),
            success=self._taken,
            failure=self._not_taken,
        )
        self._show_working(True)

    def _choose(self) -> None:
        start = self.session.settings.last_folders.get("photos", str(Path.home()))
        folder = QFileDialog.getExistingDirectory(self, self.tr("写真のフォルダーを選ぶ"), start)
        if folder:
            self._remember(folder)
            self.take_in([Path(folder)])

    def _choose_files(self) -> None:
        start = self.session.settings.last_folders.get("photos", str(Path.home()))
        kinds = " ".join(f"*{suffix}" for suffix in (ZIP_SUFFIX, *sorted(PHOTO_SUFFIXES)))
        chosen, _ = QFileDialog.getOpenFileNames(
            self, self.tr("写真か zip を選ぶ"), start, self.tr("写真と zip ({kinds})").format(kinds=kinds)
        )
        if chosen:
            self._remember(str(Path(chosen[0]).parent))
            self.take_in([Path(path) for path in chosen])

    def _take_photos(self) -> None:
        project = self.session.project
        if project is not None:
            TakePhotosDialog(self.session, project, self.open_camera, self).open()

    def _remember(self, folder: str) -> None:
        self.session.change_settings(last_folders=self.session.settings.last_folders | {"photos": folder})

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self._show_working(False)
            self._count()

    def _taken(self, found: ScanResult) -> None:
        self._task = None
        self._last = found
        self._show_working(False)
        if not found.photos:
            self.banner.show_problem(Problem("app.nothing_usable"))
        self._say_found()
        self.session.labels_changed.emit()

    def _not_taken(self, error: Exception) -> None:
        self._task = None
        self._show_working(False)
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)

    def _use_folders(self) -> None:
        project, language = self.session.project, self.session.language
        if project is not None:
            self.use_folders.setEnabled(False)
            run_in_background(
                self,
                lambda _cancel: project.label_by_folders(language),
                success=self._folders_used,
                failure=self._folders_not_used,
                in_order=True,
            )

    def _folders_used(self, count: int) -> None:
        self._labelled = count
        self.use_folders.setEnabled(True)
        self.session.labels_changed.emit()

    def _folders_not_used(self, error: Exception) -> None:
        self.use_folders.setEnabled(True)
        self._not_taken(error)

    def _tell_same_part(self, way: str) -> None:
        project = self.session.project
        if project is not None:
            run_in_background(
                self,
                lambda _cancel: project.set_same_part(as_same_part(way)),
                success=lambda _: self._count(),
                failure=self._not_taken,
                in_order=True,
            )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self.session.project is not None and self._task is None:
            event.acceptProposedAction()
            self.zone.light_up(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.zone.light_up(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.zone.light_up(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.take_in(paths)

    # What was found

    def _project_changed(self) -> None:
        self._cancel()
        project = self.session.project
        counts = project.counts() if project is not None else None
        self._counted = counts.usable if counts is not None else 0
        self._last, self._labelled, self._summary, self._grouping = None, 0, (0, 0), Grouping()
        self._remarks = {}
        self.banner.hide()
        self.grid.grid.show_photos([], [], None)
        self._labels_changed()
        self.changed.emit()

    def _labels_changed(self) -> None:
        # Off screen only the number of photos matters, and labels do not change it.
        if self._on_screen:
            self._count()

    def _count(self) -> None:
        """Look again at what the project holds."""
        project = self.session.project
        if project is None:
            self._counted = 0
            self.grid.grid.show_photos([], [], None)
            self.changed.emit()
            return
        opened = self.grid.grid.opened
        run_in_background(self, lambda _cancel: _look(project, opened), success=self._show_found)

    def _show_found(self, found: _Found) -> None:
        if found.project is not self.session.project:
            return
        photos, self._counted, self._remarks = found.photos, found.usable, found.remarks
        self.grid.grid.show_shelf(found.shelf, found.classes, found.project.thumbnails)
        offered = sorted({p.folder_label for p in photos if p.class_id is None and p.folder_label})
        waiting = sum(1 for p in photos if p.class_id is None and p.folder_label)
        self._offer_folders(offered, waiting)
        self._list_unreadable(found.unreadable)
        self._summary, self._grouping = (len(photos), len(found.unreadable)), found.grouping
        self.same_part.show_grouping(found.grouping, self.session.language)
        self._say_found()
        self.changed.emit()

    def _offer_folders(self, names: list[str], waiting: int) -> None:
        self.folders_card.setVisible(bool(names))
        if not names:
            return
        shown = "、".join(names[:_MOST_NAMES])
        more = len(names) - _MOST_NAMES
        words = (
            self.tr(
                "サブフォルダーの名前（{names} ほか {more} 個）をラベルとして使えます。{count} 枚が対象です。"
            )
            if more > 0
            else self.tr("サブフォルダーの名前（{names}）をラベルとして使えます。{count} 枚が対象です。")
        )
        self.folders_words.setText(words.format(names=shown, more=more, count=waiting))

    def _list_unreadable(self, unreadable: list[tuple[Path, Problem]]) -> None:
        self.unreadable.clear()
        for path, problem in unreadable:
            text = problem_text(problem.code, problem.data, self.session.language)
            row = QTreeWidgetItem([path.name, text.what, text.do])
            for column in range(3):
                row.setToolTip(column, f"{path}\n{text}")
            self.unreadable.addTopLevelItem(row)
        self.unreadable_box.setVisible(bool(unreadable))

    def _say_found(self) -> None:
        photos, broken = self._summary
        self.summary.setText(self.tr("写真 %n 枚を使えます。", "", photos))
        lines = []
        if broken:
            lines.append(self.tr("%n 枚は開けませんでした。", "", broken))
        lines += self._remark_lines() + self._alike_lines()
        if self._labelled:
            lines.append(self.tr("フォルダー名から %n 枚にラベルを付けました。", "", self._labelled))
        self.details.setText("\n".join(lines))
        room = not self.keeping.is_open
        self.summary.setVisible(room and photos > 0)
        self.details.setVisible(room and bool(lines))
        self.top.setVisible(self.keeping.keeps_photos)
        self.zone.setVisible(room and not photos and self._task is None)
        self.grid.setVisible(room and photos > 0)
        self.same_part.setVisible(room and photos > 1)
        self.splitter.setVisible(room and photos + broken > 0)

    def _make_room(self) -> None:
        """The words of "features only" take the place of the pictures."""
        self.privacy.setVisible(self.keeping.keeps_photos)
        self.column.setStretchFactor(self.keeping, 1 if self.keeping.is_open else 0)
        self._say_found()
        self.changed.emit()

    def _remark_lines(self) -> list[str]:
        """What does not come through as it is in the file."""
        lines = []
        if count := self._remarks.get("deep", 0):
            lines.append(
                self.tr(
                    "%n 枚は、16 ビットなど階調の細かい写真です。最大の明るさに対する割合のまま、256 段階に直して使います。",
                    "",
                    count,
                )
            )
        if count := self._remarks.get("pages", 0):
            lines.append(
                self.tr("%n 枚は、何ページかあるファイルです。最初の 1 枚だけを使います。", "", count)
            )
        if count := self._remarks.get("print", 0):
            lines.append(
                self.tr("%n 枚は、印刷用の色（CMYK）です。色が少し違って見えることがあります。", "", count)
            )
        return lines

    def _alike_lines(self) -> list[str]:
        """What is folded in the grid, and why."""
        alike = self._grouping.alike
        lines = []
        if count := alike.get("exact", 0):
            lines.append(self.tr("%n 枚は、ほかとまったく同じ写真です。", "", count))
        if count := alike.get("near", 0):
            lines.append(
                self.tr("%n 枚は、大きさや明るさを変えて保存し直しただけの、ほぼ同じ写真です。", "", count)
            )
        if count := alike.get("burst", 0):
            lines.append(self.tr("%n 枚は、同じものを続けて撮った写真です。", "", count))
        if lines:
            lines.append(
                self.tr(
                    "一覧では 1 枚に重ねて表示し（Enter か枚数の印で開きます）、学習用と試験用に分かれないようにします。"
                )
            )
        return lines

    def _show_working(self, working: bool) -> None:
        self.progress_row.setVisible(working)
        self.choose.setEnabled(not working)
        self.choose_files.setEnabled(not working)
        self.take.setEnabled(not working)
        self._say_progress()
        self._say_found()
        self.changed.emit()

    def _show_progress(self, progress: ScanProgress) -> None:
        self._shown = progress
        self._say_progress()

    def _say_progress(self) -> None:
        progress = self._shown
        if progress is None or progress.total is None:
            self.bar.setRange(0, 0)
            count = progress.found if progress is not None else 0
            self.progress_words.setText(self.tr("写真を探しています… %n 枚", "", count))
            return
        self.bar.setRange(0, max(1, progress.total))
        self.bar.setValue(progress.done)
        timed = progress.seconds_left is not None
        if progress.unpacking:
            words = self.tr("zip から {done}／{total} 個を取り出しました")
            if timed:
                words = self.tr("zip から {done}／{total} 個を取り出しました（あと約 {seconds} 秒）")
        else:
            words = self.tr("{done}／{total} 枚を調べました")
            if timed:
                words = self.tr("{done}／{total} 枚を調べました（あと約 {seconds} 秒）")
        seconds = round(progress.seconds_left or 0)
        self.progress_words.setText(words.format(done=progress.done, total=progress.total, seconds=seconds))

    # Laying out

    def _build(self) -> None:
        self.setAcceptDrops(True)
        self._summary, self._grouping = (0, 0), Grouping()
        self.privacy = QLabel(objectName="photos_privacy", wordWrap=True)
        self.privacy.setProperty("class", "muted")
        self.banner = ProblemBanner()
        self.choose = QPushButton(objectName="photos_choose", minimumHeight=TOUCH)
        self.choose.setProperty("class", "primary")
        self.choose.clicked.connect(self._choose)
        self.choose_files = QPushButton(objectName="photos_choose_files", minimumHeight=TOUCH)
        self.choose_files.clicked.connect(self._choose_files)
        self.take = QPushButton(objectName="photos_take", minimumHeight=TOUCH)
        self.take.clicked.connect(self._take_photos)
        self.drop_words = QLabel(objectName="photos_drop", wordWrap=True)
        self.drop_words.setProperty("class", "muted")
        self.top = QWidget()
        top = QHBoxLayout(self.top, spacing=2 * GAP)
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.choose)
        top.addWidget(self.choose_files)
        top.addWidget(self.take)
        top.addWidget(self.drop_words, 1)
        self.summary = QLabel(objectName="photos_summary", wordWrap=True)
        self.summary.setProperty("class", "heading3")
        self.details = QLabel(objectName="photos_details", wordWrap=True)
        self.zone = DropZone()
        self.grid: PhotoGrid = PhotoGrid("photos_grid")
        self.grid.setVisible(False)
        self.column = column = QVBoxLayout(self, spacing=GAP + GAP // 2)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.privacy)
        column.addWidget(self.banner)
        column.addWidget(self.top)
        self.keeping = PrivacyChoice(self.session)
        self.keeping.opened.connect(self._make_room)
        self.keeping.forgotten.connect(self.session.labels_changed)
        column.addWidget(self.keeping)
        column.addWidget(self._build_progress())
        column.addWidget(self.summary)
        column.addWidget(self.details)
        column.addWidget(self._build_folders())
        self.same_part = SamePartQuestion()
        self.same_part.setVisible(False)
        self.same_part.answered.connect(self._tell_same_part)
        column.addWidget(self.same_part)
        column.addWidget(self.zone, 1)
        self.splitter = splitter = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        splitter.addWidget(self.grid)
        splitter.addWidget(self._build_unreadable())
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 1)
        column.addWidget(splitter, 1)

    def _build_progress(self) -> QWidget:
        self.progress_row = QWidget(objectName="photos_progress", visible=False)
        self.bar = QProgressBar(objectName="photos_bar", textVisible=False)
        self.progress_words = QLabel(objectName="photos_progress_words")
        self.cancel = QPushButton(objectName="photos_cancel", minimumHeight=TOUCH)
        self.cancel.clicked.connect(self._cancel)
        row = QHBoxLayout(self.progress_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar, 1)
        row.addWidget(self.progress_words)
        row.addWidget(self.cancel)
        return self.progress_row

    def _build_folders(self) -> QWidget:
        self.folders_card = QFrame(objectName="photos_folders", visible=False)
        self.folders_card.setProperty("class", "card")
        self.folders_words = QLabel(objectName="photos_folders_words", wordWrap=True)
        self.use_folders = QPushButton(objectName="photos_use_folders", minimumHeight=TOUCH)
        self.use_folders.clicked.connect(self._use_folders)
        row = QHBoxLayout(self.folders_card)
        row.addWidget(self.folders_words, 1)
        row.addWidget(self.use_folders)
        return self.folders_card

    def _build_unreadable(self) -> QWidget:
        self.unreadable_box = QWidget(visible=False)
        self.unreadable_heading = QLabel()
        self.unreadable_heading.setProperty("class", "heading3")
        self.unreadable = QTreeWidget(objectName="photos_unreadable", rootIsDecorated=False)
        self.unreadable.setMinimumHeight(3 * TOUCH)
        header = self.unreadable.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        column = QVBoxLayout(self.unreadable_box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.unreadable_heading)
        column.addWidget(self.unreadable)
        return self.unreadable_box


def _look(project: Project, opened: frozenset[int]) -> _Found:
    """What the project holds now."""
    photos, counts = project.photos(), project.counts()
    return _Found(
        project,
        photos,
        Shelf.of(photos, opened),
        project.classes(),
        project.unreadable(),
        project.grouping(),
        project.remarks(),
        counts.usable,
    )
