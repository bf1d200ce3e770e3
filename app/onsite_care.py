"""What the monitor leads to from the window: its figures and thresholds, the page of the day, a project to train anew."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from app.background import run_in_background
from app.on_site import OnSite
from app.pages.base import Page
from app.pages.home import projects_folder
from app.session import Session
from app.site_texts import SiteTexts
from app.site_work import SiteWork
from app.widgets.health_light import HealthDialog
from app.widgets.retrain_dialog import RetrainDialog, Stock
from core.onsite.monitor.day import Line, day_of, write_day
from core.onsite.monitor.limits import MonitorLimits, load_limits, save_limits
from core.onsite.monitor.monitor import status_of
from core.onsite.monitor.useful import CANDIDATES
from core.onsite.records import Record
from core.onsite.retrain import NewPhoto, choose_photos, fill_project
from core.onsite.text_retrain import fill_with_texts
from core.problems import Problem
from core.project.store import Project

_DAYS = "daily_pages"


class OnSiteCare(QObject):
    """Belongs to the on-site page."""

    def __init__(self, session: Session, on_site: OnSite, page: Page) -> None:
        super().__init__(page)
        self.session, self._on_site, self._page = session, on_site, page

    def show_health(self) -> None:
        """Open the figures."""
        status = self._on_site.status
        if status is None:
            return
        dialog = HealthDialog(status, self._page)
        dialog.day_wanted.connect(lambda: self._choose_day_folder(dialog))
        dialog.retrain_wanted.connect(self.prepare_training)
        dialog.limits_changed.connect(self._keep_limits)
        dialog.open()

    def write_day(self, folder: Path, dialog: HealthDialog | None = None) -> None:
        """Write the page of today in both languages, and open the one in the window's."""
        on_site = self._on_site
        book, package, language = on_site.book, on_site.package, self.session.language
        if book is None or package is None:
            return
        line = Line(package.path.name, on_site.source, on_site.ok_ng)
        known = package.manifest.reference is not None

        def write() -> list[Path]:
            return write_day(day_of(book, status_of(book, known, load_limits()), date.today()), line, folder)

        def written(paths: list[Path]) -> None:
            if dialog is not None:
                dialog.day.setText(self.tr("保存しました"))
            shown = next(path for path in paths if path.stem.endswith(language))
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(shown)))

        run_in_background(self, lambda _cancel: write(), success=written, failure=self._failed)

    def prepare_training(self) -> None:
        """Choose the most useful new photos and ask which project they go into."""
        photos, book = self._on_site.photos, self._on_site.book
        if photos is None:
            return
        run_in_background(
            self,
            lambda _cancel: choose_photos(photos, book.candidates(CANDIDATES) if book else []),
            success=self._ask_project,
            failure=self._failed,
            in_order=True,  # behind the decisions that are still being kept
        )

    def _ask_project(self, photos: Sequence[NewPhoto]) -> None:
        package = self._on_site.package
        if package is None:
            return
        decided = sum(bool(photo.class_name) for photo in photos)
        words = self.tr(
            "人が決めた写真 {decided} 枚（正解ラベル付き）と、そのほかの役に立つ写真 {others} 枚を、コピーして入れます。"
        ).format(decided=decided, others=len(photos) - decided)
        classes = [(entry.name, entry.description) for entry in package.manifest.classes]
        classes += [(entry.name, entry.description) for entry in self._on_site.added_classes]
        stock = Stock(
            words if photos else self.tr("使える新しい写真が、まだありません。"),
            "classification",
            bool(photos),
            lambda project, cancel: fill_project(project, photos, classes, cancel),
        )
        self._choose_project(stock, package.path, self._on_site)

    def prepare_text_training(self, texts: SiteTexts) -> None:
        """Ask which project the texts that people read go into, if there are any."""
        texts.learnable(lambda records: self._ask_text_project(texts, records))

    def _ask_text_project(self, texts: SiteTexts, records: Sequence[Record]) -> None:
        package = texts.package
        if package is None:
            return
        if not records:
            texts.troubled(Problem("onsite.no_records"))
            return
        task = package.manifest.task
        photos, corrected = (
            len({record.kept for record in records}),
            sum(record.final != record.text for record in records),
        )
        words = self.tr(
            "人が確かめた文 {texts} 件（うち直したもの {corrected} 件）と、その写真 {photos} 枚を、コピーして入れます。"
        ).format(texts=len(records), corrected=corrected, photos=photos)
        stock = Stock(
            words, task, True, lambda project, cancel: fill_with_texts(project, records, task, cancel)
        )
        self._choose_project(stock, package.path, texts)

    def _choose_project(self, stock: Stock, package: Path, work: SiteWork) -> None:
        if self.session.training_now():
            # It would be shown, and the training that goes on lost from sight.
            work.troubled(Problem("app.training_now"))
            return
        name = f"{package.stem} {date.today():%Y-%m-%d}"
        dialog = RetrainDialog(self.session, stock, name, projects_folder(), self._page)
        dialog.filled.connect(self._show_project)
        dialog.open()

    def _show_project(self, project: Project) -> None:
        if project is self.session.project:
            self.session.project_changed.emit()
        else:
            self.session.take_project(project)
        self._page.go_to.emit("labels")

    def _choose_day_folder(self, dialog: HealthDialog) -> None:
        start = self.session.settings.last_folders.get(_DAYS, "")
        chosen = QFileDialog.getExistingDirectory(dialog, self.tr("一日のまとめを保存する場所"), start)
        if chosen:
            folders = self.session.settings.last_folders | {_DAYS: chosen}
            self.session.change_settings(last_folders=folders)
            self.write_day(Path(chosen), dialog)

    def _keep_limits(self, limits: MonitorLimits) -> None:
        run_in_background(
            self,
            lambda _cancel: save_limits(limits),
            success=lambda _: self._on_site.look_again(),
            failure=self._failed,
        )

    def _failed(self, error: Exception) -> None:
        if isinstance(error, OSError):
            error = Problem("onsite.limits_not_written", reason=error.strerror or error)
        if not isinstance(error, Problem):
            raise error
        self._on_site.problem = error
        self._on_site.changed.emit()
