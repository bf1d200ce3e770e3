"""The PoC report: what it would say about cost, live, and the button that writes it in both languages."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.background import run_in_background
from app.session import Session
from app.theme import GAP, TOUCH
from app.widgets.assumptions_form import AssumptionsForm
from core.backbones.store import EMBEDDED
from core.problems import Language, Problem
from core.project.store import Project
from core.report.assumptions import Assumptions
from core.report.gather import REMEMBERED, Basis, basis_of, gather, good_classes, remembered
from core.report.payback import Payback, training_kwh
from core.report.words import words_in
from core.training.run import Run


class ReportPanel(QFrame):
    """`folder` tells where the report goes; what could not be done is told to `tell`."""

    def __init__(
        self,
        session: Session,
        folder: Callable[[], Path],
        tell: Callable[[Problem], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("report_panel")
        self.setProperty("class", "card")
        self._session, self._folder, self._tell = session, folder, tell
        self._project: Project | None = None
        self._basis: Basis | None = None
        self._written: dict[Language, Path] = {}
        self._build()
        self.retranslate()

    def show_run(self, project: Project, run: Run) -> None:
        """Read a run, off the screen's thread, and show what its report says about cost."""
        if self._basis is None or (self._project, self._basis.run) != (project, run):
            self._project, self._basis, self._written = project, None, {}
            self.where.hide()
            self._say()
        run_in_background(
            self,
            lambda _cancel: (basis_of(run, project), remembered(project)),
            success=lambda found: self._show(project, *found),
            failure=self._refused,
            in_order=True,
        )

    def retranslate(self) -> None:
        """Say everything again in the present language."""
        self.heading.setText(self.tr("PoC 報告書"))
        self.lead.setText(
            self.tr(
                "上司に渡す 1 ページと、技術者のための付録を、日本語と英語の PDF と HTML で作ります。写真は入りません。"
            )
        )
        self.more.setText(self.tr("費用の前提を変える"))
        self.make.setText(self.tr("報告書を作る"))
        self.open_ja.setText(self.tr("日本語の報告書を開く"))
        self.open_en.setText(self.tr("英語の報告書を開く"))
        for button in (self.more, self.make, self.open_ja, self.open_en):
            button.setAccessibleName(button.text())
        self.form.say(self._session.language)
        self._say()

    # What it says

    def _show(self, project: Project, basis: Basis, assumed: Assumptions) -> None:
        if project is not self._session.project or basis.run != self._session.run:
            return
        again, self._basis = self._basis is not None, basis
        if again:
            # What stands in the form is newer than what was read.
            self._say()
            return
        names = [basis.revision.classes[index].name for index in basis.own]
        if assumed.good_classes is not None:
            # A class may have been renamed since.
            still = tuple(name for name in assumed.good_classes if name in names)
            assumed = assumed.model_copy(update={"good_classes": still})
        guessed = good_classes(basis.revision, Assumptions())
        self.form.show_value(assumed, names, [basis.revision.classes[index].name for index in guessed])
        self._say()

    def _changed(self) -> None:
        project, assumed = self._project, self.form.value()
        if project is not None:
            kept = assumed.model_dump(mode="json", exclude_defaults=True)
            run_in_background(
                self,
                lambda _cancel: project.remember(REMEMBERED, kept),
                success=lambda _: None,
                failure=self._refused,
                in_order=True,
            )
        self._say()

    def _say(self) -> None:
        basis = self._basis
        for button in (self.more, self.make):
            button.setEnabled(basis is not None)
        self.form.setVisible(basis is not None and self.more.isChecked())
        for language, button in (("ja", self.open_ja), ("en", self.open_en)):
            button.setVisible(language in self._written)
        if basis is None:
            self.months.setText(self.tr("学習の結果を読んでいます…"))
            for label in (self.formula, self.saved, self.span, self.examples):
                label.hide()
            return
        assumed = self.form.value()
        self.form.show_measured(self._measured(basis, assumed))
        self._say_payback(basis.payback(assumed), assumed)
        self._say_cautions(basis, len(assumed.money_examples))

    def _say_cautions(self, basis: Basis, count: int) -> None:
        told = []
        if basis.result.backbone == EMBEDDED:
            told.append(words_in(self._session.language)("risk.practice_model"))
        if count:
            told.append(
                self.tr("費用の前提のうち {count} 個は、例のままの値です。自社の値に変えてください。").format(
                    count=count
                )
            )
        self.examples.setVisible(bool(told))
        self.examples.setText(" ".join(told))

    def _say_payback(self, paid: Payback | None, assumed: Assumptions) -> None:
        words = words_in(self._session.language, assumed.currency)
        for label in (self.formula, self.saved, self.span):
            label.setVisible(paid is not None)
        if paid is None:
            self.months.setText(words("pays_unknown"))
            return
        told, best, worst = (words.months(months) for months in (paid.months, paid.best, paid.worst))
        if paid.months is None:
            own = self.tr("この前提では、費用を回収できません")
            examples = self.tr("例の値で計算すると、費用を回収できません")
        else:
            own = self.tr("{months}で費用を回収できます")
            examples = self.tr("例の値で計算すると、{months}で費用を回収できます")
        # A figure made of examples is never said as if it were the factory's own.
        self.months.setText((examples if assumed.money_examples else own).format(months=told))
        formula = words(
            "formula", upfront=words.money(paid.upfront.total), saved=words.money(paid.saved), months=told
        )
        self.formula.setText(formula)
        self.saved.setText(words("formula_saved"))
        self.span.setText(
            self.tr("間違いの割合の幅を考えると、{best}〜{worst}。").format(best=best, worst=worst)
        )

    def _measured(self, basis: Basis, assumed: Assumptions) -> dict[str, str]:
        """What stands in the boxes of what was measured."""
        minutes, (kwh, estimated) = basis.effort.labelling_minutes, training_kwh(basis.effort, assumed)
        if assumed.training_kwh is not None:
            kwh, estimated = training_kwh(basis.effort, assumed.model_copy(update={"training_kwh": None}))
        energy = self.tr("推定：{kwh} kWh") if estimated else self.tr("計測：{kwh} kWh")
        return {
            "labelling_minutes": self.tr("計測なし")
            if minutes is None
            else self.tr("計測：{minutes} 分").format(minutes=f"{minutes:.1f}"),
            "training_kwh": energy.format(kwh=f"{kwh:.4f}"),
        }

    # Writing it

    def _make(self) -> None:
        basis, assumed, folder = self._basis, self.form.value(), self._folder()
        if basis is None:
            return
        self.make.setEnabled(False)
        self.make.setText(self.tr("作っています…"))
        run_in_background(
            self,
            lambda _cancel: _write(basis, assumed, folder),
            success=lambda written: self._made(basis, written),
            failure=self._refused,
        )

    def _made(self, basis: Basis, written: dict[Language, Path]) -> None:
        if basis is not self._basis:
            # Another run is on screen by now; its report is not made yet.
            self.retranslate()
            return
        self._written = written
        self.retranslate()
        self.where.show()
        self.where.setText(self.tr("作りました：{folder}").format(folder=next(iter(written.values())).parent))
        self._open(self._session.language)

    def _open(self, language: Language) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written[language])))

    def _refused(self, error: Exception) -> None:
        self.retranslate()
        if not isinstance(error, Problem):
            raise error
        self._tell(error)

    # Laying out

    def _build(self) -> None:
        self.heading = QLabel(objectName="report_heading")
        self.heading.setProperty("class", "heading2")
        self.lead = QLabel(objectName="report_lead", wordWrap=True)
        self.lead.setProperty("class", "muted")
        self.months = QLabel(objectName="report_months", wordWrap=True)
        self.months.setProperty("class", "heading3")
        self.formula = QLabel(objectName="report_formula", wordWrap=True)
        self.saved = QLabel(objectName="report_saved", wordWrap=True)
        self.span = QLabel(objectName="report_span", wordWrap=True)
        self.examples = QLabel(objectName="report_examples", wordWrap=True)
        self.examples.setProperty("class", "muted")
        self.where = QLabel(objectName="report_where", wordWrap=True, visible=False)
        self.form = AssumptionsForm()
        self.form.changed.connect(self._changed)
        self.more = QPushButton(objectName="report_assumptions", checkable=True, minimumHeight=TOUCH)
        self.more.toggled.connect(lambda _: self._say())
        self.make = QPushButton(objectName="report_make", minimumHeight=TOUCH)
        self.make.clicked.connect(self._make)
        self.open_ja = QPushButton(objectName="report_open_ja", minimumHeight=TOUCH)
        self.open_ja.clicked.connect(lambda: self._open("ja"))
        self.open_en = QPushButton(objectName="report_open_en", minimumHeight=TOUCH)
        self.open_en.clicked.connect(lambda: self._open("en"))
        act, opened = _row(self.make, self.more), _row(self.open_ja, self.open_en)
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(20, 16, 20, 16)
        for label in (
            self.heading,
            self.lead,
            self.months,
            self.formula,
            self.saved,
            self.span,
            self.examples,
        ):
            column.addWidget(label)
        column.addLayout(act)
        column.addWidget(self.where)
        column.addLayout(opened)
        column.addWidget(self.form)


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout(spacing=GAP)
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row


def _write(basis: Basis, assumed: Assumptions, folder: Path) -> dict[Language, Path]:
    """Both languages, PDF and HTML; gives the PDF of each language."""
    # Here, not above: the layouts take their time to load, and only now are they wanted.
    from core.report.tell import tell
    from core.report.write import write_report

    report = gather(basis, assumed)
    written = write_report(lambda language: tell(report, language), folder)
    return {entry.language: entry.path for entry in written if entry.format == "pdf"}
