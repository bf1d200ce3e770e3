"""What the labels page does with help: words searched, suggestions taken, doubts settled. One object beside the page."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel

from app.assist import Assistant
from app.background import run_in_background
from app.session import Session
from app.widgets.assist_bar import AssistBar
from app.widgets.description_edit import DescriptionChecker
from app.widgets.photo_grid import PhotoGrid
from app.widgets.showing_bar import ShowingBar
from core.assist.advice import Advice
from core.assist.desk import confirm
from core.assist.words import english_of
from core.labelling import showing as by
from core.labelling.showing import Showing
from core.problems import Problem
from core.project.classes import ProductClass
from core.project.glossary import glossary

Labels = dict[int, int]


class LabellingHelp(QObject):
    """`label` asks for labels (class ids by photo id) and tells the row behind which to go on; `rearrange` asks to read
    the photos anew and begin at the first; `failed` comes with a Problem."""

    label = Signal(object, int)
    rearrange = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, grid: PhotoGrid, showing: ShowingBar, bar: AssistBar) -> None:
        super().__init__(bar)
        self._session, self._grid, self._showing, self._bar = session, grid, showing, bar
        self._words, self._pending = "", ""
        self._next_group = False
        self._suggests = True
        self.assistant = Assistant(self, session.training_now)
        self.assistant.advised.connect(self._advised)
        self.assistant.looking.connect(bar.show_looking)
        self.assistant.read.connect(self._words_read)
        self.assistant.failed.connect(self._failed)
        session.engine.told.connect(self._make_way)
        bar.searched.connect(self.search)
        bar.similar.connect(lambda: showing.choose_order(by.SIMILAR))
        bar.accept.connect(self.accept)
        bar.accept_group.connect(self.accept_group)
        grid.accept.connect(self.accept)
        grid.accept_group.connect(self.accept_group)
        grid.select_group.connect(self.select_group)
        grid.selectionModel().currentChanged.connect(lambda *_: self.show_choice())

    @property
    def advice(self) -> Advice:
        """The latest advice."""
        return self.assistant.advice

    def begin(self) -> None:
        """The page is on screen: help with the open project, unless it keeps no photos."""
        project = self._session.project
        keeps = project is not None and project.features_only is None
        self.assistant.help(project if keeps else None)

    def suggest(self, wanted: bool) -> None:
        """Whether classes are suggested: not where descriptions are written."""
        if wanted != self._suggests:
            self._suggests = wanted
            self._show_advice()

    def forget(self) -> None:
        """Another project is open."""
        self._words, self._pending, self._next_group = "", "", False
        self.assistant.help(None)
        self._show_advice()
        self._bar.words.clear()

    def checker(self, entry: ProductClass | None) -> Callable[[QLabel], DescriptionChecker] | None:
        """What checks a class's description, or a new one's; None without a project."""
        project = self._session.project
        if project is None:
            return None
        return lambda note: DescriptionChecker(self.assistant, project, entry, note)

    def asked(self, showing: Showing) -> Showing:
        """What is to be shown, with the words that are searched for."""
        return replace(showing, words=self._words)

    # Searching

    def search(self, query: str) -> None:
        """Order the photos by how near they are to words; "" ends it."""
        self._pending = ""
        if not query:
            if self._words:
                self._words = ""
                self._showing.choose_order(by.BY_FOLDER)
            return
        english = english_of(query, glossary())
        if not english:
            self.failed.emit(Problem("assist.unknown_words", words=query))
            return
        self._pending = english
        self.assistant.read_words([english])

    def _words_read(self, words: tuple[str, ...]) -> None:
        if self._pending and self._pending in words:
            self._words, self._pending = self._pending, ""
            self._showing.choose_order(by.BY_WORDS)
            self.rearrange.emit()

    # Taking what is suggested

    def show_choice(self) -> None:
        """Say what is suggested for the present photo, and mark those that would be accepted with it."""
        grid, current = self._grid.grid, self._grid.currentIndex()
        hint = grid.hint(current.row()) if current.isValid() else None
        group = grid.group_of(current.row()) if hint is not None and not hint.instead else []
        grid.show_group(group if len(group) > 1 else ())
        self._bar.show_choice(hint.entry.name if hint is not None else "", len(group))

    def accept(self) -> None:
        """Give the selected photos what is suggested for each."""
        grid = self._grid.grid
        labels: Labels = {}
        rows = sorted({row for key in self._grid.selected_ids() if (row := grid.row_of(key)) is not None})
        for row in rows:
            if (hint := grid.hint(row)) is not None:
                labels |= {photo.id: hint.entry.id for photo in grid.photos_of(row)}
        if labels:
            self.label.emit(labels, rows[-1])

    def accept_group(self) -> None:
        """Give all that look like the present photo what is suggested for it."""
        grid, current = self._grid.grid, self._grid.currentIndex()
        hint = grid.hint(current.row()) if current.isValid() else None
        if hint is None or hint.instead:
            return
        self._next_group = self._showing.showing.order == by.BY_GROUP
        self.label.emit(dict.fromkeys(grid.group_of(current.row()), hint.entry.id), current.row())

    def select_group(self) -> None:
        """Select all that would be accepted with the present photo."""
        current = self._grid.currentIndex()
        if current.isValid():
            self._grid.select_photos(self._grid.grid.group_of(current.row()))

    def settle(self, photo_ids: list[int], class_id: int | None) -> None:
        """A person gave these labels: a doubted one that stays as it was is not doubted again."""
        doubts, project = self.advice.doubts, self._session.project
        sure: Labels = {key: class_id for key in photo_ids if key in doubts and class_id is not None}
        if sure and project is not None:
            self._in_order(lambda: confirm(project, sure))

    def _in_order(self, change: Callable[[], None]) -> None:
        run_in_background(
            self, lambda _cancel: change(), success=lambda _: self.assistant.look(), in_order=True
        )

    # What comes back

    def _show_advice(self) -> None:
        shown = self.advice if self._suggests else Advice()
        self._grid.grid.show_advice(shown)
        self._bar.suggest(bool(shown.hints or shown.doubts))
        self.show_choice()

    def _advised(self, _advice: Advice) -> None:
        self._show_advice()
        if self._next_group:
            self._next_group = False
            self.rearrange.emit()

    def _failed(self, problem: Problem) -> None:
        self._pending = ""
        self.failed.emit(problem)

    def _make_way(self, _event: object) -> None:
        """A training needs the PC."""
        if self.assistant.running:
            self.assistant.rest()
