"""Take the result away: one file for the PC on site, called done only after it was reopened and compared."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.engine import EngineProcess
from app.pages.base import Page
from app.session import Session
from app.theme import TOUCH
from app.translations import spoken
from app.widgets.alone_words import AloneWords
from app.widgets.banner import ProblemBanner
from app.widgets.level_mark import LevelMark
from app.widgets.package_choices import PackageChoices
from app.widgets.report_panel import ReportPanel
from app.widgets.text_package_facts import TextPackageFacts
from app.widgets.text_report_panel import TextReportPanel
from core.evaluation.unsure import threshold_for
from core.evaluation.wish import wish_for, wish_of
from core.package.archive import CARD, open_any_package
from core.package.card import own_language_first
from core.problems import Problem
from core.project.store import CACHE_FOLDER, Project
from core.tasks.result import TextResult
from core.training.events import Event, Failed, Finished, Progress, Stage
from core.training.job import JOB_FILE, ExportJob, TextJob, save_job
from core.training.result import RESULT_FILE, UnsureThreshold
from core.training.run import Run
from core.training.state import JobState

SUFFIX = ".hkd"
_FOLDER = "export"
_REMEMBERED = "exported"
_MOST_BYTES_OF_A_NAME = 180
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True)
class Exported:
    """A package that was written, as the engine reported it, and the wish that its unsure threshold is for."""

    run: str
    package: str
    sha256: str
    verified: bool
    max_difference: float
    size_bytes: int
    alone: dict[str, Any] | None = None
    signer: str = ""
    wished_error: float | None = None
    compared: int | None = None  # texts that were the same, of a package that writes

    @classmethod
    def of(cls, run: str, told: dict[str, Any]) -> "Exported | None":
        """From the engine's result; None when it does not say all of it."""
        try:
            return cls(
                run=run,
                package=str(told["package"]),
                sha256=str(told["sha256"]),
                verified=told["verified"] is True,
                max_difference=float(told["max_difference"]),
                size_bytes=int(told["size_bytes"]),
                alone=told.get("alone"),
                signer=str(told.get("signer", "")),
                wished_error=told.get("wished_error"),
                compared=told.get("compared"),
            )
        except (KeyError, TypeError, ValueError):
            return None


class ExportPage(Page):
    """持ち出す."""

    key = "export"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.exported: Exported | None = None
        self._outdated = False
        self._card = ""
        self._stage: Stage | None = None
        self._failure: Failed | None = None
        self._wish: float | None = None
        self.engine = EngineProcess(self)
        self.engine.told.connect(self._take)
        self.engine.ended.connect(self._ended)
        self._build()
        session.project_changed.connect(self._refresh)
        session.run_changed.connect(self._refresh)
        self.retranslate()
        self._refresh()

    def title(self) -> str:
        return self.tr("持ち出す")

    def next_text(self) -> str:
        return self.tr("現場で使う")

    def blocker(self) -> str:
        if self.exported is not None and self.exported.verified:
            return ""
        if self._outdated:
            return self._say_outdated()
        return self.tr("「書き出す」を押して確認が済むと、先へ進めます。")

    def enter(self) -> None:
        self._refresh()

    def retranslate(self) -> None:
        self.lead.setText(
            self.tr("学習した結果を、現場の PC で使う 1 つのファイルにします。写真は中に入りません。")
        )
        self.empty.setText(self.tr("学習が終わると、ここで結果を書き出せます。"))
        self.name_label.setText(self.tr("名前"))
        self.folder_label.setText(self.tr("保存先"))
        self.choose_folder.setText(self.tr("保存先を選ぶ"))
        self.open_folder.setText(self.tr("フォルダーを開く"))
        self.copy_hash.setText(self.tr("SHA-256 をコピー"))
        self.try_it.setText(self.tr("現場の画面で試す"))
        for button in (self.choose_folder, self.open_folder, self.copy_hash, self.try_it):
            button.setAccessibleName(button.text())
        for field, label in ((self.name, self.name_label), (self.folder, self.folder_label)):
            field.setAccessibleName(label.text())
        self.bar.setAccessibleName(self.tr("書き出しの進み"))
        self.text_report.retranslate()
        self.choices.retranslate()
        self.report.retranslate()
        self.text_facts.retranslate()
        self._say_take_along()
        self._say_card()
        self._say_start()
        self._say_progress()
        self._say_result()
        self._show_failure()

    # What to write

    def target(self) -> Path:
        """The file that would be written."""
        name = _NOT_IN_NAMES.sub("_", self.name.text().strip())
        # File systems count bytes, and a Japanese letter has three.
        name = name.encode()[:_MOST_BYTES_OF_A_NAME].decode(errors="ignore").rstrip(". ")
        return Path(self.folder.text()) / f"{name or 'hikidashi'}{SUFFIX}"

    def _refresh(self) -> None:
        project, run = self.session.project, self.session.run
        ready = project is not None and run is not None and (run.folder / RESULT_FILE).is_file()
        self.body.setVisible(ready)
        self.empty.setVisible(not ready)
        self.exported, self._outdated = None, False
        writes = self.session.task != "classification"
        self.choices.show_task(writes=writes)
        self.report.setVisible(not writes)
        self.text_report.setVisible(writes)
        self.text_facts.show_result(None, None)
        if ready and project is not None and run is not None:
            kept = self._remembered(project, run)
            self._outdated = kept is not None and kept.wished_error not in (None, wish_of(project))
            self.exported = None if self._outdated else kept
            if writes:
                self._read_texts(project, run)
                self.text_report.show_run(project, run)
            else:
                self.report.show_run(project, run)
            if not self.name.text():
                self.name.setText(f"{project.name}-{date.today():%Y%m%d}")
            if not self.folder.text():
                self.folder.setText(self.session.settings.last_folders.get(_FOLDER) or _documents(project))
        self._say_take_along()
        self._say_start()
        self._say_result()
        self.changed.emit()

    def _read_texts(self, project: Project, run: Run) -> None:
        run_in_background(
            self,
            lambda _cancel: _result_of(project, run),
            success=lambda found: self.text_facts.show_result(*found) if run == self.session.run else None,
            failure=self._could_not_start,
        )

    def _say_take_along(self) -> None:
        if self.session.task == "classification":
            words = self.tr(
                "現場の PC に運ぶもの：\n1. この .hkd ファイル\n2. このプログラムのインストーラー（まだ入っていないとき）\n3. 同じモデル（付属のモデル以外を使ったとき）\n「プログラムなしで動く」を選んだときは、1 だけで足ります（読み取り用の小さなプログラム hikidashi-onsite で使えます）。"
            )
        else:
            words = self.tr(
                "現場の PC に運ぶもの：\n1. この .hkd ファイル\n2. このプログラムのインストーラー（まだ入っていないとき）\n3. 同じモデル（付属のモデル以外を使ったとき。「モデルを見る・取り込む」から現場の PC にも取り込みます）"
            )
        self.take_along.setText(words)

    def _remembered(self, project: Project, run: Run) -> Exported | None:
        """The package last written of this run, if it still lies there."""
        kept = project.setting(_REMEMBERED)
        if not isinstance(kept, dict) or kept.get("run") != run.folder.name:
            return None
        exported = Exported.of(run.folder.name, kept)
        return exported if exported is not None and Path(exported.package).is_file() else None

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("保存先を選ぶ"), self.folder.text())
        if chosen:
            self.folder.setText(chosen)
            folders = self.session.settings.last_folders | {_FOLDER: chosen}
            self.session.change_settings(last_folders=folders)

    def _say_start(self) -> None:
        busy = self.engine.running
        refusal = self._refusal()
        replaces = not busy and bool(self.name.text().strip()) and self.target().is_file()
        self.start.setText(self.tr("置きかえて書き出す") if replaces else self.tr("書き出す"))
        self.start.setAccessibleName(self.start.text())
        self.start.setEnabled(not busy and not refusal)
        told = [self._say_outdated()] if self._outdated and not busy else []
        told += [self.tr("同じ名前のファイルがあります。置きかえます。")] if replaces else []
        self.refusal.setText(refusal or " ".join(told))

    def _say_outdated(self) -> str:
        return self.tr(
            "書き出したあとで、「要確認」で許すまちがいの割合が変わりました。前に書き出したファイルは、前の割合のままです。もう一度書き出してください。"
        )

    def _refusal(self) -> str:
        if not self.name.text().strip():
            return self.tr("名前を入れてください。")
        if not Path(self.folder.text()).is_dir():
            return self.tr("保存先のフォルダーが見つかりません。選び直してください。")
        return self.choices.refusal()

    # Writing

    def _start(self) -> None:
        project, run = self.session.project, self.session.run
        if project is None or run is None or self.engine.running:
            return
        self.exported, self._failure, self._stage = None, None, None
        self._outdated = False
        self.banner.hide()
        self.start.setEnabled(False)
        self.progress_words.setText(self.tr("エンジンを準備しています…"))
        self.progress.show()
        self.bar.setRange(0, 0)
        self._say_result()
        self.changed.emit()
        target, chosen = self.target(), self.choices.chosen()
        run_in_background(
            self,
            lambda _cancel: _write_job(project, run, target, chosen),
            success=self._written,
            failure=self._could_not_start,
        )

    def _written(self, job: ExportJob) -> None:
        self._wish = job.wished_error
        self.engine.start(Path(job.run) / JOB_FILE)

    def _could_not_start(self, error: Exception) -> None:
        self.progress.hide()
        self._say_start()
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)

    def _take(self, event: Event) -> None:
        match event:
            case Stage():
                self._stage = event
                self.bar.setRange(0, event.of)
                self.bar.setValue(event.index - 1)
                self._say_progress()
            case Progress(done=done, total=total):
                self.bar.setRange(0, total)
                self.bar.setValue(done)
            case Failed():
                self._failure = event
            case Finished(result=told):
                self._finished(told)

    def _finished(self, told: dict[str, Any]) -> None:
        project, run = self.session.project, self.session.run
        if project is None or run is None:
            return
        self.exported = Exported.of(run.folder.name, told | {"wished_error": self._wish})
        if self.exported is not None:
            project.remember(_REMEMBERED, vars(self.exported))

    def _ended(self, state: JobState) -> None:
        self.progress.hide()
        if state is not JobState.FINISHED and self._failure is None:
            self._failure = Failed(code="app.export_cut_off")
        self._show_failure()
        self._say_start()
        self._say_result()
        self.changed.emit()

    def _show_failure(self) -> None:
        if self._failure is not None:
            self.banner.show_problem(Problem(self._failure.code, **self._failure.data), self._failure.detail)

    def _say_progress(self) -> None:
        if self._stage is None:
            return
        words = {
            "load": self.tr("学習した結果を読み込んでいます…"),
            "prepare": self.tr("書き出す準備をしています…"),
            "evaluate": self.tr("書き出す内容をまとめています…"),
            "alone": self.tr("プログラムなしで動くモデルを作り、同じ答えになるか写真で確かめています…"),
            "write": self.tr("ファイルに書いています…"),
            "save": self.tr("ファイルに書いています…"),
            "verify": self.tr("書いたファイルを別に開き直し、同じ答えになるか確かめています…"),
        }
        self.progress_words.setText(words.get(self._stage.stage, self.tr("書き出しています…")))

    # What was written

    def _say_result(self) -> None:
        exported = self.exported
        self.result.setVisible(exported is not None)
        if exported is None:
            return
        self.mark.set_mark("ok" if exported.verified else "stop")
        self.verified.setText(self._verified_words(exported))
        self.facts.setText(
            self.tr("{path}\n大きさ {size}　SHA-256 {sha256}").format(
                path=exported.package, size=_size(exported.size_bytes), sha256=exported.sha256
            )
        )
        self.alone_words.show_alone(exported.alone, exported.signer)
        run_in_background(
            self,
            lambda _cancel: open_any_package(Path(exported.package)).text(CARD),
            success=self._show_card,
            failure=self._no_card,
        )

    def _verified_words(self, exported: Exported) -> str:
        if not exported.verified:
            return self.tr("確認できませんでした。このファイルは使わないでください。")
        if exported.compared is not None:
            return self.tr(
                "確認済み：別に開き直しても、試験の写真の文 %n 件が一字一句同じでした（自信の差は最大 {difference}）。",
                "",
                exported.compared,
            ).format(difference=_plain(exported.max_difference))
        return self.tr("確認済み：開き直しても同じ答えでした（最大の差 {difference}）。").format(
            difference=_plain(exported.max_difference)
        )

    def _show_card(self, card: str) -> None:
        self._card = card
        self._say_card()

    def _say_card(self) -> None:
        self.card.setMarkdown(own_language_first(self._card, spoken()))

    def _no_card(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self._card = ""
        self._say_card()
        self.banner.show_problem(error)

    def _open_folder(self) -> None:
        if self.exported is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self.exported.package).parent)))

    def _copy_hash(self) -> None:
        if self.exported is not None:
            QGuiApplication.clipboard().setText(self.exported.sha256)
            self.copy_hash.setText(self.tr("コピーしました"))

    # Laying out

    def _build(self) -> None:
        self.banner = ProblemBanner(self)
        self.empty = QLabel(objectName="export_empty", wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.lead = QLabel(objectName="export_lead", wordWrap=True)
        self.body = QWidget()
        inside = QVBoxLayout(self.body, spacing=16)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.lead)
        self.text_facts = TextPackageFacts()
        self.text_report = TextReportPanel(self._report_folder, self.banner.show_problem)
        inside.addWidget(self.text_facts)
        inside.addWidget(self._build_form())
        inside.addWidget(self._build_progress())
        inside.addWidget(self._build_result(), 1)
        inside.addWidget(self._build_report())
        inside.addWidget(self.text_report)
        inside.addStretch(0)
        area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="export_scroll")
        area.setWidget(self.body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.banner)
        column.addWidget(self.empty, 1)
        column.addWidget(area, 1)

    def _build_form(self) -> QWidget:
        self.name = QLineEdit(objectName="export_name", maxLength=120)
        self.folder = QLineEdit(objectName="export_folder", readOnly=True)
        self.name.textChanged.connect(lambda _: self._say_start())
        self.folder.textChanged.connect(lambda _: self._say_start())
        self.choose_folder = _button("export_choose_folder", self._choose_folder)
        self.start = _button("export_start", self._start)
        self.start.setProperty("class", "primary")
        self.refusal = QLabel(objectName="export_refusal", wordWrap=True)
        self.name_label, self.folder_label = QLabel(minimumHeight=TOUCH), QLabel(minimumHeight=TOUCH)
        holder = QFrame()
        holder.setProperty("class", "card")
        form = QFormLayout(holder)
        form.setContentsMargins(20, 16, 20, 16)
        form.addRow(self.name_label, self.name)
        where = QHBoxLayout()
        where.addWidget(self.folder, 1)
        where.addWidget(self.choose_folder)
        form.addRow(self.folder_label, where)
        self.choices = PackageChoices()
        self.choices.changed.connect(self._say_start)
        self.choices.failed.connect(self.banner.show_problem)
        form.addRow(self.choices)
        act = QHBoxLayout(spacing=12)
        act.addWidget(self.start)
        act.addWidget(self.refusal, 1)
        form.addRow(act)
        return holder

    def _build_progress(self) -> QWidget:
        self.progress_words = QLabel(objectName="export_progress_words")
        self.bar = QProgressBar(objectName="export_progress", textVisible=False)
        self.progress = QWidget(visible=False)
        column = QVBoxLayout(self.progress)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.progress_words)
        column.addWidget(self.bar)
        return self.progress

    def _build_report(self) -> QWidget:
        self.report = ReportPanel(self.session, self._report_folder, self.banner.show_problem)
        return self.report

    def _report_folder(self) -> Path:
        """Beside the package, under its name."""
        return self.target().with_name(f"{self.target().stem}-report")

    def _build_result(self) -> QWidget:
        self.mark = LevelMark("ok", 40)
        self.verified = QLabel(objectName="export_verified", wordWrap=True)
        self.verified.setProperty("class", "heading3")
        self.facts = QLabel(objectName="export_facts", wordWrap=True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.alone_words = AloneWords()
        self.take_along = QLabel(objectName="export_take_along", wordWrap=True)
        self.open_folder = _button("export_open_folder", self._open_folder)
        self.copy_hash = _button("export_copy_hash", self._copy_hash)
        self.try_it = _button("export_try", lambda: self.go_to.emit("onsite"))
        self.card = QTextBrowser(objectName="export_card", openLinks=False)
        self.card.setMinimumHeight(160)
        self.result = QFrame(objectName="export_result")
        self.result.setProperty("class", "card")
        grid = QGridLayout(self.result)
        grid.setContentsMargins(20, 16, 20, 16)
        grid.setSpacing(12)
        grid.addWidget(self.mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.verified, 0, 1)
        facts = QVBoxLayout(spacing=4)
        facts.addWidget(self.facts)
        facts.addWidget(self.alone_words)
        grid.addLayout(facts, 1, 1)
        buttons = QHBoxLayout(spacing=8)
        for button in (self.open_folder, self.copy_hash, self.try_it):
            buttons.addWidget(button)
        buttons.addStretch(1)
        grid.addLayout(buttons, 2, 1)
        grid.addWidget(self.take_along, 3, 1)
        grid.addWidget(self.card, 4, 1)
        grid.setColumnStretch(1, 1)
        return self.result


def _button(name: str, pressed: Callable[[], None]) -> QPushButton:
    button = QPushButton(objectName=name)
    button.clicked.connect(pressed)
    return button


def _write_job(project: Project, run: Run, target: Path, chosen: dict[str, Any]) -> ExportJob:
    folder = project.folder / CACHE_FOLDER / "export"
    shutil.rmtree(folder, ignore_errors=True)
    job = ExportJob(
        run=str(folder),
        source_run=str(run.folder),
        out=str(target),
        wished_error=wish_for(project, run.text_result() if isinstance(run.job, TextJob) else run.result()),
        **chosen,
    )
    save_job(job)
    return job


def _result_of(project: Project, run: Run) -> tuple[TextResult | None, UnsureThreshold | None]:
    """What a run about texts came to, and the threshold for the project's wish."""
    result = run.text_result()
    wish = wish_for(project, result)
    return result, threshold_for(result, wish) if result is not None else None


def _documents(project: Project) -> str:
    """The documents of this user; beside the project where there is no such folder."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return documents if Path(documents).is_dir() else str(project.folder.parent)


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{count / 2**10:.0f} KB"


def _plain(difference: float) -> str:
    """A small number without an exponent: who reads it may never have seen one."""
    return f"{difference:.9f}".rstrip("0").rstrip(".")
