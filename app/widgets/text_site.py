"""A package that writes, on site: the photo large, what was written about it, a person's yes or correction, the records."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.session import Session
from app.site_texts import Sheet, SiteTexts
from app.site_work import Phase
from app.theme import TOUCH
from app.waiting_sheets import WaitingSheets
from app.widgets.elided_label import ElidedLabel
from app.widgets.photo_preview import PhotoPreview
from app.widgets.question_asker import QuestionAsker
from app.widgets.record_card import RecordCard
from app.widgets.record_list import RecordList
from app.widgets.result_board import Answer, ResultBoard
from app.widgets.text_decision import Asked, TextDecision
from core.onsite.records import Record, Tally, Wanted
from core.photos.thumbnails import ThumbnailStore
from core.problems import problem_text

_PERSON = "person"
_PAUSE_MS = 300


class TextSite(QWidget):
    """What the on-site page shows while such a package is open. `unsure` tells that a person is wanted, `learn` that
    corrections are to be learned from. `foot` belongs into the page's lowest row."""

    unsure = Signal()
    learn = Signal()

    def __init__(self, session: Session, work: SiteTexts, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="text_site")
        self._session, self._work = session, work
        self._sheet: Sheet | None = None
        self._place = 0
        self._waiting = WaitingSheets()
        self._newest: Sheet | None = None
        self._holding = False  # a person works through them: new ones do not take the screen
        self._last: Record | None = None
        self._tally = Tally(0, 0, 0, 0, 0)
        self.cards: list[RecordCard] = []
        self._column = QVBoxLayout(spacing=8)
        self._build()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._look)
        work.wrote.connect(self._wrote)
        work.decided.connect(self._decided)
        work.found.connect(self._found)
        work.opened.connect(self._open)
        work.started.connect(self.look)

    # What the page asks

    def use(self, store: ThumbnailStore) -> None:
        """Where pictures come from."""
        self.list.rows.use(store)

    def begin(self) -> None:
        """Another package: nothing stands here."""
        self._sheet, self._newest, self._last = None, None, None
        self._waiting, self._place, self._holding = WaitingSheets(), 0, False
        self._tally = Tally(0, 0, 0, 0, 0)
        self.list.rows.show_records([])
        self.picture.show_picture(None)
        self._set_cards([])
        self.refresh()

    def refresh(self) -> None:
        """Show how the work stands."""
        package = self._work.package
        answers = package is not None and package.manifest.task == "vqa"
        self.asker.setVisible(answers)
        self.asker.setEnabled(self._work.phase is Phase.READY and self._sheet is not None)
        if package is not None:
            self.asker.offer(self._session.language, package.manifest.questions)
        waits = self._sheet is None or self._sheet.problem is not None
        self.stack.setCurrentWidget(self.board if waits else self.written)
        if waits:
            self._say_waiting()
        self._show_cards()
        self._ask()
        self._say_counts()

    def show_full(self, full: bool) -> None:
        """The photo and its texts alone, or the records beside them."""
        for part in (self.list, self.learn_button, self.save_button):
            part.setVisible(not full)

    def retranslate(self) -> None:
        """Words in the present language."""
        self.picture.setAccessibleName(self.tr("いま見ている写真"))
        self.list.retranslate()
        self.decision.retranslate()
        self.asker.retranslate()
        self.learn_button.setText(self.tr("直したものを学習に使う…"))
        self.save_button.setText(self.tr("CSV で保存"))
        for card in self.cards:
            card.retranslate()
        self.refresh()

    def restyle(self) -> None:
        """Colours anew."""
        self.board.update()

    def look(self) -> None:
        """Read the records anew, soon."""
        if not self._pause.isActive():
            self._pause.start()

    @property
    def editing(self) -> RecordCard | None:
        """The text that is being put right."""
        return next((card for card in self.cards if card.editing), None)

    # What comes

    def _wrote(self, sheet: Sheet) -> None:
        written, known = sheet.records, self._known(sheet.photo)
        same = self._sheet is not None and self._sheet.photo == sheet.photo
        if written and known is not None:
            if same and {each.question for each in known.records} & {each.question for each in written}:
                self.picture.show_picture(None)  # judged again: under that name there may be another picture
            for record in written:
                known = known.with_record(record)
            sheet = known
        self._newest = sheet
        self._waiting.take(sheet)
        if any(record.unsure for record in written):
            self.unsure.emit()
        if self.editing is not None:
            # What is being put right stays on screen, whatever comes.
            if same and written:
                self._show(sheet, self._place)
            self._ask()
        elif same and written:
            self._show(sheet, sheet.records.index(written[-1]))
        elif not self._holding:
            self._show(sheet, sheet.first_waiting)
        else:
            self._ask()
        self.look()

    def _known(self, photo: Path) -> Sheet | None:
        """What is known of a photo that is on screen, or waits."""
        sheet = self._sheet
        return (
            sheet if sheet is not None and sheet.photo == photo and sheet.records else self._waiting.of(photo)
        )

    def _decided(self, record: Record) -> None:
        photo = Path(record.photo)
        known = self._known(photo)
        if known is not None:
            known = known.with_record(record)
            self._waiting.settle(known)
        if self._sheet is not None and self._sheet.photo == photo:
            self._sheet = known
        if self._newest is not None and self._newest.photo == photo:
            self._newest = self._newest.with_record(record)
        self._last = record if record.decided else None
        self.look()
        if self.editing is not None and self._sheet is not None:
            # The next text was taken up before this one was kept.
            self._show(self._sheet, self._place)
        elif not record.decided:
            self._holding = True
            self._work.look_at(record)
        else:
            self._go_on()

    def _go_on(self) -> None:
        """The next text of this photo that waits for a person, else the next photo that does."""
        sheet = self._sheet
        following = sheet if sheet is not None and sheet.waits else self._waiting.first()
        self._holding = following is not None
        if following is not None:
            self._show(following, following.first_waiting)
        elif sheet is not None:
            self._show(sheet, self._place)

    def _open(self, sheet: Sheet) -> None:
        """A record was chosen, or taken back: that one is looked at."""
        if self.editing is None:
            self._show(sheet, self._place_of(sheet))

    def _place_of(self, sheet: Sheet) -> int:
        chosen = self.list.current()
        ids = [record.id for record in sheet.records]
        return ids.index(chosen.id) if chosen is not None and chosen.id in ids else sheet.first_waiting

    def _found(self, records: list[Record], tally: Tally) -> None:
        self._tally = tally
        self.list.show_records(records)
        self._say_counts()

    def _look(self) -> None:
        self._work.look_for(self.list.wanted)

    # A person decides

    def _record(self) -> Record | None:
        sheet = self._sheet
        return sheet.records[self._place] if sheet is not None and self._place < len(sheet.records) else None

    def _person(self) -> str:
        return self._session.settings.operator or _PERSON

    def _right(self) -> None:
        record = self._record()
        if record is not None:
            self._work.confirm(record, self._person())

    def _wrong(self) -> None:
        if self._place < len(self.cards):
            self.cards[self._place].edit()
            self._ask()

    def _saved(self, record: Record | None, words: str) -> None:
        if record is not None:
            self._work.correct(record, words, self._person())
        self._ask()

    def _take_back(self) -> None:
        if self._last is not None:
            self._work.take_back(self._last)

    def _to_newest(self) -> None:
        self._holding = False
        if self._newest is not None:
            known = self._waiting.of(self._newest.photo) or self._newest
            self._show(known, known.first_waiting)

    def _pick(self, place: int) -> None:
        if self.editing is None and place != self._place:
            self._place = place
            self._holding = True
            self._show_cards()

    def _chosen(self, record: Record) -> None:
        if self.editing is None:
            self._holding = True
            self._work.look_at(record)

    def _question(self, words: str) -> None:
        if self._sheet is not None:
            self._work.question(self._sheet.photo, words)

    def _ask(self) -> None:
        record, sheet = self._record(), self._sheet
        undoable = self._last.final if self._last is not None else ""
        behind = self._newest is not None and sheet is not None and self._newest.photo != sheet.photo
        if record is None or sheet is None:
            self.decision.show_asked(None, undoable)
            return
        waiting = self._waiting.beside(sheet.photo)
        self.decision.show_asked(
            Asked(record, waiting, self.editing is not None),
            undoable,
            behind=behind,
        )

    # What is shown

    def _show(self, sheet: Sheet, place: int) -> None:
        self._sheet, self._place = sheet, place
        self.photo_name.setText(sheet.photo.name)
        if sheet.problem is None:
            kept = next((record.kept for record in sheet.records if record.kept), "")
            self.picture.load(Path(kept) if kept else sheet.photo)  # the original may be gone by now
        self._set_cards([record.question for record in sheet.records])
        self.refresh()

    def _set_cards(self, questions: list[str]) -> None:
        """As many cards as texts; those that can stay do."""
        kept = [card.record.question if card.record else "" for card in self.cards]
        if kept != questions[: len(kept)]:
            for card in self.cards:
                card.setParent(None)
                card.deleteLater()
            self.cards = []
        for place in range(len(self.cards), len(questions)):
            card = RecordCard(answers=bool(questions[place]))
            self.cards.append(card)
            card.picked.connect(lambda place=place: self._pick(place))
            card.saved.connect(lambda words, card=card: self._saved(card.record, words))
            card.given_up.connect(self._ask)
            self._column.insertWidget(place, card, 0 if questions[0] else 1)
        self._column.setStretch(len(self.cards), 1 if questions and questions[0] else 0)

    def _show_cards(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        several = len(self.cards) > 1
        for place, (card, record) in enumerate(zip(self.cards, sheet.records, strict=True)):
            card.show_record(record, current=several and place == self._place)
        if several:
            QTimer.singleShot(0, self, self._bring_into_view)
        self._ask()

    def _bring_into_view(self) -> None:
        if self._place < len(self.cards):
            self.area.ensureWidgetVisible(self.cards[self._place])

    def _say_waiting(self) -> None:
        sheet = self._sheet
        if sheet is not None and sheet.problem is not None:
            text = problem_text(sheet.problem.code, sheet.problem.data, self._session.language)
            self.board.show_answer(
                Answer.UNREADABLE, self.tr("読めません"), f"{text.what} {text.do}", sheet.photo.name
            )
            return
        match self._work.phase:
            case Phase.LOADING:
                detail = self.tr("いま落とした写真は、読み込みが終わると書きます。")
                self.board.show_answer(Answer.LOADING, self.tr("モデルを読み込んでいます…"), detail)
            case Phase.READY if self._work.source:
                detail = self._work.source
                self.board.show_answer(Answer.WAITING, self.tr("写真が来るのを待っています"), detail)
            case Phase.READY:
                detail = self.tr("「写真を選ぶ」「フォルダーを選ぶ」「見張る」でも始められます。")
                self.board.show_answer(Answer.WAITING, self.tr("写真をここに落としてください"), detail)
            case _:
                detail = self.tr("上の説明を確かめて、もう一度開いてください。")
                self.board.show_answer(Answer.WAITING, self.tr("パッケージを使えません"), detail)

    def _say_counts(self) -> None:
        tally = self._tally
        words = self.tr(
            "今日：書いた文 {records} 件　確かめた {decided} 件　うち直した {corrected} 件"
        ).format(records=tally.records, decided=tally.decided, corrected=tally.corrected)
        if tally.unsure:
            words += "　" + self.tr("要確認 {unsure} 件").format(unsure=tally.unsure)
        self.counts.setText(words)

    def _save(self) -> None:
        wanted, pattern = self.list.wanted, self.tr("CSV ファイル (*.csv)")
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("CSV で保存"), "records.csv", pattern)
        if chosen:
            self.export(Path(chosen), wanted)

    def export(self, out: Path, wanted: Wanted) -> None:
        """Write records into a file."""
        self._work.export(out, wanted, self._exported)

    def _exported(self, count: int) -> None:
        self.save_button.setText(self.tr("%n 件を保存しました", "", count))

    # Laying out

    def _build(self) -> None:
        self.board = ResultBoard()
        self.board.setObjectName("text_board")
        self.picture = PhotoPreview()
        self.picture.setObjectName("text_picture")
        self.photo_name = ElidedLabel("text_photo_name")
        self.photo_name.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.photo_name.setProperty("class", "muted")
        inside = QWidget()
        inside.setLayout(self._column)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addStretch(0)
        self.area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="text_area")
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        self.asker = QuestionAsker()
        self.asker.asked.connect(self._question)
        texts = QVBoxLayout(spacing=8)
        texts.addWidget(self.area, 1)
        texts.addWidget(self.asker)
        self.written = QWidget()
        seen = QHBoxLayout(self.written, spacing=12)
        seen.setContentsMargins(0, 0, 0, 0)
        left = QVBoxLayout(spacing=4)
        left.addWidget(self.picture, 1)
        left.addWidget(self.photo_name)
        seen.addLayout(left, 5)
        seen.addLayout(texts, 6)
        self.stack = QStackedWidget()
        self.stack.setContentsMargins(0, 0, 8, 0)
        self.stack.addWidget(self.board)
        self.stack.addWidget(self.written)
        self.list = RecordList()
        self.list.looked_at.connect(self._chosen)
        self.list.wanted_changed.connect(self._look)
        split = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        split.addWidget(self.stack)
        split.addWidget(self.list)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes([760, 300])
        self._build_decision()
        self._build_foot()
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split, 1)
        column.addWidget(self.decision)

    def _build_foot(self) -> None:
        self.foot = QWidget()
        self.counts = QLabel(objectName="text_counts", wordWrap=True)
        self.counts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.learn_button = QPushButton(objectName="records_learn", minimumHeight=TOUCH)
        self.save_button = QPushButton(objectName="records_save", minimumHeight=TOUCH)
        self.learn_button.clicked.connect(self.learn)
        self.save_button.clicked.connect(self._save)
        row = QHBoxLayout(self.foot, spacing=8)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.counts, 1)
        row.addWidget(self.learn_button)
        row.addWidget(self.save_button)

    def _build_decision(self) -> None:
        self.decision = TextDecision()
        pressed: list[tuple[object, Callable[[], None]]] = [
            (self.decision.right, self._right),
            (self.decision.wrong, self._wrong),
            (self.decision.save, lambda: self._end_edit(save=True)),
            (self.decision.give_up, lambda: self._end_edit(save=False)),
            (self.decision.taken_back, self._take_back),
            (self.decision.newest, self._to_newest),
        ]
        for signal, called in pressed:
            signal.connect(called)  # type: ignore[attr-defined]

    def _end_edit(self, *, save: bool) -> None:
        card = self.editing
        if card is not None and save:
            card.save()
        elif card is not None:
            card.give_up()
