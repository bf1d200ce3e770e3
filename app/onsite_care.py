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
from app.widgets.health_light import HealthDialog
from app.widgets.retrain_dialog import RetrainDialog
from core.onsite.monitor.day import Line, day_of, write_day
from core.onsite.monitor.limits import MonitorLimits, load_limits, save_limits
from core.onsite.monitor.monitor import status_of
from core.onsite.monitor.useful import CANDIDATES
from core.onsite.retrain import NewPhoto, choose_photos
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
        classes = [(entry.name, entry.description) for entry in package.manifest.classes]
        classes += [(entry.name, entry.description) for entry in self._on_site.added_classes]
        name = f"{package.path.stem} {date.today():%Y-%m-%d}"
        dialog = RetrainDialog(self.session, photos, classes, name, projects_folder(), self._page)
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
