"""モデル: which models are on this PC, and how they come here, go on a USB stick, and go away."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.models_job import ModelsJob
from app.session import Session
from app.theme import GAP, TOUCH
from app.widgets.banner import ProblemBanner
from app.widgets.model_row import ModelRow, data_size
from core.backbones.bundle import with_suffix
from core.backbones.put_away import Store, bring_back, forget, put_away
from core.backbones.store import ModelEntry, ModelStore
from core.documents import MODELS_SUFFIX
from core.problems import Problem
from core.tasks.folders import WriterStore
from core.training.events import Progress, Stage

_FOLDER = "models"
_SHORT_S = 60


class ModelsDialog(QDialog):
    """`changed` when a model came or went."""

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_dialog")
        self.setAcceptDrops(True)
        self._session = session
        self._store = ModelStore()
        self._folders = WriterStore(backbones=self._store)
        self._says = ""
        self._removed: tuple[str, int] | None = None
        self._removed_from: Store = self._store
        self._result: dict[str, object] | None = None
        self._progress: Progress | Stage | None = None
        self.rows: list[ModelRow] = []
        self.job = ModelsJob(self)
        self.job.told.connect(self._show_progress)
        self.job.ended.connect(self._ended)
        self._build()
        self.retranslate()
        self.resize(900, 640)
        self.look()

    def take(self, paths: list[Path]) -> None:
        """Take the first file of models, or folder with one, among what was dropped, chosen or opened."""
        if self.job.running or not paths:
            return
        bundles = [path for path in paths if path.suffix.lower() == MODELS_SUFFIX or path.is_dir()]
        self._clear()
        if not bundles:
            self.banner.show_problem(Problem("backbones.not_a_bundle", path=paths[0].name))
            return
        self._remember(bundles[0])
        self._begin("import")
        self.job.take_in(bundles[0])

    def look(self) -> None:
        """Read the list again."""

        def op(_cancel: object) -> list[ModelEntry]:
            entries = [*self._store.entries(), *self._folders.entries()]
            return sorted(entries, key=lambda entry: entry.state == "not downloaded")

        run_in_background(self, op, success=self._list)

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setWindowTitle(self.tr("モデル"))
        self.heading.setText(self.tr("モデル"))
        self.lead.setText(
            self.tr(
                "学習のもとになるモデルです。インターネットのないパソコンへは、つながるパソコンで 1 つのファイルにして、USB メモリーで運びます。"
            )
        )
        self.take_in.setText(self.tr("ファイルから取り込む…"))
        self.take_folder.setText(self.tr("フォルダーから取り込む…"))
        self.write.setText(self.tr("選んだモデルを 1 つのファイルにする…"))
        self.drop.setText(
            self.tr("モデルのファイル（{suffix}）やフォルダーは、ここに落としても取り込めます。").format(
                suffix=MODELS_SUFFIX
            )
        )
        self.undo.setText(self.tr("元に戻す"))
        self.cancel.setText(self.tr("やめる"))
        self.bar.setAccessibleName(self.tr("進み"))
        self.close_button.setText(self.tr("閉じる"))
        self.banner.retranslate()
        for row in self.rows:
            row.retranslate()
        self._say()

    # Coming, going on a stick, going away

    def _choose(self) -> None:
        pattern = self.tr("モデルのまとめファイル (*{suffix})").format(suffix=MODELS_SUFFIX)
        chosen, _ = QFileDialog.getOpenFileName(
            self, self.tr("取り込むファイルを選ぶ"), self._place(), pattern
        )
        if chosen:
            self.take([Path(chosen)])

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("モデルのフォルダーを選ぶ"), self._place())
        if chosen:
            self.take([Path(chosen)])

    def _write(self) -> None:
        names = [row.entry.name for row in self.rows if row.pick.isChecked()]
        pattern = self.tr("モデルのまとめファイル (*{suffix})").format(suffix=MODELS_SUFFIX)
        start = str(Path(self._place()) / f"models{MODELS_SUFFIX}")
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("保存先を選ぶ"), start, pattern)
        if chosen:
            path = with_suffix(Path(chosen))
            self._remember(path)
            self._clear()
            self._begin("write")
            self.job.write(names, path)

    def _fetch(self, entry: ModelEntry) -> None:
        box = QMessageBox(self)
        box.setObjectName("fetch_model")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("ダウンロード"))
        box.setText(self.tr("「{name}」をインターネットからダウンロードしますか？").format(name=entry.name))
        box.setInformativeText(
            self.tr(
                "大きさは約 {size}、ライセンスは {licence} です。このモデルを受け取るためだけに、配布元につなぎます。写真は送りません。"
            ).format(size=data_size(entry.size_bytes), licence=entry.licence)
        )
        go = box.addButton(self.tr("ダウンロードする"), QMessageBox.ButtonRole.AcceptRole)
        go.setObjectName("fetch_model_go")
        stay = box.addButton(self.tr("やめる"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.exec()
        if box.clickedButton() is go:
            self._clear()
            self._begin("fetch")
            self.job.fetch(entry.name)

    def _remove(self, entry: ModelEntry) -> None:
        self._clear()
        here = entry.path is not None and entry.path.parent == self._folders.root
        store = self._removed_from = self._folders if here else self._store

        def op(_cancel: object) -> int:
            forget(store)
            return put_away(store, entry.name)

        run_in_background(
            self, op, success=lambda size: self._put_away(entry.name, size), failure=self._failed
        )

    def _put_away(self, name: str, size: int) -> None:
        self._removed = name, size
        self._moved()

    def _undo(self) -> None:
        if self._removed is None:
            return
        (name, _), self._removed = self._removed, None
        store = self._removed_from
        run_in_background(
            self,
            lambda _cancel: bring_back(store, name),
            success=lambda _: self._moved(),
            failure=self._failed,
        )

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)
        self.look()

    def _moved(self) -> None:
        self._say()
        self.look()
        self.changed.emit()

    # What is under way

    def _begin(self, what: str) -> None:
        self._says, self._progress = what, None
        self._say()

    def _show_progress(self, progress: Progress | Stage) -> None:
        self._progress = progress
        self._say()

    def _stop(self) -> None:
        self.cancel.setEnabled(False)
        self.words.setText(self.tr("やめています…"))
        self.job.stop()

    def _ended(self, result: dict[str, object] | None, problem: Problem | None) -> None:
        self._says, self._result = "", result
        if problem is not None:
            self.banner.show_problem(problem)
        self._moved()

    def _clear(self) -> None:
        self._result, self._removed = None, None
        self.banner.hide()

    # On the screen

    def _list(self, entries: list[ModelEntry]) -> None:
        picked = {row.entry.name for row in self.rows if row.pick.isChecked()}
        for row in self.rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self.rows = [ModelRow(entry) for entry in entries]
        for place, row in enumerate(self.rows):
            row.pick.setChecked(row.entry.name in picked)
            row.picked.connect(self._say)
            row.remove_asked.connect(lambda entry=row.entry: self._remove(entry))
            row.fetch_asked.connect(lambda entry=row.entry: self._fetch(entry))
            self._column.insertWidget(place, row)
        self._column.activate()
        self._say()

    def _say(self) -> None:
        running = self.job.running or bool(self._says)
        self.working.setVisible(running)
        self.take_in.setEnabled(not running)
        self.take_folder.setEnabled(not running)
        for row in self.rows:
            row.set_free(not running)
        self.write.setVisible(any(row.carried for row in self.rows))
        self.write.setEnabled(not running and any(row.pick.isChecked() for row in self.rows))
        if running:
            self._say_progress()
        self.cancel.setEnabled(running)
        self.outcome_words.setText(self._outcome())
        self.outcome.setVisible(bool(self.outcome_words.text()))
        self.undo.setVisible(self._removed is not None)

    def _say_progress(self) -> None:
        progress = self._progress
        if not isinstance(progress, Progress):
            self.bar.setRange(0, 0)
            loading = isinstance(progress, Stage) and progress.stage == "load"
            self.words.setText(
                self.tr("読み込めることを確かめています…") if loading else self.tr("準備しています…")
            )
            return
        self.bar.setRange(0, 1000)
        self.bar.setValue(progress.done * 1000 // max(progress.total, 1))
        words = {
            "import": self.tr("照合しながら取り込んでいます：{done}／{total}"),
            "write": self.tr("書き込んで、読み返して確かめています：{done}／{total}"),
            "fetch": self.tr("ダウンロードしています：{done}／{total}"),
        }[self._says]
        said = words.format(done=data_size(progress.done), total=data_size(progress.total))
        self.words.setText(f"{said}  {self._left(progress.seconds_left)}".rstrip())

    def _left(self, seconds: float | None) -> str:
        if seconds is None:
            return ""
        if seconds < _SHORT_S:
            return self.tr("あと約 {seconds} 秒").format(seconds=max(1, round(seconds)))
        return self.tr("あと約 {minutes} 分").format(minutes=round(seconds / 60))

    def _outcome(self) -> str:
        """What was done last, in words."""
        if self._removed is not None:
            name, size = self._removed
            return self.tr(
                "「{name}」を削除しました。この画面を閉じると {size} の空きができます。このモデルを使う現場用パッケージは、このパソコンでは動かなくなります。"
            ).format(name=name, size=data_size(size))
        result = self._result or {}
        if "written" in result:
            return self.tr(
                "{names} を「{path}」に書き込み、読み返して、もとと同じであることを確かめました。USB メモリーを安全に取り外して、もう一方のパソコンで「ファイルから取り込む…」を押してください。"
            ).format(names=self._joined(result["names"]), path=result["written"])
        if "folder" in result:
            return self.tr(
                "「{name}」を取り込みました。プログラムが入っていないことと、読み込めることを確かめました。"
            ).format(name=result["folder"])
        said = []
        if result.get("added"):
            said.append(
                self.tr(
                    "{names} を取り込みました。中身が送り出したときと同じで、読み込めることを確かめました。"
                ).format(names=self._joined(result["added"]))
            )
        if result.get("here"):
            said.append(
                self.tr("{names} は、同じものがすでにこのパソコンにあります。").format(
                    names=self._joined(result["here"])
                )
            )
        return " ".join(said)

    def _joined(self, names: object) -> str:
        mark = self.tr("、")
        return mark.join(map(str, names)) if isinstance(names, list) else ""

    # Dropping and closing

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and not self.job.running:
            event.acceptProposedAction()
            self._light(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._light(False)
        event.acceptProposedAction()
        self.take([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def _light(self, lit: bool) -> None:
        self.zone.setProperty("lit", lit)
        self.zone.style().polish(self.zone)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.leave()
        super().closeEvent(event)

    def reject(self) -> None:
        self.close()

    def leave(self) -> None:
        """End what is under way, and forget for good what was removed."""
        self.job.give_up()
        self._says, self._removed = "", None
        stores: tuple[Store, ...] = self._store, self._folders

        def op(_cancel: object) -> None:
            for store in stores:
                forget(store)

        run_in_background(self._session, op, success=lambda _: None)

    def _place(self) -> str:
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return self._session.settings.last_folders.get(_FOLDER, documents)

    def _remember(self, path: Path) -> None:
        folders = self._session.settings.last_folders | {_FOLDER: str(path.parent)}
        self._session.change_settings(last_folders=folders)

    # Laying out

    def _build(self) -> None:
        self.heading = QLabel()
        self.heading.setProperty("class", "heading2")
        self.lead = QLabel(wordWrap=True)
        self.banner = ProblemBanner()
        self.take_in = QPushButton(objectName="models_take_in", minimumHeight=TOUCH)
        self.take_in.setProperty("class", "primary")
        self.take_in.clicked.connect(self._choose)
        self.take_folder = QPushButton(objectName="models_take_folder", minimumHeight=TOUCH)
        self.take_folder.clicked.connect(self._choose_folder)
        self.write = QPushButton(objectName="models_write", minimumHeight=TOUCH, visible=False)
        self.write.clicked.connect(self._write)
        self.drop = QLabel(wordWrap=True)
        self.drop.setProperty("class", "muted")
        buttons = QHBoxLayout(spacing=GAP)
        buttons.addWidget(self.take_in)
        buttons.addWidget(self.take_folder)
        buttons.addWidget(self.write)
        buttons.addStretch(1)
        self.zone = QFrame(objectName="models_zone")
        self.zone.setProperty("class", "zone")
        inside = QVBoxLayout(self.zone, spacing=GAP)
        inside.addLayout(buttons)
        inside.addWidget(self.drop)
        body = QWidget()
        self._column = QVBoxLayout(body, spacing=GAP)
        self._column.setContentsMargins(0, 0, GAP, 0)
        self._column.addStretch(1)
        area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="models_scroll")
        area.setWidget(body)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.close_button = close.button(QDialogButtonBox.StandardButton.Close)
        self.close_button.setMinimumHeight(TOUCH)
        close.rejected.connect(self.close)
        column = QVBoxLayout(self, spacing=GAP)
        for widget in (self.heading, self.lead, self.banner, self.zone, *self._build_lines()):
            column.addWidget(widget)
        column.addWidget(area, 1)
        column.addWidget(close)

    def _build_lines(self) -> tuple[QWidget, QWidget]:
        """The line of what is under way, and the one of what was done."""
        self.working = QFrame(objectName="models_working", visible=False)
        self.working.setProperty("class", "card")
        self.words = QLabel(objectName="models_words", wordWrap=True)
        self.bar = QProgressBar(objectName="models_bar", textVisible=False)
        self.cancel = QPushButton(objectName="models_cancel", minimumHeight=TOUCH)
        self.cancel.clicked.connect(self._stop)
        row = QHBoxLayout()
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self.working)
        column.addWidget(self.words)
        column.addLayout(row)
        self.outcome = QFrame(objectName="models_outcome", visible=False)
        self.outcome.setProperty("class", "card")
        self.outcome_words = QLabel(objectName="models_outcome_words", wordWrap=True)
        self.undo = QPushButton(objectName="models_undo", minimumHeight=TOUCH, visible=False)
        self.undo.clicked.connect(self._undo)
        line = QHBoxLayout(self.outcome)
        line.addWidget(self.outcome_words, 1)
        line.addWidget(self.undo)
        return self.working, self.outcome
