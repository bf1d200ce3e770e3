"""The manual in the window: chapters at the left, the chapter of the page on screen open."""

from pathlib import Path

from PySide6.QtCore import QSize, QStandardPaths, Qt
from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.manual import CHAPTERS, MANUAL, SHEET, chapter, fit_pictures, save_pdf, set_type, title
from app.theme import GAP, TOUCH
from app.widgets.banner import ProblemBanner
from core.problems import Language, Problem

_LIST_WIDTH = 210


class HelpDialog(QDialog):
    """Stays beside the window while the operator works."""

    def __init__(self, page: str, language: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.language = language
        self.setObjectName("help_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("使い方"))
        self.banner = ProblemBanner()
        self.chapters = QListWidget(objectName="help_chapters")
        self.chapters.setAccessibleName(self.tr("章の一覧"))
        self.chapters.setMinimumWidth(_LIST_WIDTH)
        for name in CHAPTERS:
            entry = QListWidgetItem(title(name, language))
            entry.setData(Qt.ItemDataRole.UserRole, name)
            entry.setSizeHint(QSize(_LIST_WIDTH, TOUCH))
            self.chapters.addItem(entry)
        self.text = QTextBrowser(objectName="help_text", openExternalLinks=False, openLinks=False)
        self.text.setAccessibleName(self.tr("使い方の本文"))
        self.chapters.currentRowChanged.connect(self._open)
        splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        splitter.addWidget(self.chapters)
        splitter.addWidget(self.text)
        splitter.setStretchFactor(1, 1)
        column = QVBoxLayout(self, spacing=GAP)
        column.addWidget(self.banner)
        column.addWidget(splitter, 1)
        column.addWidget(self._build_buttons())
        self.resize(1000, 680)
        self.chapters.setCurrentRow(CHAPTERS.index(page))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def save(self, kept: tuple[str, ...], path: Path) -> None:
        """Write chapters to a PDF without holding up the window."""
        self.banner.hide()
        self.saving = True
        self._say_saving()
        language = self.language
        run_in_background(
            self,
            lambda _cancel: save_pdf(path, kept, language),
            success=lambda _: self._saved(),
            failure=lambda error: self._failed(path, error),
        )

    def _open(self, row: int) -> None:
        self.text.setMarkdown(chapter(CHAPTERS[row], self.language))
        set_type(self.text.document())
        self._fit()
        self.text.moveCursor(QTextCursor.MoveOperation.Start)

    def _fit(self) -> None:
        width = max(1.0, self.text.viewport().width() - 4.0 * GAP)
        fit_pictures(self.text.document(), self.language, width, self.devicePixelRatioF())

    def _build_buttons(self) -> QDialogButtonBox:
        self.saving = False
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save_manual = QPushButton(self.tr("使い方を PDF にする…"), objectName="help_save_manual")
        self.save_sheet = QPushButton(
            self.tr("IT 担当の方への説明を PDF にする…"), objectName="help_save_sheet"
        )
        for button, kept, name in (
            (self.save_manual, MANUAL, self.tr("ひきだしの使い方.pdf")),
            (self.save_sheet, SHEET, self.tr("ひきだし_IT担当の方へ.pdf")),
        ):
            button.setMinimumHeight(TOUCH)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, kept=kept, name=name: self._ask(kept, name))
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setMinimumHeight(TOUCH)
        buttons.rejected.connect(self.close)
        return buttons

    def _ask(self, kept: tuple[str, ...], name: str) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("PDF の保存先"), str(Path(folder) / name), "PDF (*.pdf)"
        )
        if path:
            self.save(kept, Path(path))

    def _saved(self) -> None:
        self.saving = False
        self._say_saving()

    def _failed(self, path: Path, error: Exception) -> None:
        self._saved()
        if not isinstance(error, OSError):
            raise error
        self.banner.show_problem(Problem("app.pdf_not_saved", path=path, reason=error.strerror or error))

    def _say_saving(self) -> None:
        for button in (self.save_manual, self.save_sheet):
            button.setEnabled(not self.saving)
        self.setWindowTitle(self.tr("使い方（PDF を作っています…）") if self.saving else self.tr("使い方"))
