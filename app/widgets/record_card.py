"""One text that a package wrote about a photo, to be read from a step away, and put right in its place."""

from datetime import datetime

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontInfo,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.theme import GAP
from app.widgets.result_board import Answer, draw_chip
from core.onsite.records import Record

_CHIP = 28
_LARGEST, _ANSWER = 3.2, 2.2  # times the size of other text: a description where there is room, an answer
_SLACK = 1.12  # lines of a field stand farther apart than those of a drawn text
_HIGH, _MIDDLING = 90, 60  # a chance in words, from so many percent


class RecordCard(QFrame):
    """`picked` when it was clicked or reached by Tab, `saved` with what it should say, `given_up` when that was not wanted after all."""

    picked = Signal()
    saved = Signal(str)
    given_up = Signal()

    def __init__(self, *, answers: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="record_card")
        self.setProperty("class", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.record: Record | None = None
        self._answers = answers
        self.chip, self.question = QLabel(visible=False), QLabel(objectName="record_question", wordWrap=True)
        self.question.setProperty("class", "heading3")
        self.unsure = QLabel(objectName="record_unsure", visible=False)
        self.unsure.setProperty("class", "heading3")
        self.text = QPlainTextEdit(objectName="record_text", readOnly=True)
        self.text.setProperty("class", "record")
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.text.setTabChangesFocus(True)
        self.text.textChanged.connect(self._fit)
        self.text.installEventFilter(self)
        self.text.viewport().installEventFilter(self)
        self.told = QLabel(objectName="record_told", wordWrap=True)
        self.told.setProperty("class", "muted")
        head = QHBoxLayout(spacing=GAP)
        head.addWidget(self.question, 1)
        head.addWidget(self.chip)
        head.addWidget(self.unsure)
        column = QVBoxLayout(self, spacing=GAP // 2)
        column.addLayout(head)
        if answers:
            # Short ones: beside it, so that more questions are seen at once.
            below = QHBoxLayout(spacing=GAP)
            below.addWidget(self.text, 3)
            below.addWidget(self.told, 2)
            column.addLayout(below)
            self.told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        else:
            column.addWidget(self.text, 1)
            column.addWidget(self.told)
        upright = QSizePolicy.Policy.Fixed if answers else QSizePolicy.Policy.Expanding
        self.setSizePolicy(QSizePolicy.Policy.Expanding, upright)

    @property
    def editing(self) -> bool:
        """Whether it is being put right now."""
        return not self.text.isReadOnly()

    def show_record(self, record: Record, *, current: bool) -> None:
        """Show a text; the `current` one is what the two keys are about."""
        self.record = record
        self.setProperty("chosen", current)
        self.style().unpolish(self)
        self.style().polish(self)
        if not self.editing:
            self.text.setPlainText(record.final)
        self.retranslate()
        self._fit()

    def edit(self) -> None:
        """Let it be put right in its place: Enter saves, Esc gives up."""
        self.text.setReadOnly(False)
        self.text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.text.setFocus()
        if self._answers:
            self.text.selectAll()
        else:
            self.text.moveCursor(QTextCursor.MoveOperation.End)

    def save(self) -> None:
        """Tell what it should say; it stands here until it is known whether that was kept."""
        self._end()
        self.saved.emit(" ".join(self.text.toPlainText().split()))

    def give_up(self) -> None:
        """Leave it as it was."""
        self._end()
        if self.record is not None:
            self.text.setPlainText(self.record.final)
        self.given_up.emit()

    def retranslate(self) -> None:
        """Words in the present language."""
        record = self.record
        if record is None:
            return
        waits = record.unsure and not record.decided
        self.question.setText(record.question)
        self.chip.setVisible(waits)
        self.unsure.setVisible(waits)
        self.unsure.setText(self.tr("要確認"))
        self.chip.setPixmap(_chip(self.devicePixelRatioF()))
        name = record.question or self.tr("写真の説明")
        self.text.setAccessibleName(name)
        self.setAccessibleName(f"{name} {record.final} {self.unsure.text() if waits else ''}".rstrip())
        told = [self.confidence(record)]
        if not self._answers:
            told.append(f"{datetime.fromtimestamp(record.time):%H:%M:%S}")
        if not record.complete and not record.decided:
            told.append(self.tr("途中で切れています"))
        if record.decided and record.final != record.text:
            told.append(
                self.tr("{person} が直しました。元は「{text}」").format(
                    person=record.decided_by, text=record.text
                )
            )
        elif record.decided:
            told.append(self.tr("{person} が確かめました").format(person=record.decided_by))
        self.told.setText(("\n" if self._answers else "　").join(told))

    def confidence(self, record: Record) -> str:
        """How sure the model was, in words and figures."""
        percent = round(100 * record.confidence)
        if percent >= _HIGH:
            return self.tr("自信：高い（{percent} %）").format(percent=percent)
        if percent >= _MIDDLING:
            return self.tr("自信：ふつう（{percent} %）").format(percent=percent)
        return self.tr("自信：低い（{percent} %）").format(percent=percent)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.text.viewport() and event.type() == QEvent.Type.MouseButtonPress:
            if not self.editing:
                self.picked.emit()
        elif self.editing and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.save()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.give_up()
                return True
        elif (
            self.editing
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()  # Esc leaves the full screen otherwise
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.picked.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.picked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _end(self) -> None:
        """Only read again."""
        self.text.setReadOnly(True)
        self.text.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _fit(self) -> None:
        """The largest letters in which all of it is seen, as long as these are not smaller than other text."""
        own = QFontInfo(self.font()).pixelSize()
        largest = round(own * (_ANSWER if self._answers else _LARGEST))
        if self._answers:
            self.text.setFixedHeight(round(1.9 * largest))
            # A scrolled column asks nobody how high words get that wrap.
            for label in (self.question, self.told):
                label.setMinimumHeight(max(0, label.heightForWidth(label.width())))
        room = self.text.viewport().size()
        margin = 2 * round(self.text.document().documentMargin())
        font = QFont(self.font())
        for pixels in range(largest, own - 1, -1):
            font.setPixelSize(pixels)
            wide, wrapped = max(1, room.width() - margin), int(Qt.TextFlag.TextWordWrap)
            needed = QFontMetrics(font).boundingRect(0, 0, wide, 10_000, wrapped, self.text.toPlainText())
            if _SLACK * needed.height() + margin <= room.height() and needed.width() <= wide:
                break
        self.text.setFont(font)
        self.text.setStyleSheet(f"font-size: {font.pixelSize()}px")


def _chip(ratio: float) -> QPixmap:
    pixmap = QPixmap(round(_CHIP * ratio), round(_CHIP * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_chip(painter, Answer.UNSURE, QRectF(0, 0, _CHIP, _CHIP))
    painter.end()
    return pixmap
