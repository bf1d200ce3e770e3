"""ラベルを付ける: a grid, number keys, undo without end; every label is written at once."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontInfo, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.models.folding import Shelf
from app.models.label_page import LabelPageContent, Turned, redo_as, undo_as
from app.pages.base import Page
from app.pages.label_extras import LabelExtras
from app.session import Session
from app.theme import GAP, TOUCH
from app.widgets.assist_bar import AssistBar
from app.widgets.banner import ProblemBanner
from app.widgets.class_panel import ClassDialog, ClassPanel
from app.widgets.elided_label import ElidedLabel
from app.widgets.label_files import LabelFiles
from app.widgets.labelling_help import LabellingHelp
from app.widgets.photo_grid import PhotoGrid
from app.widgets.photo_preview import PhotoPreview
from app.widgets.photo_viewer import PhotoViewer
from app.widgets.showing_bar import ShowingBar
from app.widgets.task_side import TaskSide
from app.widgets.thumbnail_size import ThumbnailSize
from app.widgets.undo_tools import UndoTools
from core.labelling.showing import FROM_THE_FIRST, Showing
from core.problems import Problem
from core.project.classes import ProductClass
from core.project.counts import Counts
from core.project.store import Project

_IMBALANCE = 5
_LETTERS_OF_SIDE = 23


class LabelsPage(Page):
    """Where the operator spends nine tenths of the time."""

    key = "labels"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._classes: list[ProductClass] = []
        self._counts: Counts | None = None
        self._on_screen = False
        self._helped = False  # since the page came on screen
        self._asked = 0  # labels asked for so far
        self._about: int | None = None  # the photo that others are compared with
        self._follow = False
        self._to_first = False
        self._telling = False
        self._turned: Turned | None = None  # what was taken back, or done again, just now
        self._waiting = False
        self._build()
        session.project_changed.connect(self._project_changed)
        session.labels_changed.connect(self._labels_changed)

    def title(self) -> str:
        return self.tr("ラベルを付ける")

    def next_text(self) -> str:
        return self.tr("やり方を選ぶ")

    def blocker(self) -> str:
        counts = self._counts
        if self.session.project is None:
            return self.tr("先に「はじめる」でプロジェクトを開いてください。")
        if counts is None:
            return self.tr("写真を読み込んでいます…")
        if self.tasks.writes:
            return self.tasks.blocker()
        filled = sum(1 for count in counts.classes if count.labelled)
        if filled < 2:
            return self.tr("2 つ以上の種類に、写真のラベルを付けてください。")
        if self._waiting:
            return self.tr(
                "ラベルを付け終わったら、「写真を選ぶ」に戻って特徴を取り出してください。特徴だけで学習します。"
            )
        return ""

    def enter(self) -> None:
        self._on_screen = True
        self._helped = False
        self.reload()
        self.grid.setFocus()
        self.extras.keys.begin()

    def leave(self) -> None:
        self.extras.keys.end()
        self._on_screen = False
        self.tasks.leave()

    def retranslate(self) -> None:
        self._say_lead()
        self.fixed.setText(
            self.tr(
                "このプロジェクトは写真を残していないので、ラベルと種類は変えられません。このまま次へ進めます。"
            )
        )
        self.turning.retranslate()
        self.showing.retranslate()
        self.assist.retranslate()
        self.thumbnail_size.retranslate()
        self.viewer.retranslate()
        self.larger.setText(self.tr("大きく見る"))
        self.larger.setToolTip(self.tr("画素まで拡大して見ます（写真のダブルクリックでも開きます）"))
        self.grid.setAccessibleName(self.tr("写真の一覧"))
        self.preview.setAccessibleName(self.tr("選んだ写真"))
        self.panel.retranslate()
        self.extras.retranslate()
        self.tasks.retranslate()
        self.files.retranslate()
        self.banner.retranslate()
        self._say_counts()
        self._say_empty()

    def restyle(self) -> None:
        self.panel.restyle()
        self.thumbnail_size.restyle()
        self.turning.restyle()

    def _say_lead(self) -> None:
        words = self.tr(
            "写真を選び、数字キー（1〜9）で種類を付けます。0 で外します。「？」は提案です。スペース キーで、そのとおりに付きます。"
        )
        self.lead.setText(self.tasks.lead() if self.tasks.writes else words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_side()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "side"):
            self._fit_side()

    def _fit_side(self) -> None:
        """Wide enough for the names of classes at every text size, and never more than half."""
        wanted = _LETTERS_OF_SIDE * QFontInfo(self.font()).pixelSize()
        self.side.setMinimumWidth(min(wanted, self.width() // 2))

    # Reading

    def reload(self) -> None:
        """Read the project again; the photos themselves only while the page is on screen."""
        self._read(photos=self._on_screen)

    def _read(self, *, photos: bool) -> None:
        """Read behind all changes that were asked for so far, and show it."""
        project, asked = self.session.project, self._asked
        showing = self._showing() if photos else None
        opened, second = self.grid.grid.opened, self.extras.second
        # What is suggested follows from the first person's labels.
        advice = None if second else self.help.advice
        if project is not None:
            run_in_background(
                self,
                lambda _cancel: LabelPageContent.read(project, showing, opened, advice, second),
                success=lambda found: self._show(found, asked) if second == self.extras.second else None,
                failure=self._refused,
                in_order=True,
            )

    def _show(self, found: LabelPageContent, asked: int) -> None:
        if found.project is not self.session.project:
            return
        self._classes, self._counts, self._waiting = found.classes, found.counts, found.waiting
        self.fixed.setVisible(found.fixed)
        self.lead.setVisible(not found.fixed)
        self.splitter.setEnabled(not found.fixed)
        self.panel.show_classes(found.classes, found.counts.classes)
        self.extras.show_classes(found.classes)
        # A second person gives labels of their own, and changes nothing that others see.
        self.files.button.setEnabled(not self.extras.second)
        for row in self.panel.rows:
            row.more.setEnabled(not self.extras.second)
        self.tasks.show_task(found.task, found.written)
        self.grid.grid.show_texts(None if found.task == "classification" else found.task, found.written)
        self.files.button.setVisible(not self.tasks.writes)
        self.tasks.files.button.setVisible(self.tasks.writes)
        self.extras.tools.show_task(writes=self.tasks.writes)
        self.help.suggest(not self.tasks.writes and not self.extras.second)
        self._say_lead()
        self.undo.setEnabled(found.can_undo)
        self.redo.setEnabled(found.can_redo)
        if found.offer is not None:
            self.showing.offer(found.offer, found.classes)
        self._say_counts()
        if found.shelf is not None and asked == self._asked:
            self._show_photos(found.project, found.shelf)
            if not self._helped:
                # Behind the first photos: of 50,000 both at once would take twice as long.
                self._helped = True
                self.help.begin()
        elif found.shelf is not None:
            # Labels were given while this was read: what the grid shows is newer.
            self._read(photos=True)
        self.changed.emit()

    def _show_photos(self, project: Project, shelf: Shelf) -> None:
        photos = shelf.photos
        grid, current = self.grid.grid, self.grid.currentIndex()
        place = max(current.row(), 0)
        wanted = [grid.photo(place).id] if current.isValid() else []
        if self._follow:
            # After an undo: go where something changed.
            texts_of = self._turned.texts_of if self._turned is not None else ()
            wanted = [*texts_of, *grid.differing(photos), *wanted]
        if self._to_first:
            place, wanted = 0, []
        self._follow = self._to_first = False
        grid.show_shelf(shelf, self._classes, project.thumbnails)
        rows = [row for photo_id in wanted if (row := grid.row_of(photo_id)) is not None]
        row = rows[0] if rows else min(place, grid.rowCount() - 1)
        # A selection of several photos stays while the place is the same.
        if photos and self.grid.currentIndex().row() != row:
            self.grid.select_row(row)
        self.empty.setVisible(not photos and self.fixed.isHidden())
        self._say_empty()
        self._show_preview()
        self.help.show_choice()

    def _showing(self) -> Showing:
        """What is chosen; photos are compared with the one that was looked at when that was asked for."""
        return self.help.asked(replace(self.showing.showing, about=self._about))

    def _choose_showing(self) -> None:
        current = self.grid.currentIndex()
        self._about = self.grid.grid.photo(current.row()).id if current.isValid() else None
        self._to_first = self.showing.showing.order in FROM_THE_FIRST
        self.reload()

    def _project_changed(self) -> None:
        project = self.session.project
        # At once, so that the frame knows which pages can be shown.
        self._counts = project.counts() if project is not None else None
        self._classes = []
        self.grid.grid.show_photos([], [], None)
        self.panel.show_classes([], [])
        self.extras.project_changed()
        self.showing.reset()
        self.tasks.forget()
        self._about = None
        self.help.forget()
        self.files.end()
        self.reload()

    def _say_counts(self) -> None:
        counts = self._counts
        if counts is None:
            self.summary.setText("")
            return
        if self.tasks.writes:
            told = self.turning.words(self._turned) if self._turned is not None else ""
            self.summary.setText(self.tasks.summary(counts.usable) + told)
            return
        words = self.tr("{labelled}／{total} 枚にラベルが付いています。").format(
            labelled=counts.labelled, total=counts.usable
        )
        if counts.unsure:
            words += self.tr("%n 枚は迷っているので、学習に使いません。", "", counts.unsure)
        filled = [count.labelled for count in counts.classes if count.labelled]
        if len(filled) > 1 and max(filled) > _IMBALANCE * min(filled):
            words = self.tr("{words}枚数に大きな差があります。少ない種類を足すと、見逃しが減ります。").format(
                words=words
            )
        self.summary.setText(words)

    def _say_empty(self) -> None:
        self.empty.setText(self.showing.empty_words())

    # Labelling

    def _digit(self, digit: int) -> None:
        if self.tasks.writes:
            return  # the kinds are not on screen
        if digit == 0:
            self._label(None)
            return
        entry = next((entry for entry in self._classes if entry.key == str(digit)), None)
        if entry is not None:
            self._label(entry.id)
        else:
            self.summary.setText(self.tr("{key} のキーの種類は、まだありません。").format(key=digit))

    def _label(self, class_id: int | None) -> None:
        project, ids = self.session.project, self.grid.selected_ids()
        if project is None or not ids:
            return
        self._asked += 1
        if not self.extras.second:
            self.help.settle(ids, class_id)
        last = max(row for photo_id in ids if (row := self.grid.grid.row_of(photo_id)) is not None)
        doubted = self.grid.grid.any_unsure(ids)
        self.grid.grid.set_labels(ids, class_id)
        self.extras.labelled(class_id)
        if class_id is not None:
            self._advance(last)
        self._change(lambda: self.extras.written(project, ids, class_id), photos=doubted)

    def _label_each(self, labels: dict[int, int], row: int) -> None:
        """Labels that were suggested, in one step; then on behind a row."""
        project = self.session.project
        if project is None:
            return
        self._asked += 1
        for class_id in set(labels.values()):
            self.grid.grid.set_labels([key for key, other in labels.items() if other == class_id], class_id)
        self._advance(row)
        self._change(lambda: project.label_each(labels), photos=False)

    def _begin_anew(self) -> None:
        """Other photos stand first now: begin there."""
        if self._on_screen:
            self._to_first = True
            self.reload()

    def _advance(self, row: int) -> None:
        following = row + 1 if row + 1 < self.grid.grid.rowCount() else self.grid.grid.next_unlabelled(row)
        if following is not None:
            self.grid.select_row(following)

    def _turn(self, turn: Callable[[Project, str], Turned | None]) -> None:
        """Take a step back, or do it again, and go where it changed something."""
        project, second = self.session.project, self.extras.second
        if project is not None:
            self._follow = True
            self._change(lambda: turn(project, second))

    def _change(self, change: Callable[[], object], *, photos: bool = True) -> None:
        """Write a change behind all earlier ones, then show what the project holds.

        `photos`: whether the grid does not show it yet.
        """
        self._turned = None
        run_in_background(
            self,
            lambda _cancel: change(),
            success=lambda told: self._changed(photos, told if isinstance(told, Turned) else None),
            failure=self._refused,
            in_order=True,
        )

    def _changed(self, photos: bool, turned: Turned | None = None) -> None:
        self._turned = turned
        self._read(photos=photos)
        self.help.assistant.look()
        self._telling = True
        self.session.labels_changed.emit()
        self._telling = False

    def _labels_changed(self) -> None:
        if not self._telling:
            self.reload()
            self.help.assistant.look()

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)
        self._read(photos=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Number keys label wherever on the page the focus is, unless a field wants them."""
        if not self.grid.take_key(event):
            super().keyPressEvent(event)

    # Classes

    def _add_class(self) -> None:
        project, dialog = self.session.project, ClassDialog(None, self, self.help.checker(None))
        if project is not None and dialog.exec() == QDialog.DialogCode.Accepted:
            name, description, code = dialog.name.text(), dialog.description.text(), dialog.code.text()
            self._change(lambda: _add_class(project, name, description, code))
        self.grid.setFocus()

    def _edit_class(self, class_id: int) -> None:
        project = self.session.project
        entry = next((entry for entry in self._classes if entry.id == class_id), None)
        if project is None or entry is None:
            return
        dialog = ClassDialog(entry, self, self.help.checker(entry))
        if dialog.exec() == QDialog.DialogCode.Accepted:
            given = {"name": dialog.name, "description": dialog.description, "code": dialog.code}
            texts = {field: edit.text() for field, edit in given.items()}
            self._change(lambda: project.edit_class(class_id, **texts))

    def _with_project(self, change: Callable[[Project], object]) -> None:
        project = self.session.project
        if project is not None:
            self._change(lambda: change(project))

    # The large picture

    def _show_preview(self) -> None:
        index = self.grid.currentIndex()
        if not index.isValid():
            self.preview.show_picture(None)
            self.preview_name.setText("")
            self.tasks.look_at((), "")
            return
        photo, *others = self.grid.grid.photos_of(index.row())
        words = photo.path.name
        if others:
            words = self.tr("そっくりな %n 枚に付きます（Enter で開く）", "", len(others) + 1)
        self.preview_name.setText(words)
        self.preview.load(photo.path)
        name = next((entry.name for entry in self._classes if entry.id == photo.class_id), "")
        self.tasks.look_at([photo.id, *(other.id for other in others)], name)

    def _write_next(self) -> None:
        """The next photo, and on with writing."""
        row = self.grid.currentIndex().row()
        if row + 1 < self.grid.grid.rowCount():
            self.grid.select_row(row + 1)
            self.tasks.begin()

    def _write_next_unwritten(self) -> None:
        """The next photo that has no text yet, and on with writing."""
        if not self.tasks.writes:
            return
        row = self.grid.grid.next_unwritten(self.grid.currentIndex().row())
        if row is None:
            self.summary.setText(self.tr("まだ書いていない写真は、もうありません。"))
            return
        self.grid.select_row(row)
        self.tasks.begin()

    # Laying out

    def _build(self) -> None:
        self.lead = QLabel(objectName="labels_lead", wordWrap=True)
        self.lead.setProperty("class", "muted")
        self.banner = ProblemBanner()
        self.grid = PhotoGrid("labels_grid")
        self.grid.digit.connect(self._digit)
        self.empty = QLabel(objectName="labels_empty", wordWrap=True, visible=False)
        self.empty.setProperty("class", "muted")
        self.grid.selectionModel().currentChanged.connect(lambda *_: self._show_preview())
        self.fixed = QLabel(objectName="labels_fixed", wordWrap=True, visible=False)
        self.fixed.setProperty("class", "chosen")
        self.splitter = splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        left = QWidget()
        left_column = QVBoxLayout(left, spacing=GAP)
        left_column.setContentsMargins(0, 0, 0, 0)
        left_column.addWidget(self._build_tools())
        left_column.addWidget(self.extras.strip)
        left_column.addWidget(self.extras.scan)
        left_column.addWidget(self.files)
        below = QHBoxLayout(spacing=GAP)
        below.addWidget(self.summary, 1)
        below.addWidget(self.assist.state)
        below.addWidget(self.thumbnail_size)
        below.addWidget(self.files.button)
        left_column.addLayout(below)
        left_column.addWidget(self.empty)
        left_column.addWidget(self.grid, 1)
        splitter.addWidget(left)
        splitter.addWidget(self._build_side())
        below.addWidget(self.tasks.files.button)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([1000, 1])
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.lead)
        column.addWidget(self.banner)
        column.addWidget(self.fixed)
        column.addWidget(splitter, 1)

    def _build_tools(self) -> QWidget:
        self.showing = ShowingBar()
        self.showing.changed.connect(self._choose_showing)
        self.turning = UndoTools(self)
        self.undo, self.redo = self.turning.undo, self.turning.redo
        self.turning.undone.connect(lambda: self._turn(undo_as))
        self.turning.redone.connect(lambda: self._turn(redo_as))
        self.summary = QLabel(objectName="labels_summary", wordWrap=True)
        self.files = LabelFiles()
        self.files.use(lambda: self.session.project)
        self.files.imported.connect(lambda: self._changed(photos=True))
        self.files.refused.connect(self._refused)
        self.extras = LabelExtras(self, self.session, self.grid)
        self.extras.label.connect(self._label)
        self.extras.change.connect(self._with_project)
        self.extras.advance.connect(lambda: self._advance(self.grid.currentIndex().row()))
        self.extras.second_changed.connect(self._person_changed)
        self.extras.refused.connect(self._refused)
        self.assist = AssistBar(self.showing.tools, self.showing)
        for button in (self.undo, self.redo, *self.extras.tools.buttons, *self.assist.buttons):
            self.showing.tools.addWidget(button)
        more = self.extras.tools.menu
        more.insertAction(more.insertSeparator(self.extras.tools.keys_action), self.assist.similar_action)
        self.help = LabellingHelp(self.session, self.grid, self.showing, self.assist)
        self.help.label.connect(self._label_each)
        self.help.rearrange.connect(self._begin_anew)
        self.help.failed.connect(self.banner.show_problem)
        self.thumbnail_size = ThumbnailSize(self.session, self.grid)
        return self.showing

    def _person_changed(self) -> None:
        """Nothing of what the other one saw stays on screen."""
        self.grid.grid.show_photos([], [], None)
        self.showing.reset()
        self.reload()
        self.grid.setFocus()

    def _build_side(self) -> QWidget:
        self.preview = PhotoPreview()
        self.viewer = PhotoViewer(self.grid, self)
        self.larger = QPushButton(objectName="labels_larger", minimumHeight=TOUCH)
        self.larger.clicked.connect(self.viewer.open_here)
        self.preview.asked.connect(self.viewer.open_here)
        self.grid.doubleClicked.connect(lambda _: self.viewer.open_here())
        self.preview_name = ElidedLabel("labels_preview_name")
        self.preview_name.setProperty("class", "muted")
        self.panel = ClassPanel()
        self.panel.label.connect(self._label_and_return)
        self.panel.add.connect(self._add_class)
        self.panel.edit.connect(self._edit_class)
        self.panel.remove.connect(lambda class_id: self._with_project(lambda p: p.remove_class(class_id)))
        self.panel.reorder.connect(
            lambda class_id, place: self._with_project(lambda p: p.move_class(class_id, place))
        )
        self.panel.role.connect(
            lambda class_id, role: self._with_project(lambda p: p.set_role(class_id, role))
        )
        self.side = QWidget()
        column = QVBoxLayout(self.side, spacing=GAP)
        column.setContentsMargins(GAP, 0, 0, 0)
        column.addWidget(self.preview, 4)
        below = QHBoxLayout(spacing=GAP)
        below.addWidget(self.preview_name, 1)
        below.addWidget(self.larger)
        column.addLayout(below)
        column.addWidget(self._build_tasks(), 7)
        return self.side

    def _build_tasks(self) -> QWidget:
        self.tasks = TaskSide(self.session, self.panel)
        self.tasks.change.connect(lambda change: self._change(change, photos=False))
        self.tasks.done.connect(self._write_next)
        self.tasks.back.connect(self.grid.setFocus)
        self.tasks.failed.connect(self._refused)
        self.tasks.renewed.connect(lambda: self._changed(photos=True))
        self.extras.tools.unwritten.connect(self._write_next_unwritten)
        for key, done in ((Qt.Key.Key_F2, self.tasks.begin), (Qt.Key.Key_F3, self._write_next_unwritten)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(done)
        return self.tasks

    def _label_and_return(self, class_id: int) -> None:
        self._label(class_id)
        self.grid.setFocus()


def _add_class(project: Project, name: str, description: str, code: str) -> None:
    added = project.add_class(name, description)
    if code.strip():
        project.edit_class(added.id, code=code)
