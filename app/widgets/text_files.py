"""Descriptions and questions from and for other programs: a menu, and a line that says what became of it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from app.background import run_in_background
from app.theme import TOUCH
from core.exchange.text_read import TEXT_READERS, read_texts
from core.exchange.text_write import FORMATS_OF, TextFormat
from core.exchange.texts_project import ImportedTexts, export_texts, import_texts
from core.project.store import Project
from core.tasks.texts import TextTask

_SHOWN = 5


class TextFiles(QWidget):
    """`button` stands among the page's tools; the widget itself is the line. `imported` comes after texts were taken in, `refused` with what was in the way."""

    imported = Signal()
    refused = Signal(Exception)

    def __init__(self, project: Callable[[], Project | None], parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="text_files")
        self._project = project
        self._task: TextTask = "caption"
        self._busy = False
        self._say: Callable[[], str] = str
        self.button = QPushButton(objectName="text_files_button", minimumHeight=TOUCH, visible=False)
        self._menu = QMenu(self.button)
        self.take = self._menu.addAction("", self._choose_file)
        self._menu.addSeparator()
        self.give = {
            kind: self._menu.addAction("", partial(self._choose_target, kind))
            for kind in ("coco", "vqav2", "csv", "jsonl")
        }
        self.button.setMenu(self._menu)
        self.words = QLabel(objectName="text_files_words", wordWrap=True)
        self.words.setProperty("class", "note")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)
        self.retranslate()

    def show_task(self, task: TextTask) -> None:
        """Offer what fits a task."""
        self._task = task
        self.retranslate()

    def forget(self) -> None:
        """Another project: nothing was taken in or given out."""
        self._finish(str)

    def retranslate(self) -> None:
        """Say everything in the present language."""
        asking = self._task == "vqa"
        self.button.setText(self.tr("取り込む・書き出す"))
        self.button.setToolTip(
            self.tr("質問を取り込む・書き出す") if asking else self.tr("説明を取り込む・書き出す")
        )
        self.take.setText(self.tr("取り込む（CSV・Excel・JSONL・COCO・VQAv2）…"))
        for kind, words in (
            ("coco", self.tr("COCO の形で書き出す（JSON）…")),
            ("vqav2", self.tr("VQAv2 の形で書き出す（JSON）…")),
            ("csv", self.tr("表で書き出す（CSV）…")),
            ("jsonl", self.tr("1行ずつ書き出す（JSONL）…")),
        ):
            self.give[kind].setText(words)
            self.give[kind].setVisible(kind in FORMATS_OF[self._task])
        self.words.setText(self._say())
        self.words.setVisible(bool(self.words.text()))

    def take_in(self, path: Path) -> None:
        """Add a file's texts to the project's photos."""
        project = self._project()
        if project is None or self._busy:
            return
        self._begin(lambda: self.tr("「{name}」を読んでいます…").format(name=path.name))
        run_in_background(
            self,
            lambda _cancel: import_texts(project, read_texts(path)),
            success=self._taken,
            failure=self._failed,
            in_order=True,
        )

    def write(self, kind: TextFormat, out: Path) -> None:
        """Write the project's texts to a file."""
        project, task = self._project(), self._task
        if project is None or self._busy:
            return
        self._begin(lambda: self.tr("「{name}」に書き出しています…").format(name=out.name))
        run_in_background(
            self,
            lambda _cancel: export_texts(project, task, kind, out),
            success=lambda photos: self._finish(
                lambda: self.tr("%n 枚分を「{name}」に書き出しました。", "", photos).format(name=out.name)
            ),
            failure=self._failed,
            in_order=True,
        )

    def _begin(self, say: Callable[[], str]) -> None:
        self._busy = True
        self._say = say
        self.button.setEnabled(False)
        self.retranslate()

    def _finish(self, say: Callable[[], str]) -> None:
        self._busy = False
        self._say = say
        self.button.setEnabled(True)
        self.retranslate()

    def _taken(self, done: ImportedTexts) -> None:
        self._finish(lambda: self._about_import(done))
        self.imported.emit()

    def _failed(self, error: Exception) -> None:
        self._finish(str)
        self.refused.emit(error)

    def _about_import(self, done: ImportedTexts) -> str:
        lines = [self.tr("%n 枚の写真に付けました。「元に戻す」で戻せます。", "", done.changed)]
        if done.same:
            lines.append(self.tr("%n 枚は、もう同じ内容でした。", "", done.same))
        for words, names in (
            (self.tr("この写真はプロジェクトにありません"), done.missing),
            (self.tr("同じ名前の写真がいくつもあり、どれか分かりません"), done.ambiguous),
        ):
            if names:
                count = self.tr("（%n 件）", "", len(names))
                shown = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
                lines.append(f"{words}{count}: {shown}")
        if done.left_out:
            lines.append(self.tr("写真か文章が欠けていた行を %n 件、飛ばしました。", "", done.left_out))
        return "\n".join(lines)

    def _choose_file(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in TEXT_READERS)
        kinds = self.tr("説明や質問のファイル ({suffixes})").format(suffixes=suffixes)
        name, _ = QFileDialog.getOpenFileName(self, self.tr("取り込むファイルを選ぶ"), "", kinds)
        if name:
            self.take_in(Path(name))

    def _choose_target(self, kind: TextFormat) -> None:
        suffix = {"csv": ".csv", "jsonl": ".jsonl"}.get(kind, ".json")
        project = self._project()
        start = str(Path.home() / f"{project.name if project else 'texts'}{suffix}")
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("書き出す場所と名前を決める"), start, f"*{suffix}"
        )
        if name:
            self.write(kind, Path(name))
