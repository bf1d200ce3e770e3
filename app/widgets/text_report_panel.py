"""The report of a run about texts: one button that writes it in both languages; there is no cost to assume."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.background import run_in_background
from app.theme import GAP, TOUCH
from app.translations import spoken
from core.problems import Language, Problem
from core.project.store import Project
from core.training.run import Run


class TextReportPanel(QFrame):
    """`folder` tells where the report goes; what could not be done is told to `tell`."""

    def __init__(
        self, folder: Callable[[], Path], tell: Callable[[Problem], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, objectName="text_report_panel")
        self.setProperty("class", "card")
        self._folder, self._tell = folder, tell
        self._of: tuple[Project, Run] | None = None
        self._written: dict[Language, Path] = {}
        self.heading = QLabel()
        self.heading.setProperty("class", "heading2")
        self.lead = QLabel(objectName="text_report_lead", wordWrap=True)
        self.lead.setProperty("class", "muted")
        self.where = QLabel(objectName="text_report_where", wordWrap=True, visible=False)
        self.make = QPushButton(objectName="text_report_make", minimumHeight=TOUCH)
        self.make.clicked.connect(self._make)
        self.open_ja = QPushButton(objectName="text_report_open_ja", minimumHeight=TOUCH, visible=False)
        self.open_en = QPushButton(objectName="text_report_open_en", minimumHeight=TOUCH, visible=False)
        self.open_ja.clicked.connect(lambda: self._open("ja"))
        self.open_en.clicked.connect(lambda: self._open("en"))
        buttons = QHBoxLayout(spacing=GAP)
        for button in (self.make, self.open_ja, self.open_en):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(20, 16, 20, 16)
        for label in (self.heading, self.lead):
            column.addWidget(label)
        column.addLayout(buttons)
        column.addWidget(self.where)
        self.retranslate()

    def show_run(self, project: Project, run: Run) -> None:
        """Offer the report of a run."""
        if self._of != (project, run):
            self._of, self._written = (project, run), {}
            self._show_written()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.heading.setText(self.tr("PoC 報告書"))
        self.lead.setText(
            self.tr(
                "学習の前と後の数字、文の例、かかった手間を、日本語と英語の PDF と HTML にします。写真は入りません。文は OK・NG を決めないので、費用の回収は計算しません。"
            )
        )
        self.make.setText(self.tr("報告書を作る"))
        self.open_ja.setText(self.tr("日本語の報告書を開く"))
        self.open_en.setText(self.tr("英語の報告書を開く"))

    def _make(self) -> None:
        if self._of is None:
            return
        of, folder = self._of, self._folder()
        self.make.setEnabled(False)
        self.make.setText(self.tr("作っています…"))
        run_in_background(
            self,
            lambda _cancel: _write(*of, folder),
            success=lambda written: self._made(of, written),
            failure=self._refused,
        )

    def _made(self, of: tuple[Project, Run], written: dict[Language, Path]) -> None:
        self._again()
        if of == self._of:
            self._written = written
            self._show_written()
            self._open(spoken())

    def _refused(self, error: Exception) -> None:
        self._again()
        if not isinstance(error, Problem):
            raise error
        self._tell(error)

    def _again(self) -> None:
        self.make.setEnabled(True)
        self.retranslate()

    def _show_written(self) -> None:
        for button in (self.open_ja, self.open_en):
            button.setVisible(bool(self._written))
        self.where.setVisible(bool(self._written))
        if self._written:
            folder = next(iter(self._written.values())).parent
            self.where.setText(self.tr("作りました：{folder}").format(folder=folder))

    def _open(self, language: Language) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written[language])))


def _write(project: Project, run: Run, folder: Path) -> dict[Language, Path]:
    """Both languages, PDF and HTML; gives the PDF of each language."""
    # Here, not above: the layouts take their time to load, and only now are they wanted.
    from core.report.text_report import tell_texts, text_basis_of
    from core.report.write import write_report

    basis = text_basis_of(run, project)
    written = write_report(lambda language: tell_texts(basis, language), folder)
    return {entry.language: entry.path for entry in written if entry.format == "pdf"}
