"""The grid of thumbnails: uniform cells, a coloured foot with the class name, keys that do not wait."""

import unicodedata
from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import (
    QColor,
    QDrag,
    QFocusEvent,
    QFontInfo,
    QFontMetrics,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.models.photo_grid import Index, PhotoGridModel, PhotoRole, ShownHint, ShownTexts
from app.theme import theme
from app.widgets.paint_select import PaintSelect
from core.tasks.texts import TextTask

LETTERS_PER_CELL = range(6, 25)  # the edge of a cell, in letters
_LETTERS_AT_FIRST = 9
_EDGE = 6
_STACK = 3  # pixels by which each photo behind stands out
_DIGITS = {Qt.Key(Qt.Key.Key_0.value + number): number for number in range(10)}
_SIGN_OF: dict[TextTask, str] = {"caption": "≡", "vqa": "Q"}
# What is dragged out of the grid: that it is the selection, and nothing of the photos themselves.
PHOTOS_DRAGGED = "application/x-hikidashi-selected-photos"


class PhotoGrid(QListView):
    """Thumbnails of a PhotoGridModel. `digit` tells a number key; 0 and Delete tell 0 (take the label away); `sign`
    another of the `signs` that are wanted. To press and draw over photos selects them; selected ones are dragged.

    `accept` (Space, or Enter where nothing is folded) takes what is suggested for the selected photos, `accept_group`
    (Shift+Space) for all that look like the present one, `select_group` (Ctrl+Space) selects those.

    Photos that are practically the same are one cell with their number on it; Enter, or a click on the number, lays
    them out and folds them again.
    """

    digit = Signal(int)
    accept = Signal()
    accept_group = Signal()
    select_group = Signal()
    sign = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.signs: frozenset[str] = frozenset()  # other signs than digits that are wanted
        self._composed = ""  # taken from an input method already, before it is committed
        self._paint = PaintSelect(self, self._drag)
        self._letters = _LETTERS_AT_FIRST
        self.grid = PhotoGridModel(self)
        self.setModel(self.grid)
        self.setItemDelegate(PhotoDelegate(self))
        # Rows that wrap, laid out at once: a row far down can be shown as soon as it is there, and a selection
        # with the keys goes on from photo to photo.
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.SinglePass)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A Japanese input method would swallow the digits.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setMouseTracking(False)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Paint anew, and no more: QListView would lay out every cell again, 50 ms for 50,000 of one size."""
        QAbstractItemView.dataChanged(self, first, last, list(roles))

    def selected_ids(self) -> list[int]:
        """Ids of the selected photos, in the order of the rows; of folded ones all."""
        ranges = self.selectionModel().selection().toList()
        rows = {row for part in ranges for row in range(part.top(), part.bottom() + 1)}
        return [photo.id for row in sorted(rows) for photo in self.grid.photos_of(row)]

    def select_row(self, row: int) -> None:
        """Select one row alone and bring it into view."""
        index = self.grid.index(row)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def select_photos(self, photo_ids: Iterable[int]) -> None:
        """Select the rows of these photos besides the present one, which stays the current one."""
        chosen = QItemSelection()
        for row in {row for photo_id in photo_ids if (row := self.grid.row_of(photo_id)) is not None}:
            chosen.select(self.grid.index(row), self.grid.index(row))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def toggle(self, row: int) -> bool:
        """Lay out the photos folded into a cell, or fold them again; False where there are no others."""
        photo_id, place = self.grid.photo(row).id, self.verticalScrollBar().value()
        if not self.grid.toggle(row):
            return False
        self.verticalScrollBar().setValue(place)
        self.select_row(self.grid.row_of(photo_id) or 0)
        return True

    def set_letters(self, letters: int) -> None:
        """How large cells are; what is looked at, else what is at the top, stays in sight."""
        if letters == self._letters:
            return
        current = self.currentIndex()
        seen = current.isValid() and self.viewport().rect().intersects(self.visualRect(current))
        anchor = current if seen else self.indexAt(QPoint(_EDGE, _EDGE))
        self._letters = letters
        self._fit_cells()
        if anchor.isValid():
            at_top = QListView.ScrollHint.PositionAtTop
            self.scrollTo(anchor, QListView.ScrollHint.EnsureVisible if seen else at_top)

    def take_key(self, event: QKeyEvent) -> bool:
        """Take a key that labels or accepts; False when it is none."""
        typed = sign_of(event)
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.digit.emit(0)
        elif event.key() == Qt.Key.Key_Space:
            self._spaces.get(event.modifiers(), self.accept).emit()
        elif not self._take_sign(typed):
            return False
        event.accept()
        return True

    @property
    def _spaces(self) -> dict[Qt.KeyboardModifier, SignalInstance]:
        return {
            Qt.KeyboardModifier.ShiftModifier: self.accept_group,
            Qt.KeyboardModifier.ControlModifier: self.select_group,
        }

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """An input method that will not be turned off: its full-width digits are digits, as soon as it shows them."""
        composed, committed = event.preeditString(), event.commitString()
        typed = committed if committed and committed != self._composed else composed if not committed else ""
        for each in unicodedata.normalize("NFKC", typed):
            self._take_sign(each.lower())
        self._composed = composed
        if composed:
            QGuiApplication.inputMethod().reset()
        event.accept()

    def _take_sign(self, sign: str) -> bool:
        if sign.isdecimal() and sign.isascii():
            self.digit.emit(int(sign))
        elif sign in self.signs:
            self.sign.emit(sign)
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.currentIndex().isValid() and self.toggle(self.currentIndex().row()):
            event.accept()
        elif enter:
            event.accept()
            self.accept.emit()
        elif not self.take_key(event):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        if plain and index.isValid() and index.data(PhotoRole.ALIKE) > 1:
            badge = badge_of(self.visualRect(index), self.fontMetrics(), index.data(PhotoRole.ALIKE))
            if badge.contains(event.position().toPoint()):
                self.toggle(index.row())
                return
        if not self._paint.press(event):
            super().mousePressEvent(event)
            self._paint.pressed(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._paint.move(event):
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._paint.release(event):
            super().mouseReleaseEvent(event)

    def _drag(self) -> None:
        """Carry the selected photos to a class; the count goes along."""
        ids = self.selected_ids()
        mime = QMimeData()
        mime.setData(PHOTOS_DRAGGED, str(len(ids)).encode())
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.setPixmap(_carried(len(ids), self.devicePixelRatioF()))
        drag.exec(Qt.DropAction.CopyAction)

    def resizeEvent(self, event: QResizeEvent) -> None:
        current = self.currentIndex()
        seen = QRect(QPoint(), event.oldSize()).intersects(self.visualRect(current))
        super().resizeEvent(event)
        self._fit_cells()
        if seen:
            self.scrollTo(current)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_cells()

    def _fit_cells(self) -> None:
        """As many cells in a row as fit at a size that goes with the text, and no gap at the right."""
        # What Qt itself lays out in: with or without a scroll bar, always as if there were one.
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self.verticalScrollBar())
        room = self.maximumViewportSize().width() - bar - 2
        edge = self._letters * QFontInfo(self.font()).pixelSize()
        cell = QSize(room // max(1, room // edge), edge)
        if cell.width() > 0 and cell != self.gridSize():
            self.setGridSize(cell)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        if not self.currentIndex().isValid() and self.grid.rowCount():
            self.setCurrentIndex(self.grid.index(0))


class PhotoDelegate(QStyledItemDelegate):
    """Paints a cell: the photo, its class on the foot, a frame and a tick when selected; below folded photos the edges
    of two more, and their number."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        view = self.parent()
        return view.gridSize() if isinstance(view, QListView) else QSize()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = theme()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        cell = _cell_of(option.rect)
        alike = index.data(PhotoRole.ALIKE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if alike > 1 and not index.data(PhotoRole.OPENED):
            cell = self._draw_stack(painter, cell)
        if selected:
            frame = QPen(QColor(tokens.accent), 3)
        elif index.data(PhotoRole.IN_GROUP):
            frame = QPen(QColor(tokens.accent), 2, Qt.PenStyle.DashLine)
        else:
            frame = QPen(QColor(tokens.border), 1)
        painter.setPen(frame)
        painter.setBrush(QColor(tokens.accent_soft if selected else tokens.raised))
        painter.drawRoundedRect(cell, 6, 6)
        line = option.fontMetrics.lineSpacing()
        self._draw_photo(painter, cell.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE - line - 4), index)
        foot = QRect(cell.left() + _EDGE, cell.bottom() - line - _EDGE, cell.width() - 2 * _EDGE, line + 4)
        self._draw_foot(painter, foot, index)
        if selected:
            self._draw_tick(painter, cell)
        if marks := index.data(PhotoRole.MARKS):
            self._draw_marks(painter, foot, marks)
        if isinstance(texts := index.data(PhotoRole.TEXTS), ShownTexts):
            self._draw_texts(painter, foot, texts)
        if alike > 1:
            self._draw_badge(painter, badge_of(option.rect, option.fontMetrics, alike), index)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.focus), 2, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(cell.adjusted(3, 3, -3, -3), 4, 4)
        painter.restore()

    def _draw_photo(
        self, painter: QPainter, place: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        pixmap = index.data(PhotoRole.THUMBNAIL)
        if isinstance(pixmap, QPixmap):
            size = pixmap.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(place.topLeft(), size)
            target.moveCenter(place.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(target, pixmap)
        elif index.data(PhotoRole.BROKEN):
            painter.setPen(QColor(theme().bad))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "✕")

    def _draw_foot(self, painter: QPainter, foot: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        tokens = theme()
        entry, hint = index.data(PhotoRole.CLASS), index.data(PhotoRole.HINT)
        if isinstance(hint, ShownHint):
            self._draw_hint(painter, foot, hint, entry.name if entry is not None else "")
            return
        if entry is None:
            painter.setPen(QColor(tokens.muted))
            painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, "—")
            return
        painter.setPen(QColor(tokens.text))
        short = painter.fontMetrics().elidedText(entry.name, Qt.TextElideMode.ElideMiddle, foot.width())
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, short)

    def _draw_hint(self, painter: QPainter, foot: QRect, hint: ShownHint, label: str) -> None:
        """What is suggested, with a question mark in a dashed frame; behind the label that it doubts."""
        tokens = theme()
        painter.setPen(QPen(QColor(tokens.accent), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(foot, 4, 4)
        painter.setPen(QColor(tokens.text))
        painter.drawText(
            foot,
            Qt.AlignmentFlag.AlignCenter,
            _hint_words(hint, label, painter.fontMetrics(), foot.width() - 6),
        )

    def _draw_stack(self, painter: QPainter, cell: QRect) -> QRect:
        """The edges of two photos behind; gives the place that is left for the one in front."""
        painter.setPen(QPen(QColor(theme().border), 1))
        painter.setBrush(QColor(theme().raised))
        for right, up in ((2, 0), (1, 1)):
            edges = (right * _STACK, up * _STACK, -(2 - right) * _STACK, -right * _STACK)
            painter.drawRoundedRect(cell.adjusted(*edges), 6, 6)
        return cell.adjusted(0, 2 * _STACK, -2 * _STACK, 0)

    def _draw_badge(
        self, painter: QPainter, badge: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = theme()
        painter.setPen(QPen(QColor(tokens.raised), 2))
        painter.setBrush(QColor(tokens.text))
        painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
        painter.setPen(QColor(tokens.raised))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, _badge_words(index.data(PhotoRole.ALIKE)))

    def _draw_marks(self, painter: QPainter, foot: QRect, marks: str) -> None:
        """Signs for "not sure", "not used", a comment: at the right above the foot."""
        tokens, metrics = theme(), painter.fontMetrics()
        height = metrics.lineSpacing() + 4
        width = metrics.horizontalAdvance(marks) + height
        place = QRect(foot.right() - width, foot.top() - height - 2, width, height)
        painter.setPen(QPen(QColor(tokens.text), 1))
        painter.setBrush(QColor(tokens.raised))
        painter.drawRoundedRect(place, height / 2, height / 2)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, marks)

    def _draw_texts(self, painter: QPainter, foot: QRect, texts: ShownTexts) -> None:
        """A filled label at the left above the foot: lines of writing or a Q, and how many."""
        tokens, metrics = theme(), painter.fontMetrics()
        words = f"{_SIGN_OF[texts.task]} {texts.number}"
        height = metrics.lineSpacing() + 4
        width = metrics.horizontalAdvance(words) + height // 2
        place = QRect(foot.left(), foot.top() - height - 2, width, height)
        painter.setPen(QPen(QColor(tokens.raised), 2))
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(place, 4, 4)
        painter.setPen(QColor(tokens.accent_text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _draw_tick(self, painter: QPainter, cell: QRect) -> None:
        tokens = theme()
        badge = QRect(cell.right() - 26, cell.top() + 4, 22, 22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent))
        painter.drawEllipse(badge)
        painter.setPen(QPen(QColor(tokens.accent_text), 2))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, "✓")


def sign_of(event: QKeyEvent) -> str:
    """The one plain sign of a key, whatever input method made it full-width; "" where there is none, or with Ctrl."""
    held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
    if held != Qt.KeyboardModifier.NoModifier:
        return ""
    shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    if not shifted and (digit := _DIGITS.get(Qt.Key(event.key()))) is not None:
        return str(digit)
    typed = unicodedata.normalize("NFKC", event.text())
    return typed.lower() if len(typed) == 1 and typed.isprintable() else ""


def _carried(count: int, ratio: float) -> QPixmap:
    """What is seen at the pointer while photos are dragged: their number."""
    tokens, edge = theme(), 48
    pixmap = QPixmap(QSize(edge, edge) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.accent_text), 2))
    painter.setBrush(QColor(tokens.accent))
    painter.drawRoundedRect(QRect(2, 2, edge - 4, edge - 4), 8, 8)
    painter.drawText(QRect(0, 0, edge, edge), Qt.AlignmentFlag.AlignCenter, f"×{count}")
    painter.end()
    return pixmap


def badge_of(place: QRect, metrics: QFontMetrics, alike: int) -> QRect:
    """Where the number of photos folded together stands in a cell."""
    cell, height = _cell_of(place), metrics.lineSpacing() + 4
    width = metrics.horizontalAdvance(_badge_words(alike)) + height
    return QRect(cell.left() + 4, cell.top() + 2 * _STACK + 4, width, height)


def _badge_words(alike: int) -> str:
    return f"×{alike}"


def _cell_of(place: QRect) -> QRect:
    return place.adjusted(_EDGE // 2, _EDGE // 2, -_EDGE // 2, -_EDGE // 2)


def _hint_words(hint: ShownHint, label: str, metrics: QFontMetrics, room: int) -> str:
    """As much of it as there is room for; behind the label that it doubts, if both fit."""
    mark = "？"
    room -= metrics.horizontalAdvance(mark)
    whole = f"{label}→{hint.entry.name}" if hint.instead else hint.entry.name
    if not hint.instead:
        return metrics.elidedText(whole, Qt.TextElideMode.ElideMiddle, room) + mark
    if metrics.horizontalAdvance(whole) <= room:
        return whole + mark
    room -= metrics.horizontalAdvance("→")
    return f"→{metrics.elidedText(hint.entry.name, Qt.TextElideMode.ElideMiddle, room)}{mark}"
