"""The last net: an error nobody caught is shown with what happened, what was kept, and what to do."""

import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.background import post
from app.diagnostics import save_bundle, scrub
from app.translations import spoken
from core.problems import Problem, problem_text

_LOG = logging.getLogger(__name__)
UNEXPECTED = "app.unexpected"


class ErrorDialog(QDialog):
    """事象・原因・対処 of an error, its details folded away, and a bundle to hand on."""

    def __init__(self, error: BaseException, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("error_dialog")
        self._report = report
        problem = error if isinstance(error, Problem) else Problem(UNEXPECTED, error=type(error).__name__)
        text = problem_text(problem.code, problem.data, spoken())
        self.setWindowTitle(self.tr("エラーのお知らせ"))
        what = QLabel(text.what, objectName="error_what", wordWrap=True)
        what.setProperty("class", "heading3")
        why = QLabel(text.why, objectName="error_why", wordWrap=True)
        do = QLabel(text.do, objectName="error_do", wordWrap=True)
        self.details = QPlainTextEdit(scrub(report), objectName="error_details", readOnly=True)
        self.details.setVisible(False)
        show = QPushButton(self.tr("詳しい内容を見る"), objectName="error_show_details", checkable=True)
        show.toggled.connect(self.details.setVisible)
        save = QPushButton(self.tr("診断ファイルを保存…"), objectName="error_save_bundle")
        save.clicked.connect(self._save)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(show, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(save, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (what, why, do, self.details, buttons):
            column.addWidget(widget)
        self.setMinimumWidth(560)

    def _save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("診断ファイルの保存先"),
            str(Path.home() / "hikidashi-diagnostics.zip"),
            "ZIP (*.zip)",
        )
        if name:
            save_bundle(Path(name), self._report)


class ErrorNet(QObject):
    """Catches what nobody caught, on any thread, and shows one dialog at a time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._showing = False
        self._number = post().open(self, self._show)

    def install(self) -> None:
        """Take over Python's hooks for uncaught errors."""
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self._hook
        threading.excepthook = lambda caught: self._hook(
            caught.exc_type, caught.exc_value or caught.exc_type(), caught.exc_traceback
        )
        sys.unraisablehook = lambda caught: self._hook(
            caught.exc_type, caught.exc_value or caught.exc_type(), caught.exc_traceback
        )

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        report = "".join(traceback.format_exception(kind, error, trace))
        _LOG.error("uncaught\n%s", report)
        post().send(self._number, error, report)

    def _show(self, error: BaseException, report: str) -> None:
        if self._showing:
            return
        self._showing = True
        try:
            ErrorDialog(error, report, QApplication.activeWindow()).exec()
        finally:
            self._showing = False
