"""What the label page does beside giving classes: marks, scanned codes, a second person, keys, the record."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QLineEdit, QWidget

from app.background import run_in_background
from app.label_keys import LabelKeys
from app.session import Session
from app.widgets.keys_dialog import KeysDialog
from app.widgets.label_tools import LabelTools
from app.widgets.notice_strip import NoticeStrip
from app.widgets.photo_grid import PhotoGrid
from app.widgets.second_dialog import SecondDialog
from app.widgets.settle_dialog import Differences, SettleDialog
from core.files import write_atomic
from core.problems import Problem
from core.project.audit_check import LEAST_NOTED
from core.project.classes import ProductClass, plain_code
from core.project.marks import MOST_COMMENT
from core.project.store import Project

Change = Callable[[Project], object]


class LabelExtras(QObject):
    """`label` asks to give the selected photos a class, `change` to write a change to the project, `advance` to go on
    to the next photo; `second_changed` comes when a second person begins or ends."""

    label = Signal(int)
    change = Signal(object)
    advance = Signal()
    second_changed = Signal()
    refused = Signal(Exception)

    def __init__(self, page: QWidget, session: Session, grid: PhotoGrid) -> None:
        super().__init__(page)
        self._page, self._session, self._grid = page, session, grid
        self._classes: list[ProductClass] = []
        self._last: int | None = None  # the class that was given last
        self._first = ""  # the operator's name before a second person began
        self.second = ""  # the second person who labels now
        self.tools = LabelTools(self)
        self.strip = NoticeStrip("labels_second")
        self.strip.closed.connect(self.end_second)
        self.scan = NoticeStrip("labels_scan")
        self.keys = LabelKeys(page)
        self.keys.scanned.connect(self._scanned)
        self.keys.cut_off.connect(lambda _: self._say_cut_off())
        grid.sign.connect(self._sign)
        self.tools.same.connect(self._same)
        self.tools.unsure.connect(self._unsure)
        self.tools.unusable.connect(self._unusable)
        self.tools.comment.connect(self._comment)
        self.tools.keys.connect(self._set_keys)
        self.tools.name.connect(self._rename)
        self.tools.second.connect(self._ask_second)
        self.tools.settle.connect(self._ask_settle)
        self.tools.record.connect(self._write_record)
        grid.selectionModel().currentChanged.connect(lambda *_: self._say_tools())
        self._use_settings()

    def retranslate(self) -> None:
        """Words in the present language."""
        self._say_tools()
        self.scan.hide()
        if self.second:
            self._say_second()

    def project_changed(self) -> None:
        """Another project: nobody is second there yet."""
        self._last, self.second = None, ""
        self.strip.hide()
        self.scan.hide()
        self._classes = []
        self.tools.second_now(False)

    def show_classes(self, classes: list[ProductClass]) -> None:
        """The classes as they are now: their keys and codes."""
        self._classes = classes
        self._use_settings()
        self._say_tools()

    def labelled(self, class_id: int | None) -> None:
        """What was given, for "the same again"."""
        if class_id is not None:
            self._last = class_id

    def written(self, project: Project, ids: list[int], class_id: int | None) -> None:
        """Write a label: one that counts, or a second person's own."""
        if self.second:
            project.label_second(ids, class_id)
        else:
            project.label(ids, class_id)

    def end_second(self) -> None:
        """The second person is done: the first one's name and labels are back."""
        if self.second:
            self.second = ""
            self._name_operator(self._first)
            self.strip.hide()
            self.tools.second_now(False)
            self.second_changed.emit()

    # Keys and codes

    def _use_settings(self) -> None:
        settings = self._session.settings
        self.keys.use(settings.scanner)
        actions = settings.label_keys.model_dump().values()
        letters = (entry.key for entry in self._classes if not entry.key.isdecimal())
        self._grid.signs = frozenset(sign for sign in (*actions, *letters) if sign)

    def _sign(self, sign: str) -> None:
        entry = next((entry for entry in self._classes if entry.key == sign), None)
        keys = self._session.settings.label_keys
        if entry is not None:
            self.label.emit(entry.id)
        elif sign == keys.same:
            self._same()
        elif self.second:
            return  # a second person leaves no marks
        elif sign == keys.unsure:
            self._unsure()
        elif sign == keys.unusable:
            self._unusable()
        elif sign == keys.comment:
            self._comment()

    def _scanned(self, text: str) -> None:
        code = plain_code(text)
        entry = next((entry for entry in self._classes if code and entry.code == code), None)
        if entry is not None:
            self.scan.hide()
            self.label.emit(entry.id)
            return
        menu = self.scan.menu
        menu.clear()
        for known in self._classes:
            menu.addAction(known.name, partial(self._learn, known.id, code))
        self.scan.say(
            self.tr("コード「{code}」の種類は、まだ決まっていません。どの種類のコードか選ぶと、次からは読み取るだけで付きます。").format(code=code),
            self.tr("閉じる"),
            self.tr("種類を選んで覚える") if self._classes and not self.second else "",
        )  # fmt: skip

    def _say_cut_off(self) -> None:
        self.scan.say(
            self.tr(
                "とても速く届いた文字は、終わりのキーがなかったので使いませんでした。ラベルは変わっていません。バーコードリーダーのときは、「そのほか」→「キーとバーコードリーダーの設定」で、前後に送る文字を合わせてください。"
            ),
            self.tr("閉じる"),
        )

    def _learn(self, class_id: int, code: str) -> None:
        self.scan.hide()
        self.change.emit(lambda project: project.edit_class(class_id, code=code))
        self.label.emit(class_id)

    def _set_keys(self) -> None:
        settings = self._session.settings
        dialog = KeysDialog(self._classes, settings.label_keys, settings.scanner, self._page)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self._session.change_settings(label_keys=dialog.label_keys, scanner=dialog.scanner)
            keys = dialog.class_keys
            if keys:
                self.change.emit(lambda project: _give_keys(project, keys))
            self._use_settings()
            self._say_tools()
        self._grid.setFocus()

    # Marks

    def _same(self) -> None:
        if self._last is not None and any(entry.id == self._last for entry in self._classes):
            self.label.emit(self._last)

    def _unsure(self) -> None:
        ids, unsure = self._grid.selected_ids(), not self._all(lambda row: self._grid.grid.photo(row).unsure)
        if ids:
            self.change.emit(lambda project: project.mark_unsure(ids, unsure))
            if unsure:
                self.advance.emit()

    def _unusable(self) -> None:
        ids, left_out = self._grid.selected_ids(), self._left_out()
        if ids:
            self.change.emit(lambda project: project.exclude(ids, not left_out))

    def _comment(self) -> None:
        ids, index = self._grid.selected_ids(), self._grid.currentIndex()
        if not ids or not index.isValid():
            return
        before = self._grid.grid.photo(index.row()).comment
        title = self.tr("選んだ写真のメモ（%n 枚）", "", len(ids))
        words, given = QInputDialog.getText(
            self._page,
            title,
            self.tr("気づいたこと（空にすると消えます）"),
            QLineEdit.EchoMode.Normal,
            before,
        )
        if given:
            self.change.emit(lambda project: project.comment(ids, words[:MOST_COMMENT]))
        self._grid.setFocus()

    def _left_out(self) -> bool:
        return self._all(lambda row: self._grid.grid.photo(row).excluded)

    def _all(self, says: Callable[[int], bool]) -> bool:
        rows = {index.row() for index in self._grid.selectionModel().selectedIndexes()}
        return bool(rows) and all(says(row) for row in rows)

    def _say_tools(self) -> None:
        project = self._session.project
        operator = project.user if project is not None else self._session.settings.operator
        index = self._grid.currentIndex()
        left_out = index.isValid() and self._grid.grid.photo(index.row()).excluded
        self.tools.say(self._session.settings.label_keys, operator, left_out=left_out)
        self.tools.same_button.setEnabled(self._last is not None)

    # People

    def _rename(self) -> None:
        project = self._session.project
        if project is None:
            return
        name, given = QInputDialog.getText(
            self._page,
            self.tr("名前を変える"),
            self.tr("ラベルと記録に残る名前"),
            QLineEdit.EchoMode.Normal,
            project.user,
        )
        if given and name.strip():
            self._session.change_settings(operator=name.strip())
            self._name_operator(name.strip())
            self._say_tools()

    def _name_operator(self, name: str) -> None:
        if self._session.project is not None:
            self._session.project.user = name

    def _ask_second(self) -> None:
        project = self._session.project
        if project is not None:
            run_in_background(
                self,
                lambda _cancel: ({*project.opinions.first_people(), project.user}, project.opinions.people()),
                success=lambda people: self._begin_second(*people),
                failure=self._failed,
                in_order=True,
            )

    def _begin_second(self, first: set[str], known: list[str]) -> None:
        project, dialog = self._session.project, SecondDialog(first, known, self._page)
        if project is None or dialog.exec() != QDialog.DialogCode.Accepted:
            return
        self._first, self.second = project.user, dialog.name.text().strip()
        self._name_operator(self.second)
        self.tools.second_now(True)
        self._say_second()
        self.second_changed.emit()

    def _say_second(self) -> None:
        self.strip.say(
            self.tr("二人目（{name}さん）として付けています。一人目のラベルは見えません。").format(
                name=self.second
            ),
            self.tr("二人目を終える"),
        )

    def _ask_settle(self) -> None:
        project = self._session.project
        if project is not None:
            run_in_background(
                self,
                lambda _cancel: Differences.read(project),
                success=partial(self._settle, project),
                failure=self._failed,
                in_order=True,
            )

    def _settle(self, project: Project, found: Differences) -> None:
        if project is not self._session.project:
            return
        dialog = SettleDialog(project, found, self._page)
        dialog.refused.connect(self._failed)
        dialog.exec()
        self.change.emit(lambda _project: None)

    def _write_record(self) -> None:
        project = self._session.project
        if project is None:
            return
        start = str(Path.home() / f"{project.name}-record.csv")
        name, _ = QFileDialog.getSaveFileName(self._page, self.tr("記録を書き出す"), start, "*.csv")
        if name:
            run_in_background(
                self,
                lambda _cancel: _record_to(project, Path(name)),
                success=lambda last: self.scan.say(
                    self.tr("記録を「{name}」に書き出しました。最後の行の印「{last}…」を紙などに控えておくと、後から書き換えがなかったことを確かめられます。").format(name=Path(name).name, last=last[:LEAST_NOTED]),
                    self.tr("閉じる"),
                ),
                failure=self._failed,
                in_order=True,
            )  # fmt: skip

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.refused.emit(error)


def _give_keys(project: Project, keys: dict[int, str]) -> None:
    """Keys that change places are taken away first, so that none is exchanged with another."""
    for class_id in keys:
        project.edit_class(class_id, key="")
    for class_id, sign in keys.items():
        if sign:
            project.edit_class(class_id, key=sign)


def _record_to(project: Project, path: Path) -> str:
    try:
        write_atomic(path, project.record().encode("utf-8-sig"))
    except OSError as error:
        raise Problem("exchange.not_written", path=path, reason=error.strerror or error) from error
    return project.trail.last_hash()
