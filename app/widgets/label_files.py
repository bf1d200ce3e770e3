"""Labels from and for other programs: a menu, then what became of it in a line with a way to stop."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QProgressBar, QPushButton, QWidget

from app.background import Cancel, Task, post, run_in_background
from app.theme import GAP, TOUCH
from core.exchange.into_project import Imported, import_labels
from core.exchange.read import READERS, read_labels
from core.exchange.take_project import TakenIn, take_project
from core.exchange.write import Exported, ExportFormat, export_labels
from core.project.store import Project

_SHOWN = 5


class LabelFiles(QWidget):
    """`button` stands among the page's tools; the line itself is hidden until something was asked for.

    `imported` comes after labels were taken in, `refused` with what was in the way.
    """

    imported = Signal()
    refused = Signal(Exception)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="label_files")
        self._project: Callable[[], Project | None] = lambda: None
        self._task: Task[Imported] | Task[Exported] | Task[TakenIn] | None = None
        self._say: Callable[[], str] = str
        self.button = QPushButton(objectName="labels_files", minimumHeight=TOUCH)
        self._menu = QMenu(self.button)
        self.take = self._menu.addAction("", self._choose_file)
        self.take_machine = self._menu.addAction("", self._choose_machine)
        self.take_lobe = self._menu.addAction("", self._choose_lobe)
        self._menu.addSeparator()
        self.as_csv = self._menu.addAction("", partial(self._choose_target, "csv"))
        self.as_coco = self._menu.addAction("", partial(self._choose_target, "coco"))
        self.as_folders = self._menu.addAction("", partial(self._choose_target, "folders"))
        self.button.setMenu(self._menu)
        self.words = QLabel(objectName="label_files_words", wordWrap=True)
        self.bar = QProgressBar(objectName="label_files_bar", maximumWidth=220, textVisible=False)
        self.stop = QPushButton(objectName="label_files_stop", minimumHeight=TOUCH)
        self.stop.clicked.connect(self.end)
        row = QHBoxLayout(self, spacing=GAP)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.bar)
        row.addWidget(self.stop)
        self.hide()
        self.retranslate()

    def use(self, project: Callable[[], Project | None]) -> None:
        """Whose labels; asked each time."""
        self._project = project

    def retranslate(self) -> None:
        """Say everything in the present language."""
        self.button.setText(self.tr("取り込む・書き出す"))
        self.button.setToolTip(self.tr("ほかのプログラムのラベルを取り込む、または、ほかのプログラムへ渡す"))
        self.take.setText(self.tr("ラベルを取り込む（CSV・Excel・COCO・Label Studio）…"))
        self.take_machine.setText(self.tr("Teachable Machine から写真ごと取り込む（.tm）…"))
        self.take_lobe.setText(self.tr("Lobe のプロジェクトから写真ごと取り込む…"))
        self.as_csv.setText(self.tr("ラベルの表を書き出す（CSV）…"))
        self.as_coco.setText(self.tr("ラベルを書き出す（COCO）…"))
        self.as_folders.setText(self.tr("写真を種類ごとのフォルダーにコピーする…"))
        self.stop.setText(self.tr("やめる") if self._task is not None else self.tr("閉じる"))
        self.words.setText(self._say())

    def take_in(self, path: Path) -> None:
        """Label the project's photos as a file says."""
        project = self._project()
        if project is None or self._task is not None:
            return
        task = run_in_background(
            self,
            lambda _cancel: import_labels(project, read_labels(path)),
            success=self._taken,
            failure=self._failed,
            in_order=True,
        )
        self._begin(task, lambda: self.tr("「{name}」を読んでいます…").format(name=path.name))
        # Written in one piece: there is nothing between to stop at.
        self.stop.hide()

    def take_project(self, path: Path) -> None:
        """Take photos and labels of another program's project in."""
        project = self._project()
        if project is None or self._task is not None:
            return
        tell = partial(post().send, post().open(self, self._progress))
        task = run_in_background(
            self,
            lambda cancel: take_project(project, path, tell, cancel),
            success=self._project_taken,
            failure=self._failed,
            in_order=True,
        )
        self._begin(task, lambda: self.tr("「{name}」を読んでいます…").format(name=path.name))

    def write(self, kind: ExportFormat, out: Path) -> None:
        """Write the project's labels to a file, or a folder."""
        project = self._project()
        if project is None or self._task is not None:
            return
        tell = partial(post().send, post().open(self, self._progress))

        def op(cancel: Cancel) -> Exported:
            return export_labels(project, kind, out, tell, cancel)

        task = run_in_background(self, op, success=self._written, failure=self._failed)
        self._begin(task, lambda: self.tr("「{name}」に書き出しています…").format(name=out.name))

    def end(self) -> None:
        """Stop what is under way, or put the line away."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.hide()

    def _begin(self, task: Task[Imported] | Task[Exported] | Task[TakenIn], say: Callable[[], str]) -> None:
        self._task, self._say = task, say
        self.bar.setRange(0, 0)
        self.bar.show()
        self.stop.show()
        self.retranslate()
        self.show()

    def _progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)

    def _taken(self, done: Imported) -> None:
        self._finish(lambda: self._about_import(done))
        self.imported.emit()

    def _project_taken(self, done: TakenIn) -> None:
        self._finish(lambda: self._about_project(done))
        self.imported.emit()

    def _written(self, done: Exported) -> None:
        self._finish(lambda: self._about_export(done))

    def _failed(self, error: Exception) -> None:
        self._task = None
        self.hide()
        self.refused.emit(error)

    def _finish(self, say: Callable[[], str]) -> None:
        self._task, self._say = None, say
        self.bar.hide()
        self.stop.show()
        self.retranslate()

    def _about_import(self, done: Imported) -> str:
        lines = [self.tr("%n 枚にラベルを付けました。「元に戻す」で戻せます。", "", done.labelled)]
        if done.same:
            lines.append(self.tr("%n 枚は、もう同じラベルでした。", "", done.same))
        for words, names in (
            (self.tr("この写真はプロジェクトにありません"), done.missing),
            (self.tr("同じ名前の写真がいくつもあり、どれか分かりません"), done.ambiguous),
            (self.tr("ファイルの中で2つ以上の種類になっています"), done.several),
        ):
            if names:
                count = self.tr("（%n 件）", "", len(names))
                shown = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
                lines.append(f"{words}{count}: {shown}")
        return "\n".join(lines)

    def _about_project(self, done: TakenIn) -> str:
        words = self.tr("写真 {photos} 枚を取り込み、{labelled} 枚にラベルを付けました。").format(
            photos=done.photos, labelled=done.labelled
        )
        if done.left_out:
            words += self.tr("写真として読めなかった %n 枚は除きました。", "", done.left_out)
        return words

    def _about_export(self, done: Exported) -> str:
        words = self.tr("%n 枚分を「{name}」に書き出しました。", "", done.photos).format(name=done.path.name)
        if not done.skipped:
            return words
        names = ", ".join(path.name for path, _ in done.skipped[:_SHOWN])
        return words + "\n" + self.tr("読めなかった写真: {names}").format(names=names)

    def _choose_file(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in READERS)
        kinds = self.tr("ラベルのファイル ({suffixes})").format(suffixes=suffixes)
        name, _ = QFileDialog.getOpenFileName(self, self.tr("ラベルのファイルを選ぶ"), "", kinds)
        if name:
            self.take_in(Path(name))

    def _choose_machine(self) -> None:
        kinds = self.tr("Teachable Machine のプロジェクト ({suffixes})").format(suffixes="*.tm *-samples.zip")
        name, _ = QFileDialog.getOpenFileName(self, self.tr("プロジェクトのファイルを選ぶ"), "", kinds)
        if name:
            self.take_project(Path(name))

    def _choose_lobe(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Lobe のプロジェクトのフォルダーを選ぶ"))
        if name:
            self.take_project(Path(name))

    def _choose_target(self, kind: ExportFormat) -> None:
        suffix = {"csv": ".csv", "coco": ".json", "folders": ""}[kind]
        project = self._project()
        start = str(Path.home() / f"{project.name if project else 'labels'}{suffix}")
        kinds = f"*{suffix}" if suffix else ""
        name, _ = QFileDialog.getSaveFileName(self, self.tr("書き出す場所と名前を決める"), start, kinds)
        if name:
            self.write(kind, Path(name))
