"""The frame around the pages: steps at the left, back and next below, menus above."""

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.help_dialog import HelpDialog
from app.models_dialog import ModelsDialog
from app.pages.base import Page
from app.pages.check import CheckPage
from app.pages.export import ExportPage
from app.pages.home import HomePage
from app.pages.labels import LabelsPage
from app.pages.onsite import OnsitePage
from app.pages.photos import PhotosPage
from app.pages.preset import PresetPage
from app.pages.text_check import TextCheckPage
from app.pages.text_preset import TextPresetPage
from app.pages.training import TrainingPage
from app.session import Session
from app.stage_review import StageReview
from app.theme import GAP, PAGE_MARGIN, TOUCH, apply_theme
from app.translations import use_language
from app.widgets.banner import ProblemBanner
from app.widgets.stage_dialog import StageDialog
from app.widgets.stage_line import StageLine
from app.widgets.stepper import Stepper
from core.problems import Problem
from core.settings import locations

PAGES: tuple[type[Page], ...] = (
    HomePage, PhotosPage, LabelsPage, PresetPage, TrainingPage, CheckPage, ExportPage, OnsitePage,
)  # fmt: skip
PAGE_KEYS = tuple(page.key for page in PAGES)
# These stand at their steps while the project's task is about texts.
TEXT_PAGES: tuple[type[Page], ...] = (TextPresetPage, TextCheckPage)
TEXT_SCALES = (100, 125, 150)
# Shown without an open project, too.
_ALWAYS_OPEN = ("home", "onsite")


class MainWindow(QMainWindow):
    """All pages of the wizard, one at a time."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setObjectName("main_window")
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._app = app
        use_language(app, session.language)
        self._dress()
        self._pages = {page.key: page(session) for page in PAGES}
        self._text_pages = {page.key: page(session) for page in TEXT_PAGES}
        self._current = PAGE_KEYS[0]
        self._build()
        self._build_menus()
        session.language_changed.connect(self._speak)
        session.theme_changed.connect(self._dress_all)
        session.project_changed.connect(self._project_changed)
        session.task_changed.connect(self._show_fitting)
        app.styleHints().colorSchemeChanged.connect(self._dress_all)
        self.setMinimumSize(960, 600)
        self.resize(1280, 760)
        self._restore_geometry()
        self.retranslate()
        self.pages[self._current].enter()
        if self._locked:
            self.show_page(OnsitePage.key)
            self.onsite.resume_work()

    @property
    def current(self) -> str:
        """The key of the page on screen."""
        return self._current

    @property
    def pages(self) -> dict[str, Page]:
        """The page at each step, as it fits what the project's model is to learn."""
        texts = self.session.task != "classification"
        return self._pages | self._text_pages if texts else self._pages

    @property
    def _all_pages(self) -> tuple[Page, ...]:
        return (*self._pages.values(), *self._text_pages.values())

    @property
    def onsite(self) -> OnsitePage:
        """The page at the place of work."""
        page = self.pages[OnsitePage.key]
        assert isinstance(page, OnsitePage)
        return page

    @property
    def _locked(self) -> bool:
        return self.session.settings.onsite.is_locked

    def show_page(self, key: str) -> None:
        """Bring a page on screen, or the last before it that can be shown now; a locked one stays."""
        if self._locked and key != OnsitePage.key:
            return
        while not self._reachable(key):
            key = PAGE_KEYS[PAGE_KEYS.index(key) - 1]
        if key == self._current:
            return
        self.pages[self._current].leave()
        self._current = key
        self.stage.look()
        self.stack.setCurrentWidget(self.pages[key])
        self.banner.hide()
        if self.session.project is not None and key != "home":
            self.session.project.remember("page", key)
        self.pages[key].setFocus()
        self.pages[key].enter()
        self._look()

    def tell(self, problem: Problem, detail: str = "") -> None:
        """Show a problem above the page."""
        self.banner.show_problem(problem, detail)

    def retranslate(self) -> None:
        """Say everything again in the present language."""
        self._say_menus()
        for banner in self.findChildren(ProblemBanner):
            banner.retranslate()
        self.back.setText(self.tr("戻る"))
        self.stepper.say(
            self.tr("引き出し"),
            {key: page.title() for key, page in self.pages.items()},
            self.tr("いまここ"),
            self.tr("済み"),
        )
        self.back.setAccessibleName(self.tr("前のページに戻る"))
        for page in self._all_pages:
            page.retranslate()
        self.stage_line.retranslate()
        for dialog in self.findChildren(StageDialog):
            dialog.retranslate()
        for models in self.findChildren(ModelsDialog):
            models.retranslate()
        self._look()

    def show_full(self, full: bool) -> None:
        """Fill the screen with the page alone, or show the frame again as it was."""
        if full and not self.isFullScreen():
            self._before_full = self.windowState()
        for part in (self.menuBar(), self.stepper, self.heading, self.bottom_bar):
            part.setVisible(not full)
        for action in (self._home, self._quit, self._help_action):
            action.setEnabled(not full)  # their keys work without the menu, too
        margin = GAP if full else PAGE_MARGIN
        self._column.setContentsMargins(margin, margin - GAP * (not full), margin, GAP)
        self.onsite.show_full(full)
        self.setWindowState(Qt.WindowState.WindowFullScreen if full else self._before_full)

    # Moving between pages

    def _next_key(self, key: str) -> str | None:
        place = PAGE_KEYS.index(key) + 1
        return PAGE_KEYS[place] if place < len(PAGE_KEYS) else None

    def _reachable(self, key: str) -> bool:
        if key in _ALWAYS_OPEN:
            return True
        if self.session.project is None:
            return False
        before = PAGE_KEYS[1 : PAGE_KEYS.index(key)]
        if "training" in before and not self.pages["training"].blocker():
            # A result stays in reach, whatever became of labels and texts since.
            before = before[before.index("training") :]
        return not any(self.pages[other].blocker() for other in before)

    def _go_back(self) -> None:
        place = PAGE_KEYS.index(self._current)
        keys = [key for key in PAGE_KEYS[:place] if self._reachable(key)]
        self.show_page(keys[-1] if keys else "home")

    def _go_on(self) -> None:
        key = self._next_key(self._current)
        if key is not None:
            self.show_page(key)

    def _look(self) -> None:
        """Ask the page again what may be done now, and say it."""
        # The stages of a trial and their marks are about telling kinds apart.
        kinds = self.session.project is not None and self.session.task == "classification"
        self.stage_line.setVisible(kinds and self._current not in _ALWAYS_OPEN)
        page = self.pages[self._current]
        self.heading.setText(page.title())
        last = self._next_key(self._current) is None
        blocker = "" if last else page.blocker()
        self.next.setVisible(not last)
        self.next.setText(page.next_text())
        self.next.setEnabled(not blocker)
        self.next.setToolTip(blocker)
        self.next.setAccessibleDescription(blocker)
        self.reason.setText(blocker)
        self.back.setEnabled(self._current != "home")
        reachable = {key: self._reachable(key) for key in PAGE_KEYS}
        done = {
            key: reachable[key]
            and key not in _ALWAYS_OPEN
            and self.session.project is not None
            and not other.blocker()
            for key, other in self.pages.items()
        }
        self.stepper.show_state(self._current, reachable, done)
        name = self.session.project.name if self.session.project is not None else ""
        self.setWindowTitle(
            self.tr("{project} － 引き出し").format(project=name) if name else self.tr("引き出し Hikidashi")
        )

    def _project_changed(self) -> None:
        self._show_fitting()
        if self.session.project is None:
            self.show_page("home")
        self._look()

    def _show_fitting(self) -> None:
        """Another task may have another page at the step on screen."""
        page = self.pages[self._current]
        before = self.stack.currentWidget()
        if page is not before:
            assert isinstance(before, Page)
            before.leave()
            self.stack.setCurrentWidget(page)
            page.enter()
        self._look()

    # Language and look

    def _speak(self) -> None:
        use_language(self._app, self.session.language)
        self.retranslate()

    def _dress(self) -> None:
        settings = self.session.settings
        apply_theme(self._app, settings.theme, self.session.language, settings.text_scale)

    def _dress_all(self) -> None:
        self._dress()
        self.stepper.restyle()
        for page in self._all_pages:
            page.restyle()

    # Closing

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._locked and not self.onsite.guard.open():
            event.ignore()
            return
        if self.session.engine.running and not self._settle_training():
            event.ignore()
            return
        for page in self._all_pages:
            page.leave()
        for dialog in self.findChildren(ModelsDialog):
            dialog.leave()
        _geometry().setValue("geometry", self.saveGeometry())
        event.accept()

    def _settle_training(self) -> bool:
        """Ask what becomes of the training; False when the window stays open."""
        box = QMessageBox(self)
        box.setObjectName("close_while_training")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("学習の途中です"))
        box.setText(self.tr("学習の途中です。どうしますか？"))
        box.setInformativeText(
            self.tr("途中まで学習した内容は保存されます。次に開いたときに、続きから始められます。")
        )
        go_on = box.addButton(self.tr("裏で学習を続ける"), QMessageBox.ButtonRole.AcceptRole)
        stop = box.addButton(self.tr("学習を中断して閉じる"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(self.tr("閉じない"), QMessageBox.ButtonRole.RejectRole)
        go_on.setObjectName("close_keep_training")
        stop.setObjectName("close_stop_training")
        stay.setObjectName("close_cancel")
        box.setDefaultButton(stay)
        box.exec()
        if box.clickedButton() is go_on:
            self.session.engine.detach()
            return True
        if box.clickedButton() is stop:
            self.session.engine.kill()
            return True
        return False

    # Building

    def _build(self) -> None:
        self.stepper = Stepper(PAGE_KEYS)
        self.stepper.chosen.connect(self.show_page)
        home = self.pages["home"]
        assert isinstance(home, HomePage)
        home.models_asked.connect(self.show_models)
        self.stage = StageReview(self.session, self)
        self.stage.decided.connect(self.session.stage_changed)
        self.session.engine.ended.connect(lambda _: self.stage.look())
        self.stage_line = StageLine(self.stage)
        self.stage_line.asked.connect(self._show_stage)
        self.heading = QLabel(objectName="page_heading")
        self.heading.setProperty("class", "heading1")
        self.banner = ProblemBanner()
        self.stack = QStackedWidget(objectName="pages")
        for page in self._all_pages:
            self.stack.addWidget(page)
            page.changed.connect(self._look)
            page.go_to.connect(self.show_page)
        self.onsite.full_wanted.connect(self.show_full)
        self._before_full = self.windowState()
        column = self._column = QVBoxLayout(spacing=GAP)
        column.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN - GAP, PAGE_MARGIN, GAP)
        column.addWidget(self.heading)
        column.addWidget(self.stage_line)
        column.addWidget(self.banner)
        column.addWidget(self.stack, 1)
        right = QVBoxLayout(spacing=0)
        right.addLayout(column, 1)
        right.addWidget(self._build_bar())
        middle = QWidget()
        row = QHBoxLayout(middle, spacing=0)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.stepper)
        row.addLayout(right, 1)
        self.setCentralWidget(middle)

    def _build_bar(self) -> QWidget:
        self.back = QPushButton(objectName="back", minimumHeight=TOUCH)
        self.back.clicked.connect(self._go_back)
        self.next = QPushButton(objectName="next", minimumHeight=TOUCH, minimumWidth=160)
        self.next.setProperty("class", "primary")
        self.next.clicked.connect(self._go_on)
        self.reason = QLabel(objectName="next_reason", wordWrap=True)
        self.reason.setProperty("class", "muted")
        self.reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        bar = self.bottom_bar = QFrame(objectName="bottom_bar")
        bar.setProperty("class", "bar")
        row = QHBoxLayout(bar, spacing=2 * GAP)
        row.setContentsMargins(PAGE_MARGIN, GAP, PAGE_MARGIN, GAP)
        row.addWidget(self.back)
        row.addWidget(self.reason, 1)
        row.addWidget(self.next)
        return bar

    def _build_menus(self) -> None:
        bar = self.menuBar()
        self._file, self._view, self._help = bar.addMenu(""), bar.addMenu(""), bar.addMenu("")
        self._home = self._file.addAction("", lambda: self.show_page("home"))
        self._home.setShortcut(QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_H))
        self._models = self._file.addAction("", self.show_models)
        self._quit = self._file.addAction("", self.close)
        self._quit.setShortcut(QKeySequence(QKeySequence.StandardKey.Quit))
        self._language_menu, self._theme_menu, self._scale_menu = (self._view.addMenu("") for _ in range(3))
        self._choices: dict[QAction, tuple[str, object]] = {}
        for menu, key, values in (
            (self._language_menu, "language", ("system", "ja", "en")),
            (self._theme_menu, "theme", ("system", "light", "dark")),
            (self._scale_menu, "text_scale", TEXT_SCALES),
        ):
            self._add_choices(menu, key, values)
        self._help_action = self._help.addAction("", self.show_help)
        self._help_action.setShortcut(QKeySequence(Qt.Key.Key_F1))
        self._about = self._help.addAction("", self._show_about)

    def _add_choices(self, menu: QWidget, key: str, values: tuple[object, ...]) -> None:
        group = QActionGroup(self)
        for value in values:
            action = QAction(self, checkable=True, objectName=f"{key}_{value}")
            action.setChecked(getattr(self.session.settings, key) == value)
            action.triggered.connect(lambda _on, k=key, v=value: self.session.change_settings(**{k: v}))
            group.addAction(action)
            menu.addAction(action)
            self._choices[action] = (key, value)

    def _say_menus(self) -> None:
        self._file.setTitle(self.tr("ファイル(&F)"))
        self._view.setTitle(self.tr("表示(&V)"))
        self._help.setTitle(self.tr("ヘルプ(&H)"))
        self._home.setText(self.tr("はじめの画面"))
        self._models.setText(self.tr("モデル…"))
        self._quit.setText(self.tr("終了"))
        self._language_menu.setTitle(self.tr("言語 / Language"))
        self._theme_menu.setTitle(self.tr("明るさ"))
        self._scale_menu.setTitle(self.tr("文字の大きさ"))
        self._help_action.setText(self.tr("このページの使い方"))
        self._about.setText(self.tr("引き出しについて"))
        names = {
            ("language", "system"): self.tr("パソコンに合わせる"),
            ("language", "ja"): "日本語",
            ("language", "en"): "English",
            ("theme", "system"): self.tr("パソコンに合わせる"),
            ("theme", "light"): self.tr("明るい"),
            ("theme", "dark"): self.tr("暗い"),
        }
        for action, (key, value) in self._choices.items():
            action.setText(names.get((key, str(value))) or f"{value} %")

    def show_help(self) -> None:
        """Open the help of the page on screen."""
        HelpDialog(self._current, self.session.language, self).show()

    def show_models(self) -> ModelsDialog:
        """Show the models on this PC, or bring them to the front."""
        dialog = next(iter(self.findChildren(ModelsDialog)), None)
        if dialog is None:
            dialog = ModelsDialog(self.session, self)
            dialog.changed.connect(
                lambda: self.pages[self._current].enter() if self._current == "preset" else None
            )
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    def _show_stage(self) -> None:
        """Open the stage and its decisions, or bring them to the front."""
        project = self.session.project
        dialog = next(iter(self.findChildren(StageDialog)), None)
        if dialog is None and project is not None:
            dialog = StageDialog(self.stage, self.session.settings.operator or project.user, self)
        if dialog is not None:
            dialog.show()
            dialog.raise_()
            dialog.activateWindow()

    def _show_about(self) -> None:
        QMessageBox.about(
            self,
            self.tr("引き出しについて"),
            self.tr(
                "引き出し Hikidashi {version}\n写真はこのパソコンの外に出ません。\nログの場所：{log}"
            ).format(version=self._app.applicationVersion(), log=locations().log),
        )

    def _restore_geometry(self) -> None:
        saved = _geometry().value("geometry")
        if isinstance(saved, QByteArray):
            self.restoreGeometry(saved)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "stepper"):
            QTimer.singleShot(0, self, self.updateGeometry)


def _geometry() -> QSettings:
    return QSettings(str(locations().config / "window.ini"), QSettings.Format.IniFormat)
